//! What the head of an answer says about the request: its id, the limits, when to come back.

use std::fmt;
use std::time::Duration;

use super::RateLimit;
use crate::policy::headers::HeaderList;

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
        let number = |name, unit| {
            let number: f64 = self.headers.get(name)?.trim().parse().ok()?;
            Duration::try_from_secs_f64(number * unit).ok()
        };
        number("retry-after-ms", 0.001)
            .or_else(|| number("retry-after", 1.0))
            .or_else(|| {
                let date = date_unix_ms(self.headers.get("retry-after")?)?;
                Some(Duration::from_millis(date.saturating_sub(self.at_unix_ms)))
            })
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
pub(super) fn date_unix_ms(text: &str) -> Option<u64> {
    let date = httpdate::parse_http_date(text).ok()?;
    let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok()
}
