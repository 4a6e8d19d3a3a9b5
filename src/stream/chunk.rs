//! What the decoder must know of a chunk, whatever its type.

use serde_json::Value;

use super::payload::TEXT_EVENTS;
use crate::wire::audio::TranscriptionStreamEvent;
use crate::wire::chat::ChatCompletionChunk;
use crate::wire::completion::Completion;
use crate::wire::fine_tune::FineTuneEvent;
use crate::wire::image::{ImageStreamEvent, ImageStreamEventType};
use crate::wire::report;
use crate::wire::responses::ResponseStreamEvent;

/// A chunk of an answer: what [`super::Decoder`] asks of it to tell a whole answer from a cut one.
pub trait Chunk {
    /// Whether only an event of its own ends a stream of these chunks, at once, and `[DONE]` alone does
    /// not: so it is with the Responses API.
    const ENDS_BY_EVENT: bool = false;

    /// The text that this chunk adds to choice 0.
    fn text(&self) -> Option<&str>;

    /// Whether the answer may end after this chunk: it carries a `finish_reason`, or is the closing
    /// event of its kind.
    fn is_final(&self) -> bool;

    /// Whether this chunk shows that its stream [ends by an event](Self::ENDS_BY_EVENT).
    fn ends_by_event(&self) -> bool {
        Self::ENDS_BY_EVENT
    }
}

impl Chunk for Value {
    fn text(&self) -> Option<&str> {
        let Some(choices) = self.get("choices").and_then(Self::as_array) else {
            let kind = self.get("type").and_then(Self::as_str)?;
            let says = TEXT_EVENTS.contains(&kind);
            return self.get("delta").filter(|_| says)?.as_str();
        };
        let choice = choices.iter().find(|choice| {
            let index = choice.get("index");
            index.is_none_or(|index| index.is_null() || index == 0)
        })?;
        let delta = choice.get("delta").and_then(|delta| delta.get("content"));
        delta.or_else(|| choice.get("text"))?.as_str()
    }

    fn is_final(&self) -> bool {
        let Some(choices) = self.get("choices").and_then(Value::as_array) else {
            let kind = self.get("type").and_then(Value::as_str);
            return kind.and_then(report::last_event) == Some(report::LastEvent::Whole);
        };
        choices.iter().any(|choice| {
            let reason = choice.get("finish_reason").and_then(Value::as_str);
            reason.is_some_and(|reason| !reason.is_empty())
        })
    }

    fn ends_by_event(&self) -> bool {
        let kind = self.get("type").and_then(Value::as_str);
        !self.get("choices").is_some_and(Value::is_array)
            && kind.is_some_and(report::is_of_response)
    }
}

impl Chunk for ChatCompletionChunk {
    fn text(&self) -> Option<&str> {
        Some(ChatCompletionChunk::text(self))
    }

    fn is_final(&self) -> bool {
        let mut choices = self.choices.iter();
        choices.any(|choice| choice.finish_reason.is_some())
    }
}

impl Chunk for Completion {
    fn text(&self) -> Option<&str> {
        Some(Completion::text(self))
    }

    fn is_final(&self) -> bool {
        let mut choices = self.choices.iter();
        choices.any(|choice| choice.finish_reason.is_some())
    }
}

/// The stream of a job's events ends with `[DONE]` alone.
impl Chunk for FineTuneEvent {
    fn text(&self) -> Option<&str> {
        None
    }

    fn is_final(&self) -> bool {
        false
    }
}

impl Chunk for ImageStreamEvent {
    fn text(&self) -> Option<&str> {
        None
    }

    fn is_final(&self) -> bool {
        use ImageStreamEventType::{EditCompleted, GenerationCompleted};
        matches!(self.r#type, GenerationCompleted | EditCompleted)
    }
}

impl Chunk for ResponseStreamEvent {
    const ENDS_BY_EVENT: bool = true;

    fn text(&self) -> Option<&str> {
        match self {
            Self::TextDelta(event) => Some(&event.delta),
            _ => None,
        }
    }

    fn is_final(&self) -> bool {
        matches!(self, Self::Completed(_) | Self::Incomplete(_))
    }
}

impl Chunk for TranscriptionStreamEvent {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Delta(delta) => Some(&delta.delta),
            _ => None,
        }
    }

    fn is_final(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}
