//! What the upstream sees of a request, and what the caller sees of its answer: allow-lists both
//! ways (threat table, rows K1 to K5 and T10).

use serde::Deserialize;

use super::policy::Route;
use super::refusal::Refusal;
use super::secret::Secret;
use crate::policy::headers::{HeaderList, looks_like_a_key};

/// So much of an error body is read; a message is far shorter.
pub const MAX_ERROR_BODY_BYTES: usize = 16 * 1024;

/// A longer wait is not worth a header: a client would give up, and an attacker could ask for years.
const MAX_RETRY_AFTER_SECONDS: u32 = 3600;

const MAX_MESSAGE_CHARS: usize = 500;

/// This proxy's name in `User-Agent`, by which it knows its own requests (threat table, row S6).
pub const PRODUCT: &str = "openai-wasm-proxy/";

/// All headers of the request to the upstream. None of the caller's own goes on.
#[must_use]
pub fn request_headers(route: Route, key: &Secret) -> HeaderList {
    let mut headers = HeaderList::new();
    headers.set("authorization", format!("Bearer {}", key.expose()));
    headers.set(
        "user-agent",
        format!("{PRODUCT}{}", env!("CARGO_PKG_VERSION")),
    );
    // A compressed event stream waits for its compressor.
    headers.set("accept-encoding", "identity");
    if route.has_body() {
        headers.set("content-type", "application/json");
    }
    let mut accept = JSON.to_owned();
    let texts = texts_of(route).iter().map(|(received, _)| *received);
    for more in texts.chain(route.has_body().then_some(EVENTS)) {
        accept.push_str(", ");
        accept.push_str(more);
    }
    headers.set("accept", accept);
    headers
}

/// What becomes of the upstream's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Its body goes to the caller, as this media type.
    Pass(&'static str),
    /// Its error body may explain the refusal: read it, then [`explain`].
    Explain,
    /// It is dropped unread.
    Refuse(Refusal),
}

/// The media type of a whole answer, but for the texts of the audio routes.
pub const JSON: &str = "application/json";
/// The media type of a stream.
pub const EVENTS: &str = "text/event-stream";

/// Answers that are neither JSON nor events: the media type that servers send, and as what the caller
/// gets it. OpenAI answers `text`, `srt` and `vtt` with `text/plain`, others by the form's own type;
/// the text is UTF-8 as all of the API.
const TEXTS: [(&str, &str); 3] = [
    ("text/plain", "text/plain; charset=utf-8"),
    ("text/vtt", "text/vtt; charset=utf-8"),
    ("application/x-subrip", "application/x-subrip"),
];

const fn texts_of(route: Route) -> &'static [(&'static str, &'static str)] {
    match route {
        Route::AudioTranscriptions | Route::AudioTranslations => &TEXTS,
        _ => &[],
    }
}

/// The media type that an answer goes on as. Nobody reads the form of an upload, so the answer may be
/// in any form that its route has.
fn media_type(route: Route, content_type: &str, streams: bool) -> Option<&'static str> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let is = |wanted: &str| essence.eq_ignore_ascii_case(wanted);
    let expected = if streams { EVENTS } else { JSON };
    if is(expected) {
        return Some(expected);
    }
    if matches!(route, Route::AudioTranscriptions) && is(EVENTS) {
        return Some(EVENTS);
    }
    texts_of(route)
        .iter()
        .find(|(received, _)| is(received))
        .map(|(_, sent)| *sent)
}

/// Judges an answer by its head. `streams` says whether the caller asked for an event stream.
#[must_use]
pub fn judge(route: Route, status: u16, content_type: Option<&str>, streams: bool) -> Verdict {
    let refuse = |status, code, message| Verdict::Refuse(Refusal::new(status, code, message));
    match status {
        200 => {
            let passes = content_type.and_then(|value| media_type(route, value, streams));
            passes.map_or_else(
                || {
                    refuse(
                        502,
                        "upstream_invalid",
                        "The model server answered with an unexpected content type.",
                    )
                },
                Verdict::Pass,
            )
        }
        300..=399 => refuse(
            502,
            "upstream_redirect",
            "The model server answered with a redirect.",
        ),
        401 | 403 => refuse(
            502,
            "upstream_auth",
            "The model server did not accept the proxy's credentials.",
        ),
        402 => refuse(
            502,
            "upstream_account",
            "The model server refused the proxy's account.",
        ),
        400 | 404 | 409 | 413 | 415 | 422 | 429 => Verdict::Explain,
        508 => Verdict::Refuse(circles()),
        503 => refuse(
            503,
            "upstream_unavailable",
            "The model server is not available at the moment.",
        ),
        504 => refuse(
            504,
            "upstream_timeout",
            "The model server did not answer in time.",
        ),
        _ => refuse(502, "upstream_error", "The model server failed."),
    }
}

/// The upstream is this proxy, directly or over others.
#[must_use]
pub fn circles() -> Refusal {
    Refusal::new(
        508,
        "loop_detected",
        "The proxy's upstream leads back to the proxy.",
    )
}

/// No answer came.
#[must_use]
pub fn unreachable() -> Refusal {
    Refusal::new(
        502,
        "upstream_unreachable",
        "The model server could not be reached.",
    )
}

/// The time limit for the answer's head passed.
#[must_use]
pub fn timed_out() -> Refusal {
    Refusal::new(
        504,
        "upstream_timeout",
        "The model server did not answer in time.",
    )
}

