//! Items: what goes in, brought into one form.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::{error::ApiError, params::wrong_type, server::AppState};

/// A list's entries; empty if the value is not a list.
pub fn list(value: Option<&Value>) -> Vec<Value> {
    value.and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The items of `value`, a text or a list, each with an identifier. `history` went before them.
///
/// # Errors
/// 400 for a value that is not an item, 404 for an item that is not kept.
pub fn read(
    state: &AppState,
    name: &str,
    value: &Value,
    history: &[Value],
) -> Result<Vec<Value>, ApiError> {
    match value {
        Value::String(text) => Ok(vec![message(state, "user", json!(text))]),
        Value::Array(items) => {
            let mut read: Vec<Value> = Vec::new();
            for (index, item) in items.iter().enumerate() {
                let at = format!("{name}[{index}]");
                let before: Vec<&Value> = history.iter().chain(&read).collect();
                let item = one(state, &at, item, &before)?;
                read.push(item);
            }
            Ok(read)
        }
        other => Err(wrong_type(name, "a string or an array of items", other)),
    }
}

fn one(state: &AppState, at: &str, item: &Value, before: &[&Value]) -> Result<Value, ApiError> {
    let Some(members) = item.as_object() else {
        return Err(wrong_type(at, "an object", item));
    };
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let kind = text("type").unwrap_or(if members.contains_key("role") {
        "message"
    } else {
        "item_reference"
    });
    match kind {
        "message" => {
            let role = text("role").unwrap_or_default();
            if !["user", "assistant", "system", "developer"].contains(&role) {
                let field = format!("{at}.role");
                let words = format!(
                    "Invalid value: '{role}'. Supported values are: 'assistant', 'system', 'developer', and 'user'."
                );
                return Err(ApiError::invalid(&field, words).with_code("invalid_value"));
            }
            let content = members.get("content").cloned().unwrap_or(Value::Null);
            if !content.is_string() && !content.is_array() {
                let field = format!("{at}.content");
                return Err(wrong_type(
                    &field,
                    "a string or an array of parts",
                    &content,
                ));
            }
            let mut message = message(state, role, content);
            if let Some(id) = text("id") {
                message["id"] = json!(id);
            }
            Ok(message)
        }
        "item_reference" => {
            let id = text("id").unwrap_or_default();
            find(state, id)
                .ok_or_else(|| ApiError::not_found(at, format!("Item with id '{id}' not found.")))
        }
        "function_call_output" | "custom_tool_call_output" => {
            let call = text("call_id").unwrap_or_default();
            let known = before.iter().any(|item| item["call_id"] == call);
            if !known {
                let words =
                    format!("No tool call found for function call output with call_id {call}.");
                return Err(ApiError::invalid("input", words));
            }
            Ok(with_id(state, members, "fco_"))
        }
        "function_call" => Ok(with_id(state, members, "fc_")),
        "reasoning" => Ok(with_id(state, members, "rs_")),
        _ => Ok(with_id(state, members, "item_")),
    }
}

fn with_id(state: &AppState, members: &Map<String, Value>, prefix: &str) -> Value {
    let mut item = members.clone();
    item.entry("id").or_insert_with(|| json!(state.id(prefix)));
    item.entry("status").or_insert_with(|| json!("completed"));
    Value::Object(item)
}

fn message(state: &AppState, role: &str, content: Value) -> Value {
    let content = match content {
        Value::String(text) if role == "assistant" => {
            json!([{"type": "output_text", "text": text, "annotations": [], "logprobs": []}])
        }
        Value::String(text) => json!([{"type": "input_text", "text": text}]),
        other => other,
    };
    json!({
        "type": "message", "id": state.id("msg_"), "status": "completed",
        "role": role, "content": content,
    })
}

/// An item of any response or conversation that is kept.
fn find(state: &AppState, id: &str) -> Option<Value> {
    let objects = state.store.read();
    let responses = objects.responses.values().flat_map(|kept| kept.context());
    let talks = objects
        .conversations
        .values()
        .flat_map(|talk| talk.items.clone());
    responses.chain(talks).find(|item| item["id"] == id)
}

/// What an item says.
pub fn text_of(item: &Value) -> String {
    let parts = |value: &Value| -> String {
        match value {
            Value::String(text) => text.clone(),
            Value::Array(parts) => parts
                .iter()
                .filter_map(|part| part.get("text").and_then(Value::as_str))
                .collect(),
            _ => String::new(),
        }
    };
    ["content", "output", "arguments", "input", "summary"]
        .iter()
        .filter_map(|name| item.get(*name))
        .map(parts)
        .collect()
}

/// The part of a list that a query asks for.
///
/// # Errors
/// 400 for an invalid limit.
pub fn page(items: &[Value], query: &HashMap<String, String>) -> Result<Value, ApiError> {
    let limit = query.get("limit").map_or(Ok(20), |limit| limit.parse());
    let limit = limit.ok().filter(|limit| (1..=100).contains(limit));
    let limit = limit.ok_or_else(|| {
        ApiError::invalid(
            "limit",
            "Invalid 'limit': expected an integer from 1 to 100.",
        )
    })?;
    let mut all = items.to_vec();
    if query.get("order").is_none_or(|order| order != "asc") {
        all.reverse();
    }
    if let Some(after) = query.get("after") {
        let at = all.iter().position(|item| item["id"] == after.as_str());
        all = all.split_off(at.map_or(all.len(), |at| at + 1));
    }
    let has_more = all.len() > limit;
    all.truncate(limit);
    let id = |item: Option<&Value>| item.map_or(json!(""), |item| item["id"].clone());
    let (first_id, last_id) = (id(all.first()), id(all.last()));
    Ok(json!({
        "object": "list", "data": all, "first_id": first_id, "last_id": last_id,
        "has_more": has_more,
    }))
}
