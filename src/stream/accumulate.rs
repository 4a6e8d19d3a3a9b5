//! Chunks of a chat answer in, the whole answer out: for every choice, from any server.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::calls::{Calls, add_to_function};
use super::pieces::{Pieces, others_of, text_of, thought_of};
use crate::wire::ObjectKind;
use crate::wire::chat::{
    ChatCompletion, ChatCompletionChoice, ChatCompletionChunk, ChatCompletionChunkChoice,
    ChatCompletionDelta, ChatCompletionLogprobs, ChatCompletionMessage, Role,
};

/// As many choices as the official client takes.
const MAX_INDEX: u32 = 127;

/// Puts the chunks of an answer together.
///
/// Of what a message's pieces hold, nothing is lost, whatever a server calls it: texts are joined
/// (of `id`, `type`, `role`, `name`, `index`, `object`, `format`, `status` and names that end in
/// `_id`, `_type` or `_at` the last one counts), lists are appended, their entries put together by
/// their `index` if they have one, and objects are put together by the same rules. Of a content that
/// comes as parts the texts are `content`, what the model thinks is `reasoning_content`, and any other
/// part stands in `content_parts`; both are in the message's `extra`.
///
/// ```
/// use openai_wasm::stream::Accumulator;
/// use openai_wasm::wire::chat::ChatCompletionChunk;
///
/// let mut answer = Accumulator::new();
/// for text in ["Hel", "lo"] {
///     let chunk = format!(r#"{{"choices":[{{"index":0,"delta":{{"content":"{text}"}}}}]}}"#);
///     let chunk: ChatCompletionChunk = serde_json::from_str(&chunk)?;
///     answer.push(&chunk)?;
/// }
/// assert_eq!(answer.finish().text(), "Hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Accumulator {
    answer: ChatCompletion,
    /// For each choice of the answer, what is known of its pieces.
    parts: Vec<Parts>,
}

/// What it takes to add to a choice.
#[derive(Debug, Default)]
struct Parts {
    calls: Calls,
    message: Pieces,
    logprobs: Pieces,
}

/// A chunk has a choice whose index is not a whole number from 0 to 127, so it cannot be told
/// which answer it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChoiceIndexError;

impl fmt::Display for ChoiceIndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the server sent a choices[].index that is not a whole number from 0 to {MAX_INDEX}"
        )
    }
}

impl std::error::Error for ChoiceIndexError {}

impl Accumulator {
    /// An answer of which nothing has come.
    #[must_use]
    pub fn new() -> Self {
        let mut accumulator = Self::default();
        accumulator.answer.object = ObjectKind::ChatCompletion;
        accumulator
    }

    /// Adds a chunk.
    ///
    /// # Errors
    ///
    /// If a choice has an index that is not a whole number from 0 to 127. The choices before it
    /// are added.
    pub fn push(&mut self, chunk: &ChatCompletionChunk) -> Result<(), ChoiceIndexError> {
        let answer = &mut self.answer;
        // Some servers send these empty at first, or change them on the way: the first word counts.
        if answer.id.is_empty() {
            answer.id.clone_from(&chunk.id);
        }
        if answer.model.is_empty() {
            answer.model.clone_from(&chunk.model);
        }
        if answer.created == 0 {
            answer.created = chunk.created;
        }
        if answer
            .system_fingerprint
            .as_deref()
            .unwrap_or_default()
            .is_empty()
        {
            answer
                .system_fingerprint
                .clone_from(&chunk.system_fingerprint);
        }
        // Of usage the last word counts: some servers send it with every chunk, counted so far.
        if let Some(usage) = chunk.usage.as_ref().filter(|usage| !usage.is_empty()) {
            answer.usage = Some(usage.clone());
        }
        if chunk.service_tier.is_some() {
            answer.service_tier.clone_from(&chunk.service_tier);
        }
        if chunk.moderation.is_some() {
            answer.moderation.clone_from(&chunk.moderation);
        }
        let read = ["id", "object", "created", "model", "choices", "usage"];
        replace(&mut answer.extra, &chunk.extra, &read);
        for (at, choice) in chunk.choices.iter().enumerate() {
            if is_object_at(chunk.extra.get("choices"), at) {
                self.take_choice(choice)?;
            }
        }
        Ok(())
    }

