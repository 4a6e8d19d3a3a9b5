//! What a caller may ask of a single call, over what the client was built with.

use std::fmt;
use std::time::Duration;

use crate::stream::Truncation;

/// Options of one call. Whatever is not set is the client's.
///
/// ```no_run
/// # #[cfg(all(feature = "fetch", not(feature = "proxy-only")))]
/// # async fn f(client: openai_wasm::client::Client<openai_wasm::transport::FetchTransport>)
/// # -> Result<(), openai_wasm::client::Error> {
/// use std::time::Duration;
///
/// use openai_wasm::client::RequestOptions;
///
/// let quick = RequestOptions::new().timeout(Duration::from_secs(5)).max_retries(0);
/// let models = client.models().list().with(quick).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct RequestOptions {
    pub(super) timeout_ms: Option<u32>,
    pub(super) max_retries: Option<u32>,
    pub(super) idle_timeout_ms: Option<u32>,
    pub(super) max_event_bytes: Option<usize>,
    pub(super) truncation: Option<Truncation>,
    pub(super) resumable: Option<bool>,
    pub(super) idempotency_key: Option<String>,
    pub(super) headers: Vec<(String, Option<String>)>,
    pub(super) query: Vec<(String, String)>,
}

impl RequestOptions {
    /// Nothing but what the client was built with.
    pub fn new() -> Self {
        Self::default()
    }

    /// The time limit of one attempt, to the end of a buffered body or to the head of a streamed one.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout_ms = Some(whole_ms(timeout));
        self
    }

    /// How often a failed attempt is repeated.
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.max_retries = Some(max_retries);
        self
    }

    /// The longest silence between two events of a stream (of a byte stream: two reads); zero for no limit.
    pub fn idle_timeout(mut self, idle_timeout: Duration) -> Self {
        self.idle_timeout_ms = Some(whole_ms(idle_timeout));
        self
    }

    /// The size in bytes at which one stream event is refused.
    pub fn max_event_bytes(mut self, max_event_bytes: usize) -> Self {
        self.max_event_bytes = Some(max_event_bytes);
        self
    }

    /// What a stream's end without `[DONE]`, a `finish_reason` or a closing event means.
    pub fn truncation(mut self, truncation: Truncation) -> Self {
        self.truncation = Some(truncation);
        self
    }

    /// Whether a stream is asked for that can be resumed: [`Builder::resumable`](super::Builder::resumable).
    pub fn resumable(mut self, resumable: bool) -> Self {
        self.resumable = Some(resumable);
        self
    }

    /// `Idempotency-Key`, the same for every attempt: a server that knows it does a repeated request
    /// once. Not sent with `GET`.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// A header; `None` removes one that the client would send. One that cannot be sent fails the
    /// call with an error that names `headers`.
    pub fn header(mut self, name: impl Into<String>, value: Option<&str>) -> Self {
        self.headers.push((name.into(), value.map(str::to_owned)));
        self
    }

    /// A query parameter, in place of the client's of that name.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// These, and where they say nothing `earlier`'s.
    pub(super) fn over(self, earlier: Self) -> Self {
        let Self {
            mut headers,
            mut query,
            ..
        } = earlier;
        headers.extend(self.headers);
        query.extend(self.query);
        Self {
            timeout_ms: self.timeout_ms.or(earlier.timeout_ms),
            max_retries: self.max_retries.or(earlier.max_retries),
            idle_timeout_ms: self.idle_timeout_ms.or(earlier.idle_timeout_ms),
            max_event_bytes: self.max_event_bytes.or(earlier.max_event_bytes),
            truncation: self.truncation.or(earlier.truncation),
            resumable: self.resumable.or(earlier.resumable),
            idempotency_key: self.idempotency_key.or(earlier.idempotency_key),
            headers,
            query,
        }
    }
}

/// In whole milliseconds, rounded up, so that only zero becomes 0. Timers hold no more than 49 days.
pub(super) fn whole_ms(duration: Duration) -> u32 {
    u32::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u32::MAX)
}

/// Limits and names only: a value may be a credential.
impl fmt::Debug for RequestOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("RequestOptions")
            .field("timeout_ms", &self.timeout_ms)
            .field("max_retries", &self.max_retries)
            .field("idle_timeout_ms", &self.idle_timeout_ms)
            .field("max_event_bytes", &self.max_event_bytes)
            .field("truncation", &self.truncation)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}
