//! Streams that a caller who was cut off can read on: their ids, and what is wrong with a request for one.

use serde::Deserialize;

use crate::proxy::error::ProxyError;
use crate::streamlog::Verdict;

/// The header that names a stream.
pub const STREAM_ID: &str = "x-stream-id";

/// Where streams are read and stopped, each by its id.
pub const STREAMS_PATH: &str = "/v1/streams/";

/// 128 bits have 22 characters of base64url.
const ID_CHARS: std::ops::RangeInclusive<usize> = 22..=64;

/// Random text of this length has at least so many different characters, but for one in a billion.
const LEAST_DIFFERENT: usize = 8;

/// The largest number that JavaScript has exactly.
const MOST_EVENTS: u64 = (1 << 53) - 1;

with_setters! {
    /// How long streams are kept, and how many. A caller asks for one by the header `X-Stream-Id`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
    #[cfg_attr(test, derive(serde::Serialize))]
    #[serde(default, rename_all = "camelCase", deny_unknown_fields)]
    pub struct Resumable {
        /// For how long a stream goes on that nobody reads, in milliseconds.
        pub grace_ms: u32,
        /// For how long a stream is kept after its end, in milliseconds.
        pub keep_ms: u32,
        /// The most streams of a subject that are kept.
        pub max_streams: u32,
        /// The most bytes of a stream that are kept.
        pub max_bytes: u32,
    }
}

impl Default for Resumable {
    fn default() -> Self {
        Self {
            grace_ms: 60_000,
            keep_ms: 600_000,
            max_streams: 8,
            max_bytes: 4 << 20,
        }
    }
}

/// The id in the path of a stream.
pub(super) fn id_in(path: &str) -> Option<&str> {
    path.strip_prefix(STREAMS_PATH)
        .filter(|id| !id.is_empty() && !id.contains('/'))
}

/// Is it an id that a client may choose: long enough to be random, and not one letter over and over?
fn is_id(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let mut different: Vec<u8> = id.bytes().collect();
    different.sort_unstable();
    different.dedup();
    ID_CHARS.contains(&id.len()) && id.bytes().all(fits) && different.len() >= LEAST_DIFFERENT
}

/// Checks the id that a request gives to its stream.
///
/// # Errors
/// 400 `invalid_stream_id`.
pub fn check_id(id: &str) -> Result<(), ProxyError> {
    if is_id(id) {
        return Ok(());
    }
    let mut refusal = ProxyError::new(
        400,
        "invalid_stream_id",
        "x-stream-id must have 22 to 64 random characters of base64url: A to Z, a to z, 0 to 9, - and _.",
    );
    refusal.param = Some(STREAM_ID.to_owned());
    Err(refusal)
}

/// Checks the id of a stream that is asked for.
///
/// # Errors
/// 404 `stream_not_found`, as for every id that is not in use.
pub fn check_known_id(id: &str) -> Result<(), ProxyError> {
    if is_id(id) { Ok(()) } else { Err(not_found()) }
}

/// The number of the last event that a caller has.
///
/// # Errors
/// 400 `invalid_last_event_id`.
pub fn after(last_event_id: Option<&str>) -> Result<u64, ProxyError> {
    let Some(text) = last_event_id.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(0);
    };
    let digits = text.len() <= 16 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| text.parse().ok()).flatten();
    number
        .filter(|number| *number <= MOST_EVENTS)
        .ok_or_else(|| {
            invalid_last_event_id(
                "Last-Event-ID must be the number of an event of this stream: 1, 2, 3 and so on, or 0 for all.",
            )
        })
}

fn invalid_last_event_id(message: &str) -> ProxyError {
    let mut refusal = ProxyError::new(400, "invalid_last_event_id", message);
    refusal.param = Some("last-event-id".to_owned());
    refusal
}

fn not_found() -> ProxyError {
    ProxyError::new(
        404,
        "stream_not_found",
        "There is no such stream, or it is no longer kept. Send the request again with a new x-stream-id.",
    )
}

/// What the caller is told of a stream that it cannot read; nothing if it can.
#[must_use]
pub fn refused(verdict: &Verdict) -> Option<ProxyError> {
    let (status, code, message) = match verdict {
        Verdict::Unknown => return Some(not_found()),
        Verdict::Beyond => {
            return Some(invalid_last_event_id(
                "Last-Event-ID is the number of an event that this stream does not have.",
            ));
        }
        Verdict::NotKept => (
            410,
            "stream_not_kept",
            "The stream is too long to be kept, so it cannot be read again.",
        ),
        Verdict::InUse => (
            409,
            "stream_id_in_use",
            "Another request has this x-stream-id. Choose a new one for each request.",
        ),
        _ => return None,
    };
    Some(ProxyError::new(status, code, message).without_retry())
}

/// The last event of a stream that was stopped.
#[must_use]
pub fn stopped() -> ProxyError {
    ProxyError::new(
        499,
        "stream_stopped",
        "The stream was stopped, by its caller or because nobody read it.",
    )
}

/// The last event of a stream whose object lost the upstream.
#[must_use]
pub fn interrupted() -> ProxyError {
    ProxyError::new(
        502,
        "stream_interrupted",
        "The proxy lost the connection to the model server, so the rest of the answer is missing.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_random_base64url_of_128_bits_or_more() {
        for (id, good) in [
            ("abcdefghijklmnopqrstuv", true),
            ("AZaz09-_AZaz09-_AZaz09", true),
            (&"abcdefgh".repeat(8), true),
            ("abcdefghijklmnopqrstu", false),
            (&"abcdefgh".repeat(9), false),
            ("aaaaaaaaaaaaaaaaaaaaaaaa", false),
            ("0000000000000000000001", false),
            ("abcdefghijklmnopqrstu/", false),
            ("abcdefghijklmnopqrstu=", false),
            ("abcdefghijklmnopqrst é", false),
            ("", false),
        ] {
            assert_eq!(check_id(id).is_ok(), good, "{id}");
            assert_eq!(check_known_id(id).is_ok(), good, "{id}");
        }
    }

    #[test]
    fn the_last_event_is_a_number_that_javascript_has() {
        for (text, number) in [
            (None, Some(0)),
            (Some(""), Some(0)),
            (Some("0"), Some(0)),
            (Some(" 17 "), Some(17)),
            (Some("9007199254740991"), Some(MOST_EVENTS)),
            (Some("9007199254740992"), None),
            (Some("-1"), None),
            (Some("1.5"), None),
            (Some("abc"), None),
            (Some("99999999999999999999999"), None),
        ] {
            assert_eq!(after(text).ok(), number, "{text:?}");
        }
    }
}
