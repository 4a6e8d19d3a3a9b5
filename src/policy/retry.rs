//! Whether a failed attempt is tried again, and after how long: the official client's rules and
//! formula (`peers.md`, section 4), with two differences: an exhausted quota is not retried, and
//! the caller's time limit covers the waiting.

use super::headers::HeaderList;

/// What went wrong with one attempt.
#[derive(Debug, Clone, Copy)]
pub enum Failure<'a> {
    /// No response: the network failed or the time limit passed.
    NoResponse,
    /// A response with an error status.
    Status {
        /// The HTTP status.
        status: u16,
        /// The response's headers.
        headers: &'a HeaderList,
        /// The response's body, as far as it is known.
        body: &'a str,
    },
}

/// The chance that goes into a delay: a number from 0 to 999, of which a quarter is taken off.
#[derive(Debug, Clone, Copy)]
pub struct Permille(pub u16);

/// What the headers of an answer say of another attempt.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints<'a> {
    /// `x-should-retry`.
    pub should_retry: Option<&'a str>,
    /// `retry-after-ms`.
    pub retry_after_ms: Option<&'a str>,
    /// `retry-after`.
    pub retry_after: Option<&'a str>,
}

impl<'a> Hints<'a> {
    /// Those of an answer's headers.
    #[must_use]
    pub fn of(headers: &'a HeaderList) -> Self {
        Self {
            should_retry: headers.get("x-should-retry"),
            retry_after_ms: headers.get("retry-after-ms"),
            retry_after: headers.get("retry-after"),
        }
    }
}

/// How long to wait before the next attempt, in milliseconds; `None` when there is to be none.
///
/// `retries_done` counts from 0. `now_unix_ms` is wall-clock time, and `date_unix_ms` reads an HTTP
/// date, both for `Retry-After`.
#[must_use]
pub fn delay_ms(
    failure: Failure<'_>,
    retries_done: u32,
    max_retries: u32,
    now_unix_ms: u64,
    chance: Permille,
    date_unix_ms: impl Fn(&str) -> Option<u64>,
) -> Option<u32> {
    if retries_done >= max_retries {
        return None;
    }
    let said = match failure {
        Failure::NoResponse => None,
        Failure::Status {
            status,
            headers,
            body,
        } => {
            let hints = Hints::of(headers);
            if !is_worth_another(status, &hints, body.as_bytes()) {
                return None;
            }
            server_delay_ms(&hints, now_unix_ms, date_unix_ms)
        }
    };
    Some(said.unwrap_or_else(|| backoff_ms(retries_done, chance)))
}

/// Whether an answer with an error status may be another one the next time.
#[must_use]
pub fn is_worth_another(status: u16, hints: &Hints<'_>, body: &[u8]) -> bool {
    match hints.should_retry {
        Some("true") => true,
        Some("false") => false,
        _ => match status {
            429 => !quota_is_exhausted(body),
            408 | 409 | 500.. => true,
            _ => false,
        },
    }
}

/// `0.5 s · 2^k`, at most 8 s, less up to a quarter.
#[must_use]
pub fn backoff_ms(retries_done: u32, Permille(chance): Permille) -> u32 {
    let full = 500_u32 << retries_done.min(4);
    full - full / 4 * u32::from(chance.min(999)) / 1000
}

/// What the server asked for, when it lies between 0 and 60 s.
pub fn server_delay_ms(
    hints: &Hints<'_>,
    now_unix_ms: u64,
    date_unix_ms: impl Fn(&str) -> Option<u64>,
) -> Option<u32> {
    const LONGEST_MS: u64 = 60_000;
    let said = hints
        .retry_after_ms
        .and_then(|value| thousandths(value).map(|n| n.div_ceil(1000)))
        .or_else(|| {
            let value = hints.retry_after?;
            thousandths(value).or_else(|| date_unix_ms(value)?.checked_sub(now_unix_ms))
        })?;
    u32::try_from(said).ok().filter(|_| said <= LONGEST_MS)
}

/// A decimal number in thousandths, rounded down. Written out because parsing a float costs up to
/// 15 KB of WebAssembly.
fn thousandths(text: &str) -> Option<u64> {
    let mut number = 0_u64;
    let mut digits = 0;
    // How many digits behind the point count; before it, all do.
    let mut left = None;
    for byte in text.trim_ascii().bytes() {
        match (byte, left) {
            (b'0'..=b'9', Some(0)) => {}
            (b'0'..=b'9', _) => {
                number = number
                    .checked_mul(10)?
                    .checked_add(u64::from(byte - b'0'))?;
                digits += 1;
                left = left.map(|left| left - 1);
            }
            (b'.', None) if digits > 0 => left = Some(3_u32),
            _ => return None,
        }
    }
    let scale = 10_u64.pow(left.unwrap_or(3));
    if digits == 0 {
        None
    } else {
        number.checked_mul(scale)
    }
}

