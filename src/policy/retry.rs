//! Whether a failed attempt is tried again, and after how long: the official client's rules and
//! formula, with one difference: where money or a quota is spent, nothing is retried.

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
        /// What its headers say of another attempt.
        hints: Hints<'a>,
        /// The response's body, as far as it is known.
        body: &'a [u8],
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
            hints,
            body,
        } => {
            if !is_worth_another(status, &hints, body) {
                return None;
            }
            server_delay_ms(&hints, now_unix_ms, date_unix_ms)
        }
    };
    Some(said.unwrap_or_else(|| backoff_ms(retries_done, chance)))
}

/// Whether an answer with an error status may be another one the next time.
fn is_worth_another(status: u16, hints: &Hints<'_>, body: &[u8]) -> bool {
    if status == 402 || is_spent(body) {
        return false;
    }
    match hints.should_retry {
        Some("true") => true,
        Some("false") => false,
        _ => matches!(status, 408 | 409 | 429 | 500..),
    }
}

/// `0.5 s · 2^k`, at most 8 s, less up to a quarter.
fn backoff_ms(retries_done: u32, Permille(chance): Permille) -> u32 {
    let full = 500_u32 << retries_done.min(4);
    full - full / 4 * u32::from(chance.min(999)) / 1000
}

/// What the server asked for, when it lies between 0 and 60 s.
fn server_delay_ms(
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

/// A quota or a spending limit is exhausted, which no waiting mends. Servers answer 429 both for this
/// and for a rate, so the code tells. It is searched as a JSON string, because this also runs where
/// no JSON parser is linked, and so that it is found inside JSON that a gateway quotes as a text.
fn is_spent(body: &[u8]) -> bool {
    // The beginning of one code, and the end of all others.
    const CODES: [&[u8]; 2] = [b"\"insufficient_quota", b"_spend_limit_exceeded"];
    // A quote inside a text has a backslash before it.
    CODES.iter().any(|code| {
        let mut windows = body.windows(code.len() + 1);
        windows.any(|found| found.starts_with(code) && matches!(found.last(), Some(b'"' | b'\\')))
    })
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
            hints: Hints::of(&list),
            body: body.as_bytes(),
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
    fn the_fixtures_answers_are_retried_or_not() {
        let cases = super::super::attempt::fixture();
        let cases = cases["answers"].as_array().unwrap();
        assert!(cases.len() > 20);
        for case in cases {
            let headers = case["headers"].as_object().into_iter().flatten();
            let headers: Vec<_> = headers
                .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
                .collect();
            let body = match &case["body"] {
                serde_json::Value::String(text) => text.clone(),
                json => json.to_string(),
            };
            let code = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
            let retried = status(code, &headers, &body).is_some();
            assert_eq!(retried, case["retried"].as_bool().unwrap(), "{case}");
        }
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