    /// The answer so far. What no type names stands in `extra`, and so do `audio` and
    /// `annotations` until the end; a call that is of no function is `ToolCall::Other` until then.
    #[must_use]
    pub fn snapshot(&self) -> &ChatCompletion {
        &self.answer
    }

    /// The answer, once all chunks came.
    #[must_use]
    pub fn finish(self) -> ChatCompletion {
        let mut answer = self.answer;
        for ChatCompletionChoice { message, .. } in &mut answer.choices {
            message.role.get_or_insert(Role::Assistant);
            for call in message.tool_calls.iter_mut().flatten() {
                Calls::finish(call);
            }
            message.audio = typed(&mut message.extra, "audio");
            message.annotations = typed(&mut message.extra, "annotations");
        }
        answer
    }

    fn take_choice(&mut self, piece: &ChatCompletionChunkChoice) -> Result<(), ChoiceIndexError> {
        if piece.index > MAX_INDEX || piece.extra.contains_key("index") {
            return Err(ChoiceIndexError);
        }
        let choices = &mut self.answer.choices;
        let at = choices.partition_point(|choice| choice.index < piece.index);
        if choices
            .get(at)
            .is_none_or(|choice| choice.index != piece.index)
        {
            let fresh = ChatCompletionChoice {
                index: piece.index,
                ..ChatCompletionChoice::default()
            };
            choices.insert(at, fresh);
            self.parts.insert(at, Parts::default());
        }
        let (Some(choice), Some(parts)) = (choices.get_mut(at), self.parts.get_mut(at)) else {
            return Ok(());
        };
        if let Some(reason) = piece
            .finish_reason
            .as_ref()
            .filter(|r| !r.as_str().is_empty())
        {
            choice.finish_reason = Some(reason.clone());
        }
        if let Some(added) = &piece.logprobs {
            parts.take_logprobs(choice.logprobs.get_or_insert_default(), added);
        }
        let read = ["index", "delta", "message", "finish_reason", "logprobs"];
        replace(&mut choice.extra, &piece.extra, &read);
        let whole = piece
            .extra
            .get("message")
            .filter(|_| is_silent(&piece.delta));
        match whole.and_then(|whole| ChatCompletionDelta::deserialize(whole).ok()) {
            // A message that is whole stands for all that came of it before.
            Some(delta) => {
                let names = whole.and_then(Value::as_object).into_iter().flatten();
                parts.forget(&mut choice.message, names);
                parts.take_delta(&mut choice.message, &delta);
            }
            None => parts.take_delta(&mut choice.message, &piece.delta),
        }
        Ok(())
    }
}

impl Parts {
    fn take_delta(&mut self, message: &mut ChatCompletionMessage, delta: &ChatCompletionDelta) {
        let original = |name| delta.extra.get(name);
        if let Some(role) = delta.role.as_ref().filter(|role| !role.as_str().is_empty()) {
            message.role = Some(role.clone());
        }
        for (name, parts, text, added) in [
            (
                "content",
                "content_parts",
                &mut message.content,
                &delta.content,
            ),
            (
                "refusal",
                "refusal_parts",
                &mut message.refusal,
                &delta.refusal,
            ),
        ] {
            if let Some(added) = text_of(added.as_deref(), original(name)) {
                text.get_or_insert_default().push_str(&added);
            }
            let thought = original(name).map(thought_of).unwrap_or_default();
            if !thought.is_empty() {
                let extra = &mut message.extra;
                self.message
                    .add_member(&[], extra, "reasoning_content", &thought.into());
            }
            // Nothing that came is lost: `content` itself must stay a text.
            let others = original(name).map(others_of).unwrap_or_default();
            if !others.is_empty() {
                let extra = &mut message.extra;
                self.message.add_member(&[], extra, parts, &others.into());
            }
        }
        if let Some(call) = &delta.function_call {
            let function = message.function_call.get_or_insert_default();
            add_to_function(&mut self.message, &["function_call"], function, call);
        }
        for (at, call) in delta.tool_calls.iter().flatten().enumerate() {
            if is_object_at(original("tool_calls"), at) {
                let calls = message.tool_calls.get_or_insert_default();
                self.calls.take(&mut self.message, calls, call);
            }
        }
        for (name, value) in &delta.extra {
            let read = ["role", "content", "refusal", "tool_calls", "function_call"];
            if !read.contains(&name.as_str()) {
                let extra = &mut message.extra;
                self.message.add_member(&[], extra, name, value);
            }
        }
    }

