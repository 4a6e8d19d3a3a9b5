//! What the upstream sees of a request, and what the caller sees of its answer: allow-lists both
//! ways (threat table, rows K1 to K5 and T10).

use serde::Deserialize;

use crate::policy::headers::HeaderList;
use crate::proxy::auth::secrets::Secret;
use crate::proxy::error::ProxyError;
use crate::proxy::request::prompt::Prompt;
use crate::proxy::routing::Route;
use crate::proxy::scrub::is_name;
pub use crate::proxy::scrub::scrub;
use crate::wire::sniff::{self, Content};
use crate::wire::{ApiError, json};

/// So much of an error body is read; a message is far shorter.
pub const MAX_ERROR_BODY_BYTES: usize = 16 * 1024;

/// A longer wait is not worth a header: a client would give up, and an attacker could ask for years.
const MAX_RETRY_AFTER_SECONDS: u32 = 3600;

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
    /// A stream was asked for, and its type is another: its first bytes say what it is, see `wire::sniff`.
    Look,
    /// Its error body may explain the refusal: read it, then [`explain`].
    Explain,
    /// It is dropped unread.
    Refuse(ProxyError),
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

/// What the body of an answer is where a stream was asked for; `None` if more bytes are needed. Without
/// a type it is what its bytes say, and nothing else.
pub(super) fn content(content_type: Option<&str>, head: &[u8], ended: bool) -> Option<Content> {
    let essence = content_type.unwrap_or_default().split(';').next();
    let essence = essence.map(str::trim).filter(|essence| !essence.is_empty());
    let essence = essence.unwrap_or("application/octet-stream");
    sniff::content(&essence.to_ascii_lowercase(), head, ended)
}

/// The event stream of a server that answered with whole JSON where a stream was asked for. `None` if
/// its answer is no JSON object.
#[must_use]
pub fn as_events(answer: &[u8]) -> Option<String> {
    let answer = String::from_utf8_lossy(answer);
    let answer = json::read::<serde_json::Value>(&answer).ok()?;
    answer.is_object().then(|| sniff::as_events(answer))
}

/// What is neither JSON nor events, nor a text where there are texts.
pub(super) fn unexpected_type() -> ProxyError {
    ProxyError::new(
        502,
        "upstream_invalid",
        "The model server answered with an unexpected content type.",
    )
}

/// Judges an answer by its head. `streams` says whether the caller asked for an event stream.
#[must_use]
pub fn judge(route: Route, status: u16, content_type: Option<&str>, streams: bool) -> Verdict {
    let refuse = |status, code, message| Verdict::Refuse(ProxyError::new(status, code, message));
    let passes = content_type.and_then(|value| media_type(route, value, streams));
    match (status, passes) {
        (200, Some(media_type)) => return Verdict::Pass(media_type),
        (200..=299, _) if streams && content(content_type, b"", false) != Some(Content::Other) => {
            return Verdict::Look;
        }
        (200, None) => return Verdict::Refuse(unexpected_type()),
        _ => {}
    }
    match status {
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
pub fn circles() -> ProxyError {
    ProxyError::new(
        508,
        "loop_detected",
        "The proxy's upstream leads back to the proxy.",
    )
}

/// No answer came.
#[must_use]
pub fn unreachable() -> ProxyError {
    ProxyError::new(
        502,
        "upstream_unreachable",
        "The model server could not be reached.",
    )
}

/// The time limit for the answer's head passed.
#[must_use]
pub fn timed_out() -> ProxyError {
    ProxyError::new(
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

/// The refusal for an upstream's 4xx, with as much of its explanation as names no account and does not
/// tell the prompt.
#[must_use]
pub fn explain(status: u16, body: &[u8], key: &Secret, prompt: Option<&Prompt>) -> ProxyError {
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
    let said = message.unwrap_or_default();
    let message = Some(scrub(&said, key)).filter(|message| !message.is_empty());
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
    let mut refusal = ProxyError::new(status, code, message.as_deref().unwrap_or(fixed));
    refusal.param = param;
    match prompt {
        Some(prompt) => prompt.hide(refusal, &said),
        None => refusal,
    }
}

/// The refusal for an error that came in the place of an answer, or in its midst.
#[must_use]
pub fn report(error: &ApiError, key: &Secret) -> ProxyError {
    let mut refusal = failed();
    let message = scrub(&error.message, key);
    if !message.is_empty() {
        refusal.message = message;
    }
    // A number is a status, and this answer has one.
    let is_number = |code: &&String| code.bytes().all(|b| b.is_ascii_digit());
    let code = error.code.as_ref().filter(|code| !is_number(code));
    if let Some(code) = code.filter(|code| is_name(code, key)) {
        refusal.code.clone_from(code);
    }
    refusal.param = error.param.clone().filter(|param| is_name(param, key));
    refusal
}

/// The model server failed while it answered.
#[must_use]
pub fn failed() -> ProxyError {
    ProxyError::new(
        502,
        "upstream_refused",
        "The model server refused the request.",
    )
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
