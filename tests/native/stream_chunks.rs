//! The rules of a streamed answer that are about its chunks: odd ones are kept, and add no text.
//!
//! Numbers name the rules in docs/stream-rules.md.

use openai_wasm::stream::{Chunk, Decoder, StreamError, StreamErrorKind};
use openai_wasm::wire::chat::ChatCompletionChunk;
use serde_json::{Value, json};

use crate::stream_rules::{DONE, after_a, decode, delta, event, failed, whole};

#[test]
fn rule_21_chunks_without_choices_are_kept_and_add_nothing() {
    for odd in [
        r#"{"choices":[],"prompt_filter_results":[{"prompt_index":0}],"id":"","model":"","created":0}"#,
        r#"{"choices":null,"usage":{"total_tokens":1}}"#,
        r#"{"usage":{"total_tokens":1}}"#,
    ] {
        let outcome = after_a(&format!("data: {odd}\n\n{DONE}"));
        whole(&outcome, "a");
        assert_eq!(
            outcome.chunks[1],
            serde_json::from_str::<Value>(odd).unwrap()
        );
        typed(&format!("data: {odd}\n\n{DONE}"));
    }
}

#[test]
fn rule_22_usage_may_be_null_empty_or_under_a_vendors_name() {
    for usage in [
        r#""usage":null"#,
        r#""usage":{}"#,
        r#""x_groq":{"usage":{"total_tokens":1}}"#,
    ] {
        typed(&format!("data: {{\"choices\":[],{usage}}}\n\n{DONE}"));
    }
}

#[test]
fn rule_23_odd_deltas_add_no_text_and_fail_nothing() {
    for choice in [
        r#"{"index":0,"delta":null}"#,
        r#"{"index":0}"#,
        r#"{"delta":{"role":null,"content":null}}"#,
        r#"{"index":0,"delta":{"role":"","content":""}}"#,
        r#"{"index":null,"delta":{}}"#,
    ] {
        let stream = format!("data: {{\"choices\":[{choice}]}}\n\n{DONE}");
        whole(&after_a(&stream), "a");
        typed(&stream);
    }
}

#[test]
fn rule_24_a_finish_reason_may_be_unknown_empty_or_sent_twice() {
    let with = |reason: &str| {
        format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{}},\"finish_reason\":{reason}}}]}}\n\n"
        )
    };
    whole(&after_a(&with("\"eos_token\"")), "a");
    whole(&after_a(&(with("\"stop\"") + &with("\"stop\""))), "a");
    for none in ["\"\"", "null"] {
        let outcome = after_a(&with(none));
        assert_eq!(failed(&outcome).kind, StreamErrorKind::Truncated, "{none}");
        let typed = typed_outcome(&with(none)).unwrap_err();
        assert_eq!(typed.kind, StreamErrorKind::Truncated, "{none}, typed");
    }
    typed(&with("\"eos_token\""));
}

#[test]
fn rule_27_the_text_of_choice_0_is_kept_apart_from_the_others() {
    let choice = |index: u32, content: &str| {
        event(&json!({ "choices": [{ "index": index, "delta": { "content": content } }] }))
    };
    let stream = choice(1, "x") + &choice(0, "b") + &choice(2, "y") + &choice(0, "c") + DONE;
    whole(&after_a(&stream), "abc");
}

#[test]
fn rule_28_ids_and_times_may_be_odd() {
    typed(&format!(
        "data: {{\"id\":\"\",\"created\":1760000000.5,\"model\":null,\"choices\":[]}}\n\n{DONE}"
    ));
}

#[test]
fn rule_29_a_completions_stream_has_text_in_place_of_a_delta() {
    let text = |text: &str| event(&json!({ "choices": [{ "index": 0, "text": text }] }));
    whole(&decode(text("a") + &text("b") + DONE), "ab");
}

#[test]
fn rule_30_a_stream_of_other_objects_ends_with_done() {
    let item = event(&json!({ "object": "fine-tune-event", "message": "m" }));
    whole(&decode(item.clone() + DONE), "");
    assert_eq!(
        failed(&decode(item)).kind,
        StreamErrorKind::Truncated,
        "and only so"
    );
    let image = event(&json!({ "type": "image_generation.completed", "b64_json": "" }));
    whole(&decode(image), "");
}

/// The same stream as typed chunks, after "a": the number of them.
fn typed_outcome(rest: &str) -> Result<usize, StreamError> {
    let stream = event(&delta("a")) + rest;
    let mut decoder = Decoder::<ChatCompletionChunk>::new();
    decoder.push(stream.as_bytes());
    decoder.finish();
    let mut chunks = 0;
    while let Some(chunk) = decoder.next_chunk() {
        let chunk = chunk?;
        assert_eq!(Chunk::text(&chunk).unwrap_or_default(), chunk.text());
        chunks += 1;
    }
    assert_eq!(decoder.text(), "a");
    Ok(chunks)
}

/// It also reads as typed chunks.
#[track_caller]
fn typed(rest: &str) {
    assert_eq!(typed_outcome(rest), Ok(2), "{rest}");
}
