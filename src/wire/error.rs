//! Error bodies, in the dialects that servers speak.

use serde_json::{Map, Value};

use super::{json, report};

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
    /// Reads the error out of a whole body, whatever the dialect; `None` if the body holds none.
    ///
    /// Known dialects: `{"error": {…}}` (OpenAI, OpenRouter, Exo), the same in a list (gateways),
    /// `{"error": "text"}` (Fireworks, Ollama), `{"object": "error", …}` (older vLLM),
    /// `{"type": "error", …}`, `{"detail": …}` (FastAPI servers), an `error` on a choice, and a
    /// `finish_reason` that says that the server gave up (`abort`, `error`, `timeout` and the like).
    ///
    /// An `error` that says nothing (null, false, or empty in all that it holds) is no error, unless
    /// it is all that the body holds and neither null nor false.
    #[must_use]
    pub fn from_body(body: &[u8]) -> Option<Self> {
        Self::from_value(json::read(&String::from_utf8_lossy(body)).ok()?)
    }

    /// [`from_body`](Self::from_body) for a body that is already parsed.
    #[must_use]
    #[allow(clippy::needless_pass_by_value, reason = "a body is read once")]
    pub fn from_value(body: Value) -> Option<Self> {
        report::in_answer(&body)
    }

    /// The error that a chunk carries besides what else it says: the `error` member in the `extra`
    /// of a response or a chunk. Does not copy anything when it is missing.
    #[must_use]
    pub fn from_extra(extra: &Map<String, Value>) -> Option<Self> {
        // An empty map, the usual case, costs one comparison.
        let error = (!extra.is_empty()).then(|| extra.get("error"))??;
        report::in_member(error)
    }

    /// The error that a stream's event reports. `named` says that the event itself is called
    /// `error`, so that its whole body is one.
    #[must_use]
    #[allow(clippy::needless_pass_by_value, reason = "an event is read once")]
    pub fn from_event(event: Value, named: bool) -> Option<Self> {
        report::in_event(&event, named)
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

impl std::error::Error for ApiError {}

object! {
    /// The envelope that an error comes in.
    response struct ErrorResponse {
        /// What went wrong.
        error: ApiError,
    }
}
