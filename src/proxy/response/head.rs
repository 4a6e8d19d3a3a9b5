//! What becomes of an upstream's response by its head: an allow-list of statuses and media types
//! (threat table, row T10).

use super::upstream_error::unexpected_type;
use crate::proxy::error::ProxyError;
use crate::proxy::route::Route;
use crate::proxy::upstream::circles;
use crate::wire::json;
use crate::wire::sniff::{self, Content};

/// A longer wait is not worth a header: a client would give up, and an attacker could ask for years.
const MAX_RETRY_AFTER_SECONDS: u32 = 3600;

/// The head of a response, as far as it matters.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// Its status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// `Retry-After`.
    pub retry_after: Option<&'a str>,
}

/// What becomes of the upstream's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Its body goes to the caller, as this media type.
    Pass(&'static str),
    /// A stream was asked for, and its type is another: its first bytes say what it is, see `wire::sniff`.
    Look,
    /// Its error body may explain the refusal: read it, then [`explain`](super::upstream_error::explain).
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

/// The same of speech: the registered types of the six formats, and those that servers use besides.
const SOUNDS: [(&str, &str); 14] = [
    ("audio/mpeg", "audio/mpeg"),
    ("audio/mp3", "audio/mpeg"),
    ("audio/ogg", "audio/ogg"),
    ("audio/opus", "audio/opus"),
    ("audio/aac", "audio/aac"),
    ("audio/flac", "audio/flac"),
    ("audio/x-flac", "audio/flac"),
    ("audio/wav", "audio/wav"),
    ("audio/wave", "audio/wav"),
    ("audio/x-wav", "audio/wav"),
    ("audio/vnd.wave", "audio/wav"),
    ("audio/pcm", "audio/pcm"),
    ("audio/l16", "audio/pcm"),
    (BYTES, BYTES),
];
const BYTES: &str = "application/octet-stream";

/// Is a body of this type sound?
pub(in crate::proxy) fn is_sound(media_type: &str) -> bool {
    media_type.starts_with("audio/") || media_type == BYTES
}

/// What a route's answers may be besides JSON and events.
pub(in crate::proxy) const fn media_of(route: Route) -> &'static [(&'static str, &'static str)] {
    match route {
        Route::AudioTranscriptions | Route::AudioTranslations => &TEXTS,
        Route::Speech => &SOUNDS,
        _ => &[],
    }
}

/// The media type that an answer goes on as. The proxy does not read the form of an upload, so the answer may be
/// in any form that its route has.
fn media_type(route: Route, content_type: &str, streams: bool) -> Option<&'static str> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let is = |wanted: &str| essence.eq_ignore_ascii_case(wanted);
    if streams {
        return is(EVENTS).then_some(EVENTS);
    }
    if is(JSON) && route != Route::Speech {
        return Some(JSON);
    }
    if matches!(route, Route::AudioTranscriptions) && is(EVENTS) {
        return Some(EVENTS);
    }
    media_of(route)
        .iter()
        .find(|(received, _)| is(received))
        .map(|(_, sent)| *sent)
}

/// What the body of an answer is where a stream was asked for; `None` if more bytes are needed. Without
/// a type it is what its bytes say, and nothing else.
pub(in crate::proxy) fn content(
    content_type: Option<&str>,
    head: &[u8],
    ended: bool,
) -> Option<Content> {
    let essence = content_type.unwrap_or_default().split(';').next();
    let essence = essence.map(str::trim).filter(|essence| !essence.is_empty());
    let essence = essence.unwrap_or("application/octet-stream");
    sniff::content(&essence.to_ascii_lowercase(), head, ended)
}

/// The event stream of a server that answered with whole JSON where a stream was asked for. `None` if
/// its answer is not a JSON object.
#[must_use]
pub fn as_events(answer: &[u8]) -> Option<String> {
    let answer = String::from_utf8_lossy(answer);
    let answer = json::read::<serde_json::Value>(&answer).ok()?;
    answer.is_object().then(|| sniff::as_events(answer))
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
