//! An error that a server reports inside a stream, in every dialect that is known.

use std::fmt;

use serde_json::Value;

/// What the server said went wrong.
///
/// Dialects: OpenAI's `{"error":{…}}`, Fireworks' `{"error":"text"}`, OpenRouter's numeric `code`,
/// older vLLM's flat `{"object":"error",…}`, a flat body under `event: error`, and old llama.cpp's
/// `error: {…}` line.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerError {
    /// The message, empty if there was none.
    pub message: String,
    /// The `type`.
    pub kind: Option<String>,
    /// The `code`, as text also when it came as a number.
    pub code: Option<String>,
    /// The parameter that is at fault.
    pub param: Option<String>,
    /// The HTTP status, if the code is a number from 400 to 599.
    pub status: Option<u16>,
    /// The error as it came.
    pub body: Value,
}

impl ServerError {
    /// Reads the error in `value`, if it is one. `named` says that the event itself was named
    /// `error`, so that a flat body counts.
    pub(super) fn find(value: &Value, named: bool) -> Option<Self> {
        match value.get("error") {
            Some(error) if is_truthy(error) => Some(Self::read(error)),
            _ if named || value.get("object").is_some_and(|kind| kind == "error") => {
                Some(Self::read(value))
            }
            _ => None,
        }
    }

    /// An error whose body is no JSON.
    pub(super) fn plain(text: &str) -> Self {
        Self::read(&Value::String(text.to_owned()))
    }

    fn read(error: &Value) -> Self {
        let text = |name: &str| match error.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let code = text("code");
        let status = code.as_deref().and_then(|code| code.parse().ok());
        Self {
            message: match error {
                Value::String(message) => message.clone(),
                _ => text("message").unwrap_or_default(),
            },
            kind: text("type"),
            param: text("param"),
            status: status.filter(|status| (400..600).contains(status)),
            code,
            body: error.clone(),
        }
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{} ({code})", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// What JavaScript calls truthy: `"error": null`, `""`, `0` and `false` are no error.
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}
