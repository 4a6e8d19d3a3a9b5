//! What compatible servers send instead of what the documents say: each is read, none fails.

use openai_wasm::wire::chat::{ChatCompletion, ChatCompletionChunk, FinishReason, Role, ToolCall};
use openai_wasm::wire::completion::Completion;
use openai_wasm::wire::embedding::EmbeddingList;
use openai_wasm::wire::fine_tune::FineTuneEvent;
use openai_wasm::wire::{ApiError, ModelList};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn read<T: DeserializeOwned>(body: &str) -> T {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error} in {body}"))
}

fn written<T: Serialize>(object: &T) -> Value {
    serde_json::from_str(&serde_json::to_string(object).unwrap()).unwrap()
}

/// Whose habit it is, what it sends, and what of it must have been understood.
type Row = (&'static str, &'static str, fn(&ChatCompletionChunk) -> bool);

const CHUNKS: &[Row] = &[
    ("nothing at all", "{}", |c| {
        c.choices.is_empty() && c.id.is_empty() && c.created == 0
    }),
    ("empty choices", r#"{"choices":[]}"#, |c| {
        c.choices.is_empty()
    }),
    ("null choices", r#"{"choices":null}"#, |c| {
        c.choices.is_empty() && c.extra.is_empty()
    }),
    (
        "Azure's first chunk",
        r#"{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]}"#,
        |c| c.choices.is_empty() && c.extra.contains_key("prompt_filter_results"),
    ),
    (
        "Azure's filter chunk",
        r#"{"choices":[{"index":0,"finish_reason":null,"content_filter_offsets":{"check_offset":1},"content_filter_results":{}}]}"#,
        |c| c.choices[0].extra.len() == 2 && c.choices[0].finish_reason.is_none(),
    ),
    (
        "a null usage on every chunk",
        r#"{"choices":[],"usage":null}"#,
        |c| c.usage.is_none(),
    ),
    ("an empty usage", r#"{"choices":[],"usage":{}}"#, |c| {
        c.usage.as_ref().unwrap().is_empty()
    }),
    (
        "usage with the last text",
        r#"{"choices":[{"index":0,"delta":{"content":"x"}}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#,
        |c| c.text() == "x" && c.usage.as_ref().unwrap().total_tokens == 3,
    ),
    (
        "usage under a vendor's key",
        r#"{"choices":[],"x_groq":{"usage":{"total_tokens":3}}}"#,
        |c| c.extra["x_groq"]["usage"]["total_tokens"] == 3,
    ),
    (
        "usage in floats and nulls",
        r#"{"usage":{"prompt_tokens":1.0,"completion_tokens":null,"total_tokens":"3","prompt_tokens_details":null,"cost":0.1}}"#,
        |c| {
            let usage = c.usage.as_ref().unwrap();
            (
                usage.prompt_tokens,
                usage.completion_tokens,
                usage.total_tokens,
            ) == (1, 0, 3)
        },
    ),
    (
        "a null delta",
        r#"{"choices":[{"index":0,"delta":null}]}"#,
        |c| c.text().is_empty(),
    ),
    (
        "no delta",
        r#"{"choices":[{"index":0,"finish_reason":"stop"}]}"#,
        |c| c.choices[0].finish_reason == Some(FinishReason::Stop),
    ),
    (
        "an empty role",
        r#"{"choices":[{"index":0,"delta":{"role":"","content":"x"}}]}"#,
        |c| c.choices[0].delta.role.is_none() && c.text() == "x",
    ),
    (
        "a null role and content",
        r#"{"choices":[{"index":0,"delta":{"role":null,"content":null}}]}"#,
        |c| c.choices[0].delta.role.is_none() && c.choices[0].delta.content.is_none(),
    ),
    (
        "a role of its own",
        r#"{"choices":[{"index":0,"delta":{"role":"bot"}}]}"#,
        |c| c.choices[0].delta.role == Some(Role::Other("bot".to_owned())),
    ),
    (
        "an empty content",
        r#"{"choices":[{"index":0,"delta":{"content":""}}]}"#,
        |c| c.choices[0].delta.content.as_deref() == Some(""),
    ),
    (
        "content in parts",
        r#"{"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[]},{"type":"text","text":"x"}]}}]}"#,
        |c| c.text() == "x" && c.choices[0].delta.extra.contains_key("content"),
    ),
    (
        "an empty finish_reason",
        r#"{"choices":[{"index":0,"finish_reason":""}]}"#,
        |c| c.choices[0].finish_reason.is_none(),
    ),
    (
        "a finish_reason of its own",
        r#"{"choices":[{"index":0,"finish_reason":"eos_token"}]}"#,
        |c| c.choices[0].finish_reason.as_ref().unwrap() == "eos_token",
    ),
    (
        "reasoning_content",
        r#"{"choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]}"#,
        |c| c.choices[0].delta.reasoning() == Some("hm"),
    ),
    (
        "reasoning with its details",
        r#"{"choices":[{"index":0,"delta":{"content":"","reasoning":"hm","reasoning_details":[{"type":"x"}]}}]}"#,
        |c| c.choices[0].delta.reasoning() == Some("hm") && c.choices[0].delta.extra.len() == 2,
    ),
    (
        "a tool call without index",
        r#"{"choices":[{"delta":{"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]}}]}"#,
        |c| {
            c.choices[0].delta.tool_calls.as_ref().unwrap()[0]
                .index
                .is_none()
        },
    ),
    (
        "two tool calls of one index",
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a"},{"index":0,"id":"b"}]}}]}"#,
        |c| {
            c.choices[0].delta.tool_calls.as_ref().unwrap()[1]
                .id
                .as_deref()
                == Some("b")
        },
    ),
    (
        "a continued tool call with an empty or null id and no type",
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"","function":{"arguments":"{"}},{"index":1,"id":null,"type":null,"function":{"name":null,"arguments":"}"}}]}}]}"#,
        |c| {
            let calls = c.choices[0].delta.tool_calls.as_ref().unwrap();
            calls[0].id.as_deref() == Some("") && calls[1].id.is_none() && calls[1].r#type.is_none()
        },
    ),
    (
        "null arguments",
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":null}}]}}]}"#,
        |c| {
            c.choices[0].delta.tool_calls.as_ref().unwrap()[0]
                .function
                .as_ref()
                .unwrap()
                .arguments
                .is_none()
        },
    ),
    (
        "arguments as an object",
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":{"a":"b"}}}]}}]}"#,
        |c| {
            let calls = c.choices[0].delta.tool_calls.as_ref().unwrap();
            calls[0].function.as_ref().unwrap().arguments.as_deref() == Some(r#"{"a":"b"}"#)
        },
    ),
    (
        "null tool calls",
        r#"{"choices":[{"delta":{"content":"x","tool_calls":null,"function_call":null}}]}"#,
        |c| c.choices[0].delta.tool_calls.is_none() && c.text() == "x",
    ),
    (
        "no choice index",
        r#"{"choices":[{"delta":{"content":"x"}}]}"#,
        |c| c.text() == "x",
    ),
    (
        "a null choice",
        r#"{"choices":[null,{"index":1,"delta":{"content":"x"}}]}"#,
        |c| c.choices.len() == 2 && c.choices[1].delta.content.as_deref() == Some("x"),
    ),
    (
        "a huge index",
        r#"{"choices":[{"index":4294967296,"delta":{"content":"x"}}]}"#,
        |c| c.choices[0].extra["index"] == 4_294_967_296_u64,
    ),
    ("a negative index", r#"{"choices":[{"index":-1}]}"#, |c| {
        c.choices[0].extra["index"] == -1
    }),
    ("a float for created", r#"{"created":1700000000.75}"#, |c| {
        c.created == 1_700_000_000
    }),
    ("a whole float for created", r#"{"created":1.7e9}"#, |c| {
        c.created == 1_700_000_000 && c.extra.is_empty()
    }),
    (
        "a text for created",
        r#"{"created":"2026-08-21T00:00:00Z"}"#,
        |c| c.created == 0 && c.extra.len() == 1,
    ),
    ("digits for created", r#"{"created":"1700000000"}"#, |c| {
        c.created == 1_700_000_000
    }),
    ("a number for id", r#"{"id":17}"#, |c| c.id == "17"),
    (
        "nulls everywhere",
        r#"{"id":null,"object":null,"created":null,"model":null,"system_fingerprint":null,"service_tier":null,"obfuscation":null}"#,
        |c| c.id.is_empty() && c.extra.is_empty(),
    ),
    (
        "a service tier of its own",
        r#"{"service_tier":"on_demand"}"#,
        |c| c.service_tier.as_ref().unwrap() == "on_demand",
    ),
    (
        "logprobs as a list",
        r#"{"choices":[{"logprobs":[]}]}"#,
        |c| c.choices[0].logprobs.is_none(),
    ),
    (
        "logprobs of the legacy form",
        r#"{"choices":[{"logprobs":{"tokens":["a"],"token_logprobs":[-0.1],"content":null}}]}"#,
        |c| c.choices[0].logprobs.as_ref().unwrap().extra.len() == 2,
    ),
    (
        "a log probability of null, bytes left out",
        r#"{"choices":[{"logprobs":{"content":[{"token":"a","logprob":null,"top_logprobs":null}]}}]}"#,
        |c| {
            c.choices[0]
                .logprobs
                .as_ref()
                .unwrap()
                .content
                .as_ref()
                .unwrap()[0]
                .bytes
                .is_none()
        },
    ),
    ("a field twice", r#"{"id":"a","id":"b"}"#, |c| c.id == "b"),
    (
        "an odd field, and then the same as it should be",
        r#"{"created":"soon","created":2}"#,
        |c| c.created == 2 && c.extra.is_empty(),
    ),
    ("escapes in a name", r#"{"\u0069d":"a"}"#, |c| c.id == "a"),
    ("a name with no sense", r#"{"":1," id":2,"ID":3}"#, |c| {
        c.extra.len() == 3 && c.id.is_empty()
    }),
    ("U+2028 in a text", "{\"id\":\"a\u{2028}b\"}", |c| {
        c.id == "a\u{2028}b"
    }),
];

#[test]
fn an_odd_chunk_is_read_and_its_oddity_written_back() {
    for (whose, body, understood) in CHUNKS {
        let chunk: ChatCompletionChunk = read(body);
        assert!(understood(&chunk), "{whose}: {chunk:?}");
        // A second reading of what was written sees the same.
        let again: ChatCompletionChunk = serde_json::from_value(written(&chunk)).unwrap();
        assert_eq!(written(&again), written(&chunk), "{whose}");
        if !body.contains("\"id\":\"a\",\"id\"") {
            lost(&read(body), &written(&chunk), whose);
        }
    }
}

/// Fails if anything but a `null` or an empty open enum went missing.
fn lost(before: &Value, after: &Value, whose: &str) {
    match (before, after) {
        (Value::Object(before), after) => {
            for (name, value) in before.iter().filter(|(_, v)| !v.is_null() && **v != "") {
                let after = after
                    .get(name)
                    .unwrap_or_else(|| panic!("{whose}: {name} is lost"));
                lost(value, after, whose);
            }
        }
        (Value::Array(before), after) => {
            for (at, value) in before.iter().enumerate() {
                lost(value, &after[at], whose);
            }
        }
        (Value::Number(a), Value::Number(b)) => assert_eq!(a.as_f64(), b.as_f64(), "{whose}"),
        (a, b) => assert_eq!(a, b, "{whose}"),
    }
}

#[test]
fn what_is_no_chunk_at_all_is_an_error() {
    for body in [
        "[]",
        "[{}]",
        "1",
        "\"{}\"",
        "null",
        "{\"a\"}",
        "{\"id\":\"a\"",
        "{\"id\":\"a\"}x",
        "data: {}",
    ] {
        assert!(
            serde_json::from_str::<ChatCompletionChunk>(body).is_err(),
            "{body}"
        );
    }
}

#[test]
fn an_error_of_reading_tells_the_kind_and_never_the_content() {
    for body in ["\"the secret\"", "[\"the secret\"]"] {
        let error = serde_json::from_str::<ChatCompletion>(body)
            .unwrap_err()
            .to_string();
        assert!(!error.contains("secret"), "{error}");
        assert!(error.contains("ChatCompletion"), "{error}");
    }
}

#[test]
fn an_answer_without_reason_usage_or_call_types_is_read() {
    let answer: ChatCompletion = read(
        r#"{"model":"m","choices":[{"message":{"role":"assistant","content":null,"reasoning_content":"hm",
            "tool_calls":[{"id":"a","function":{"name":"f","arguments":{}}},{"type":"tomorrow"},7]},
            "finish_reason":null,"stop_reason":7}],"usage":{},"timings":{"predicted_ms":1.5}}"#,
    );
    let choice = &answer.choices[0];
    assert_eq!(choice.finish_reason, None);
    let calls = choice.message.tool_calls.as_ref().unwrap();
    assert!(matches!(&calls[0], ToolCall::Function(call) if call.function.arguments == "{}"));
    assert!(matches!(&calls[1], ToolCall::Other(_)));
    assert_eq!(choice.message.extra["reasoning_content"], "hm");
    assert_eq!(answer.extra["timings"]["predicted_ms"], 1.5);
    assert_eq!(
        written(&answer)["choices"][0]["message"]["tool_calls"][2],
        7
    );
}