#[derive(Deserialize)]
struct Envelope {
    error: Detail,
}

#[derive(Deserialize)]
struct Detail {
    message: Option<String>,
    code: Option<serde_json::Value>,
    param: Option<serde_json::Value>,
}

/// The refusal for an upstream's 4xx, with as much of its explanation as names no account.
#[must_use]
pub fn explain(status: u16, body: &[u8], key: &Secret) -> Refusal {
    let detail = serde_json::from_slice::<Envelope>(body)
        .ok()
        .map(|envelope| envelope.error);
    let text = |value: Option<serde_json::Value>| match value {
        Some(serde_json::Value::String(text)) => Some(text).filter(|text| is_name(text, key)),
        _ => None,
    };
    let (message, code, param) = detail.map_or((None, None, None), |detail| {
        (detail.message, text(detail.code), text(detail.param))
    });
    let message = message
        .map(|message| scrub(&message, key))
        .filter(|message| !message.is_empty());
    let fixed = if status == 429 {
        "The model server limits its requests. Try again later."
    } else {
        "The model server refused the request."
    };
    let code = code.as_deref().unwrap_or(if status == 429 {
        "rate_limited"
    } else {
        "upstream_refused"
    });
    let mut refusal = Refusal::new(status, code, message.as_deref().unwrap_or(fixed));
    refusal.param = param;
    refusal
}

/// `Retry-After` as capped seconds. A date needs the time (`now_unix_seconds`).
#[must_use]
pub fn retry_after(value: Option<&str>, now_unix_seconds: u64) -> Option<u32> {
    let value = value?.trim();
    let seconds = match value.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) if value.bytes().all(|b| b.is_ascii_digit()) && !value.is_empty() => u64::MAX,
        Err(_) => {
            let at = httpdate::parse_http_date(value).ok()?;
            let at = at.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
            at.saturating_sub(now_unix_seconds)
        }
    };
    Some(
        u32::try_from(seconds)
            .unwrap_or(u32::MAX)
            .min(MAX_RETRY_AFTER_SECONDS),
    )
}

/// Could it be the name of a code or a parameter: `messages[0].content`?
fn is_name(text: &str, key: &Secret) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'[' | b']' | b'-'))
        && !is_telling(text, key)
}

/// A message without the words that could name a key or an account, on one line, capped.
#[must_use]
pub fn scrub(message: &str, key: &Secret) -> String {
    let mut clean = String::new();
    for (index, word) in message.split_whitespace().enumerate() {
        if index > 0 {
            clean.push(' ');
        }
        if is_telling(word, key) {
            clean.push_str("[redacted]");
        } else {
            clean.extend(word.chars().filter(|c| !c.is_control()));
        }
    }
    if let Some((cut, _)) = clean.char_indices().nth(MAX_MESSAGE_CHARS) {
        clean.truncate(cut);
        clean.push('…');
    }
    clean
}

/// Does a word look like (a part of) a key, an account's id, an address or an encoded secret?
fn is_telling(word: &str, key: &Secret) -> bool {
    const MARKS: [&str; 12] = [
        "org-", "org_", "proj_", "proj-", "req_", "req-", "user-", "key_", "acct_", "://", "@",
        "**",
    ];
    // A random run this long is no English word; `max_completion_tokens` has underscores.
    const RUN: usize = 24;
    let lower = word.to_ascii_lowercase();
    let longest_run = word
        .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '=')))
        .map(str::len)
        .max()
        .unwrap_or_default();
    MARKS.iter().any(|mark| lower.contains(mark))
        || longest_run >= RUN
        || word
            .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))
            .any(looks_like_a_key)
        || shares_a_run(word, key.expose())
}

/// Do they have eight characters in a row in common: as they are, backwards, in hexadecimal, in
/// percent-encoding or in base64?
fn shares_a_run(word: &str, key: &str) -> bool {
    const RUN: usize = 8;
    /// So many characters of base64 are told by eight bytes wherever these begin.
    const BASE64_RUN: usize = 9;
    if key.len() < RUN {
        return !key.is_empty() && word.contains(key);
    }
    let backwards: Vec<u8> = key.bytes().rev().collect();
    let small = word.to_ascii_lowercase();
    let standard = word.replace('-', "+").replace('_', "/");
    let hex = |before: &str| -> Vec<u8> {
        let coded = key.bytes().map(|byte| format!("{before}{byte:02x}"));
        coded.collect::<String>().into_bytes()
    };
    let share = |text: &str, key: &[u8], run| {
        let mut runs = text.as_bytes().windows(run);
        runs.any(|run_of_text| key.windows(run).any(|run_of_key| run_of_key == run_of_text))
    };
    share(word, key.as_bytes(), RUN)
        || share(word, &backwards, RUN)
        || share(&small, &hex(""), RUN * 2)
        || share(&small, &hex("%"), RUN * 3)
        || (0..3).any(|from| {
            let bytes = key.as_bytes().get(from..).unwrap_or_default();
            share(&standard, &base64(bytes), BASE64_RUN)
        })
}

/// The base64 of whole groups of three bytes (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = Vec::with_capacity(bytes.len() / 3 * 4);
    for group in bytes.chunks_exact(3) {
        let bits = group
            .iter()
            .fold(0, |bits, byte| bits << 8 | usize::from(*byte));
        text.extend(
            [18, 12, 6, 0]
                .iter()
                .filter_map(|shift| ALPHABET.get(bits >> shift & 63)),
        );
    }
    text
}
