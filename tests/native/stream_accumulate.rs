//! Chunks put together to an answer. The cases for tool calls are those of the JavaScript helper.

use openai_wasm::stream::Accumulator;
use openai_wasm::wire::chat::{ChatCompletion, ChatCompletionChunk};
use serde::Deserialize;
use serde_json::{Value, json};

fn accumulate(chunks: &[Value]) -> ChatCompletion {
    let mut answer = Accumulator::new();
    for chunk in chunks {
        let chunk: ChatCompletionChunk = serde_json::from_value(chunk.clone()).unwrap();
        answer.push(&chunk);
    }
    answer.finish()
}

fn piece(choice: Value) -> Value {
    json!({ "id": "c", "created": 1, "model": "m", "choices": [choice] })
}

#[test]
fn rule_26_tool_calls_are_put_together_from_any_servers_pieces() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        pieces: Vec<Value>,
        calls: Value,
    }
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../fixtures/tool-call-pieces.json")).unwrap();
    assert!(cases.len() > 8);
    for Case {
        name,
        pieces,
        calls,
    } in cases
    {
        let chunk = |calls: &Value| piece(json!({ "index": 0, "delta": { "tool_calls": calls } }));
        let chunks: Vec<_> = pieces.iter().map(chunk).collect();
        let answer = accumulate(&chunks);
        let message = serde_json::to_value(&answer.choices[0].message).unwrap();
        assert_eq!(message["tool_calls"], calls, "{name}");
    }
}

#[test]
fn rule_27_choices_interleave_and_a_wild_index_is_left_out() {
    let say =
        |index: u32, text: &str| piece(json!({ "index": index, "delta": { "content": text } }));
    let answer = accumulate(&[
        say(1, "x"),
        say(0, "a"),
        say(1_000_000, "z"),
        say(1, "y"),
        piece(json!({ "delta": { "content": "b" }, "finish_reason": "stop" })),
    ]);
    let texts: Vec<_> = answer
        .choices
        .iter()
        .map(|choice| (choice.index, choice.message.content.as_deref().unwrap()))
        .collect();
    assert_eq!(texts, [(0, "ab"), (1, "xy")]);
    assert_eq!(answer.text(), "ab");
}

#[test]
fn rules_21_to_25_and_28_the_rest_is_kept_as_the_servers_mean_it() {
    let logprobs = |token: &str| json!({ "content": [{ "token": token, "logprob": -1.0, "bytes": null, "top_logprobs": [] }], "refusal": null });
    let answer = accumulate(&[
        json!({ "choices": [], "id": "", "model": "", "created": 0, "prompt_filter_results": [1] }),
        json!({ "id": "c", "created": 7.5, "model": "m", "usage": null, "system_fingerprint": "f",
            "choices": [{ "index": 0, "delta": { "role": "assistant", "content": null, "reasoning_content": "h" }, "logprobs": logprobs("a") }] }),
        json!({ "id": "other", "model": "n", "usage": { "prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 1 },
            "choices": [{ "index": 0, "delta": { "role": "", "content": [{ "type": "text", "text": "a" }], "reasoning_content": "m" }, "logprobs": logprobs("b") }] }),
        json!({ "usage": {}, "obfuscation": "x",
            "choices": [{ "index": 0, "delta": { "refusal": "no" }, "finish_reason": "stop", "content_filter_results": {} }] }),
        json!({ "choices": null, "x_groq": { "id": "r" } }),
        json!({ "choices": [{ "index": 0, "delta": null, "finish_reason": "" }] }),
    ]);
    let answer = serde_json::to_value(&answer).unwrap();
    assert_eq!(answer["id"], "c");
    assert_eq!(answer["object"], "chat.completion");
    assert_eq!(answer["created"], 7);
    assert_eq!(answer["model"], "m");
    assert_eq!(answer["system_fingerprint"], "f");
    assert_eq!(answer["usage"]["total_tokens"], 1);
    assert_eq!(answer["prompt_filter_results"], json!([1]));
    assert_eq!(answer["x_groq"]["id"], "r");
    assert!(answer.get("obfuscation").is_none());
    let choice = &answer["choices"][0];
    assert_eq!(choice["finish_reason"], "stop");
    assert_eq!(choice["content_filter_results"], json!({}));
    assert_eq!(choice["logprobs"]["content"][1]["token"], "b");
    let message = &choice["message"];
    assert_eq!(message["role"], "assistant");
    assert_eq!(message["content"], "a");
    assert_eq!(message["refusal"], "no");
    assert_eq!(message["reasoning_content"], "hm");
}

#[test]
fn the_snapshot_is_the_answer_so_far_and_finish_names_the_role() {
    let mut answer = Accumulator::new();
    assert!(answer.snapshot().choices.is_empty());
    let chunk = piece(json!({ "index": 0, "delta": { "content": "a" } }));
    answer.push(&serde_json::from_value(chunk).unwrap());
    assert_eq!(answer.snapshot().text(), "a");
    let message = serde_json::to_value(&answer.finish().choices[0].message).unwrap();
    assert_eq!(message["role"], "assistant");
}