#[test]
fn a_completion_stream_and_an_echoed_prompt_are_read() {
    let piece: Completion =
        read(r#"{"choices":[{"text":"x","finish_reason":null,"logprobs":null}]}"#);
    assert_eq!((piece.text(), piece.choices[0].index), ("x", 0));
    let echo: Completion = read(
        r#"{"choices":[{"text":"ab","logprobs":{"tokens":["a","b"],"token_logprobs":[null,-1.5],
            "top_logprobs":[null,{"b":-1.5}],"text_offset":[0,1]}}]}"#,
    );
    let logprobs = echo.choices[0].logprobs.as_ref().unwrap();
    assert_eq!(logprobs.token_logprobs, Some(vec![None, Some(-1.5)]));
    assert_eq!(
        written(&echo)["choices"][0]["logprobs"]["top_logprobs"],
        json!([null, {"b": -1.5}])
    );
}

#[test]
fn embeddings_are_read_as_they_came_whatever_was_asked() {
    let list: EmbeddingList =
        read(r#"{"data":[{"embedding":[1,2.5]},{"embedding":"AACAPwAAIEA="},{"embedding":null}]}"#);
    assert_eq!(
        list.data[0].embedding.floats().unwrap().as_ref(),
        [1.0, 2.5]
    );
    assert_eq!(
        list.data[1].embedding.floats().unwrap().as_ref(),
        [1.0, 2.5]
    );
    assert!(list.data[2].embedding.floats().unwrap().is_empty());
    let broken: EmbeddingList = read(r#"{"data":[{"embedding":"!"}]}"#);
    assert!(broken.data[0].embedding.floats().is_err());
}

#[test]
fn model_lists_of_other_servers_are_read() {
    let models: ModelList = read(
        r#"{"object":"list","data":[{"id":"a","object":"model","created":null,"owned_by":null,
            "permission":null,"meta":{"n_ctx":4096}},{"id":"b"}],"models":[{"name":"a"}]}"#,
    );
    assert_eq!(models.data.len(), 2);
    assert_eq!(models.data[0].extra["meta"]["n_ctx"], 4096);
}

