//! Between which bounds the numbers of a configuration lie: for [`Config::check`], and for the package's
//! options, whose table `options/` writes.

use std::fmt;

use crate::proxy::config::{Config, ConfigFault};
use crate::proxy::response::deadlines::LONGEST_TIMER_MS;

/// The bounds of a number, both included.
#[derive(Debug)]
pub struct Bounds {
    /// The name in the configuration of the crate.
    pub field: &'static str,
    /// The name of the package's option.
    pub option: &'static str,
    /// What is counted.
    pub unit: &'static str,
    /// The least value.
    pub least: u64,
    /// The greatest value.
    pub most: u64,
    of: fn(&Config) -> Option<u64>,
}

const LONGEST_TIMER: u64 = LONGEST_TIMER_MS as u64;

/// A token's number fits into 32 bits everywhere.
const MOST_TOKENS: u64 = 1 << 31;
const DAY_SECONDS: u64 = 86_400;

macro_rules! bounds {
    ($($field:literal $option:literal $unit:literal $least:literal $most:expr, $of:expr;)*) => {
        &[$(Bounds { field: $field, option: $option, unit: $unit, least: $least, most: $most, of: $of }),*]
    };
}

/// Every number.
pub(super) static BOUNDS: &[Bounds] = bounds! {
    "max_output_tokens" "maxOutputTokens" "tokens" 1 MOST_TOKENS, |c| Some(c.max_output_tokens.into());
    "max_messages" "maxMessages" "messages" 1 10_000, |c| Some(c.max_messages.into());
    "max_input_chars" "maxInputChars" "characters" 1 100 << 20, |c| Some(c.max_input_chars.into());
    "max_input_tokens" "maxInputTokens" "tokens" 1 MOST_TOKENS, |c| c.max_input_tokens.map(Into::into);
    "max_image_bytes" "maxImageBytes" "bytes" 1 100 << 20, |c| Some(c.max_image_bytes.into());
    "max_concurrent" "maxConcurrent" "requests" 1 10_000, |c| Some(c.max_concurrent.into());
    "max_body_bytes" "maxBodyBytes" "bytes" 1 100 << 20, |c| Some(c.max_body_bytes.into());
    "max_upload_bytes" "maxUploadBytes" "bytes" 1 500 << 20, |c| Some(c.max_upload_bytes.into());
    "max_token_seconds" "maxTokenSeconds" "seconds" 1 DAY_SECONDS, |c| Some(c.max_token_seconds.into());
    "timeout_ms" "timeout" "milliseconds" 1 LONGEST_TIMER, |c| Some(c.timeout_ms.into());
    "idle_timeout_ms" "idleTimeout" "milliseconds" 1 LONGEST_TIMER, |c| Some(c.idle_timeout_ms.into());
    "max_duration_ms" "maxDuration" "milliseconds" 1 LONGEST_TIMER, |c| Some(c.max_duration_ms.into());
    "max_answer_bytes" "maxAnswerBytes" "bytes" 1 1 << 40, |c| Some(c.max_answer_bytes);
    "heartbeat_ms" "heartbeatMs" "milliseconds" 0 LONGEST_TIMER, |c| Some(c.heartbeat_ms.into());
    "ttl_seconds" "anonymousSessions.ttlSeconds" "seconds" 1 DAY_SECONDS,
        |c| c.anonymous.as_ref().map(|own| own.ttl_seconds.into());
    "max_tokens" "anonymousSessions.maxTokens" "tokens" 1 MOST_TOKENS,
        |c| c.anonymous.as_ref().and_then(|own| own.max_tokens).map(Into::into);
    "grace_ms" "resumable.graceMs" "milliseconds" 1 3_600_000, |c| c.resumable.map(|own| own.grace_ms.into());
    "keep_ms" "resumable.keepMs" "milliseconds" 1 86_400_000, |c| c.resumable.map(|own| own.keep_ms.into());
    "max_streams" "resumable.maxStreams" "streams" 1 1000, |c| c.resumable.map(|own| own.max_streams.into());
    "max_bytes" "resumable.maxBytes" "bytes" 1 1 << 30, |c| c.resumable.map(|own| own.max_bytes.into());
};

impl Bounds {
    pub(super) fn fault(&'static self, config: &Config) -> Option<ConfigFault> {
        let value = (self.of)(config)?;
        let fits = (self.least..=self.most).contains(&value);
        (!fits).then_some(ConfigFault::OutOfBounds(self))
    }
}

impl PartialEq for Bounds {
    fn eq(&self, other: &Self) -> bool {
        self.field == other.field
    }
}

impl Eq for Bounds {}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            field,
            option,
            unit,
            least,
            most,
            ..
        } = self;
        write!(
            f,
            "{field} (the option {option}) must be from {least} to {most} {unit}"
        )
    }
}
