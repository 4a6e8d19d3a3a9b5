//! Resumable streams, as a proxy offers them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use serde_json::{Value, json};
use support::{Answer, End, chat, exchange, request, server};
use upstream::Handle;

const ID: &str = "aaaaaaaaaaaaaaaaaaaaaa";

async fn send(server: &Handle, line: &str, headers: &str, body: Option<&Value>) -> Answer {
    let (method, path) = line.split_once(' ').unwrap();
    let body = body.map(Value::to_string).unwrap_or_default();
    let headers = format!("Content-Type: application/json\r\n{headers}");
    exchange(server, &request(method, path, &headers, body.as_bytes())).await
}

fn asked() -> Value {
    chat("Say this is a test", json!({"stream": true}))
}

async fn ask(server: &Handle, headers: &str, body: &Value) -> Answer {
    send(server, "POST /v1/chat/completions", headers, Some(body)).await
}

#[tokio::test]
async fn a_stream_with_an_id_has_numbers_and_is_given_again_from_any_of_them() {
    let server = server().await;
    let named = format!("x-stream-id: {ID}\r\n");
    let cut = format!("{named}x-fault: cut-events=3\r\n");
    let first = ask(&server, &cut, &asked()).await;
    assert_eq!((first.status, first.end), (200, End::Truncated));
    assert_eq!(first.header("x-stream-id"), Some(ID));
    assert!(first.text().starts_with("id: 1\n"), "{}", first.text());
    let line = format!("GET /v1/streams/{ID}");
    let rest = send(&server, &line, "last-event-id: 3\r\n", None).await;
    assert!(rest.text().starts_with("id: 4\n"), "{}", rest.text());
    let whole = send(&server, &line, "", None).await;
    assert_eq!(whole.text(), first.text() + &rest.text());
    assert_eq!(whole.streamed(0), "This is a test!");
    // The same request attaches, and makes no other answer.
    let again = ask(&server, &named, &asked()).await;
    assert_eq!(again.text(), whole.text());
    let beyond = send(&server, &line, "last-event-id: 9\r\n", None).await;
    assert_eq!(beyond.json()["error"]["code"], "invalid_last_event_id");
}

#[tokio::test]
async fn what_is_refused_says_why_and_a_stopped_stream_ends_with_it() {
    let server = server().await;
    let named = format!("x-stream-id: {ID}\r\n");
    let short = ask(&server, "x-stream-id: short\r\n", &asked()).await;
    assert_eq!(short.json()["error"]["code"], "invalid_stream_id");
    let plain = ask(
        &server,
        &format!("{named}x-fault: no-streams\r\n"),
        &asked(),
    )
    .await;
    assert_eq!(plain.header("x-stream-id"), None);
    assert!(plain.text().starts_with("data:"), "{}", plain.text());
    let line = format!("DELETE /v1/streams/{ID}");
    let unknown = send(&server, &line, "", None).await;
    assert_eq!(unknown.status, 404);
    ask(&server, &named, &asked()).await;
    let other = ask(&server, &named, &chat("x", json!({"stream": true}))).await;
    assert_eq!(other.status, 409);
    assert_eq!(send(&server, &line, "", None).await.status, 204);
    let stopped = send(&server, &format!("GET /v1/streams/{ID}"), "", None).await;
    assert!(stopped.events().last().unwrap().contains("stream_stopped"));
}
