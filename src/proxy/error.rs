//! What a caller is told when a request goes no further: one shape, and a text that names the
//! parameter, the limit or the path.

use std::error::Error;
use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};

use crate::policy::headers::HeaderList;
use crate::proxy::notice::{Notice, shown};

/// An answer that is an error: `{"error":{"message","type","code","param"}}`. Two are equal if a
/// caller cannot tell them apart.
#[derive(Debug, Clone)]
pub struct ProxyError {
    /// The HTTP status.
    pub status: u16,
    /// What programs look at.
    pub code: String,
    /// What people read.
    pub message: String,
    /// The parameter at fault, if there is one.
    pub param: Option<String>,
    /// `Allow`, on 405.
    pub allow: Option<&'static str>,
    /// `Retry-After` in seconds.
    pub retry_after_seconds: Option<u32>,
    /// May the same request succeed later? If not, `x-should-retry: false` tells the official
    /// clients, which repeat every 408, 409, 429 and 5xx.
    pub retryable: bool,
    /// What the operator reads of it, and the caller does not. Boxed, since every check returns a refusal.
    pub(super) notice: Option<Box<Notice>>,
}

impl PartialEq for ProxyError {
    fn eq(&self, other: &Self) -> bool {
        self.status == other.status
            && self.code == other.code
            && self.message == other.message
            && self.param == other.param
            && self.allow == other.allow
            && self.retry_after_seconds == other.retry_after_seconds
            && self.retryable == other.retryable
    }
}

impl Eq for ProxyError {}

#[derive(Serialize)]
struct Envelope<'a> {
    error: Detail<'a>,
}

#[derive(Serialize)]
struct Detail<'a> {
    message: &'a str,
    r#type: &'static str,
    code: &'a str,
    param: Option<&'a str>,
}

impl ProxyError {
    /// A refusal with a fixed text.
    #[must_use]
    pub fn new(status: u16, code: &str, message: &str) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.to_owned(),
            param: None,
            allow: None,
            retry_after_seconds: None,
            retryable: matches!(status, 408 | 409 | 429 | 500..),
            notice: None,
        }
    }

    /// The same with a line for the operator; see [`Notice`].
    #[must_use]
    pub fn noting(mut self, kind: &'static str, text: String) -> Self {
        self.notice = Some(Box::new(Notice::new(kind, text)));
        self
    }

    /// What the operator reads of it.
    #[must_use]
    pub fn notice(&self) -> Option<&Notice> {
        self.notice.as_deref()
    }

    pub(super) const fn without_retry(mut self) -> Self {
        self.retryable = false;
        self
    }

    /// A secret or a setting is unusable. What is wrong stands in the log, not in the answer.
    #[must_use]
    pub fn misconfigured() -> Self {
        Self::new(
            503,
            "misconfigured",
            "The proxy is not configured. Its operator finds the reason in the log.",
        )
        .without_retry()
    }

    /// The operator has switched the proxy off.
    #[must_use]
    pub fn disabled() -> Self {
        Self::new(503, "proxy_disabled", "The proxy is switched off.").without_retry()
    }

    /// The request cannot be decided, because something that was asked did not answer.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(
            503,
            "check_unavailable",
            "The proxy cannot check this request at the moment.",
        )
    }

    /// So many requests of one subject are under way.
    #[must_use]
    pub fn too_many_at_once(most: u32, retry_after_seconds: u32) -> Self {
        let mut refusal = Self::rate_limited(retry_after_seconds);
        refusal.message = format!("Too many requests at once: at most {most} here.");
        refusal.noting(
            "concurrent",
            format!(
                "a subject has {most} requests under way: maxConcurrent (Config::max_concurrent)"
            ),
        )
    }

    /// Too many requests in a time, or at once.
    #[must_use]
    pub fn rate_limited(retry_after_seconds: u32) -> Self {
        let mut refusal = Self::new(429, "rate_limited", "Too many requests. Try again later.");
        refusal.retry_after_seconds = Some(retry_after_seconds);
        refusal
    }

    /// No session token, or one that is not accepted: the same answer for every reason.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(
            401,
            "unauthorized",
            "A valid session token is required: Authorization: Bearer <token>.",
        )
    }

    /// A token that was good until it expired: the one reason that a client can act on.
    #[must_use]
    pub fn token_expired() -> Self {
        let mut refusal = Self::new(401, "token_expired", "The session token has expired.");
        // With another token it may.
        refusal.retryable = true;
        refusal
    }

    /// `GET /v1/models/{model}` of a model that the caller may not use.
    #[must_use]
    pub fn no_such_model(id: &str) -> Self {
        let message = format!("The model {} does not exist here.", shown(id));
        let mut refusal = Self::new(404, "model_not_found", &message);
        refusal.param = Some("model".to_owned());
        refusal
    }

    /// The request body is over the limit.
    #[must_use]
    pub fn too_large() -> Self {
        Self::new(413, "request_too_large", "The request body is too large.")
    }

    /// The request body is over this limit; `option` is the one that sets it.
    #[must_use]
    pub fn over_bytes(most: u32, option: &str) -> Self {
        let mut refusal = Self::too_large();
        refusal.message = format!("The request body is too large: at most {most} bytes here.");
        if option.is_empty() {
            return refusal;
        }
        refusal.noting("bytes", format!("a body over {most} bytes: {option}"))
    }

    /// The request body stood still, or came too slowly.
    #[must_use]
    pub fn too_slow(message: &str) -> Self {
        Self::new(408, "request_timeout", message).without_retry()
    }

    /// The body ended before its end.
    #[must_use]
    pub fn body_incomplete() -> Self {
        Self::new(400, "body_incomplete", "The request body broke off.")
    }

    /// The proxy itself failed.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            500,
            "internal_error",
            "The proxy failed to handle the request.",
        )
    }

    /// The kind of error by its status, in the API's words.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.status {
            401 => "authentication_error",
            403 => "permission_error",
            429 => "rate_limit_error",
            500.. => "server_error",
            _ => "invalid_request_error",
        }
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> String {
        let detail = Detail {
            message: &self.message,
            r#type: self.kind(),
            code: &self.code,
            param: self.param.as_deref(),
        };
        // Strings always have a JSON form.
        serde_json::to_string(&Envelope { error: detail }).unwrap_or_default()
    }

    /// All of it but its `Allow`, for another part of the same proxy: see [`ProxyError::of_json`].
    #[must_use]
    pub fn to_json(&self) -> Value {
        let notice = self.notice();
        json!([
            self.status,
            self.code,
            self.message,
            self.param,
            self.retry_after_seconds,
            self.retryable,
            notice.map(|notice| &notice.kind),
            notice.map(|notice| &notice.text),
        ])
    }

    /// What [`ProxyError::to_json`] has given; nothing if it is something else.
    #[must_use]
    pub fn of_json(json: &Value) -> Option<Self> {
        let text = |index: usize| json.get(index)?.as_str().map(str::to_owned);
        let number = |index: usize| json.get(index)?.as_u64();
        let notice = text(6).zip(text(7));
        Some(Self {
            status: number(0)?.try_into().ok()?,
            code: text(1)?,
            message: text(2)?,
            param: text(3),
            allow: None,
            retry_after_seconds: number(4).and_then(|seconds| seconds.try_into().ok()),
            retryable: json.get(5)?.as_bool()?,
            notice: notice.map(|(kind, text)| {
                let kind = kind.into();
                Box::new(Notice { kind, text })
            }),
        })
    }

    /// The headers that come from the refusal itself.
    #[must_use]
    pub fn headers(&self) -> HeaderList {
        let mut headers = HeaderList::new();
        headers.set("content-type", "application/json");
        if let Some(allow) = self.allow {
            headers.set("allow", allow);
        }
        if let Some(seconds) = self.retry_after_seconds {
            headers.set("retry-after", seconds.to_string());
        }
        if !self.retryable {
            headers.set("x-should-retry", "false");
        }
        if self.status == 401 {
            headers.set("www-authenticate", "Bearer");
        }
        headers
    }
}