/// OpenAI answers 429 both for a rate (worth waiting for) and for an exhausted quota (not). The
/// code is searched as a JSON string, because this also runs where no JSON parser is linked.
fn quota_is_exhausted(body: &[u8]) -> bool {
    const CODE: &[u8] = b"\"insufficient_quota\"";
    body.windows(CODE.len()).any(|window| window == CODE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 784_111_777_000; // Sun, 06 Nov 1994 08:49:37 GMT

    /// Two dates, ten seconds around [`NOW`], and one a century later.
    fn date(text: &str) -> Option<u64> {
        match text {
            "Sun, 06 Nov 1994 08:49:47 GMT" => Some(NOW + 10_000),
            "Sun, 06 Nov 1994 08:49:27 GMT" => Some(NOW - 10_000),
            "Sun, 06 Nov 2094 08:49:37 GMT" => Some(NOW + 3_155_760_000_000),
            _ => None,
        }
    }

    fn status(status: u16, headers: &[(&str, &str)], body: &str) -> Option<u32> {
        let mut list = HeaderList::new();
        for (name, value) in headers {
            list.set(name, *value);
        }
        let failure = Failure::Status {
            status,
            headers: &list,
            body,
        };
        delay_ms(failure, 0, 2, NOW, Permille(0), date)
    }

    #[test]
    fn statuses_decide_unless_x_should_retry_does() {
        for code in [408, 409, 429, 500, 502, 503, 504, 529, 599] {
            assert_eq!(status(code, &[], ""), Some(500), "{code}");
            assert_eq!(
                status(code, &[("x-should-retry", "false")], ""),
                None,
                "{code}"
            );
        }
        for code in [300, 400, 401, 403, 404, 413, 422] {
            assert_eq!(status(code, &[], ""), None, "{code}");
            assert_eq!(
                status(code, &[("x-should-retry", "true")], ""),
                Some(500),
                "{code}"
            );
        }
    }

    #[test]
    fn an_exhausted_quota_is_not_retried_but_a_rate_limit_is() {
        assert_eq!(
            status(429, &[], r#"{"error":{"code":"insufficient_quota"}}"#),
            None
        );
        assert_eq!(
            status(429, &[], r#"{"error":{"code":"rate_limit_exceeded"}}"#),
            Some(500)
        );
    }

    #[test]
    fn the_servers_delay_counts_between_0_and_60_seconds() {
        for (name, value, expected) in [
            ("retry-after-ms", "1500", 1500),
            ("retry-after-ms", "1500.25", 1501),
            ("retry-after-ms", "0", 0),
            ("retry-after-ms", "60000", 60_000),
            ("retry-after-ms", "60001", 500),
            ("retry-after-ms", "-5", 500),
            ("retry-after-ms", "NaN", 500),
            ("retry-after-ms", "99999999999999999999", 500),
            ("retry-after", "3", 3000),
            ("retry-after", "1.5", 1500),
            ("retry-after", "0", 0),
            ("retry-after", "60", 60_000),
            ("retry-after", "61", 500),
            ("retry-after", "1000000000", 500),
            ("retry-after", "soon", 500),
            ("retry-after", "", 500),
            ("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT", 10_000),
            ("retry-after", "Sun, 06 Nov 1994 08:49:27 GMT", 500),
            ("retry-after", "Sun, 06 Nov 2094 08:49:37 GMT", 500),
        ] {
            assert_eq!(
                status(503, &[(name, value)], ""),
                Some(expected),
                "{name}: {value}"
            );
        }
        let both = [("retry-after", "9"), ("retry-after-ms", "20")];
        assert_eq!(status(503, &both, ""), Some(20), "milliseconds go first");
    }

    #[test]
    fn the_backoff_doubles_to_8_seconds_less_up_to_a_quarter() {
        for (done, longest, shortest) in [
            (0, 500, 375),
            (1, 1000, 750),
            (2, 2000, 1500),
            (3, 4000, 3000),
            (4, 8000, 6000),
            (31, 8000, 6000),
        ] {
            let at = |chance| delay_ms(Failure::NoResponse, done, 99, NOW, Permille(chance), date);
            assert_eq!(at(0), Some(longest));
            let least = at(999).unwrap();
            assert!(least >= shortest && least < longest, "{least} for {done}");
        }
    }

    #[test]
    fn the_attempts_are_counted() {
        for (done, max, again) in [
            (0, 0, false),
            (0, 1, true),
            (1, 1, false),
            (1, 2, true),
            (2, 2, false),
        ] {
            let delay = delay_ms(Failure::NoResponse, done, max, NOW, Permille(0), date);
            assert_eq!(delay.is_some(), again, "{done} of {max}");
        }
    }
}
