//! Chunks of a chat answer in, the whole answer out: for every choice, from any server.

use serde_json::{Map, Value};

use crate::wire::ObjectKind;
use crate::wire::chat::{
    ChatCompletion, ChatCompletionChoice, ChatCompletionChunk, ChatCompletionChunkChoice,
    ChatCompletionLogprobs, ChatCompletionMessage, Function, FunctionCallDelta, FunctionToolCall,
    Role, ToolCall, ToolCallDelta,
};

/// The most choices, and the most tool calls of one: an index must not fill the memory.
const MAX_INDEX: u32 = 127;

/// Puts the chunks of an answer together.
///
/// ```
/// use openai_wasm::stream::Accumulator;
/// use openai_wasm::wire::chat::ChatCompletionChunk;
///
/// let mut answer = Accumulator::new();
/// for text in ["Hel", "lo"] {
///     let chunk = format!(r#"{{"choices":[{{"index":0,"delta":{{"content":"{text}"}}}}]}}"#);
///     let chunk: ChatCompletionChunk = serde_json::from_str(&chunk)?;
///     answer.push(&chunk);
/// }
/// assert_eq!(answer.finish().text(), "Hello");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Accumulator {
    answer: ChatCompletion,
    /// For each choice, which index each of its calls was sent under.
    call_indexes: Vec<(u32, Vec<Option<u32>>)>,
}

impl Accumulator {
    /// An answer of which nothing has come.
    #[must_use]
    pub fn new() -> Self {
        let mut accumulator = Self::default();
        accumulator.answer.object = ObjectKind::ChatCompletion;
        accumulator
    }

    /// Adds a chunk. Choices and calls with an index above 127 are left out.
    pub fn push(&mut self, chunk: &ChatCompletionChunk) {
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
        take_extra(
            &mut answer.extra,
            &chunk.extra,
            &["created", "usage", "choices"],
        );
        for choice in &chunk.choices {
            if choice.index <= MAX_INDEX {
                self.take_choice(choice);
            }
        }
    }

    /// The answer so far.
    #[must_use]
    pub fn snapshot(&self) -> &ChatCompletion {
        &self.answer
    }

    /// The answer, once all chunks came.
    #[must_use]
    pub fn finish(self) -> ChatCompletion {
        let mut answer = self.answer;
        for choice in &mut answer.choices {
            choice.message.role.get_or_insert(Role::Assistant);
        }
        answer
    }

    fn take_choice(&mut self, piece: &ChatCompletionChunkChoice) {
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
            self.call_indexes.insert(at, (piece.index, Vec::new()));
        }
        let (Some(choice), Some((_, indexes))) =
            (choices.get_mut(at), self.call_indexes.get_mut(at))
        else {
            return;
        };
        if piece.finish_reason.is_some() {
            choice.finish_reason.clone_from(&piece.finish_reason);
        }
        if let Some(added) = &piece.logprobs {
            take_logprobs(choice.logprobs.get_or_insert_default(), added);
        }
        take_extra(
            &mut choice.extra,
            &piece.extra,
            &["index", "delta", "logprobs"],
        );
        let (message, delta) = (&mut choice.message, &piece.delta);
        if delta.role.is_some() {
            message.role.clone_from(&delta.role);
        }
        append(&mut message.content, delta.content.as_deref());
        append(&mut message.refusal, delta.refusal.as_deref());
        if let Some(call) = &delta.function_call {
            take_function(message.function_call.get_or_insert_default(), call);
        }
        for call in delta.tool_calls.iter().flatten() {
            take_call(message, indexes, call);
        }
        let fields = ["role", "content", "refusal", "tool_calls", "function_call"];
        take_extra(&mut message.extra, &delta.extra, &fields);
    }
}

fn append(text: &mut Option<String>, added: Option<&str>) {
    if let Some(added) = added {
        text.get_or_insert_default().push_str(added);
    }
}

/// Keeps what no type names. Of the texts that servers stream beside the content, `reasoning` and
/// `reasoning_content`, every piece counts, of anything else the last one. The originals of
/// `fields` that were read with loss are of one chunk only, so they are not kept.
fn take_extra(known: &mut Map<String, Value>, added: &Map<String, Value>, fields: &[&str]) {
    for (name, value) in added {
        if fields.contains(&name.as_str()) {
            continue;
        }
        match (known.get_mut(name), value) {
            (_, Value::Null) => {}
            (Some(Value::String(text)), Value::String(more)) if name.starts_with("reasoning") => {
                text.push_str(more);
            }
            _ => {
                known.insert(name.clone(), value.clone());
            }
        }
    }
}

fn take_logprobs(known: &mut ChatCompletionLogprobs, added: &ChatCompletionLogprobs) {
    for (known, added) in [
        (&mut known.content, &added.content),
        (&mut known.refusal, &added.refusal),
    ] {
        if let Some(added) = added {
            known.get_or_insert_default().extend_from_slice(added);
        }
    }
}

/// Which call a piece belongs to: by its id, else by its index, else the last one, for servers leave
/// out each of them. A new id under a known index is a new call.
fn take_call(
    message: &mut ChatCompletionMessage,
    indexes: &mut Vec<Option<u32>>,
    piece: &ToolCallDelta,
) {
    let calls = message.tool_calls.get_or_insert_default();
    let at = match find_call(calls, indexes, piece) {
        Some(at) => at,
        None if calls.len() > MAX_INDEX as usize => return,
        None => {
            calls.push(ToolCall::Function(FunctionToolCall::default()));
            indexes.push(piece.index);
            calls.len() - 1
        }
    };
    let Some(ToolCall::Function(call)) = calls.get_mut(at) else {
        return;
    };
    if let Some(id) = piece.id.as_deref().filter(|id| !id.is_empty()) {
        id.clone_into(&mut call.id);
    }
    if let Some(function) = &piece.function {
        take_function(&mut call.function, function);
    }
    take_extra(
        &mut call.extra,
        &piece.extra,
        &["index", "id", "type", "function"],
    );
}

fn find_call(calls: &[ToolCall], indexes: &[Option<u32>], piece: &ToolCallDelta) -> Option<usize> {
    let same_index = piece
        .index
        .and_then(|index| indexes.iter().rposition(|known| *known == Some(index)));
    if let Some(id) = piece.id.as_deref().filter(|id| !id.is_empty()) {
        let same_id = calls.iter().position(|call| call.id() == id);
        let nameless = || same_index.filter(|at| calls.get(*at).is_some_and(|c| c.id().is_empty()));
        return same_id.or_else(nameless);
    }
    if piece.index.is_some() {
        return same_index;
    }
    // Neither id nor index: a name after whole arguments begins a new call.
    let ToolCall::Function(last) = calls.last()? else {
        return None;
    };
    let name = piece
        .function
        .as_ref()
        .and_then(|call| call.name.as_deref());
    let name = name.unwrap_or_default();
    let begins = !name.is_empty()
        && !last.function.name.is_empty()
        && (name != last.function.name || is_json(&last.function.arguments));
    (!begins).then(|| calls.len() - 1)
}

fn take_function(call: &mut Function, piece: &FunctionCallDelta) {
    if let Some(name) = piece.name.as_deref().filter(|name| !name.is_empty()) {
        name.clone_into(&mut call.name);
    }
    call.arguments
        .push_str(piece.arguments.as_deref().unwrap_or_default());
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}
