//! Chat's parameters do what the documents say.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use serde_json::{Value, json};
use support::{ask, chat, exchange, get, request, server};
use upstream::Handle;

async fn text(server: &Handle, question: &str, more: Value) -> String {
    let answer = ask(server, "", &chat(question, more)).await;
    let json = answer.json();
    json["choices"][0]["message"]["content"]
        .as_str()
        .unwrap_or_else(|| panic!("{json}"))
        .to_owned()
}

#[tokio::test]
async fn fixed_questions_have_exact_answers_streamed_or_not() {
    let server = server().await;
    for (question, expected) in [
        ("Say this is a test!", "This is a test!"),
        (
            "repeat: one  two\nthree é 😀 {\"a\":1} ",
            "one  two\nthree é 😀 {\"a\":1} ",
        ),
        ("echo hello", "hello"),
    ] {
        assert_eq!(text(&server, question, json!({})).await, expected);
        let body = chat(question, json!({"stream": true, "n": 2}));
        let answer = ask(&server, "", &body).await;
        assert_eq!(answer.streamed(0), expected);
        assert_eq!(answer.streamed(1), expected);
    }
    let answer = ask(&server, "", &chat("Say this is a test", json!({})))
        .await
        .json();
    assert_eq!(answer["usage"]["completion_tokens"], 5);
    assert_eq!(answer["choices"][0]["finish_reason"], "stop");
}

#[tokio::test]
async fn the_same_seed_gives_the_same_answer_and_another_seed_another() {
    let server = server().await;
    let question = "Tell me about a stream";
    let one = text(&server, question, json!({"seed": 1})).await;
    assert_eq!(one, text(&server, question, json!({"seed": 1})).await);
    assert_ne!(one, text(&server, question, json!({"seed": 2})).await);
    let streamed = ask(
        &server,
        "",
        &chat(question, json!({"seed": 1, "stream": true})),
    )
    .await;
    assert_eq!(one, streamed.streamed(0));
    // n does not change the first choice, and the others differ.
    let several = ask(&server, "", &chat(question, json!({"seed": 1, "n": 3})))
        .await
        .json();
    let choices: Vec<&str> = (0..3)
        .map(|i| {
            several["choices"][i]["message"]["content"]
                .as_str()
                .unwrap()
        })
        .collect();
    assert_eq!(choices[0], one);
    assert!(choices[1] != choices[0] && choices[2] != choices[1]);
    // A seed has 64 bits.
    for seed in [i64::MIN, i64::MAX] {
        text(&server, question, json!({"seed": seed, "max_tokens": 2})).await;
    }
    assert!(
        several["system_fingerprint"]
            .as_str()
            .unwrap()
            .starts_with("fp_")
    );
}

#[tokio::test]
async fn temperature_zero_needs_no_seed() {
    let server = server().await;
    let one = text(&server, "What is a proxy?", json!({"temperature": 0})).await;
    for _ in 0..3 {
        assert_eq!(
            one,
            text(&server, "What is a proxy?", json!({"temperature": 0})).await
        );
    }
    assert!(one.starts_with("A proxy is"), "{one}");
    // top_k 1 and a tiny top_p leave only the likeliest token as well.
    for more in [
        json!({"top_k": 1, "seed": 9}),
        json!({"top_p": 1e-9, "seed": 4}),
        json!({"min_p": 1, "seed": 6}),
    ] {
        let other = text(&server, "What is a proxy?", more).await;
        assert_eq!(other, one);
    }
}

