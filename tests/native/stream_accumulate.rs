//! Chunks put together to an answer. JavaScript runs the cases of the fixtures as well.

use openai_wasm::stream::{Accumulator, ChoiceIndexError};
use openai_wasm::wire::chat::{
    ChatCompletion, ChatCompletionChunk, ChatCompletionMessageParam, FinishReason, ToolCall,
};
use serde::Deserialize;
use serde_json::{Value, json};

fn try_accumulate(chunks: &[Value]) -> Result<ChatCompletion, ChoiceIndexError> {
    let mut answer = Accumulator::new();
    for chunk in chunks {
        let chunk: ChatCompletionChunk = serde_json::from_value(chunk.clone()).unwrap();
        answer.push(&chunk)?;
    }
    Ok(answer.finish())
}

fn accumulate(chunks: &[Value]) -> ChatCompletion {
    try_accumulate(chunks).unwrap()
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
    assert!(cases.len() > 24);
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

/// Without the members that are null: some are not written, whether they came or not.
fn sparse(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(sparse).collect(),
        Value::Object(object) => {
            let members = object.iter().filter(|(_, member)| !member.is_null());
            Value::Object(members.map(|(n, m)| (n.clone(), sparse(m))).collect())
        }
        _ => value.clone(),
    }
}

#[test]
fn both_languages_put_the_pieces_of_any_server_together_to_the_same_answer() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        deltas: Option<Vec<Value>>,
        chunks: Option<Vec<Value>>,
        message: Option<Value>,
        choices: Option<Value>,
        answer: Option<Value>,
        refused: Option<String>,
    }
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../fixtures/accumulation.json")).unwrap();
    assert!(cases.len() > 40);
    for case in cases {
        let name = case.name;
        let delta = |delta: Value| piece(json!({ "index": 0, "delta": delta }));
        let chunks = case.chunks.unwrap_or_else(|| {
            let deltas = case.deltas.unwrap_or_default();
            deltas.into_iter().map(delta).collect()
        });
        let answer = try_accumulate(&chunks);
        if let Some(refused) = case.refused {
            let error = answer.expect_err(&name);
            assert!(error.to_string().contains(&refused), "{name}: {error}");
            continue;
        }
        let answer = sparse(&serde_json::to_value(answer.expect(&name)).unwrap());
        if let Some(message) = case.message {
            let message = sparse(&message);
            assert_eq!(answer["choices"][0]["message"], message, "{name}");
        }
        if let Some(choices) = case.choices {
            assert_eq!(answer["choices"], sparse(&choices), "{name}");
        }
        if let Some(expected) = case.answer {
            assert_eq!(answer, sparse(&expected), "{name}");
        }
    }
}

#[test]
fn what_has_a_type_is_typed_in_the_end_and_can_be_sent_back() {
    let deltas = [
        json!({ "audio": { "id": "a", "data": "x", "transcript": "y", "expires_at": 1 } }),
        json!({ "audio": { "data": "z" }, "tool_calls": [{ "index": 0, "id": "c", "type": "custom", "custom": { "name": "f", "input": "1" } }] }),
        json!({ "tool_calls": [{ "index": 0, "custom": { "input": "2" } }], "reasoning_details": [{ "index": 0, "text": "t" }] }),
        json!({ "annotations": [{ "type": "url_citation", "url_citation": { "start_index": 0, "end_index": 1, "title": "t", "url": "u" } }] }),
        json!({ "reasoning_details": [{ "index": 0, "signature": "s" }] }),
    ];
    let chunks = deltas.map(|delta| piece(json!({ "index": 0, "delta": delta })));
    let message = accumulate(&chunks).choices.remove(0).message;
    assert_eq!(message.audio.as_ref().unwrap().data, "xz");
    assert_eq!(
        message.annotations.as_ref().unwrap()[0].url_citation.url,
        "u"
    );
    let Some([ToolCall::Custom(call)]) = message.tool_calls.as_deref() else {
        panic!("{:?}", message.tool_calls);
    };
    assert_eq!((&*call.custom.name, &*call.custom.input), ("f", "12"));
    let sent = serde_json::to_value(ChatCompletionMessageParam::from(message)).unwrap();
    assert_eq!(
        sent,
        json!({
            "role": "assistant",
            "audio": { "id": "a" },
            "tool_calls": [{ "id": "c", "type": "custom", "custom": { "name": "f", "input": "12" } }],
            "reasoning_details": [{ "index": 0, "text": "t", "signature": "s" }],
        })
    );
    let partly =
        json!({ "audio": { "id": "a", "transcript": "y" }, "annotations": [{ "type": "own" }] });
    let chunk = piece(json!({ "index": 0, "delta": partly }));
    let message = accumulate(&[chunk]).choices.remove(0).message;
    let sent = serde_json::to_value(ChatCompletionMessageParam::from(message)).unwrap();
    assert_eq!(sent["audio"], json!({ "id": "a" }), "not its transcript");
}

