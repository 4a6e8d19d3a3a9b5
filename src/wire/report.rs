//! What a server reports as an error, wherever it puts it: one decision for the decoder, the client
//! and the proxy. `pkg-template/lib/report.js` decides the same for JavaScript;
//! `tests/fixtures/reported-errors.json` holds the cases of both.
//!
//! - [`in_event`]: the error that one event of a stream reports.
//! - [`in_answer`]: the error in a whole answer at a status of success.
//! - [`in_refusal`]: the error in the body of an answer with an error status.
//! - [`gave_up`]: whether a `finish_reason` means that the server gave up.
//! - [`last_event`]: what the type of an event says of the stream's end.
//! - [`Filter`]: whether bytes are worth the look; it saves nearly every event from a second parse.

use memchr::memchr;
use memchr::memmem::Finder;
use serde_json::{Map, Value};

use super::{ApiError, plain};

/// How deep a value may be of which it is asked whether it says anything. A deeper one does.
const MAX_QUIET_DEPTH: u32 = 8;

/// The values of `finish_reason` that name no finish: the answer is not whole. Every other one is a
/// finish, also one that nobody knows; an empty text is none.
const GAVE_UP: [&str; 9] = [
    "error",
    "abort",
    "aborted",
    "cancelled",
    "canceled",
    "failed",
    "timeout",
    "network_error",
    "insufficient_system_resource",
];

/// What an event says of the end of its stream by its `type`. Streams of chats and completions end
/// by `finish_reason` and `[DONE]` instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LastEvent {
    /// The answer is whole.
    Whole,
    /// The server gave up.
    Failed,
}

/// The types of the events that end a stream, each by its exact name: an answer has many events
/// whose types end in `.done`.
const LAST_EVENTS: [(&str, LastEvent); 7] = [
    ("response.completed", LastEvent::Whole),
    ("response.incomplete", LastEvent::Whole),
    ("response.failed", LastEvent::Failed),
    ("transcript.text.done", LastEvent::Whole),
    ("speech.audio.done", LastEvent::Whole),
    ("image_generation.completed", LastEvent::Whole),
    ("image_edit.completed", LastEvent::Whole),
];

/// Whether a `finish_reason` says that the server gave up.
pub(crate) fn gave_up(finish_reason: &str) -> bool {
    GAVE_UP
        .iter()
        .any(|reason| reason.eq_ignore_ascii_case(finish_reason))
}

/// Whether an event of this `type` belongs to a stream of the Responses API. Such a stream ends with the
/// first event that [`last_event`] knows, and `[DONE]` alone does not end it.
pub(crate) fn is_of_response(kind: &str) -> bool {
    kind.starts_with("response.")
}

/// What an event's `type` says of the end of its stream.
pub(crate) fn last_event(kind: &str) -> Option<LastEvent> {
    let row = LAST_EVENTS.iter().find(|(name, _)| *name == kind);
    row.map(|(_, last)| *last)
}

/// The error that one event of a stream reports. `named` says that the event itself is called
/// `error`, so that all of it is one.
pub(crate) fn in_event(event: &Value, named: bool) -> Option<ApiError> {
    let Some(event) = object_of(event) else {
        return named.then(|| of_member(event));
    };
    in_object(event, named, false)
}

/// The error in a whole answer at a status of success.
pub(crate) fn in_answer(answer: &Value) -> Option<ApiError> {
    in_object(object_of(answer)?, false, true)
}

/// The error in the body of an answer with an error status: there a message alone is one, too.
#[cfg_attr(not(feature = "client"), allow(dead_code))]
pub(crate) fn in_refusal(body: &Value) -> Option<ApiError> {
    let body = object_of(body)?;
    if let Some(error) = body.get("error").and_then(in_member) {
        return Some(error);
    }
    if let Some(detail) = body.get("detail").filter(|detail| !says_nothing(detail)) {
        return Some(of_detail(detail, body));
    }
    let says = body.get("message").is_some_and(|said| !says_nothing(said));
    says.then(|| of_object(body))
        .or_else(|| in_object(body, false, true))
}

