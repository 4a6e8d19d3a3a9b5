//! What it takes to find an item of a response, and to take another one in its place.

use std::mem::take;

use serde_json::Value;

use crate::wire::responses::{
    CodeInterpreterCall, CustomToolCall, FileSearchCall, FunctionCall, ImageGenerationCall,
    McpCall, McpListTools, ResponseOutputItem, ResponseOutputMessage, ResponseReasoning, ShellCall,
    ShellCallOutput, WebSearchCall,
};

/// An item of a kind.
pub(super) trait Kind: Default + Into<ResponseOutputItem> {
    /// The item as one of this kind, if it is.
    fn of(item: &mut ResponseOutputItem) -> Option<&mut Self>;
}

macro_rules! kinds {
    ($($variant:ident($name:ident)),* $(,)?) => {$(
        impl Kind for $name {
            fn of(item: &mut ResponseOutputItem) -> Option<&mut Self> {
                match item {
                    ResponseOutputItem::$variant(item) => Some(item),
                    _ => None,
                }
            }
        }
    )*};
}

kinds! {
    Message(ResponseOutputMessage),
    Reasoning(ResponseReasoning),
    FunctionCall(FunctionCall),
    CustomToolCall(CustomToolCall),
    WebSearchCall(WebSearchCall),
    FileSearchCall(FileSearchCall),
    CodeInterpreterCall(CodeInterpreterCall),
    ImageGenerationCall(ImageGenerationCall),
    McpCall(McpCall),
    McpListTools(McpListTools),
    ShellCall(ShellCall),
    ShellCallOutput(ShellCallOutput),
}

/// An item's identifier; empty if it has none.
pub(super) fn id_of(item: &ResponseOutputItem) -> &str {
    use ResponseOutputItem as I;
    match item {
        I::Message(item) => &item.id,
        I::Reasoning(item) => &item.id,
        I::FunctionCall(item) => item.id.as_deref().unwrap_or_default(),
        I::CustomToolCall(item) => item.id.as_deref().unwrap_or_default(),
        I::WebSearchCall(item) => &item.id,
        I::FileSearchCall(item) => &item.id,
        I::CodeInterpreterCall(item) => &item.id,
        I::ImageGenerationCall(item) => &item.id,
        I::McpCall(item) => &item.id,
        I::McpListTools(item) => &item.id,
        I::McpApprovalRequest(item) => &item.id,
        I::ShellCall(item) => &item.id,
        I::ShellCallOutput(item) => &item.id,
        I::Compaction(item) => &item.id,
        I::Other(item) => item.get("id").and_then(Value::as_str).unwrap_or_default(),
    }
}

/// Gives an item its identifier.
pub(super) fn set_id(item: &mut ResponseOutputItem, id: &str) {
    use ResponseOutputItem as I;
    if id.is_empty() {
        return;
    }
    let id = id.to_owned();
    match item {
        I::Message(item) => item.id = id,
        I::Reasoning(item) => item.id = id,
        I::FunctionCall(item) => item.id = Some(id),
        I::CustomToolCall(item) => item.id = Some(id),
        I::WebSearchCall(item) => item.id = id,
        I::FileSearchCall(item) => item.id = id,
        I::CodeInterpreterCall(item) => item.id = id,
        I::ImageGenerationCall(item) => item.id = id,
        I::McpCall(item) => item.id = id,
        I::McpListTools(item) => item.id = id,
        I::McpApprovalRequest(item) => item.id = id,
        I::ShellCall(item) => item.id = id,
        I::ShellCallOutput(item) => item.id = id,
        I::Compaction(item) => item.id = id,
        I::Other(Value::Object(item)) => drop(item.insert("id".to_owned(), id.into())),
        I::Other(_) => {}
    }
}

/// Takes `item` in the place of `known`. What it leaves empty, though pieces of it came, stays.
pub(super) fn merge(known: &mut ResponseOutputItem, item: &ResponseOutputItem) {
    use ResponseOutputItem as I;
    let mut item = item.clone();
    match (&mut *known, &mut item) {
        (I::Message(known), I::Message(item)) if item.content.is_empty() => {
            item.content = take(&mut known.content);
        }
        (I::Reasoning(known), I::Reasoning(item)) => {
            if item.summary.is_empty() {
                item.summary = take(&mut known.summary);
            }
            if item.content.as_ref().is_none_or(Vec::is_empty) && known.content.is_some() {
                item.content = known.content.take();
            }
        }
        (I::FunctionCall(known), I::FunctionCall(item)) if item.arguments.is_empty() => {
            item.arguments = take(&mut known.arguments);
        }
        (I::CustomToolCall(known), I::CustomToolCall(item)) if item.input.is_empty() => {
            item.input = take(&mut known.input);
        }
        (I::McpCall(known), I::McpCall(item)) if item.arguments.is_empty() => {
            item.arguments = take(&mut known.arguments);
        }
        (I::CodeInterpreterCall(known), I::CodeInterpreterCall(item))
            if item.code.as_ref().is_none_or(String::is_empty) =>
        {
            item.code = known.code.take().or(item.code.take());
        }
        _ => {}
    }
    if id_of(&item).is_empty() {
        set_id(&mut item, id_of(known));
    }
    *known = item;
}
