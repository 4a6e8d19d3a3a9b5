//! A message: its role, content, name and calls.

use alloc::format;
use alloc::string::String;

use serde_json::{Map, Value};

use super::{Count, Tally};
use crate::tokens::ConversationError;

/// Fields that are no text for the model.
const SILENT: &[&str] = &[
    "role",
    "content",
    "name",
    "tool_call_id",
    "id",
    "status",
    "type",
];
/// A function's call, in a message.
const CALL: i64 = 3;
/// A message of the role `function` has fewer tokens than others.
const FUNCTION_ROLE: i64 = -2;

impl<C: Count> Tally<'_, C> {
    pub fn message(&mut self, message: &Value, at: usize) -> Result<(), ConversationError> {
        let Value::Object(message) = message else {
            return Err(ConversationError::NotAMessage { at });
        };
        self.begin();
        let role = message.get("role").and_then(Value::as_str);
        match role {
            Some(role) => self.text(role),
            None => self.foreign(),
        }
        match role {
            Some("function") => {
                self.add(FUNCTION_ROLE);
                self.foreign();
            }
            Some("tool") => self.foreign(),
            _ => {}
        }
        match message.get("content") {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => self.text(text),
            Some(Value::Array(parts)) => {
                // How several are joined is not documented.
                if parts.len() > 1 {
                    self.foreign();
                }
                for (part_at, part) in parts.iter().enumerate() {
                    self.part(part, at, part_at);
                }
            }
            Some(_) => self.uncounted(|| format!("messages[{at}].content")),
        }
        if let Some(name) = message.get("name").and_then(Value::as_str) {
            self.text(name);
            self.add(self.rules.per_name);
        }
        for (field, value) in message {
            let empty = value.is_null() || value.as_array().is_some_and(|list| list.is_empty());
            if !empty && !SILENT.contains(&field.as_str()) {
                self.extra(field, value, at);
            }
        }
        Ok(())
    }

    fn part(&mut self, part: &Value, at: usize, part_at: usize) {
        let field = |name: &str| part.get(name).and_then(Value::as_str);
        match field("type") {
            Some("text" | "input_text" | "output_text") => self.text(field("text").unwrap_or("")),
            Some("refusal") => {
                self.estimate();
                self.text(field("refusal").unwrap_or(""));
            }
            Some("image_url") => {
                let detail = part.get("image_url").and_then(|image| image.get("detail"));
                self.picture(detail.and_then(Value::as_str) == Some("low"));
            }
            Some("input_image") => self.picture(field("detail") == Some("low")),
            kind => {
                let kind = kind.unwrap_or("no type");
                self.uncounted(|| format!("messages[{at}].content[{part_at}] ({kind})"));
            }
        }
    }

    fn extra(&mut self, field: &str, value: &Value, at: usize) {
        match (field, value) {
            ("tool_calls", Value::Array(calls)) => {
                for call in calls {
                    let call = call.get("function").or_else(|| call.get("custom"));
                    self.call(call.and_then(Value::as_object));
                }
            }
            ("function_call", call) => self.call(call.as_object()),
            ("refusal", Value::String(text)) => {
                self.estimate();
                self.text(text);
            }
            ("audio", _) => self.uncounted(|| format!("messages[{at}].audio")),
            _ => self.foreign(),
        }
    }

    fn call(&mut self, call: Option<&Map<String, Value>>) {
        self.add(CALL);
        self.foreign();
        for field in ["name", "arguments", "input"] {
            let text = call.and_then(|call| call.get(field)?.as_str());
            self.text(text.unwrap_or(""));
        }
    }
}
