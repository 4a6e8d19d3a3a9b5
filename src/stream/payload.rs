//! What an event is before its JSON is looked at: the same answer for Rust and for JavaScript.

use crate::sse::Event;

/// The types of events that carry a piece of the answer's text in `delta`, where there are no choices.
pub(super) const TEXT_EVENTS: [&str; 2] = ["response.output_text.delta", "transcript.text.delta"];

/// What an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Payload<'a> {
    /// Nothing to deliver.
    Skip,
    /// `[DONE]`.
    Done,
    /// JSON, or what ought to be.
    Json(&'a [u8]),
    /// The body of an error: the event was named so.
    Error(&'a [u8]),
}

/// Names of events that only keep the connection alive.
const KEEP_ALIVE: [&[u8]; 4] = [b"ping", b"keepalive", b"keep-alive", b"heartbeat"];

impl<'a> Payload<'a> {
    pub(super) fn of(event: &Event<'a>) -> Self {
        if let Some(error) = event.error_field() {
            return Self::Error(error.trim_ascii());
        }
        let data = event.data_bytes().trim_ascii();
        match event.event_bytes() {
            // A lone name is no error report: some servers end so.
            b"error" if !data.is_empty() && data != b"[DONE]" => return Self::Error(data),
            name if KEEP_ALIVE.contains(&name) => return Self::Skip,
            _ => {}
        }
        match data {
            b"" => Self::Skip,
            // Exactly: "[DONE]x" or a second line is no end (openai-node#2422).
            b"[DONE]" => Self::Done,
            // A comment that a gateway framed once more: `data: : OPENROUTER PROCESSING`.
            [b':', ..] => Self::Skip,
            _ => Self::Json(data),
        }
    }
}
