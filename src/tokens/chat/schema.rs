//! What stands around the messages: tools, the choice among them, the form of the answer.

use alloc::format;
use alloc::string::String;

use serde_json::Value;

use super::{Count, Tally};
use crate::tokens::ConversationError;

// The cookbook's numbers for functions.
const PROPERTIES: i64 = 3;
const PROPERTY: i64 = 3;
const ENUM: i64 = -3;
const ENUM_ITEM: i64 = 3;
const FUNCTIONS: i64 = 12;
// gpt-tokenizer's for the choice of one.
const CHOICE: i64 = 4;
const NO_CHOICE: i64 = 1;

/// The deepest schema, in levels. serde_json and JavaScript's stack allow more.
const MOST_LEVELS: usize = 128;

impl<C: Count> Tally<'_, C> {
    /// Everything but the messages, the start of the answer with it.
    pub fn frame(&mut self, params: &Value) -> Result<(), ConversationError> {
        self.answer();
        let mut any = false;
        for list in ["tools", "functions"] {
            let tools = params.get(list).and_then(Value::as_array);
            for (at, tool) in tools.into_iter().flatten().enumerate() {
                any = true;
                let at = format!("{list}[{at}]");
                self.tool(tool, list == "functions", &at)
                    .ok_or(ConversationError::TooDeep { at })?;
            }
        }
        if any {
            self.estimate();
            self.add(FUNCTIONS);
            let choice = params
                .get("tool_choice")
                .or_else(|| params.get("function_call"));
            self.choice(choice);
        }
        if let Some(format) = params.get("response_format") {
            self.format(format).ok_or(ConversationError::TooDeep {
                at: "response_format".into(),
            })?;
        }
        Ok(())
    }

    /// `None` if it is nested too deeply.
    fn tool(&mut self, tool: &Value, bare: bool, at: &str) -> Option<()> {
        let kind = tool.get("type").and_then(Value::as_str).unwrap_or("");
        let inner = tool.get(kind).filter(|inner| inner.is_object());
        if !bare && !matches!(kind, "function" | "custom") {
            self.uncounted(|| format!("{at} ({kind})"));
            return Some(());
        }
        let function = inner.unwrap_or(tool);
        let line = format!("{}:{}", text(function, "name"), description(function));
        if self.most {
            // The definition as JSON, if that is more than the cookbook's formula.
            let before = self.counted().tokens;
            self.literal(tool, 0)?;
            let json = (self.counted().tokens - before) as i64;
            self.add(-json);
            self.definition(function, &line)?;
            let formula = (self.counted().tokens - before) as i64;
            self.add((json - formula).max(0));
            self.foreign();
            return Some(());
        }
        self.definition(function, &line)
    }

    fn definition(&mut self, function: &Value, line: &str) -> Option<()> {
        self.add(self.rules.per_function);
        self.text(line);
        function
            .get("parameters")
            .map_or(Some(()), |schema| self.nested(schema, 0))
    }

    fn nested(&mut self, schema: &Value, level: usize) -> Option<()> {
        if level > MOST_LEVELS {
            return None;
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        if let Some(properties) = properties.filter(|properties| !properties.is_empty()) {
            self.add(PROPERTIES);
            for (name, property) in properties {
                self.property(name, property, level + 1)?;
            }
        }
        if let Some(items) = schema.get("items").filter(|items| items.is_object()) {
            self.nested(items, level + 1)?;
        }
        for list in ["anyOf", "oneOf", "allOf"] {
            let schemas = schema.get(list).and_then(Value::as_array);
            for schema in schemas.into_iter().flatten() {
                self.nested(schema, level + 1)?;
            }
        }
        for list in ["$defs", "definitions"] {
            let schemas = schema.get(list).and_then(Value::as_object);
            for (name, schema) in schemas.into_iter().flatten() {
                self.property(name, schema, level + 1)?;
            }
        }
        Some(())
    }

    fn property(&mut self, name: &str, property: &Value, level: usize) -> Option<()> {
        self.add(PROPERTY);
        if let Some(items) = property.get("enum").and_then(Value::as_array) {
            self.add(ENUM);
            for item in items {
                self.add(ENUM_ITEM);
                match item.as_str() {
                    Some(item) => self.text(item),
                    // A number or `null`: one token, near enough.
                    None => self.add(1),
                }
            }
        }
        let kind = text(property, "type");
        self.text(&format!("{name}:{kind}:{}", description(property)));
        self.nested(property, level)
    }

    fn choice(&mut self, choice: Option<&Value>) {
        match choice {
            Some(Value::String(choice)) if choice == "none" => self.add(NO_CHOICE),
            Some(Value::Object(choice)) => {
                let function = choice.get("function").or_else(|| choice.get("custom"));
                let named = function.and_then(|function| function.get("name"));
                let name = named.or_else(|| choice.get("name"));
                if let Some(name) = name.and_then(Value::as_str) {
                    self.add(CHOICE);
                    self.text(name);
                }
            }
            _ => {}
        }
    }

    fn format(&mut self, format: &Value) -> Option<()> {
        match format.get("type").and_then(Value::as_str) {
            None | Some("text") => Some(()),
            Some("json_schema") => {
                self.foreign();
                format
                    .get("json_schema")
                    .map_or(Some(()), |schema| self.literal(schema, 0))
            }
            Some(_) => {
                self.foreign();
                Some(())
            }
        }
    }

    /// A value as JSON, nearly: independent of the order of keys and of how numbers are written.
    fn literal(&mut self, value: &Value, level: usize) -> Option<()> {
        if level > MOST_LEVELS {
            return None;
        }
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => self.add(1),
            Value::String(text) => {
                self.text(text);
                self.add(2);
            }
            Value::Array(items) => {
                self.add(2);
                for item in items {
                    self.add(1);
                    self.literal(item, level + 1)?;
                }
            }
            Value::Object(fields) => {
                self.add(2);
                for (name, value) in fields {
                    self.text(name);
                    self.add(3);
                    self.literal(value, level + 1)?;
                }
            }
        }
        Some(())
    }
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or("")
}

/// The cookbook counts a description without its full stop.
fn description(value: &Value) -> String {
    let text = text(value, "description");
    text.strip_suffix('.').unwrap_or(text).into()
}