#[test]
fn a_fine_tune_event_is_read() {
    let event: FineTuneEvent = read(
        r#"{"object":"fine-tune-event","created_at":1614807352,"level":"info","message":"Job started."}"#,
    );
    assert_eq!(event.message, "Job started.");
}

#[test]
fn an_error_is_found_in_every_dialect() {
    // Whose, the body, and the message, code and status that it must give.
    let rows = [
        (
            "OpenAI",
            r#"{"error":{"message":"m","type":"t","param":"p","code":"c"}}"#,
            "m",
            Some("c"),
            None,
        ),
        (
            "OpenRouter",
            r#"{"error":{"code":429,"message":"m"},"choices":[{"finish_reason":"error"}]}"#,
            "m",
            Some("429"),
            Some(429),
        ),
        ("Fireworks", r#"{"error":"m"}"#, "m", None, None),
        (
            "older vLLM",
            r#"{"object":"error","message":"m","type":"BadRequestError","param":null,"code":400}"#,
            "m",
            Some("400"),
            Some(400),
        ),
        ("FastAPI", r#"{"detail":"m"}"#, "m", None, None),
        (
            "FastAPI, in a list",
            r#"{"detail":[{"loc":["body"]}]}"#,
            r#"[{"loc":["body"]}]"#,
            None,
            None,
        ),
        (
            "a flat one",
            r#"{"type":"error","message":"m","code":"c"}"#,
            "m",
            Some("c"),
            None,
        ),
        (
            "without words",
            r#"{"error":{"code":"c"}}"#,
            "",
            Some("c"),
            None,
        ),
        (
            "a code that is no status",
            r#"{"error":{"message":"m","code":7}}"#,
            "m",
            Some("7"),
            None,
        ),
    ];
    for (whose, body, message, code, status) in rows {
        let error = ApiError::from_body(body.as_bytes()).unwrap_or_else(|| panic!("{whose}"));
        assert_eq!(
            (
                error.message.as_str(),
                error.code.as_deref(),
                error.status()
            ),
            (message, code, status),
            "{whose}"
        );
    }
    // What is none.
    for body in [
        r#"{"error":null,"choices":[]}"#,
        r#"{"error":{},"choices":[]}"#,
        r#"{"error":"","choices":[]}"#,
        r#"{"error":false}"#,
        r#"{"object":"chat.completion","message":"m"}"#,
        r#"{}"#,
        "[]",
        "<html>",
        "",
    ] {
        assert_eq!(ApiError::from_body(body.as_bytes()), None, "{body}");
    }
}

#[test]
fn an_error_in_a_streams_midst_is_found_in_the_chunk_that_it_reads_as() {
    let chunk: ChatCompletionChunk = read(r#"{"error":{"message":"m","code":502},"choices":[]}"#);
    let error = ApiError::from_extra(&chunk.extra).unwrap();
    assert_eq!((error.message.as_str(), error.status()), ("m", Some(502)));
    let chunk: ChatCompletionChunk = read(r#"{"choices":[],"error":null}"#);
    assert_eq!(ApiError::from_extra(&chunk.extra), None);
}
