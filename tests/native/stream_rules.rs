//! The rules of a streamed answer, each over every cut.
//!
//! The rules are those of docs/stream-rules.md; their streams are in tests/fixtures/stream-rules.json.

use openai_wasm::sse::DEFAULT_MAX_EVENT_BYTES;
use openai_wasm::stream::{Decoder, StreamError, StreamErrorKind, Truncation};
use openai_wasm::wire::chat::ChatCompletionChunk;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sse_oracle::cuts;

/// What a stream gave, and how it ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) chunks: Vec<Value>,
    end: Result<(), StreamError>,
    text: String,
}

fn run(decoder: &mut Decoder<Value>, pushes: &[&[u8]]) -> Outcome {
    let mut chunks = Vec::new();
    let mut end = None;
    let mut take = |decoder: &mut Decoder<Value>| {
        while let Some(item) = decoder.next_chunk() {
            match item {
                Ok(chunk) => chunks.push(chunk),
                Err(error) => end = Some(error),
            }
        }
    };
    for push in pushes {
        decoder.push(push);
        take(decoder);
    }
    decoder.finish();
    take(decoder);
    assert!(decoder.is_ended(), "finish always leads to an end");
    assert_eq!(decoder.is_done(), end.is_none(), "one end, and no other");
    assert!(decoder.next_chunk().is_none(), "nothing follows the end");
    Outcome {
        chunks,
        end: end.map_or(Ok(()), Err),
        text: decoder.text().to_owned(),
    }
}

fn decode_as(bytes: &[u8], truncation: Truncation) -> Outcome {
    decode_within(bytes, DEFAULT_MAX_EVENT_BYTES, truncation)
}

fn decode_within(bytes: &[u8], max_event_bytes: usize, truncation: Truncation) -> Outcome {
    let fresh = || Decoder::with_options(max_event_bytes, truncation);
    let expected = run(&mut fresh(), &[bytes]);
    for pushes in cuts(bytes) {
        assert_eq!(run(&mut fresh(), &pushes), expected, "cut as {pushes:?}");
    }
    expected
}

/// Decodes under every cut.
pub(crate) fn decode(text: impl AsRef<[u8]>) -> Outcome {
    decode_as(text.as_ref(), Truncation::Error)
}

pub(crate) fn delta(content: &str) -> Value {
    json!({ "choices": [{ "index": 0, "delta": { "content": content } }] })
}

fn finish() -> Value {
    json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] })
}

pub(crate) fn event(value: &Value) -> String {
    format!("data: {value}\n\n")
}

pub(crate) const DONE: &str = "data: [DONE]\n\n";

/// A stream that says "a" and goes on with `rest`.
pub(crate) fn after_a(rest: &str) -> Outcome {
    decode(event(&delta("a")) + rest)
}

#[track_caller]
pub(crate) fn whole(outcome: &Outcome, text: &str) {
    assert_eq!(outcome.end, Ok(()));
    assert_eq!(outcome.text, text);
}

#[track_caller]
pub(crate) fn failed(outcome: &Outcome) -> &StreamError {
    outcome.end.as_ref().expect_err("the stream failed")
}

/// A stream of the fixture, and what becomes of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Case {
    rule: u32,
    name: String,
    body: String,
    text: String,
    end: String,
    chunks: Option<Value>,
    error: Option<Reported>,
    max_event_bytes: Option<usize>,
    truncation: Option<String>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
struct Reported {
    message: String,
    r#type: Option<String>,
    code: Option<String>,
    param: Option<String>,
    status: Option<u16>,
}

fn end_of(outcome: &Outcome) -> &'static str {
    match outcome.end.as_ref().map_err(|error| &error.kind) {
        Ok(()) => "done",
        Err(StreamErrorKind::Truncated) => "truncated",
        Err(StreamErrorKind::Malformed { .. }) => "malformed",
        Err(StreamErrorKind::TooLarge { .. }) => "too-large",
        Err(StreamErrorKind::Failed(_)) => "failed",
        Err(other) => panic!("{other:?}"),
    }
}

fn reported(outcome: &Outcome) -> Option<Reported> {
    let StreamErrorKind::Failed(error) = &outcome.end.as_ref().err()?.kind else {
        return None;
    };
    Some(Reported {
        message: error.message.clone(),
        r#type: error.r#type.clone(),
        code: error.code.clone(),
        param: error.param.clone(),
        status: error.status(),
    })
}

