//! The headers `x-ratelimit-*`: how much of the caller's limits is left.

use std::time::Duration;

use crate::policy::headers::HeaderList;

/// What a server says of the caller's limits, in the headers' own words. What it does not say, or
/// says in another way, is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// Requests that are allowed before the limit is reached.
    pub limit_requests: Option<u64>,
    /// Tokens that are allowed before the limit is reached.
    pub limit_tokens: Option<u64>,
    /// Requests that are left.
    pub remaining_requests: Option<u64>,
    /// Tokens that are left.
    pub remaining_tokens: Option<u64>,
    /// How long until the requests are as at first.
    pub reset_requests: Option<Duration>,
    /// How long until the tokens are as at first.
    pub reset_tokens: Option<Duration>,
}

impl RateLimit {
    pub(super) fn read(headers: &HeaderList) -> Option<Self> {
        let count = |name| headers.get(name)?.trim().parse().ok();
        let time = |name| duration(headers.get(name)?.trim());
        let said = Self {
            limit_requests: count("x-ratelimit-limit-requests"),
            limit_tokens: count("x-ratelimit-limit-tokens"),
            remaining_requests: count("x-ratelimit-remaining-requests"),
            remaining_tokens: count("x-ratelimit-remaining-tokens"),
            reset_requests: time("x-ratelimit-reset-requests"),
            reset_tokens: time("x-ratelimit-reset-tokens"),
        };
        (said != Self::default()).then_some(said)
    }
}

/// A duration as Go writes it (`1h2m3.5s`, `6m0s`, `20ms`), or a number of seconds.
fn duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let unit = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at_checked(unit)?;
        let end = tail
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(end)?;
        let seconds = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        let part = number.parse::<f64>().ok()? * seconds;
        total = total.checked_add(Duration::try_from_secs_f64(part).ok()?)?;
        rest = tail;
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reset_is_read_as_go_writes_durations_or_as_seconds() {
        for (text, ms) in [
            ("20ms", Some(20)),
            ("1s", Some(1000)),
            ("6m0s", Some(360_000)),
            ("1h2m3.5s", Some(3_723_500)),
            ("2m59.56s", Some(179_560)),
            ("0s", Some(0)),
            ("12", Some(12_000)),
            ("0.5", Some(500)),
            ("500us", Some(0)),
            ("", None),
            ("soon", None),
            ("s", None),
            ("1d", None),
            ("-1s", None),
            ("1.2.3s", None),
            ("NaN", None),
            ("1e400", None),
            ("99999999999999999999h", None),
        ] {
            let read = duration(text).map(|read| read.as_millis());
            assert_eq!(read, ms, "{text:?}");
        }
    }
}
