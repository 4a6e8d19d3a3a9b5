//! The Rust client over real sockets, against the stand-in upstream; the same in Node and Chromium.

mod endpoints;
mod fine_tune;
mod responses;

use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use gloo_net::http::Request;
use openai_wasm::client::{Builder, Client, ErrorKind};
use openai_wasm::transport::{Credentials, FetchTransport};
use openai_wasm::wire::chat::{ChatCompletionMessageParam, ChatCompletionRequest};
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

const UPSTREAM: &str = match option_env!("UPSTREAM_URL") {
    Some(url) => url,
    None => panic!("UPSTREAM_URL must be set: run `cargo xtask test`"),
};

fn builder() -> Builder<FetchTransport> {
    Client::builder()
        .proxy_url(&format!("{UPSTREAM}/v1"))
        .unwrap()
        .max_retries(0)
}

fn with_fault(fault: &str) -> Client<FetchTransport> {
    builder()
        .header("x-fault", Some(fault))
        .unwrap()
        .build()
        .unwrap()
}

fn request(text: &str) -> ChatCompletionRequest {
    ChatCompletionRequest::new("stand-in-ngram-1", [ChatCompletionMessageParam::user(text)])
}

async fn forget_requests() {
    Request::delete(&format!("{UPSTREAM}/__control/requests"))
        .send()
        .await
        .unwrap();
}

/// Waits until the stand-in has seen what `condition` says, a second at most, and gives the record
/// of the last request.
async fn upstream_saw(condition: &str) -> Value {
    let url = format!("{UPSTREAM}/__control/wait?{condition}&timeout_ms=1000");
    let answer: Value = Request::get(&url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer["satisfied"], true, "{condition}: {answer}");
    answer["requests"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone()
}

#[wasm_bindgen_test]
async fn a_chat_answer_comes_whole() {
    let client = builder().build().unwrap();
    let answer = client
        .chat()
        .create(&request("Say this is a test"))
        .await
        .unwrap();
    assert_eq!(answer.text(), "This is a test!");
    assert_eq!(answer.usage.unwrap().completion_tokens, 5);
}

#[wasm_bindgen_test]
async fn a_chat_answer_streams_chunk_by_chunk() {
    let client = builder().build().unwrap();
    let mut stream = client
        .chat()
        .stream(&request("Say this is a test"))
        .await
        .unwrap();
    let mut texts = Vec::new();
    while let Some(chunk) = stream.next().await {
        let text = chunk.unwrap().text().to_owned();
        if !text.is_empty() {
            texts.push(text);
        }
    }
    assert_eq!(texts, ["This", " is", " a", " test", "!"]);
    assert_eq!(stream.text(), "This is a test!");
}

#[wasm_bindgen_test]
async fn every_split_of_the_bytes_gives_the_same_answer() {
    for fault in [
        "split",
        "chunk=7",
        "line-end=cr",
        "bom",
        "comments",
        "unterminated",
    ] {
        let client = with_fault(fault);
        let mut stream = client
            .chat()
            .stream(&request("repeat: Grüße, 世界 🌍"))
            .await
            .unwrap();
        while let Some(chunk) = stream.next().await {
            chunk.unwrap();
        }
        assert_eq!(stream.text(), "Grüße, 世界 🌍", "{fault}");
    }
}

#[wasm_bindgen_test]
async fn c10_requests_carry_no_referrer_and_no_cookie_that_nobody_asked_for() {
    let fetch = js_sys::Function::new_with_args(
        "url, init",
        "globalThis.lastInit = init; return globalThis.fetch(url, init);",
    );
    let builder = || Client::with_transport(FetchTransport::with_fetch(fetch.clone()));
    for (builder, credentials) in [
        (builder(), "omit"),
        (
            builder().credentials(Credentials::SameOrigin),
            "same-origin",
        ),
    ] {
        let client = builder
            .proxy_url(&format!("{UPSTREAM}/v1"))
            .unwrap()
            .build()
            .unwrap();
        client.models().list().await.unwrap();
        let member = |object: &_, name: &str| js_sys::Reflect::get(object, &name.into()).unwrap();
        let init = member(&js_sys::global(), "lastInit");
        for (name, value) in [
            ("credentials", credentials),
            ("referrerPolicy", "no-referrer"),
            ("cache", "no-store"),
            ("redirect", "manual"),
        ] {
            assert_eq!(member(&init, name).as_string().as_deref(), Some(value));
        }
    }
}

#[wasm_bindgen_test]
async fn models_are_listed() {
    let list = builder().build().unwrap().models().list().await.unwrap();
    assert!(list.data.iter().any(|model| model.id == "stand-in-ngram-1"));
}

#[wasm_bindgen_test]
async fn dropping_a_stream_closes_the_servers_socket() {
    forget_requests().await;
    let client = with_fault("interval=50");
    let mut stream = client
        .chat()
        .stream(&request("Tell me of the sea"))
        .await
        .unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    assert_eq!(upstream_saw("closed=1").await["outcome"], "client_closed");
}

#[wasm_bindgen_test]
async fn dropping_a_call_before_its_answer_closes_the_servers_socket() {
    forget_requests().await;
    let client = with_fault("hang");
    {
        let asked = request("hello");
        let chat = client.chat();
        let call = chat.create(&asked).into_future();
        let arrived = pin!(upstream_saw("requests=1"));
        if let Either::Left((answer, _)) = select(call, arrived).await {
            panic!("the stand-in hangs, but {answer:?}");
        }
    }
    upstream_saw("closed=1").await;
}

#[wasm_bindgen_test]
async fn a_time_limit_closes_the_servers_socket() {
    forget_requests().await;
    let client = builder()
        .timeout(Duration::from_millis(100))
        .header("x-fault", Some("hang"))
        .unwrap()
        .build()
        .unwrap();
    let error = client.models().list().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    upstream_saw("closed=1").await;
}

#[wasm_bindgen_test]
async fn every_fault_is_the_error_that_it_is() {
    for (fault, kind) in [
        ("status=401", ErrorKind::Status),
        ("status=500", ErrorKind::Status),
        ("html", ErrorKind::Decode),
        ("empty", ErrorKind::Decode),
        ("reset", ErrorKind::Connection),
        ("redirect=https://example.com/", ErrorKind::Redirect),
    ] {
        let error = with_fault(fault)
            .chat()
            .create(&request("hi"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{fault}: {error}");
    }
    for (fault, kind) in [
        ("end-events=3", ErrorKind::StreamTruncated),
        ("reset-events=3", ErrorKind::Connection),
        ("error=openai,error-after=3", ErrorKind::Reported),
        ("bad-json", ErrorKind::Decode),
        ("html", ErrorKind::Decode),
    ] {
        let client = with_fault(fault);
        let error = match client.chat().stream(&request("Tell me of the sea")).await {
            Err(error) => error,
            Ok(mut stream) => loop {
                match stream.next().await {
                    Some(Ok(_)) => {}
                    Some(Err(error)) => break error,
                    None => panic!("{fault}: the stream ended as if it were whole"),
                }
            },
        };
        assert_eq!(error.kind(), kind, "{fault}: {error}");
    }
    let client = builder().build().unwrap();
    client.models().list().await.unwrap();
}
