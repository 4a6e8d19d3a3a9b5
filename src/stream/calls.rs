//! The pieces of tool calls, and which call each of them belongs to.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::pieces::{Pieces, number_key, text_of};
use crate::wire::chat::{Function, FunctionCallDelta, FunctionToolCall, ToolCall, ToolCallDelta};

/// Where the calls of a message are.
#[derive(Debug, Default)]
pub(super) struct Calls {
    by_id: HashMap<String, usize>,
    by_index: HashMap<u64, usize>,
}

impl Calls {
    /// Adds a piece to the call that it belongs to, or begins a call with it.
    pub(super) fn take(
        &mut self,
        pieces: &mut Pieces,
        calls: &mut Vec<ToolCall>,
        piece: &ToolCallDelta,
    ) {
        let id = word(piece.id.as_deref(), &piece.extra, "id");
        let index = match piece.extra.get("index") {
            Some(original) => number_key(original),
            None => piece.index.and_then(|index| number_key(&index.into())),
        };
        let at = match self.find(calls, piece, &id, index) {
            Some(at) => at,
            None => {
                calls.push(ToolCall::Function(FunctionToolCall::default()));
                if let Some(index) = index {
                    self.by_index.insert(index, calls.len() - 1);
                }
                calls.len() - 1
            }
        };
        let Some(call) = calls.get_mut(at) else {
            return;
        };
        let place = at.to_string();
        let path = ["tool_calls", place.as_str()];
        let kind = word(piece.r#type.as_deref(), &piece.extra, "type");
        add_to_call(pieces, &path, call, piece, (&id, &kind));
        if !id.is_empty() {
            self.by_id.insert(id, at);
        }
    }

    /// Which call a piece belongs to: by its id, else by its index, else the last one, for servers
    /// leave out each of them. A new id under a known index is a new call.
    fn find(
        &self,
        calls: &[ToolCall],
        piece: &ToolCallDelta,
        id: &str,
        index: Option<u64>,
    ) -> Option<usize> {
        let same_index = index.and_then(|index| self.by_index.get(&index).copied());
        if !id.is_empty() {
            let nameless =
                || same_index.filter(|at| calls.get(*at).is_some_and(|c| c.id().is_empty()));
            return self.by_id.get(id).copied().or_else(nameless);
        }
        if same_index.is_some() {
            return same_index;
        }
        let last = calls.last()?;
        let name = piece
            .function
            .as_ref()
            .map(|function| word(function.name.as_deref(), &function.extra, "name"))
            .filter(|name| !name.is_empty())
            .or_else(|| Some(word(None, piece.extra.get("custom")?.as_object()?, "name")))
            .unwrap_or_default();
        // An unknown index with a name begins a call; so does, without an index, a name after
        // whole arguments.
        let begins = !name.is_empty()
            && (index.is_some() || {
                let (known, arguments) = name_and_arguments(last);
                !known.is_empty() && (name != known || is_whole(arguments))
            });
        (!begins).then(|| calls.len() - 1)
    }

    /// Gives a call that was put together the type that its `type` names.
    pub(super) fn finish(call: &mut ToolCall) {
        if let ToolCall::Other(value) = call
            && let Ok(typed) = serde_json::from_value(value.take())
        {
            *call = typed;
        }
    }
}

/// A text of an object: the field as it was read, or the digits of the number that stood there.
fn word(read: Option<&str>, extra: &Map<String, Value>, name: &str) -> String {
    let original = extra.get(name).filter(|original| !original.is_array());
    if original.is_none() && extra.contains_key(name) {
        return String::new();
    }
    text_of(read, original).unwrap_or_default().into_owned()
}

fn add_to_call(
    pieces: &mut Pieces,
    path: &[&str],
    call: &mut ToolCall,
    piece: &ToolCallDelta,
    (id, kind): (&str, &str),
) {
    let is_custom = kind.is_empty() && piece.extra.get("custom").is_some_and(Value::is_object);
    if let ToolCall::Function(function) = call {
        let blank = is_blank(&function.function);
        if (is_custom && blank) || !matches!(kind, "" | "function") {
            *call = ToolCall::Other(untyped(std::mem::take(function), blank));
        }
    }
    let extra = match call {
        ToolCall::Function(call) => {
            if !id.is_empty() {
                id.clone_into(&mut call.id);
            }
            if let Some(function) = &piece.function {
                add_to_function(pieces, path, &mut call.function, function);
            }
            &mut call.extra
        }
        ToolCall::Other(Value::Object(call)) => {
            if !id.is_empty() {
                call.insert("id".to_owned(), id.into());
            }
            if !kind.is_empty() {
                call.insert("type".to_owned(), kind.into());
            }
            let mut function: Option<Function> = call
                .remove("function")
                .and_then(|function| serde_json::from_value(function).ok());
            if is_custom && function.as_ref().is_none_or(is_blank) {
                call.insert("type".to_owned(), "custom".into());
            }
            if let Some(added) = &piece.function {
                add_to_function(pieces, path, function.get_or_insert_default(), added);
            }
            if call.get("type").and_then(Value::as_str) == Some("function") {
                function.get_or_insert_default();
            } else {
                function = function.filter(|function| !is_blank(function));
            }
            if let Some(function) = function {
                call.insert("function".to_owned(), untyped_function(function));
            }
            call
        }
        _ => return,
    };
    for (name, value) in &piece.extra {
        if !["index", "id", "type", "function"].contains(&name.as_str()) {
            pieces.add_member(path, extra, name, value);
        }
    }
}

/// Adds a piece of a function's call: the last name counts, arguments are joined. Arguments that
/// come as an object are whole.
pub(super) fn add_to_function(
    pieces: &mut Pieces,
    path: &[&str],
    call: &mut Function,
    piece: &FunctionCallDelta,
) {
    let name = word(piece.name.as_deref(), &piece.extra, "name");
    if !name.is_empty() {
        call.name = name;
    }
    match piece.extra.get("arguments") {
        Some(Value::Null) => {}
        Some(whole) => call.arguments = whole.to_string(),
        None => call
            .arguments
            .push_str(piece.arguments.as_deref().unwrap_or_default()),
    }
    for (name, value) in &piece.extra {
        if !["name", "arguments"].contains(&name.as_str()) {
            let mut path = path.to_vec();
            path.push("function");
            pieces.add_member(&path, &mut call.extra, name, value);
        }
    }
}

/// Whether nothing has come of a function, so that a call of a custom tool does not get one.
fn is_blank(function: &Function) -> bool {
    function.name.is_empty()
        && function.arguments.is_empty()
        && function
            .extra
            .values()
            .all(|value| value.as_str() == Some(""))
}

/// The same call as an object of which the type is not known; its texts are moved.
fn untyped(call: FunctionToolCall, blank: bool) -> Value {
    let mut object = call.extra;
    object.insert("id".to_owned(), call.id.into());
    object.insert(
        "type".to_owned(),
        if blank { "custom" } else { "function" }.into(),
    );
    if !blank {
        object.insert("function".to_owned(), untyped_function(call.function));
    }
    Value::Object(object)
}

fn untyped_function(function: Function) -> Value {
    let mut object = function.extra;
    object.insert("name".to_owned(), function.name.into());
    object.insert("arguments".to_owned(), function.arguments.into());
    Value::Object(object)
}

fn name_and_arguments(call: &ToolCall) -> (&str, &str) {
    match call {
        ToolCall::Function(call) => (&call.function.name, &call.function.arguments),
        ToolCall::Other(call) => {
            let text = |what: &str, name: &str| {
                let text = call.get(what).and_then(|what| what.get(name));
                text.and_then(Value::as_str).unwrap_or_default()
            };
            match text("function", "name") {
                "" => (text("custom", "name"), ""),
                name => (name, text("function", "arguments")),
            }
        }
        ToolCall::Custom(call) => (&call.custom.name, ""),
    }
}

/// Whether arguments are a whole object or list.
fn is_whole(text: &str) -> bool {
    text.trim_end().ends_with(['}', ']'])
        && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}