#[tokio::test]
async fn stop_sequences_and_max_tokens_end_the_answer() {
    let server = server().await;
    let cases = [
        (json!({"stop": "three"}), "one two ", "stop"),
        (json!({"stop": ["zzz", " two th", "five"]}), "one", "stop"),
        (json!({"max_tokens": 2}), "one two", "length"),
        (
            json!({"max_completion_tokens": 3}),
            "one two three",
            "length",
        ),
        (
            json!({"max_tokens": 7}),
            "one two three. One two.",
            "length",
        ),
    ];
    for (more, expected, reason) in cases {
        let question = "repeat: one two three. One two. Three";
        let answer = ask(&server, "", &chat(question, more.clone())).await.json();
        let choice = &answer["choices"][0];
        assert_eq!(choice["message"]["content"], expected, "{more}");
        assert_eq!(choice["finish_reason"], reason, "{more}");
        let mut streaming = more.clone();
        streaming["stream"] = json!(true);
        let answer = ask(&server, "", &chat(question, streaming)).await;
        assert_eq!(answer.streamed(0), expected, "{more}");
        assert!(
            answer
                .text()
                .contains(&format!("\"finish_reason\":\"{reason}\""))
        );
    }
}

/// The id of a token, by asking for log-probabilities of it.
async fn first_token(server: &Handle, more: Value) -> Value {
    let mut all = json!({"temperature": 0, "max_tokens": 1, "logprobs": true, "top_logprobs": 20});
    for (key, value) in more.as_object().unwrap() {
        all[key] = value.clone();
    }
    let answer = ask(server, "", &chat("What is a harbour?", all))
        .await
        .json();
    answer["choices"][0]["logprobs"]["content"][0].clone()
}

#[tokio::test]
async fn a_logit_bias_bans_and_forces_tokens() {
    let server = server().await;
    let free = first_token(&server, json!({})).await;
    assert_eq!(free["token"], "A");
    // `A` is in the vocabulary as a byte.
    let banned = first_token(&server, json!({"logit_bias": {"65": -100}})).await;
    assert_ne!(banned["token"], "A");
    let forced = first_token(&server, json!({"logit_bias": {"90": 100}})).await;
    assert_eq!(forced["token"], "Z");
    // The documents' example: the end of text, forced or banned.
    let answer = chat("What is a harbour?", json!({"logit_bias": {"50256": 100}}));
    assert_eq!(
        ask(&server, "", &answer).await.json()["choices"][0]["message"]["content"],
        ""
    );
    let body = chat(
        "hello",
        json!({"logit_bias": {"50256": -100}, "max_tokens": 400, "seed": 3}),
    );
    let answer = ask(&server, "", &body).await.json();
    assert_eq!(answer["choices"][0]["finish_reason"], "length");
    assert_eq!(answer["usage"]["completion_tokens"], 400);
}

#[tokio::test]
async fn log_probabilities_are_probabilities() {
    let server = server().await;
    let body = chat(
        "Tell me about the sea",
        json!({"logprobs": true, "top_logprobs": 20, "seed": 1, "temperature": 1.2}),
    );
    let answer = ask(&server, "", &body).await.json();
    let content = answer["choices"][0]["logprobs"]["content"]
        .as_array()
        .unwrap();
    assert_eq!(
        content.len() as u64,
        answer["usage"]["completion_tokens"].as_u64().unwrap()
    );
    let joined: String = content
        .iter()
        .map(|token| token["token"].as_str().unwrap())
        .collect();
    assert_eq!(
        joined,
        answer["choices"][0]["message"]["content"].as_str().unwrap()
    );
    for token in content {
        let top = token["top_logprobs"].as_array().unwrap();
        assert_eq!(top.len(), 20);
        let logs: Vec<f64> = top
            .iter()
            .map(|entry| entry["logprob"].as_f64().unwrap())
            .collect();
        assert!(logs.windows(2).all(|pair| pair[0] >= pair[1]));
        let sum: f64 = logs.iter().map(|log| log.exp()).sum();
        assert!(sum > 0.5 && sum <= 1.0 + 1e-9, "{sum}");
        let chosen = token["logprob"].as_f64().unwrap();
        let listed = top.iter().find(|entry| entry["bytes"] == token["bytes"]);
        assert!(listed.map_or(chosen <= logs[19], |entry| entry["logprob"]
            == token["logprob"]));
    }
    // In a stream each chunk has those of its own tokens.
    let mut body = body;
    body["stream"] = json!(true);
    let events = ask(&server, "", &body).await.events();
    let streamed: Vec<Value> = events
        .iter()
        .filter_map(|event| serde_json::from_str::<Value>(event).ok())
        .flat_map(|chunk| {
            chunk["choices"][0]["logprobs"]["content"]
                .as_array()
                .cloned()
                .unwrap_or_default()
        })
        .collect();
    assert_eq!(&streamed, content);
}

