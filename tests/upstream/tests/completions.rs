//! Completions do what the documents say.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use serde_json::{Value, json};
use support::{post, server};
use upstream::Handle;

async fn complete(server: &Handle, body: Value) -> Value {
    let mut all = json!({"model": "stand-in-ngram-1"});
    for (key, value) in body.as_object().unwrap() {
        all[key] = value.clone();
    }
    let answer = post(server, "/v1/completions", "", &all).await;
    let mut json = answer.json();
    json["status"] = json!(answer.status);
    json
}

#[tokio::test]
async fn the_documents_own_example_is_answered() {
    let server = server().await;
    let body = json!({"model": "text-davinci-003", "prompt": "Say this is a test", "max_tokens": 7, "temperature": 0});
    let answer = complete(&server, body).await;
    assert_eq!(answer["object"], "text_completion");
    assert!(answer["id"].as_str().unwrap().starts_with("cmpl-"));
    assert_eq!(answer["model"], "stand-in-ngram-1");
    assert_eq!(
        answer["choices"][0],
        json!({"text": "This is a test!", "index": 0, "logprobs": null, "finish_reason": "stop"})
    );
    assert_eq!(answer["usage"]["completion_tokens"], 5);
}

#[tokio::test]
async fn every_form_of_prompt_is_read_and_text_goes_on_where_it_ends() {
    let server = server().await;
    let text = "A stream is a promise kept";
    let list = complete(
        &server,
        json!({"prompt": [text, "A bridge is"], "temperature": 0}),
    )
    .await;
    assert_eq!(list["choices"].as_array().unwrap().len(), 2);
    assert!(
        list["choices"][0]["text"]
            .as_str()
            .unwrap()
            .starts_with(" in small pieces.")
    );
    assert!(
        list["choices"][1]["text"]
            .as_str()
            .unwrap()
            .starts_with(" a sentence between two shores.")
    );
    assert_eq!(list["choices"][1]["index"], 1);
    // The tokens of a text, learned by echoing it with log-probabilities, mean the same.
    let model = upstream::lm::Model::train();
    let tokens = model.tokenizer.encode(text);
    for prompt in [json!(tokens), json!([tokens])] {
        let answer = complete(&server, json!({"prompt": prompt, "temperature": 0})).await;
        assert_eq!(answer["choices"][0]["text"], list["choices"][0]["text"]);
        assert_eq!(answer["usage"]["prompt_tokens"], tokens.len());
    }
    let answer = complete(&server, json!({"seed": 1})).await;
    assert_eq!(answer["choices"][0]["finish_reason"], "length");
    assert_eq!(answer["usage"]["completion_tokens"], 16);
}