    fn take_logprobs(
        &mut self,
        known: &mut ChatCompletionLogprobs,
        added: &ChatCompletionLogprobs,
    ) {
        for (known, added) in [
            (&mut known.content, &added.content),
            (&mut known.refusal, &added.refusal),
        ] {
            if let Some(added) = added {
                known.get_or_insert_default().extend_from_slice(added);
            }
        }
        for (name, value) in &added.extra {
            if !["content", "refusal"].contains(&name.as_str()) {
                let extra = &mut known.extra;
                self.logprobs.add_member(&[], extra, name, value);
            }
        }
    }

    fn forget<'a>(
        &mut self,
        message: &mut ChatCompletionMessage,
        whole: impl Iterator<Item = (&'a String, &'a Value)>,
    ) {
        for (name, value) in whole.filter(|(_, value)| !value.is_null()) {
            if matches!(name.as_str(), "content" | "refusal") {
                if !others_of(value).is_empty() {
                    message.extra.remove(&format!("{name}_parts"));
                }
                if !thought_of(value).is_empty() {
                    message.extra.remove("reasoning_content");
                }
            }
            match name.as_str() {
                "role" => message.role = None,
                "content" => message.content = None,
                "refusal" => message.refusal = None,
                "function_call" => message.function_call = None,
                "tool_calls" => {
                    message.tool_calls = None;
                    self.calls = Calls::default();
                }
                _ => drop(message.extra.remove(name)),
            }
        }
    }
}

/// Keeps the last value of what no type names. Null says nothing, and the originals of fields that
/// were `read` with loss are of one chunk only.
fn replace(known: &mut Map<String, Value>, added: &Map<String, Value>, read: &[&str]) {
    for (name, value) in added {
        if !value.is_null() && !read.contains(&name.as_str()) {
            known.insert(name.clone(), value.clone());
        }
    }
}

/// Whether a delta says nothing, so that a whole message beside it counts.
fn is_silent(delta: &ChatCompletionDelta) -> bool {
    let ChatCompletionDelta {
        role,
        content,
        refusal,
        tool_calls,
        function_call,
        extra,
    } = delta;
    let texts = [
        role.as_ref().map(Role::as_str),
        content.as_deref(),
        refusal.as_deref(),
    ];
    texts.iter().flatten().all(|text| text.is_empty())
        && tool_calls.is_none()
        && function_call.is_none()
        && extra
            .values()
            .all(|value| value.is_null() || value.as_str() == Some(""))
}

/// Whether the entry at this place came as an object. `original` is the list as it came, if its
/// entries were read with loss.
fn is_object_at(original: Option<&Value>, at: usize) -> bool {
    original
        .and_then(|list| list.get(at))
        .is_none_or(Value::is_object)
}

/// Moves what was put together to the field that has a type for it. What that type cannot express
/// stays beside it, as it does when a whole answer is read.
fn typed<T: DeserializeOwned + Serialize>(extra: &mut Map<String, Value>, name: &str) -> Option<T> {
    let value = extra.get(name)?;
    let read = T::deserialize(value).ok()?;
    if serde_json::to_value(&read).is_ok_and(|written| written == *value) {
        extra.remove(name);
    }
    Some(read)
}
