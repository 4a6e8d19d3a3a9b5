//! The ways in which a stream ends that are no success.

use std::fmt;

use crate::wire::ApiError;

/// A stream ended without success: why, after which event, and what had been said until then.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamError {
    /// Why it ended.
    pub kind: StreamErrorKind,
    /// The text of choice 0 until then.
    pub text: String,
    /// How many events had been delivered, so the index of the one that failed.
    pub event_index: u64,
}

/// Why a stream ended.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum StreamErrorKind {
    /// The caller stopped it.
    Aborted,
    /// The bytes ended without `[DONE]`, a `finish_reason` or a closing event (`response.completed`,
    /// `response.incomplete`), or inside an event; or our proxy said so of the bytes that it got.
    Truncated,
    /// The server reported an error inside the stream, or gave up: an error event, an error on a
    /// choice, or a `finish_reason` like `abort`.
    Failed(Box<ApiError>),
    /// One event was larger than the limit.
    TooLarge {
        /// The limit, in bytes.
        max_event_bytes: usize,
    },
    /// An event is not the JSON object that was expected.
    Malformed {
        /// Where the JSON stops being right: the column, in bytes from 1.
        column: usize,
    },
    /// No event came in time. Comments do not count as events.
    IdleTimeout {
        /// The limit, in milliseconds; 0 if it is the proxy's, which does not tell it.
        idle_timeout_ms: u64,
    },
}

impl fmt::Display for StreamError {
    /// Names the cause and the event, never the payload.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.event_index;
        match &self.kind {
            StreamErrorKind::Aborted => write!(f, "the stream was aborted before event {at}"),
            StreamErrorKind::Truncated => write!(
                f,
                "the stream ended before event {at} without [DONE], a finish_reason or a closing event"
            ),
            StreamErrorKind::Failed(error) => {
                write!(f, "the server reported an error at event {at}: {error}")
            }
            StreamErrorKind::TooLarge { max_event_bytes } => {
                write!(f, "event {at} is larger than {max_event_bytes} bytes")
            }
            StreamErrorKind::Malformed { column } => {
                write!(
                    f,
                    "event {at} is not the expected JSON object (column {column})"
                )
            }
            StreamErrorKind::IdleTimeout { idle_timeout_ms: 0 } => {
                write!(f, "the model server fell silent before event {at}")
            }
            StreamErrorKind::IdleTimeout { idle_timeout_ms } => {
                write!(f, "event {at} did not come within {idle_timeout_ms} ms")
            }
        }
    }
}

impl std::error::Error for StreamError {}
