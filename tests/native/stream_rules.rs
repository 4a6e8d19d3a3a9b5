//! The rules of a streamed answer, each over every cut.
//!
//! Numbers name the rules in the project's list of decoder rules.

use openai_wasm::sse::DEFAULT_MAX_EVENT_BYTES;
use openai_wasm::stream::{Decoder, StreamError, StreamErrorKind, Truncation};
use openai_wasm::wire::chat::ChatCompletionChunk;
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
    let fresh = || Decoder::with_options(DEFAULT_MAX_EVENT_BYTES, truncation);
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

/// The server's error after "a".
#[track_caller]
fn reported(rest: &str) -> openai_wasm::wire::ApiError {
    let outcome = after_a(&format!("{rest}{}{DONE}", event(&delta("never"))));
    let error = failed(&outcome);
    assert_eq!((error.text.as_str(), error.event_index), ("a", 1));
    assert_eq!(outcome.chunks, [delta("a")], "an error is never a chunk");
    match &error.kind {
        StreamErrorKind::Failed(error) => (**error).clone(),
        other => panic!("{rest:?} ended as {other:?}"),
    }
}

#[test]
fn rule_5_empty_and_blank_data_is_skipped() {
    whole(
        &after_a(&format!("data:\n\ndata:  \t\n\ndata\ndata\n\n{DONE}")),
        "a",
    );
}

#[test]
fn rule_6_done_must_be_the_whole_value() {
    for done in ["data: [DONE]\n\n", "data:[DONE]\n\n", "data:  [DONE] \n\n"] {
        whole(&after_a(done), "a");
    }
    for not_done in [
        "data: [DONE]x\n\n",
        "data: [DONE]\ndata: x\n\n",
        "data: [done]\n\n",
    ] {
        let outcome = after_a(&format!("{not_done}{DONE}"));
        assert!(
            matches!(failed(&outcome).kind, StreamErrorKind::Malformed { .. }),
            "{not_done:?}"
        );
    }
}

#[test]
fn rule_7_data_without_a_space_is_read() {
    whole(&decode(format!("data:{}\n\n{DONE}", delta("b"))), "b");
}

#[test]
fn rule_10_the_error_line_of_old_llama_cpp_is_an_error() {
    let error = reported(
        "error: {\"code\":500,\"message\":\"context full\",\"type\":\"server_error\"}\n\n",
    );
    assert_eq!(error.message, "context full");
    assert_eq!(error.status(), Some(500));
}

#[test]
fn rule_11_a_comment_framed_as_data_is_skipped() {
    whole(
        &after_a(&format!("data: : OPENROUTER PROCESSING\n\n{DONE}")),
        "a",
    );
}

#[test]
fn rule_12_an_unterminated_event_counts_if_it_is_whole() {
    whole(&after_a("data: [DONE]"), "a");
    whole(&after_a("data: [DONE]\n"), "a");
    let last = format!("data: {}", finish());
    assert_eq!(after_a(&last).chunks.len(), 2);
    whole(&after_a(&last), "a");
    // A whole chunk is delivered, but it does not make the answer whole.
    let outcome = after_a(&format!("data: {}\n", delta("b")));
    assert_eq!(outcome.text, "ab");
    assert_eq!(failed(&outcome).kind, StreamErrorKind::Truncated);
    // Half a chunk is a cut, not bad JSON.
    let outcome = after_a("data: {\"choices\":[{\"de");
    assert_eq!(failed(&outcome).kind, StreamErrorKind::Truncated);
    assert_eq!(failed(&outcome).text, "a");
}

#[test]
fn rule_13_after_done_all_bytes_are_ignored() {
    let rest = format!(
        "{DONE}{}data: {{bad\n\nevent: error\ndata: x\n\n",
        event(&delta("b"))
    );
    whole(&after_a(&rest), "a");
    let mut decoder = Decoder::<Value>::new();
    decoder.push(DONE.as_bytes());
    assert!(decoder.next_chunk().is_none() && decoder.is_ended());
}