/// The error in an `error` member, if it says anything.
pub(crate) fn in_member(error: &Value) -> Option<ApiError> {
    (!says_nothing(error)).then(|| of_member(error))
}

fn in_object(body: &Map<String, Value>, named: bool, whole: bool) -> Option<ApiError> {
    if let Some(error) = body.get("error")
        && !(whole && is_job(body))
        && (!says_nothing(error) || is_all(body, error))
    {
        return Some(of_member(error));
    }
    let is_error = |name| body.get(name).and_then(Value::as_str) == Some("error");
    if named || is_error("object") || is_error("type") {
        return Some(of_object(body));
    }
    if let Some(detail) = body.get("detail")
        && body.len() == 1
        && !says_nothing(detail)
    {
        return Some(of_detail(detail, body));
    }
    let kind = body.get("type").and_then(Value::as_str);
    if let Some(kind) = kind.filter(|kind| is_of_response(kind))
        && let Some(last) = last_event(kind)
    {
        let response = body.get("response");
        let error = response.and_then(|response| response.get("error"));
        // A response with an error has failed, whatever the event is called.
        if let Some(error) = error.and_then(in_member) {
            return Some(error);
        }
        if last == LastEvent::Failed {
            return Some(of_reason("the response failed", "failed"));
        }
    }
    let choices = body.get("choices").and_then(Value::as_array)?;
    choices.iter().find_map(in_choice)
}

fn in_choice(choice: &Value) -> Option<ApiError> {
    if let Some(error) = choice.get("error").and_then(in_member) {
        return Some(error);
    }
    let reason = choice.get("finish_reason").and_then(Value::as_str)?;
    let message = || format!("the server gave up: finish_reason \"{reason}\"");
    gave_up(reason).then(|| of_reason(&message(), reason))
}

/// The object that speaks: some gateways send a list with the object in it, `[{"error": …}]`.
fn object_of(body: &Value) -> Option<&Map<String, Value>> {
    match body {
        Value::Object(body) => Some(body),
        Value::Array(list) => list
            .first()
            .and_then(Value::as_object)
            .filter(|first| first.get("error").is_some_and(|error| !says_nothing(error))),
        _ => None,
    }
}

/// A job or another stored object, whose `error` tells of the job and not of this call.
fn is_job(body: &Map<String, Value>) -> bool {
    let text = |name| body.get(name).and_then(Value::as_str);
    let kind = text("object").unwrap_or_default();
    let answers = [
        "",
        "error",
        "response",
        "chat.completion",
        "text_completion",
    ];
    // A response of the background is a job, too.
    let background = kind == "response" && body.get("background") == Some(&Value::Bool(true));
    text("status").is_some() && (background || !answers.contains(&kind))
}

/// Whether the body holds nothing beside this error, and the error is not ruled out in so many words.
fn is_all(body: &Map<String, Value>, error: &Value) -> bool {
    body.len() == 1 && !matches!(error, Value::Null | Value::Bool(false))
}

/// Whether an error is empty in all that it holds: some servers send one with every answer.
fn says_nothing(error: &Value) -> bool {
    is_quiet(error, 0)
}

fn is_quiet(value: &Value, depth: u32) -> bool {
    if depth > MAX_QUIET_DEPTH {
        return false;
    }
    match value {
        Value::Null => true,
        Value::Bool(is) => !is,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.iter().all(|value| is_quiet(value, depth + 1)),
        Value::Object(members) => members.values().all(|value| is_quiet(value, depth + 1)),
    }
}

fn of_member(error: &Value) -> ApiError {
    match error {
        Value::String(message) => ApiError::from_text(message),
        Value::Object(error) => of_object(error),
        Value::Null => ApiError::default(),
        other => ApiError::from_text(&other.to_string()),
    }
}