impl Error for ProxyError {}

/// The status and what a caller reads; what the operator reads stays in the log.
impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.code, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_the_shape_of_the_api() {
        let mut refusal = ProxyError::new(429, "slow_down", "<script>\"\n");
        refusal.retry_after_seconds = Some(7);
        assert_eq!(
            refusal.body(),
            r#"{"error":{"message":"<script>\"\n","type":"rate_limit_error","code":"slow_down","param":null}}"#
        );
        let headers = refusal.headers();
        assert_eq!(headers.get("content-type"), Some("application/json"));
        assert_eq!(headers.get("retry-after"), Some("7"));
        assert_eq!(headers.get("www-authenticate"), None);
        assert_eq!(headers.get("x-should-retry"), None);
    }

    #[test]
    fn a_refusal_comes_back_from_json_as_it_was() {
        let mut refusal = ProxyError::new(429, "slow_down", "Later, please.");
        refusal.retry_after_seconds = Some(7);
        refusal.param = Some("model".to_owned());
        for refusal in [
            refusal.clone().noting("kind", "a line".to_owned()),
            refusal.without_retry(),
            ProxyError::internal(),
        ] {
            let back = ProxyError::of_json(&refusal.to_json()).unwrap();
            assert_eq!(back, refusal);
            assert_eq!(back.notice(), refusal.notice());
        }
        assert_eq!(ProxyError::of_json(&json!({ "status": 400 })), None);
        assert_eq!(ProxyError::of_json(&json!([99_999, "", "", null])), None);
    }

    #[test]
    fn a_refusal_that_no_retry_can_help_says_so() {
        for (refusal, retryable) in [
            (ProxyError::misconfigured(), false),
            (ProxyError::disabled(), false),
            (ProxyError::unauthorized(), false),
            (ProxyError::too_large(), false),
            (ProxyError::token_expired(), true),
            (ProxyError::unavailable(), true),
            (ProxyError::internal(), true),
            (ProxyError::rate_limited(1), true),
        ] {
            let said = refusal.headers();
            let expected = if retryable { None } else { Some("false") };
            assert_eq!(said.get("x-should-retry"), expected, "{}", refusal.code);
        }
    }

    #[test]
    fn a_refused_token_is_answered_with_the_scheme_and_without_a_reason() {
        let refusal = ProxyError::unauthorized();
        assert_eq!(refusal.headers().get("www-authenticate"), Some("Bearer"));
        assert_eq!(refusal, ProxyError::unauthorized());
        assert_ne!(refusal.body(), ProxyError::token_expired().body());
    }
}
