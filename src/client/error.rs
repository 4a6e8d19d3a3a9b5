//! The one error of the Rust API.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{Meta, RateLimit};
use crate::stream::{StreamError, StreamErrorKind};
use crate::wire::{ApiError, json, report};

/// What kind of failure an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An option or a parameter is missing or malformed; nothing was sent.
    Option,
    /// No response, or one that broke off: a network failure.
    Connection,
    /// The server answered with a redirect, which is never followed.
    Redirect,
    /// The function that gives the session token or the key failed.
    Credential,
    /// A tool of yours failed, or the model did not stop calling tools.
    Tool,
    /// The time limit passed.
    Timeout,
    /// The server answered with an error status: [`Error::status`], [`Error::code`].
    Status,
    /// The server reported an error inside a response that began as a success, or gave up.
    Reported,
    /// The answer is not what the endpoint documents.
    Decode,
    /// A stream ended without `[DONE]`, a `finish_reason` or a closing event, here or before our proxy.
    StreamTruncated,
    /// A stream event was larger than the limit.
    StreamLimit,
    /// A stream brought no event for too long, to us or to our proxy.
    StreamIdle,
}

/// Where the documents are.
const DOCS: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/");

/// The heading of a kind in `docs/errors.md`: that of the JavaScript class.
const fn heading(kind: ErrorKind, status: Option<u16>) -> &'static str {
    match kind {
        ErrorKind::Option => "invalid_option",
        ErrorKind::Connection | ErrorKind::Redirect => "apiconnectionerror",
        ErrorKind::Credential => "openaierror",
        ErrorKind::Tool => "tool_failed",
        ErrorKind::Timeout => "apiconnectiontimeouterror",
        ErrorKind::Decode => "responseerror",
        ErrorKind::StreamTruncated => "streamtruncatederror",
        ErrorKind::StreamLimit => "streamlimiterror",
        ErrorKind::StreamIdle => "streamidletimeouterror",
        ErrorKind::Status | ErrorKind::Reported => match status {
            Some(400) => "badrequesterror",
            Some(401) => "authenticationerror",
            Some(403) => "permissiondeniederror",
            Some(404) => "notfounderror",
            Some(409) => "conflicterror",
            Some(422) => "unprocessableentityerror",
            Some(429) => "ratelimiterror",
            Some(500..) => "internalservererror",
            _ => "apierror",
        },
    }
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
    said: Option<ApiError>,
    meta: Option<Meta>,
    partial: Option<(String, u64)>,
    source: Option<Source>,
}

type Source = Arc<dyn std::error::Error + Send + Sync>;

impl Error {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            option: None,
            status: None,
            said: None,
            meta: None,
            partial: None,
            source: None,
        }))
    }

    pub(super) fn option(option: &str, message: impl fmt::Display) -> Self {
        let mut error = Self::new(ErrorKind::Option, format!("{option} {message}"));
        error.0.option = Some(option.to_owned());
        error
    }

    /// A keyless client was given something that is, or is named like, a key. Its value goes nowhere.
    pub(super) fn key(name: &str) -> Self {
        Self::option(name, "is not accepted here: the proxy alone holds the key")
    }

    pub(super) fn status_error(meta: &Meta, body: &str) -> Self {
        let status = meta.status();
        let body: Option<Value> = json::read(body).ok();
        let said = body.as_ref().and_then(report::in_refusal);
        let message = match &said {
            Some(said) if !said.message.is_empty() => format!("{status} {}", said.message),
            _ => format!("{status} status code (no message)"),
        };
        let mut error = Self::new(ErrorKind::Status, message).with_meta(meta);
        error.0.status = Some(status);
        error.0.said = said;
        error
    }

    /// What the server reported inside a response that began as a success.
    pub(super) fn reported(said: ApiError) -> Self {
        let message = format!("the server reported an error: {}", said.message);
        let mut error = Self::new(ErrorKind::Reported, message);
        error.0.status = said.status();
        error.0.said = Some(said);
        error
    }

    pub(super) fn decode(path: &str, cause: &serde_json::Error) -> Self {
        // The category and the place, not the text: it may be a person's.
        let message = format!(
            "the answer is not what the endpoint documents: {:?} error at `{path}`, line {} column {}",
            cause.classify(),
            cause.line(),
            cause.column()
        );
        Self::new(ErrorKind::Decode, message)
    }

    /// Keeps what caused it.
    pub(super) fn with_source(mut self, source: Source) -> Self {
        self.0.source = Some(source);
        self
    }

    /// Keeps the head of the answer that was an error.
    pub(super) fn with_meta(mut self, meta: &Meta) -> Self {
        self.0.meta = Some(meta.clone());
        self
    }

    /// Keeps what a stream had said before it failed.
    pub(super) fn with_partial(mut self, text: String, event_index: u64) -> Self {
        self.0.partial = Some((text, event_index));
        self
    }

    /// What kind of failure this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The heading of the documents about this kind of failure, with causes and remedy.
    #[must_use]
    pub fn docs_url(&self) -> String {
        format!("{DOCS}errors.md#{}", heading(self.kind(), self.status()))
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

    /// The server's error object, whatever its dialect.
    #[must_use]
    pub fn api_error(&self) -> Option<&ApiError> {
        self.0.said.as_ref()
    }

    /// The server's error code, for example `model_not_found`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.api_error()?.code.as_deref()
    }

    /// The parameter that the server finds fault with.
    #[must_use]
    pub fn param(&self) -> Option<&str> {
        self.api_error()?.param.as_deref()
    }

    /// The server's type of error, for example `invalid_request_error`.
    #[must_use]
    pub fn error_type(&self) -> Option<&str> {
        self.api_error()?.r#type.as_deref()
    }

    /// The head of the answer, if there was one.
    #[must_use]
    pub fn meta(&self) -> Option<&Meta> {
        self.0.meta.as_ref()
    }

    /// The server's id of the request, for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.meta()?.request_id()
    }

    /// How long the server asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.meta()?.retry_after()
    }

    /// What the server says of the caller's limits.
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.meta()?.rate_limit()
    }

    /// What choice 0 of a stream had said before the stream failed.
    #[must_use]
    pub fn partial_text(&self) -> Option<&str> {
        self.0.partial.as_ref().map(|(text, _)| text.as_str())
    }

    /// How many events of a stream had been delivered before it failed.
    #[must_use]
    pub fn event_index(&self) -> Option<u64> {
        self.0.partial.as_ref().map(|(_, index)| *index)
    }
}

