//! What the decoder must know of a chunk, whatever its type.

use std::borrow::Cow;

use serde_json::Value;

use super::payload::TEXT_EVENTS;
use crate::wire::audio::TranscriptionStreamEvent;
use crate::wire::chat::ChatCompletionChunk;
use crate::wire::completion::Completion;
use crate::wire::fine_tune::FineTuneEvent;
use crate::wire::image::{ImageStreamEvent, ImageStreamEventType};
use crate::wire::report;
use crate::wire::responses::ResponseStreamEvent;
use crate::wire::speech::SpeechStreamEvent;

/// A chunk of an answer: what [`super::Decoder`] asks of it to tell a whole answer from a cut one.
pub trait Chunk {
    /// Whether only an event of its own ends a stream of these chunks, at once, and `[DONE]` alone does
    /// not: so it is with the Responses API.
    const ENDS_BY_EVENT: bool = false;

    /// The text that this chunk adds to choice 0.
    fn text(&self) -> Option<Cow<'_, str>>;

    /// Whether the answer may end after this chunk: it carries a `finish_reason`, or is the closing
    /// event of its kind.
    fn is_final(&self) -> bool;

    /// Whether this chunk shows that its stream [ends by an event](Self::ENDS_BY_EVENT).
    fn ends_by_event(&self) -> bool {
        Self::ENDS_BY_EVENT
    }
}

impl Chunk for Value {
    fn text(&self) -> Option<Cow<'_, str>> {
        let Some(choices) = self.get("choices").and_then(Self::as_array) else {
            let kind = self.get("type").and_then(Self::as_str)?;
            let says = TEXT_EVENTS.contains(&kind);
            let delta = self.get("delta").filter(|_| says)?;
            return delta.as_str().map(Cow::Borrowed);
        };
        let choice = choices.iter().find(|choice| {
            let index = choice.get("index");
            index.is_none_or(|index| index.is_null() || index == 0)
        })?;
        let of = |member| {
            let content = choice.get(member)?.get("content")?;
            Some(content).filter(|content| !content.is_null())
        };
        let text = of("delta").or_else(|| choice.get("text").filter(|text| !text.is_null()));
        let content = text.or_else(|| of("message"))?;
        let Some(parts) = content.as_array() else {
            return content.as_str().map(Cow::Borrowed);
        };
        // Some gateways send an array of parts.
        let texts = parts.iter().filter_map(|part| part.get("text")?.as_str());
        Some(Cow::Owned(texts.collect()))
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
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(ChatCompletionChunk::text(self)))
    }

    fn is_final(&self) -> bool {
        let mut choices = self.choices.iter();
        choices.any(|choice| choice.finish_reason.is_some())
    }
}

impl Chunk for Completion {
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(Completion::text(self)))
    }

    fn is_final(&self) -> bool {
        let mut choices = self.choices.iter();
        choices.any(|choice| choice.finish_reason.is_some())
    }
}

/// The stream of a job's events ends with `[DONE]` alone.
impl Chunk for FineTuneEvent {
    fn text(&self) -> Option<Cow<'_, str>> {
        None
    }

    fn is_final(&self) -> bool {
        false
    }
}

impl Chunk for ImageStreamEvent {
    fn text(&self) -> Option<Cow<'_, str>> {
        None
    }

    fn is_final(&self) -> bool {
        use ImageStreamEventType::{EditCompleted, GenerationCompleted};
        matches!(self.r#type, GenerationCompleted | EditCompleted)
    }
}

impl Chunk for ResponseStreamEvent {
    const ENDS_BY_EVENT: bool = true;

    fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::TextDelta(event) => Some(Cow::Borrowed(&event.delta)),
            _ => None,
        }
    }

    fn is_final(&self) -> bool {
        matches!(self, Self::Completed(_) | Self::Incomplete(_))
    }
}

impl Chunk for SpeechStreamEvent {
    fn text(&self) -> Option<Cow<'_, str>> {
        None
    }

    fn is_final(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

impl Chunk for TranscriptionStreamEvent {
    fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Delta(delta) => Some(Cow::Borrowed(&delta.delta)),
            _ => None,
        }
    }

    fn is_final(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}
