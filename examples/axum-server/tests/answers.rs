//! The server between a caller and the stand-in for a model server.

#![allow(clippy::expect_used, clippy::unwrap_used)]

use openai_wasm::client::{Client, NativeClient};
use openai_wasm_example_axum_server::{Shared, routes};
use tokio::net::TcpListener;
use upstream::{Config, start};

fn client(url: &str) -> NativeClient {
    let builder = Client::native_builder().unwrap().max_retries(0);
    builder.proxy_url(url).unwrap().build().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_with_the_models_text() {
    let server = start(Config::default()).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let shared = Shared {
        client: client(&format!("{}/v1", server.url())),
        model: "stand-in-ngram-1".to_owned(),
    };
    let serving = tokio::spawn(async move { axum::serve(listener, routes(shared)).await });
    let caller = client(&url);
    let answer = caller
        .get("/ask?question=Say+this+is+a+test")
        .text()
        .await
        .unwrap();
    assert_eq!(answer, "This is a test!");
    let cut = upstream::faults::Order {
        faults: "cut-events=3".to_owned(),
        times: 1,
        path: String::new(),
    };
    server.armed.arm(cut).unwrap();
    let broken = caller.get("/ask?question=Say+this+is+a+test").text().await;
    assert!(
        broken.is_err(),
        "a stream that broke off never looks whole: {broken:?}"
    );
    serving.abort();
}