impl From<StreamError> for Error {
    fn from(error: StreamError) -> Self {
        let message = error.to_string();
        let StreamError {
            kind,
            text,
            event_index,
        } = error;
        let error = match kind {
            StreamErrorKind::Failed(said) => Self::reported(*said),
            StreamErrorKind::Truncated => Self::new(ErrorKind::StreamTruncated, message),
            StreamErrorKind::TooLarge { .. } => Self::new(ErrorKind::StreamLimit, message),
            StreamErrorKind::IdleTimeout { .. } => Self::new(ErrorKind::StreamIdle, message),
            StreamErrorKind::Malformed { .. } => Self::new(ErrorKind::Decode, message),
            StreamErrorKind::Aborted => Self::new(ErrorKind::Connection, message),
        };
        error.with_partial(text, event_index)
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

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.source {
            Some(source) => Some(&**source),
            None => None,
        }
    }
}

/// An error can cross threads and be boxed by any error library.
const _: () = {
    const fn assert<E: std::error::Error + Send + Sync + 'static>() {}
    assert::<Error>();
};

#[cfg(test)]
mod tests {
    use super::*;

    /// The anchors of the page.
    fn anchors() -> Vec<String> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors.md");
        let page = std::fs::read_to_string(path).unwrap();
        page.lines()
            .filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'))
            .map(str::to_lowercase)
            .collect()
    }

    #[test]
    fn each_error_links_to_a_heading_that_exists() {
        let anchors = anchors();
        let leads_somewhere = |url: &str| {
            let (page, anchor) = url.split_once('#').unwrap();
            page.ends_with("/blob/main/docs/errors.md") && anchors.iter().any(|one| one == anchor)
        };
        for kind in [
            ErrorKind::Option,
            ErrorKind::Connection,
            ErrorKind::Redirect,
            ErrorKind::Credential,
            ErrorKind::Tool,
            ErrorKind::Timeout,
            ErrorKind::Status,
            ErrorKind::Reported,
            ErrorKind::Decode,
            ErrorKind::StreamTruncated,
            ErrorKind::StreamLimit,
            ErrorKind::StreamIdle,
        ] {
            for status in [
                None,
                Some(400),
                Some(401),
                Some(403),
                Some(404),
                Some(409),
                Some(418),
                Some(422),
                Some(429),
                Some(503),
            ] {
                let mut error = Error::new(kind, "");
                error.0.status = status;
                assert!(leads_somewhere(&error.docs_url()), "{}", error.docs_url());
            }
        }
        // The control.
        assert!(!leads_somewhere(&format!("{DOCS}errors.md#not_there")));
    }
}