fn of_object(error: &Map<String, Value>) -> ApiError {
    plain::of_value(&Value::Object(error.clone())).unwrap_or_default()
}

/// What a FastAPI server says.
fn of_detail(detail: &Value, body: &Map<String, Value>) -> ApiError {
    let message = detail
        .as_str()
        .map_or_else(|| detail.to_string(), str::to_owned);
    ApiError {
        message,
        extra: body.clone(),
        ..ApiError::default()
    }
}

fn of_reason(message: &str, code: &str) -> ApiError {
    ApiError {
        code: Some(code.to_owned()),
        ..ApiError::from_text(message)
    }
}

/// How our own proxy says that the answer of the server behind it broke off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BrokenOff {
    /// It ended before its end: `upstream_truncated`.
    Truncated,
    /// It fell silent: `upstream_timeout`.
    Silent,
}

/// Whether an error is one that our own proxy ends a stream with when the server's answer broke off.
pub(crate) fn broken_off(error: &ApiError) -> Option<BrokenOff> {
    let shaped = error.r#type.as_deref() == Some("server_error")
        && error.param.is_none()
        && error.extra.is_empty();
    match error.code.as_deref().filter(|_| shaped)? {
        "upstream_truncated" => Some(BrokenOff::Truncated),
        "upstream_timeout" => Some(BrokenOff::Silent),
        _ => None,
    }
}

/// Looks at bytes for what may report an error.
#[derive(Debug)]
pub(crate) struct Filter {
    error: Finder<'static>,
    finish_reason: Finder<'static>,
    failed: Finder<'static>,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            error: Finder::new(b"error\""),
            finish_reason: Finder::new(b"finish_reason\""),
            failed: Finder::new(b".failed\""),
        }
    }
}

impl Filter {
    /// Whether the JSON of an event or an answer may report an error, or hides its letters in
    /// escapes, so that [`in_event`] or [`in_answer`] must be asked.
    pub(crate) fn passes(&self, json: &[u8]) -> bool {
        self.error.find(json).is_some()
            || self.failed.find(json).is_some()
            || self.reasons(json)
            || begins_with_detail(json)
            || escapes_a_letter(json)
    }

    fn reasons(&self, json: &[u8]) -> bool {
        let mut rest = json;
        while let Some(at) = self.finish_reason.find(rest) {
            rest = rest
                .get(at + self.finish_reason.needle().len()..)
                .unwrap_or_default();
            let value = rest.trim_ascii_start();
            let value = value.strip_prefix(b":").map(<[u8]>::trim_ascii_start);
            if let Some(reason) = value.and_then(|value| value.strip_prefix(b"\""))
                && let Some(end) = memchr(b'"', reason)
                && let Some(Ok(reason)) = reason.get(..end).map(std::str::from_utf8)
                && gave_up(reason)
            {
                return true;
            }
        }
        false
    }
}

/// Whether the first member, and so perhaps the only one, is called `detail`.
fn begins_with_detail(json: &[u8]) -> bool {
    let members = json.trim_ascii_start().strip_prefix(b"{");
    members.is_some_and(|members| members.trim_ascii_start().starts_with(b"\"detail\""))
}