#[tokio::test]
async fn echo_and_old_log_probabilities_line_up() {
    let server = server().await;
    let body =
        json!({"prompt": "A stream is", "echo": true, "logprobs": 3, "max_tokens": 4, "seed": 1});
    let answer = complete(&server, body.clone()).await;
    let choice = &answer["choices"][0];
    let text = choice["text"].as_str().unwrap();
    assert!(text.starts_with("A stream is"));
    let logprobs = &choice["logprobs"];
    let tokens: Vec<&str> = logprobs["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t.as_str().unwrap())
        .collect();
    assert_eq!(tokens.concat(), text);
    assert_eq!(tokens.len(), 7);
    let mut offset = 0;
    for (index, token) in tokens.iter().enumerate() {
        assert_eq!(logprobs["text_offset"][index], offset);
        offset += token.chars().count();
        let own = &logprobs["token_logprobs"][index];
        let list = &logprobs["top_logprobs"][index];
        if index == 0 {
            assert!(own.is_null() && list.is_null());
        } else {
            assert_eq!(&list[token], own);
            let count = list.as_object().unwrap().len();
            assert!(count == 3 || count == 4, "{list}");
        }
    }
    // max_tokens 0 with echo gives the prompt back, and a stream gives the same in parts.
    let none = complete(
        &server,
        json!({"prompt": "A stream is", "echo": true, "max_tokens": 0}),
    )
    .await;
    assert_eq!(none["choices"][0]["text"], "A stream is");
    let mut streaming = body;
    streaming["stream"] = json!(true);
    streaming["model"] = json!("stand-in-ngram-1");
    let events = post(&server, "/v1/completions", "", &streaming)
        .await
        .events();
    let mut streamed = String::new();
    let mut streamed_tokens = Vec::new();
    for event in &events[..events.len() - 1] {
        let chunk: Value = serde_json::from_str(event).unwrap();
        let choice = &chunk["choices"][0];
        streamed.push_str(choice["text"].as_str().unwrap());
        if let Some(tokens) = choice["logprobs"]["tokens"].as_array() {
            streamed_tokens.extend(tokens.clone());
        }
    }
    assert_eq!(streamed, text);
    assert_eq!(json!(streamed_tokens), logprobs["tokens"]);
    assert_eq!(events.last().unwrap(), "[DONE]");
}

#[tokio::test]
async fn best_of_returns_the_likeliest_of_its_candidates() {
    let server = server().await;
    let score = |choice: &Value| {
        let logs = choice["logprobs"]["token_logprobs"].as_array().unwrap();
        logs.iter().map(|log| log.as_f64().unwrap()).sum::<f64>() / logs.len() as f64
    };
    let all = complete(
        &server,
        json!({"prompt": "The", "n": 8, "logprobs": 0, "seed": 3}),
    )
    .await;
    let best = complete(
        &server,
        json!({"prompt": "The", "n": 1, "best_of": 8, "logprobs": 0, "seed": 3}),
    )
    .await;
    let highest = all["choices"]
        .as_array()
        .unwrap()
        .iter()
        .map(score)
        .fold(f64::MIN, f64::max);
    assert!((score(&best["choices"][0]) - highest).abs() < 1e-9);
    assert_eq!(best["choices"].as_array().unwrap().len(), 1);
    assert!(best["usage"]["completion_tokens"].as_u64() > Some(16));
}

#[tokio::test]
async fn usage_and_choices_come_in_the_stream() {
    let server = server().await;
    let body = json!({"model": "stand-in-ngram-1", "prompt": ["repeat: a b", "repeat: c"], "n": 2,
        "stream": true, "stream_options": {"include_usage": true}, "suffix": "end", "user": "u"});
    let events = post(&server, "/v1/completions", "", &body).await.events();
    let chunks: Vec<Value> = events[..events.len() - 1]
        .iter()
        .map(|event| serde_json::from_str(event).unwrap())
        .collect();
    let text = |index: usize| -> String {
        let own = chunks
            .iter()
            .filter(|chunk| chunk["choices"][0]["index"] == index);
        own.map(|chunk| chunk["choices"][0]["text"].as_str().unwrap())
            .collect()
    };
    assert_eq!(
        [text(0), text(1), text(2), text(3)],
        ["a b", "a b", "c", "c"]
    );
    let usage = &chunks.last().unwrap()["usage"];
    assert_eq!(usage["completion_tokens"], 6);
    assert!(chunks[0].as_object().unwrap()["usage"].is_null());
}

#[tokio::test]
async fn a_wrong_parameter_is_refused_by_name() {
    let server = server().await;
    for (body, param) in [
        (json!({"logprobs": 6}), "logprobs"),
        (json!({"best_of": 21}), "best_of"),
        (json!({"n": 3, "best_of": 2}), "best_of"),
        (json!({"best_of": 2, "stream": true}), "best_of"),
        (json!({"prompt": {}}), "prompt"),
        (json!({"prompt": []}), "prompt"),
        (json!({"prompt": [true]}), "prompt"),
        (json!({"prompt": [99999999]}), "prompt"),
        (json!({"echo": 1}), "echo"),
        (json!({"suffix": 1}), "suffix"),
        (json!({"max_tokens": -1}), "max_tokens"),
        (json!({"max_tokens": 4097}), "max_tokens"),
    ] {
        let answer = complete(&server, body.clone()).await;
        assert_eq!(answer["status"], 400, "{body}");
        assert_eq!(answer["error"]["param"], param, "{body}");
    }
    assert_eq!(
        complete(&server, json!({"model": "nothing"})).await["status"],
        404
    );
}
