//! Whether a failed attempt is tried again, and after how long: the official client's rules and
//! formula, with one difference: where money or a quota is spent, nothing is retried.

use super::headers::HeaderList;

/// The chance that goes into a delay: a number from 0 to 999, of which a quarter is taken off.
#[derive(Debug, Clone, Copy)]
pub struct Permille(pub u16);

/// What the headers of an answer say of another attempt.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints {
    /// `x-should-retry`, if it is `true` or `false`.
    pub should_retry: Option<bool>,
    /// How long the server asks to wait, in milliseconds; negative for a date that is past.
    pub after_ms: Option<f64>,
}

impl Hints {
    /// Reads them: `retry-after-ms`, else `retry-after` in seconds or as a date. `until_ms` is how far
    /// in the future a date lies, in milliseconds.
    #[must_use]
    pub fn of(headers: &HeaderList, until_ms: impl Fn(&str) -> Option<f64>) -> Self {
        let number = |name| {
            let number: Option<f64> = headers.get(name)?.trim().parse().ok();
            number.filter(|number| *number >= 0.0)
        };
        Self {
            should_retry: headers
                .get("x-should-retry")
                .and_then(|word| word.parse().ok()),
            after_ms: number("retry-after-ms")
                .or_else(|| number("retry-after").map(|seconds| seconds * 1000.0))
                .or_else(|| until_ms(headers.get("retry-after")?)),
        }
    }

    /// The time to wait, rounded up, if it lies between 0 and 60 s.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(super) fn delay_ms(self) -> Option<u32> {
        let asked = self.after_ms.filter(|ms| (0.0..=60_000.0).contains(ms))?;
        let whole = asked as u32;
        Some(whole + u32::from(f64::from(whole) < asked))
    }
}

/// Whether an answer with an error status may be another one the next time.
pub(super) fn is_worth_another(status: u16, hints: Hints, body: &[u8]) -> bool {
    if status == 402 || is_spent(body) {
        return false;
    }
    hints
        .should_retry
        .unwrap_or(matches!(status, 408 | 409 | 429 | 500..))
}

/// `0.5 s · 2^k`, at most 8 s, less up to a quarter.
pub(super) fn backoff_ms(retries_done: u32, Permille(chance): Permille) -> u32 {
    let full = 500_u32 << retries_done.min(4);
    full - full / 4 * u32::from(chance.min(999)) / 1000
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
