//! Whether a failed attempt is tried again, and after how long: the official client's rules and
//! formula, with one difference: where money or a quota is spent, nothing is retried.

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
    /// How far in the future the time lies that `retry-after` names, if it is a date, in milliseconds.
    pub retry_after_in_ms: Option<u32>,
}

/// Whether an answer with an error status may be another one the next time.
pub(super) fn is_worth_another(status: u16, hints: &Hints<'_>, body: &[u8]) -> bool {
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
pub(super) fn backoff_ms(retries_done: u32, Permille(chance): Permille) -> u32 {
    let full = 500_u32 << retries_done.min(4);
    full - full / 4 * u32::from(chance.min(999)) / 1000
}

/// What the server asked for, when it lies between 0 and 60 s.
pub(super) fn server_delay_ms(hints: &Hints<'_>) -> Option<u32> {
    const LONGEST_MS: u32 = 60_000;
    hints
        .retry_after_ms
        .and_then(|value| thousandths(value).map(|n| n.div_ceil(1000)))
        .or_else(|| hints.retry_after.and_then(thousandths))
        .or(hints.retry_after_in_ms)
        .filter(|said| *said <= LONGEST_MS)
}

/// A decimal number in thousandths, rounded down, at most `u32::MAX`. Written out because parsing a
/// float costs up to 15 KB of WebAssembly.
fn thousandths(text: &str) -> Option<u32> {
    let mut number = 0_u32;
    let mut digits = 0;
    // How many digits behind the point count; before it, all do.
    let mut left = None;
    for byte in text.trim_ascii().bytes() {
        match (byte, left) {
            (b'0'..=b'9', Some(0)) => {}
            (b'0'..=b'9', _) => {
                number = number
                    .saturating_mul(10)
                    .saturating_add(u32::from(byte - b'0'));
                digits += 1;
                left = left.map(|left| left - 1);
            }
            (b'.', None) if digits > 0 => left = Some(3_u32),
            _ => return None,
        }
    }
    let scale = 10_u32.pow(left.unwrap_or(3));
    (digits > 0).then(|| number.saturating_mul(scale))
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