#[tokio::test]
async fn penalties_make_answers_repeat_less() {
    let server = server().await;
    // Different words in four answers, so that no single seed decides.
    let distinct = async |more: Value| {
        let mut all = json!({"max_tokens": 200, "n": 4, "seed": 5, "logit_bias": {"50256": -100}});
        for (key, value) in more.as_object().unwrap() {
            all[key] = value.clone();
        }
        let answer = ask(&server, "", &chat("Tell me about a stream", all))
            .await
            .json();
        let choices = answer["choices"].as_array().unwrap();
        let count = |choice: &Value| {
            let text = choice["message"]["content"].as_str().unwrap();
            let mut words: Vec<&str> = text.split_whitespace().collect();
            words.sort_unstable();
            words.dedup();
            words.len()
        };
        choices.iter().map(count).sum::<usize>()
    };
    let free = distinct(json!({})).await;
    for more in [
        json!({"presence_penalty": 2}),
        json!({"frequency_penalty": 2}),
        json!({"repetition_penalty": 1.9}),
    ] {
        let less = distinct(more.clone()).await;
        assert!(less > free + 20, "{more}: {less} against {free}");
    }
}

#[tokio::test]
async fn usage_comes_in_a_chunk_of_its_own() {
    let server = server().await;
    let question = "Say this is a test";
    let whole = ask(&server, "", &chat(question, json!({}))).await.json();
    let body = chat(
        question,
        json!({"stream": true, "stream_options": {"include_usage": true}}),
    );
    let events = ask(&server, "", &body).await.events();
    let chunks: Vec<Value> = events[..events.len() - 1]
        .iter()
        .map(|event| serde_json::from_str(event).unwrap())
        .collect();
    let (last, others) = chunks.split_last().unwrap();
    assert_eq!(last["usage"], whole["usage"]);
    assert_eq!(last["choices"], json!([]));
    assert!(
        others
            .iter()
            .all(|chunk| chunk.as_object().unwrap()["usage"].is_null())
    );
    assert!(chunks.iter().all(|chunk| chunk["id"] == last["id"]));
    // Without being asked for, usage is not in a stream at all.
    let answer = ask(&server, "", &chat(question, json!({"stream": true}))).await;
    assert!(!answer.text().contains("usage"));
}

#[tokio::test]
async fn json_is_valid_and_fits_its_schema() {
    let server = server().await;
    let format = json!({"response_format": {"type": "json_object"}});
    let json: Value = serde_json::from_str(&text(&server, "x", format).await).unwrap();
    assert!(json.is_object());
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}, "kind": {"enum": ["a", "b"]}},
        "required": ["n", "kind"], "additionalProperties": false});
    for format in [
        json!({"type": "json_schema", "json_schema": {"name": "x", "strict": true, "schema": schema}}),
        json!({"type": "json_object", "schema": schema, "type": "json_schema"}),
    ] {
        let answer = text(&server, "x", json!({"response_format": format, "seed": 1})).await;
        let json: Value = serde_json::from_str(&answer).unwrap();
        assert!(json["n"].is_i64() && json["kind"].is_string(), "{json}");
    }
}

