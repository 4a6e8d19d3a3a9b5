//! What the head of an answer says about the request: its id, the limits, when to come back.

use std::fmt;
use std::time::Duration;

use super::RateLimit;
use crate::policy::headers::HeaderList;
use crate::policy::retry::Hints;

/// The head of an answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Meta {
    status: u16,
    headers: HeaderList,
    /// When the head came; `Retry-After` may be a date.
    at_unix_ms: u64,
}

/// An answer with its head: [`Call::with_meta`](super::Call::with_meta).
#[derive(Debug, Clone, PartialEq)]
pub struct WithMeta<R> {
    /// The answer.
    pub data: R,
    /// Its head.
    pub meta: Meta,
}

impl Meta {
    pub(super) fn new(status: u16, headers: HeaderList, at_unix_ms: u64) -> Self {
        Self {
            status,
            headers,
            at_unix_ms,
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers that the platform lets the client see. In a browser a server of another origin
    /// has to expose them.
    #[must_use]
    pub fn headers(&self) -> &HeaderList {
        &self.headers
    }

    /// The server's id of the request (`x-request-id`), for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.headers.get("x-request-id")
    }

    /// What the server says of the caller's limits, if it says anything.
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        RateLimit::read(&self.headers)
    }

    /// How long the server asks to wait: `retry-after-ms`, else `Retry-After` in seconds or as a
    /// date.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = self.hints().after_ms?.max(0.0) / 1000.0;
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// What the answer says of another attempt.
    #[allow(clippy::cast_precision_loss)] // A time is far below 2^53 ms.
    pub(super) fn hints(&self) -> Hints {
        let until = |date| date as f64 - self.at_unix_ms as f64;
        Hints::of(&self.headers, |date| date_unix_ms(date).map(until))
    }

    /// The body's media type without its parameters.
    pub(super) fn media_type(&self) -> Option<&str> {
        let value = self.headers.get("content-type")?;
        Some(value.split(';').next().unwrap_or(value).trim())
    }
}

impl fmt::Debug for Meta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meta")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// An HTTP date (RFC 9110, section 5.6.7) in milliseconds since 1970.
fn date_unix_ms(text: &str) -> Option<u64> {
    let date = httpdate::parse_http_date(text).ok()?;
    let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok()
}