#[test]
fn no_value_at_any_place_of_a_chunk_makes_a_panic() {
    let complete = piece(json!({
        "index": 0,
        "delta": {
            "role": "assistant",
            "content": [{ "type": "thinking", "thinking": [{ "type": "text", "text": "t" }] }, { "type": "text", "text": "c" }],
            "refusal": "r",
            "function_call": { "name": "f", "arguments": "{" },
            "tool_calls": [{ "index": 0, "id": "a", "type": "function", "function": { "name": "f", "arguments": "{" } }, { "index": 1, "id": "b", "type": "custom", "custom": { "name": "g", "input": "i" } }],
            "audio": { "id": "a", "data": "d" },
            "annotations": [{ "type": "url_citation", "url_citation": {} }],
            "reasoning_details": [{ "index": 0, "text": "x" }],
        },
        "message": { "role": "assistant", "content": "c", "tool_calls": [{ "id": "a" }] },
        "logprobs": { "content": [{ "token": "t", "logprob": -1, "bytes": [1], "top_logprobs": [] }], "refusal": [] },
        "finish_reason": "stop",
    }));
    let values = json!([
        null, true, 0, -1, 1.5, 1e300, "", "x", "{}", [], [null], [[]], [{}], [{ "index": 1_000_000_000, "text": "x" }], ["x", 5], {},
        { "index": 0, "text": "x" }, { "content": 5 }, { "name": [], "arguments": {} }
    ]);
    let values = values.as_array().unwrap();
    let (mut whole, mut refused) = (0, 0);
    for place in places(&complete) {
        for value in values {
            let mut odd = complete.clone();
            *odd.pointer_mut(&place).unwrap() = value.clone();
            match try_accumulate(&[odd.clone(), complete.clone(), odd.clone(), odd]) {
                Ok(answer) => {
                    whole += 1;
                    let written = serde_json::to_string(&answer).unwrap();
                    serde_json::from_str::<ChatCompletion>(&written).unwrap();
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(
        whole > 500 && refused > 5,
        "{whole}, {refused}: the control"
    );
}

/// Where a value holds values: JSON pointers, without the whole.
fn places(value: &Value) -> Vec<String> {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(n, v)| (n.clone(), v)).collect(),
        Value::Array(list) => (0..).map(|at: usize| at.to_string()).zip(list).collect(),
        _ => Vec::new(),
    };
    let below = |(name, value): &(String, &Value)| {
        let mut all = vec![format!("/{name}")];
        all.extend(places(value).iter().map(|place| format!("/{name}{place}")));
        all
    };
    members.iter().flat_map(below).collect()
}

#[test]
fn a_message_is_the_same_however_its_texts_are_cut() {
    let text = "aé😀\"}\\_";
    let whole = json!({
        "role": "assistant", "content": text, "reasoning_content": text, "reasoning": text,
        "audio": { "id": "a", "data": text, "transcript": text, "expires_at": 1 },
        "reasoning_details": [{ "index": 3, "text": text, "signature": text }],
        "tool_calls": [
            { "id": "a", "type": "function", "function": { "name": "f", "arguments": text } },
            { "id": "b", "type": "custom", "custom": { "name": "g", "input": text } },
        ],
    });
    let message =
        |chunks: &[Value]| serde_json::to_value(&accumulate(chunks).choices[0].message).unwrap();
    let delta = |delta: Value| piece(json!({ "index": 0, "delta": delta }));
    for size in 1..=text.chars().count() {
        let letters: Vec<char> = text.chars().collect();
        let pieces = letters
            .chunks(size)
            .map(|part| part.iter().collect::<String>());
        let mut chunks = vec![delta(
            json!({ "role": "assistant", "audio": { "id": "a" }, "tool_calls": [
            { "index": 0, "id": "a", "type": "function", "function": { "name": "f" } },
            { "index": 1, "id": "b", "type": "custom", "custom": { "name": "g" } },
        ] }),
        )];
        for part in pieces {
            chunks.push(delta(json!({ "content": part, "audio": { "data": part }, "reasoning_details": [{ "index": 3, "text": part }] })));
            chunks.push(delta(json!({ "tool_calls": [{ "index": 1, "custom": { "input": part } }, { "index": 0, "function": { "arguments": part } }] })));
            chunks.push(delta(json!({ "audio": { "transcript": part, "expires_at": 1 }, "reasoning_details": [{ "index": 3, "signature": part }] })));
            chunks.push(delta(
                json!({ "reasoning": part, "reasoning_content": part }),
            ));
        }
        assert_eq!(message(&chunks), whole, "{size}");
        chunks.remove(1);
        assert_ne!(message(&chunks), whole, "the control: a piece is missing");
    }
}

#[test]
fn the_cost_grows_with_what_came_and_not_with_its_square() {
    // A search of each entry among the others would take hundreds of millions of slow steps.
    let many = 10_000;
    let each = |make: &dyn Fn(usize) -> Value| (0..many).map(make).collect::<Value>();
    let list =
        |text: &str| json!({ "list": each(&|at| json!({ "index": many - at, "text": text })) });
    let calls = |make: &dyn Fn(usize) -> Value| json!({ "tool_calls": each(make) });
    let function = json!({ "arguments": "1" });
    let mut chunks = vec![
        list("a"),
        list("b"),
        calls(&|at| json!({ "index": at, "id": format!("c{at}"), "function": function })),
        calls(&|at| json!({ "index": many - at - 1, "function": function })),
        calls(&|at| json!({ "id": format!("c{at}"), "function": function })),
    ];
    chunks.extend((0..5_000).map(|at| json!({ "plain": [at], "text": "x" })));
    let chunks: Vec<_> = chunks
        .into_iter()
        .map(|delta| piece(json!({ "index": 0, "delta": delta })))
        .collect();
    let message = accumulate(&chunks).choices.remove(0).message;
    let list = message.extra["list"].as_array().unwrap();
    assert!(list.len() == many && list.iter().all(|entry| entry["text"] == "ab"));
    assert_eq!(message.extra["plain"].as_array().unwrap().len(), 5_000);
    let calls = message.tool_calls.unwrap();
    assert_eq!(calls.len(), many);
    assert!(
        calls.iter().all(
            |call| matches!(call, ToolCall::Function(call) if call.function.arguments == "111")
        )
    );
}

#[test]
fn an_empty_finish_reason_that_a_program_made_is_none() {
    let mut chunk: ChatCompletionChunk =
        serde_json::from_value(piece(json!({ "finish_reason": "stop" }))).unwrap();
    let mut answer = Accumulator::new();
    chunk.choices[0].finish_reason = Some(FinishReason::from(""));
    answer.push(&chunk).unwrap();
    assert_eq!(answer.snapshot().choices[0].finish_reason, None);
    chunk.choices[0].finish_reason = Some(FinishReason::Stop);
    answer.push(&chunk).unwrap();
    assert_eq!(
        answer.finish().choices[0].finish_reason,
        Some(FinishReason::Stop)
    );
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
    answer
        .push(&serde_json::from_value(chunk).unwrap())
        .unwrap();
    assert_eq!(answer.snapshot().text(), "a");
    let message = serde_json::to_value(&answer.finish().choices[0].message).unwrap();
    assert_eq!(message["role"], "assistant");
}