#[test]
fn every_stream_of_the_fixture_ends_as_its_rule_says() {
    let fixture: Value =
        serde_json::from_str(include_str!("../fixtures/stream-rules.json")).unwrap();
    let cases: Vec<Case> = serde_json::from_value(fixture["cases"].clone()).unwrap();
    assert!(cases.len() > 80, "the fixture is read");
    for case in cases {
        let name = format!("rule {}: {}", case.rule, case.name);
        let limit = case.max_event_bytes.unwrap_or(DEFAULT_MAX_EVENT_BYTES);
        let truncation = match case.truncation.as_deref() {
            Some("ignore") => Truncation::Ignore,
            _ => Truncation::Error,
        };
        let outcome = decode_within(case.body.as_bytes(), limit, truncation);
        assert_eq!(end_of(&outcome), case.end, "{name}");
        assert_eq!(outcome.text, case.text, "{name}");
        assert_eq!(reported(&outcome), case.error, "{name}");
        match case.chunks {
            Some(Value::Array(chunks)) => assert_eq!(outcome.chunks, chunks, "{name}"),
            Some(count) => assert_eq!(json!(outcome.chunks.len()), count, "{name}"),
            None => {}
        }
        if let Err(error) = &outcome.end {
            assert_eq!(error.text, case.text, "{name}");
            assert_eq!(error.event_index, outcome.chunks.len() as u64, "{name}");
            assert!(!error.to_string().contains("secret"), "{name}: {error}");
        }
    }
}

#[test]
fn rule_14_the_end_without_both_is_a_truncation_at_every_byte() {
    let text = event(&delta("a")) + &event(&delta("b")) + &event(&finish()) + DONE;
    let finished = text.find("\"stop\"").unwrap();
    for at in 0..finished {
        let outcome = run(&mut Decoder::new(), &[&text.as_bytes()[..at]]);
        let error = failed(&outcome);
        assert_eq!(error.kind, StreamErrorKind::Truncated, "cut at {at}");
        assert!("ab".starts_with(error.text.as_str()), "cut at {at}");
    }
    // The opt-out, for servers that send neither. Without any event it is still no answer.
    let outcome = decode_as(event(&delta("a")).as_bytes(), Truncation::Ignore);
    whole(&outcome, "a");
    let outcome = decode_as(b": only a comment\n\n", Truncation::Ignore);
    assert_eq!(failed(&outcome).kind, StreamErrorKind::Truncated);
}

#[test]
fn rule_20_an_empty_body_is_no_empty_success() {
    for body in ["", "\n\n", ": hello\n\n"] {
        assert_eq!(failed(&decode(body)).kind, StreamErrorKind::Truncated);
    }
}

#[test]
fn rule_31_an_event_beyond_the_limit_ends_the_stream_with_the_text_so_far() {
    let mut decoder = Decoder::with_options(100, Truncation::Error);
    let text = event(&delta("a")) + &event(&delta(&"b".repeat(100)));
    let outcome = run(&mut decoder, &[text.as_bytes()]);
    let error = failed(&outcome);
    assert_eq!(
        error.kind,
        StreamErrorKind::TooLarge {
            max_event_bytes: 100
        }
    );
    assert_eq!((error.text.as_str(), error.event_index), ("a", 1));
}

#[test]
fn rule_35_a_stream_that_is_stopped_says_by_whom_and_gives_nothing_more() {
    for kind in [
        StreamErrorKind::Aborted,
        StreamErrorKind::IdleTimeout {
            idle_timeout_ms: 1000,
        },
    ] {
        let mut decoder = Decoder::<Value>::new();
        decoder.push((event(&delta("a")) + &event(&delta("b"))).as_bytes());
        assert!(decoder.next_chunk().unwrap().is_ok());
        let error = decoder.stop(kind.clone());
        assert_eq!((error.kind, error.text.as_str()), (kind, "a"));
        assert!(decoder.next_chunk().is_none() && decoder.is_ended() && !decoder.is_done());
    }
}

#[test]
fn rule_37_json_that_no_double_and_no_stack_can_hold_is_read_all_the_same() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_objects = format!("{}1{}", "{\"a\":".repeat(500), "}".repeat(500));
    for odd in ["1e400", "-1e999", "\"\\ud83d\"", &deep, &deep_objects] {
        let chunk = format!(
            "data: {{\"choices\":[{{\"delta\":{{\"content\":\"b\"}}}}],\"x\":{odd}}}\n\n{DONE}"
        );
        let chunk = event(&delta("a")) + &chunk;
        let outcome = run(&mut Decoder::<Value>::new(), &[chunk.as_bytes()]);
        whole(&outcome, "ab");
        let mut typed = Decoder::<ChatCompletionChunk>::new();
        typed.push(chunk.as_bytes());
        while let Some(chunk) = typed.next_chunk() {
            assert!(chunk.is_ok());
        }
        assert_eq!(typed.text(), "ab");
    }
    let half = r#"{"choices":[{"delta":{"content":"b\ud83d"}}]}"#;
    whole(&after_a(&format!("data: {half}\n\n{DONE}")), "ab\u{fffd}");
}

#[test]
fn invalid_utf8_inside_the_text_becomes_the_replacement_character() {
    let stream = b"data: {\"choices\":[{\"delta\":{\"content\":\"\xFF\"}}]}\n\ndata: [DONE]\n\n";
    whole(&decode(stream), "\u{fffd}");
}