#[test]
fn rule_14_the_end_after_a_finish_reason_is_an_end() {
    whole(&after_a(&event(&finish())), "a");
    let usage = json!({ "choices": [], "usage": { "total_tokens": 3 } });
    whole(&after_a(&(event(&finish()) + &event(&usage))), "a");
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
fn rule_15_every_dialect_of_an_error_in_the_stream_is_an_error() {
    let openai = reported(
        "data: {\"error\":{\"message\":\"m\",\"type\":\"t\",\"code\":\"c\",\"param\":\"p\"}}\n\n",
    );
    assert_eq!(openai.message, "m");
    assert_eq!(openai.r#type.as_deref(), Some("t"));
    assert_eq!(openai.code.as_deref(), Some("c"));
    assert_eq!(openai.param.as_deref(), Some("p"));
    assert_eq!(openai.status(), None);

    let fireworks = reported("data: {\"error\":\"overloaded\"}\n\n");
    assert_eq!(fireworks.message, "overloaded");

    let openrouter = reported(
        "data: {\"id\":\"g\",\"error\":{\"code\":502,\"message\":\"m\"},\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\n",
    );
    assert_eq!(
        (openrouter.code.as_deref(), openrouter.status()),
        (Some("502"), Some(502))
    );

    let vllm = reported(
        "data: {\"object\":\"error\",\"message\":\"too long\",\"type\":\"BadRequestError\",\"param\":null,\"code\":400}\n\n",
    );
    assert_eq!(
        (vllm.message.as_str(), vllm.status()),
        ("too long", Some(400))
    );

    let exo = reported(
        "data: {\"error\":{\"message\":\"m\",\"type\":\"InternalServerError\",\"code\":500}}\n\n",
    );
    assert_eq!(exo.status(), Some(500));

    // No HTTP status: it stays a code.
    let odd = reported("data: {\"error\":{\"message\":\"m\",\"code\":7}}\n\n");
    assert_eq!((odd.code.as_deref(), odd.status()), (Some("7"), None));
}

#[test]
fn rule_15_an_error_that_says_nothing_is_none() {
    for error in [
        "null",
        "false",
        "0",
        "\"\"",
        "{}",
        "[]",
        r#"{"message":"","type":"","param":"","code":null}"#,
    ] {
        let chunk = format!("data: {{\"error\":{error},\"choices\":[]}}\n\n{DONE}");
        assert_eq!(after_a(&chunk).chunks.len(), 2, "{error}");
    }
    // A word in the text is no error either.
    whole(
        &after_a(&format!("{}{DONE}", event(&delta("\"error\"")))),
        "a\"error\"",
    );
}

#[test]
fn rule_16_an_event_named_error_is_an_error_whatever_its_body() {
    let flat = reported("event: error\ndata: {\"message\":\"m\",\"code\":\"c\"}\n\n");
    assert_eq!(
        (flat.message.as_str(), flat.code.as_deref()),
        ("m", Some("c"))
    );
    let wrapped = reported("event: error\ndata: {\"error\":{\"message\":\"m\"}}\n\n");
    assert_eq!(wrapped.message, "m");
    let text = reported("event: error\ndata: upstream went away\n\n");
    assert_eq!(text.message, "upstream went away");
}

#[test]
fn rule_17_named_events_are_chunks_and_keep_alives_are_skipped() {
    let named = format!("event: completion\ndata: {}\n\n{DONE}", delta("b"));
    whole(&after_a(&named), "ab");
    for name in ["ping", "keepalive", "keep-alive", "heartbeat"] {
        for data in ["", "data:\n", "data: {\"type\":\"ping\"}\n", "data: ok\n"] {
            whole(&after_a(&format!("event: {name}\n{data}\n{DONE}")), "a");
        }
    }
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
fn rule_37_bad_json_names_the_event_and_never_shows_it() {
    for bad in [
        "{secret",
        "{\"a\":1}}",
        "[1",
        "secret",
        "{\"a\":1} {\"b\":2}",
        "1",
        "[]",
        "null",
        "\"s\"",
    ] {
        let outcome = after_a(&format!("data: {bad}\n\n{DONE}"));
        let error = failed(&outcome);
        assert!(
            matches!(error.kind, StreamErrorKind::Malformed { .. }),
            "{bad}"
        );
        assert_eq!((error.text.as_str(), error.event_index), ("a", 1), "{bad}");
        assert!(!error.to_string().contains("secret"), "{error}");
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
fn rule_37_what_is_no_json_is_an_error_with_the_text_so_far() {
    for bad in ["NaN", "Infinity", "-Infinity", "01", "\"\\u12\""] {
        let outcome = after_a(&format!("data: {{\"choices\":[],\"x\":{bad}}}\n\n{DONE}"));
        let error = failed(&outcome);
        assert!(
            matches!(error.kind, StreamErrorKind::Malformed { .. }),
            "{bad}"
        );
        assert_eq!(error.text, "a");
    }
}

#[test]
fn rule_38_line_separators_inside_json_strings_pass() {
    let outcome = decode(format!("{}{DONE}", event(&delta("x\u{2028}\u{85}y"))));
    whole(&outcome, "x\u{2028}\u{85}y");
}

#[test]
fn data_over_several_lines_is_one_json_text() {
    let stream =
        format!("data: {{\"choices\":\ndata: [{{\"delta\":{{\"content\":\"b\"}}}}]}}\n\n{DONE}");
    whole(&after_a(&stream), "ab");
}

#[test]
fn invalid_utf8_inside_the_text_becomes_the_replacement_character() {
    let stream = b"data: {\"choices\":[{\"delta\":{\"content\":\"\xFF\"}}]}\n\ndata: [DONE]\n\n";
    whole(&decode(stream), "\u{fffd}");
}
