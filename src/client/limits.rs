//! The limits that a call keeps: those of the client, under those of the call.

use super::RequestOptions;
use crate::stream::Truncation;

/// The official client's limit: ten minutes.
const DEFAULT_TIMEOUT_MS: u32 = 600_000;
const DEFAULT_MAX_RETRIES: u32 = 2;
/// Image events are large, so the limit is generous; it exists to bound memory.
const DEFAULT_MAX_EVENT_BYTES: usize = 64 * 1024 * 1024;

#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) timeout_ms: u32,
    pub(super) max_retries: u32,
    /// `None`: the timeout.
    pub(super) idle_timeout_ms: Option<u32>,
    pub(super) max_event_bytes: usize,
    pub(super) truncation: Truncation,
    /// Whether streams are asked for that can be resumed.
    pub(super) resumable: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout_ms: DEFAULT_TIMEOUT_MS,
            max_retries: DEFAULT_MAX_RETRIES,
            idle_timeout_ms: None,
            max_event_bytes: DEFAULT_MAX_EVENT_BYTES,
            truncation: Truncation::Error,
            resumable: false,
        }
    }
}

impl Limits {
    /// These, where a call does not ask for others.
    pub(super) fn under(self, options: &RequestOptions) -> Self {
        Self {
            timeout_ms: options.timeout_ms.unwrap_or(self.timeout_ms),
            max_retries: options.max_retries.unwrap_or(self.max_retries),
            idle_timeout_ms: options.idle_timeout_ms.or(self.idle_timeout_ms),
            max_event_bytes: options.max_event_bytes.unwrap_or(self.max_event_bytes),
            truncation: options.truncation.unwrap_or(self.truncation),
            resumable: options.resumable.unwrap_or(self.resumable),
        }
    }

    /// How long a stream may be silent, in milliseconds; 0: for ever.
    pub(super) fn idle_ms(&self) -> u32 {
        self.idle_timeout_ms.unwrap_or(self.timeout_ms)
    }
}