/// Whether an ASCII letter is written as `\u00..`, as no writer of JSON does on its own.
fn escapes_a_letter(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(at) = memchr(b'\\', rest) {
        rest = rest.get(at + 1..).unwrap_or_default();
        match rest {
            [b'u', b'0', b'0', b'4'..=b'7', ..] => return true,
            // A backslash that is escaped itself.
            [_, after @ ..] => rest = after,
            [] => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Cases {
        gave_up: Vec<String>,
        finishes: Vec<String>,
        whole: Vec<String>,
        failed: Vec<String>,
        goes_on: Vec<String>,
        events: Vec<Case>,
        answers: Vec<Case>,
        refusals: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        name: String,
        body: Value,
        #[serde(default)]
        named: bool,
        error: Option<Map<String, Value>>,
    }

    fn cases() -> Cases {
        serde_json::from_str(include_str!("../../tests/fixtures/reported-errors.json")).unwrap()
    }

    /// The members that a case names must be those of the error.
    fn check(case: &Case, found: Option<ApiError>) {
        let name = &case.name;
        let Some(expected) = &case.error else {
            assert_eq!(found, None, "{name}");
            return;
        };
        let found = found.unwrap_or_else(|| panic!("no error: {name}"));
        for (member, expected) in expected {
            let expected = match expected {
                Value::Number(number) => Value::String(number.to_string()),
                other => other.clone(),
            };
            let got = match member.as_str() {
                "message" => Some(found.message.as_str()),
                "code" => found.code.as_deref(),
                "type" => found.r#type.as_deref(),
                "param" => found.param.as_deref(),
                _ => panic!("{name} names {member}"),
            };
            assert_eq!(
                got.map_or(Value::Null, Value::from),
                expected,
                "{name}: {member}"
            );
        }
    }

    #[test]
    fn every_case_of_the_fixture_is_decided_as_it_says() {
        let cases = cases();
        assert!(cases.events.len() > 20 && cases.answers.len() > 8 && cases.refusals.len() > 4);
        for case in &cases.events {
            check(case, in_event(&case.body, case.named));
        }
        for case in &cases.answers {
            check(case, in_answer(&case.body));
        }
        for case in &cases.refusals {
            check(case, in_refusal(&case.body));
        }
    }

    #[test]
    fn the_filter_lets_nothing_through_unseen_that_reports_an_error() {
        let cases = cases();
        let filter = Filter::default();
        for case in cases.events.iter().chain(&cases.answers) {
            let json = case.body.to_string();
            if case.error.is_some() && !case.named {
                assert!(filter.passes(json.as_bytes()), "{}", case.name);
            }
        }
        for (json, passes) in [
            (
                r#"{"choices":[{"delta":{"content":"an \"error\\\" here"},"finish_reason":null}]}"#,
                false,
            ),
            (
                r#"{"choices":[{"delta":{},"finish_reason":"stop"},{"finish_reason" : "length"}]}"#,
                false,
            ),
            (
                r#"{"choices":[{"delta":{},"finish_reason":"stop"},{"finish_reason" : "Abort"}]}"#,
                true,
            ),
            (r#"{"\u0065rror":"x"}"#, true),
            (r#"{"a":"\u003c\\u0065"}"#, false),
            (r#"{"a":"\"#, false),
            ("", false),
        ] {
            assert_eq!(filter.passes(json.as_bytes()), passes, "{json}");
        }
    }

    #[test]
    fn reasons_and_last_events_are_those_of_the_tables() {
        let cases = cases();
        assert!(cases.gave_up.iter().all(|reason| gave_up(reason)));
        assert!(
            GAVE_UP
                .iter()
                .all(|reason| cases.gave_up.iter().any(|named| named == reason))
        );
        assert!(!cases.finishes.iter().any(|reason| gave_up(reason)));
        for (kinds, last) in [
            (&cases.whole, Some(LastEvent::Whole)),
            (&cases.failed, Some(LastEvent::Failed)),
            (&cases.goes_on, None),
        ] {
            for kind in kinds {
                assert_eq!(last_event(kind), last, "{kind}");
            }
        }
        assert_eq!(cases.whole.len() + cases.failed.len(), LAST_EVENTS.len());
    }

    #[test]
    fn an_error_may_be_of_any_depth() {
        let mut value = Value::Null;
        for _ in 0..100 {
            value = Value::Array(vec![value]);
        }
        let event = serde_json::json!({ "error": value, "choices": [] });
        assert!(in_event(&event, false).is_some());
    }
}
