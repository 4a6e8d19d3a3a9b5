//! The one error of the Rust API.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use super::call::CallError;
use crate::policy::headers::HeaderList;
use crate::transport::{Fault, FaultKind};

/// What kind of failure an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An option or a parameter is missing or malformed; nothing was sent.
    Option,
    /// No response: network failure, or a redirect, which is never followed.
    Connection,
    /// The function that gives the session token or the key failed.
    Credential,
    /// The time limit passed.
    Timeout,
    /// The server answered with an error status: [`Error::status`], [`Error::code`].
    Status,
    /// The answer is not what the endpoint documents.
    Decode,
    /// The server reported an error inside a stream.
    StreamFailed,
    /// A stream ended without `[DONE]` and without a `finish_reason`.
    StreamTruncated,
    /// A stream event was larger than the limit.
    StreamLimit,
    /// A stream brought no event for too long.
    StreamIdle,
}

/// Why a call or a stream failed.
///
/// It prints neither bodies nor query strings nor credentials; the server's own message is printed.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    option: Option<String>,
    status: Option<u16>,
    said: Said,
    request_id: Option<String>,
    retry_after_ms: Option<u64>,
}

/// The server's own error object; every field may be missing or of another type.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    message: Option<Value>,
    code: Option<Value>,
    #[serde(rename = "type")]
    kind: Option<Value>,
    param: Option<Value>,
}

impl Said {
    /// `{"error": {…}}`, `{"error": "…"}`, or the flat form of older servers.
    fn read(body: &str) -> Self {
        let Ok(mut body) = serde_json::from_str::<Value>(body) else {
            return Self::default();
        };
        let error = match body.get_mut("error") {
            Some(error) => error.take(),
            None => body,
        };
        match error {
            Value::String(message) => Self {
                message: Some(message.into()),
                ..Self::default()
            },
            other => Self::deserialize(other).unwrap_or_default(),
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: String) -> Self {
        Self(Box::new(Inner {
            kind,
            message,
            option: None,
            status: None,
            said: Said::default(),
            request_id: None,
            retry_after_ms: None,
        }))
    }

    pub(super) fn option(option: &str, message: String) -> Self {
        let mut error = Self::new(ErrorKind::Option, format!("{option} {message}"));
        error.0.option = Some(option.to_owned());
        error
    }

    fn status_error(status: u16, headers: &HeaderList, body: &str) -> Self {
        let said = Said::read(body);
        let message = match said.message.as_ref().and_then(Value::as_str) {
            Some(message) => format!("{status} {message}"),
            None => format!("{status} status code (no message)"),
        };
        let mut error = Self::new(ErrorKind::Status, message);
        error.0.status = Some(status);
        error.0.said = said;
        error.0.request_id = headers.get("x-request-id").map(str::to_owned);
        error.0.retry_after_ms = headers
            .get("retry-after")
            .and_then(|value| value.parse::<u64>().ok())
            .map(|seconds| seconds.saturating_mul(1000));
        error
    }

    pub(super) fn decode(what: &str, cause: &serde_json::Error) -> Self {
        // The category and the place, not the text: it may be a person's.
        let message = format!(
            "{what} is not what the endpoint documents: {:?} error at line {} column {}",
            cause.classify(),
            cause.line(),
            cause.column()
        );
        Self::new(ErrorKind::Decode, message)
    }

    /// What kind of failure this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The option or parameter that was refused.
    #[must_use]
    pub fn option_name(&self) -> Option<&str> {
        self.0.option.as_deref()
    }

    /// The HTTP status, when there was a response with an error status.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The server's error code, for example `model_not_found`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.said.code.as_ref().and_then(Value::as_str)
    }

    /// The server's error type, for example `invalid_request_error`.
    #[must_use]
    pub fn error_type(&self) -> Option<&str> {
        self.0.said.kind.as_ref().and_then(Value::as_str)
    }

    /// The parameter that the server names.
    #[must_use]
    pub fn param(&self) -> Option<&str> {
        self.0.said.param.as_ref().and_then(Value::as_str)
    }

    /// The server's id of the request, for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How long the server asks to wait, in milliseconds.
    #[must_use]
    pub fn retry_after_ms(&self) -> Option<u64> {
        self.0.retry_after_ms
    }
}

impl<F: Fault> From<CallError<F>> for Error {
    fn from(error: CallError<F>) -> Self {
        match error {
            CallError::Option { option, message } => Self::option(option, message),
            CallError::Timeout => Self::new(ErrorKind::Timeout, "the request timed out".to_owned()),
            CallError::Status {
                status,
                headers,
                body,
            } => Self::status_error(status, &headers, &body),
            CallError::Fault(fault) => {
                let kind = match fault.kind() {
                    FaultKind::Credential => ErrorKind::Credential,
                    _ => ErrorKind::Connection,
                };
                Self::new(kind, fault.to_string())
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {}

/// An error can cross threads and be boxed by any error library.
const _: () = {
    const fn assert<E: std::error::Error + Send + Sync + 'static>() {}
    assert::<Error>();
};