#[tokio::test]
async fn a_wrong_parameter_is_refused_by_name() {
    let server = server().await;
    for (more, param) in [
        (json!({"temperature": 2.1}), "temperature"),
        (json!({"temperature": "hot"}), "temperature"),
        (json!({"top_p": -0.1}), "top_p"),
        (json!({"top_k": 129}), "top_k"),
        (json!({"min_p": 2}), "min_p"),
        (json!({"n": 0}), "n"),
        (json!({"n": 129}), "n"),
        (json!({"n": [1]}), "n"),
        (json!({"presence_penalty": 2.5}), "presence_penalty"),
        (json!({"frequency_penalty": -2.5}), "frequency_penalty"),
        (json!({"repetition_penalty": 3}), "repetition_penalty"),
        (json!({"logit_bias": {"5": 101}}), "logit_bias"),
        (json!({"logit_bias": {"x": 1}}), "logit_bias"),
        (json!({"logit_bias": {"40000": 1}}), "logit_bias"),
        (json!({"stop": ["a", "b", "c", "d", "e"]}), "stop"),
        (json!({"stop": 5}), "stop"),
        (json!({"max_tokens": 0}), "max_tokens"),
        (
            json!({"max_tokens": 5, "max_completion_tokens": 5}),
            "max_tokens",
        ),
        (json!({"max_tokens": 5000}), "max_tokens"),
        (json!({"stream": "true"}), "stream"),
        (
            json!({"stream_options": {"include_usage": true}}),
            "stream_options",
        ),
        (json!({"top_logprobs": 3}), "top_logprobs"),
        (
            json!({"logprobs": true, "top_logprobs": 21}),
            "top_logprobs",
        ),
        (json!({"seed": 1.5}), "seed"),
        (json!({"messages": []}), "messages"),
        (json!({"messages": {}}), "messages"),
        (
            json!({"messages": [{"role": "wizard", "content": "x"}]}),
            "messages[0].role",
        ),
        (
            json!({"messages": [{"role": "user", "content": 123}]}),
            "messages[0].content",
        ),
        (
            json!({"messages": [{"role": "tool", "content": "x"}]}),
            "messages[0].tool_call_id",
        ),
        (json!({"tools": [{"type": "x"}]}), "tools[0].type"),
        (json!({"tool_choice": "auto"}), "tool_choice"),
        (
            json!({"response_format": {"type": "xml"}}),
            "response_format.type",
        ),
        (
            json!({"context_length_exceeded_behavior": "x"}),
            "context_length_exceeded_behavior",
        ),
        (json!({"model": null}), "model"),
    ] {
        let answer = ask(&server, "", &chat("hi", more.clone())).await;
        assert_eq!(answer.status, 400, "{more}");
        assert_eq!(answer.json()["error"]["param"], param, "{more}");
        assert_eq!(answer.json()["error"]["type"], "invalid_request_error");
    }
    let answer = ask(&server, "", &chat("hi", json!({"model": "gpt-3.5-turbo"}))).await;
    assert_eq!(
        (answer.status, &answer.json()["error"]["code"]),
        (404, &json!("model_not_found"))
    );
    // Fireworks' behaviour on request: max_tokens is lowered to what is left.
    let more = json!({"max_tokens": 5000, "context_length_exceeded_behavior": "truncate"});
    assert_eq!(ask(&server, "", &chat("hi", more)).await.status, 200);
}

#[tokio::test]
async fn a_wrong_content_type_method_or_path_is_refused() {
    let server = server().await;
    let path = "/v1/chat/completions";
    let json = "Content-Type: application/json\r\n";
    for (method, path, headers, body, status) in [
        ("POST", path, "", "{}", 415),
        ("POST", path, "Content-Type: text/plain\r\n", "{}", 415),
        ("POST", path, json, "", 400),
        ("POST", path, json, "{", 400),
        ("POST", path, json, "[]", 400),
        ("GET", path, "", "", 405),
        ("DELETE", "/v1/models", "", "", 405),
        ("GET", "/v1/nothing", "", "", 404),
        ("GET", "/v1/models/none", "", "", 404),
    ] {
        let answer = exchange(&server, &request(method, path, headers, body.as_bytes())).await;
        assert_eq!(answer.status, status, "{method} {path} {body}");
        assert!(answer.json()["error"]["message"].is_string());
    }
}

#[tokio::test]
async fn models_are_listed_and_retrieved() {
    let server = server().await;
    let list = get(&server, "/v1/models").await.json();
    let one = get(&server, "/v1/models/stand-in-ngram-1").await.json();
    assert_eq!(list["object"], "list");
    assert!(list["data"].as_array().unwrap().contains(&one));
    assert_eq!(
        (&one["object"], &one["id"]),
        (&json!("model"), &json!("stand-in-ngram-1"))
    );
}
