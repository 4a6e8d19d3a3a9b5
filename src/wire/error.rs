//! Error bodies, in the dialects that servers speak.

use serde_json::{Map, Value};

object! {
    /// What a server says went wrong.
    ///
    /// Its texts come from the server and may quote the request: show them to the caller, keep
    /// them out of logs.
    response struct ApiError as "ErrorObject" {
        /// What went wrong, for people.
        ///
        /// In Rust empty if the server gave no words.
        message: String,
        /// The kind of error, for instance `invalid_request_error`.
        #[ts(optional = false)]
        r#type: Option<String>,
        /// The parameter at fault.
        #[ts(optional = false)]
        param: Option<String>,
        /// A code, for instance `insufficient_quota`. Some servers send a number.
        ///
        /// In Rust a number is read as its digits.
        #[ts(optional = false)]
        code: Option<String>,
    }
}

impl ApiError {
    /// Reads the error out of a body, whatever the dialect; `None` if the body holds none.
    ///
    /// Known dialects: `{"error": {…}}` (OpenAI, OpenRouter, Exo), `{"error": "text"}`
    /// (Fireworks, Ollama), `{"object": "error", "message": …}` (older vLLM), `{"detail": …}`
    /// (FastAPI servers) and `{"type": "error", "message": …}`.
    #[must_use]
    pub fn from_body(body: &[u8]) -> Option<Self> {
        Self::from_value(serde_json::from_slice(body).ok()?)
    }

    /// [`from_body`](Self::from_body) for a body that is already parsed. A stream's chunk can
    /// ask for its in-band error with [`from_extra`](Self::from_extra).
    #[must_use]
    pub fn from_value(body: Value) -> Option<Self> {
        let Value::Object(mut body) = body else {
            return None;
        };
        if let Some(error) = body.remove("error").and_then(Self::from_member) {
            return Some(error);
        }
        if let Some(detail) = body.get("detail") {
            return Some(Self {
                message: detail
                    .as_str()
                    .map_or_else(|| detail.to_string(), str::to_owned),
                extra: body,
                ..Self::default()
            });
        }
        let says_error = ["object", "type"]
            .into_iter()
            .any(|name| body.get(name).and_then(Value::as_str) == Some("error"));
        if says_error && body.contains_key("message") {
            return serde_json::from_value(Value::Object(body)).ok();
        }
        None
    }

    /// The error that a body carries besides what else it says: the `error` member in the
    /// `extra` of a response or a chunk. Does not copy anything when there is none.
    #[must_use]
    pub fn from_extra(extra: &Map<String, Value>) -> Option<Self> {
        // An empty map, the usual case, costs one comparison.
        let error = (!extra.is_empty()).then(|| extra.get("error"))??;
        Self::from_member(error.clone())
    }

    /// The error that a stream's event reports. `named` says that the event itself is called
    /// `error`, so that its whole body is one.
    ///
    /// An empty `error` object counts here: the event has nothing else to say.
    #[must_use]
    pub fn from_event(event: Value, named: bool) -> Option<Self> {
        let Value::Object(mut event) = event else {
            return named.then(|| Self::from_member(event).unwrap_or_default());
        };
        match event.remove("error") {
            Some(Value::Object(error)) if error.is_empty() => return Some(Self::default()),
            Some(error) => {
                if let Some(error) = Self::from_member(error) {
                    return Some(error);
                }
            }
            None => {}
        }
        if named || event.get("object").is_some_and(|kind| kind == "error") {
            return serde_json::from_value(Value::Object(event)).ok();
        }
        None
    }

    /// An error that came as bare text.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self {
            message: text.to_owned(),
            ..Self::default()
        }
    }

    /// The HTTP status that the error names as its code (OpenRouter, older vLLM), if it is one:
    /// 400 to 599.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        let status = self.code.as_deref()?.parse().ok()?;
        (400..=599).contains(&status).then_some(status)
    }

    /// `false`, `null`, 0, an empty text and an empty object are no errors: some servers send
    /// `"error": null` with every answer.
    fn from_member(error: Value) -> Option<Self> {
        match error {
            Value::String(message) if !message.is_empty() => Some(Self::from_text(&message)),
            Value::Number(zero) if zero.as_f64() == Some(0.0) => None,
            Value::Object(error) if !error.is_empty() => {
                serde_json::from_value(Value::Object(error)).ok()
            }
            Value::Bool(true) | Value::Array(_) | Value::Number(_) => {
                Some(Self::from_text(&error.to_string()))
            }
            _ => None,
        }
    }
}

impl std::fmt::Display for ApiError {
    /// The message, and the code if there is one.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{} ({code})", self.message),
            None => f.write_str(&self.message),
        }
    }
}

object! {
    /// The envelope that an error comes in.
    response struct ErrorResponse {
        /// What went wrong.
        error: ApiError,
    }
}
