//! What came in is on record, and so is a client that leaves, at once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{ask, chat, exchange, get, open, request, server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use upstream::{
    Config, Handle,
    record::{Outcome, now_ms},
};

/// Waits for a condition of `/__control/wait`.
async fn wait(server: &Handle, condition: &str) -> Value {
    let answer = get(server, &format!("/__control/wait?{condition}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_request_is_recorded_as_it_was_sent() {
    let server = server().await;
    let body = chat("Say this is a test", json!({})).to_string();
    let headers = "CONTENT-type: application/json\r\nX-b: 1\r\nx-A:  two \r\nX-b: 3\r\n";
    let path = "/v1/chat/completions?b=2&a=%20";
    exchange(&server, &request("POST", path, headers, body.as_bytes())).await;
    let records = server.log.records();
    let record = &records[0];
    assert_eq!(
        (record.method.as_str(), record.path.as_str()),
        ("POST", path)
    );
    assert_eq!(record.body, body);
    let length = body.len().to_string();
    let expected = [
        ("Host", "test"),
        ("CONTENT-type", "application/json"),
        ("X-b", "1"),
        ("x-A", "two"),
        ("X-b", "3"),
        ("Content-Length", length.as_str()),
    ];
    let headers: Vec<_> = record
        .headers
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    assert_eq!(headers, expected);
    assert_eq!(
        (record.status, record.outcome),
        (Some(200), Outcome::Complete)
    );
    assert!(record.bytes_written > record.bytes_offered && record.bytes_offered > 100);
}

#[tokio::test]
async fn two_requests_on_one_connection_are_kept_apart() {
    let server = server().await;
    let mut bytes = Vec::new();
    let mut stream = open(&server, b"").await;
    for path in ["/v1/models", "/v1/models/stand-in-ngram-1"] {
        stream
            .write_all(&request("GET", path, &format!("X-Path: {path}\r\n"), b""))
            .await
            .unwrap();
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.unwrap();
        bytes.extend_from_slice(&buffer[..count]);
    }
    let records = server.log.records();
    assert_eq!(records.len(), 2);
    assert_eq!(records[0].connection, records[1].connection);
    for record in &records {
        assert!(
            record
                .headers
                .contains(&("X-Path".to_owned(), record.path.clone()))
        );
    }
    let written: u64 = records.iter().map(|record| record.bytes_written).sum();
    assert_eq!(written, bytes.len() as u64);
}

#[tokio::test]
async fn a_leaving_client_is_noticed_at_once_in_every_state() {
    for fault in [
        "hang",
        "stall=0",
        "stall=3",
        "stall=2,keepalive=5",
        "interval=30",
        "drip=5",
        "hold-open",
        "delay=5000",
    ] {
        let server = server().await;
        let body = chat("hello", json!({"stream": true, "seed": 1})).to_string();
        let headers = format!("Content-Type: application/json\r\nX-Fault: {fault}\r\n");
        let stream = open(
            &server,
            &request("POST", "/v1/chat/completions", &headers, body.as_bytes()),
        )
        .await;
        // The state is reached when the whole request is there and its events are out.
        let events = match fault {
            "stall=3" => 3,
            "stall=2,keepalive=5" => 2,
            "interval=30" => 2,
            _ => 0,
        };
        wait(&server, &format!("bodies=1&events={events}")).await;
        let left = now_ms();
        drop(stream);
        let report = wait(&server, "closed=1").await;
        let record = &report["requests"][0];
        assert_eq!(record["outcome"], "client_closed", "{fault}");
        let closed = record["closed_at_ms"].as_u64().unwrap();
        assert!(
            closed.saturating_sub(left) < 500,
            "{fault}: {} ms",
            closed - left
        );
    }
}

#[tokio::test]
async fn a_client_that_leaves_while_it_uploads_is_noticed() {
    let server = server().await;
    let head = "POST /v1/chat/completions HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"model\"";
    let stream = open(&server, head.as_bytes()).await;
    wait(&server, "requests=1").await;
    drop(stream);
    let report = wait(&server, "closed=1").await;
    assert_eq!(report["requests"][0]["body_complete"], false);
}

#[tokio::test]
async fn a_reader_that_stops_makes_the_writer_wait() {
    let server = server().await;
    let body = chat("x", json!({"stream": true})).to_string();
    let headers = "Content-Type: application/json\r\nX-Fault: events=200000,event-size=1000\r\n";
    let stream = open(
        &server,
        &request("POST", "/v1/chat/completions", headers, body.as_bytes()),
    )
    .await;
    wait(&server, "events=100").await;
    // The writer is stuck when its count stands still over two looks.
    let mut offered = 0;
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let now = server.log.records()[0].bytes_offered;
        if now == offered {
            break;
        }
        offered = now;
        assert!(Instant::now() < deadline, "the writer never stopped");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(offered < 20_000_000, "{offered} bytes went out unread");
    drop(stream);
    let report = wait(&server, "closed=1").await;
    assert_eq!(report["requests"][0]["outcome"], "client_closed");
}

#[tokio::test]
async fn waiting_ends_with_504_where_nothing_happens() {
    let server = server().await;
    let answer = get(&server, "/__control/wait?closed=1&timeout_ms=20").await;
    assert_eq!(answer.status, 504);
    assert_eq!(answer.json()["satisfied"], false);
    ask(&server, "", &chat("hi", json!({}))).await;
    let report = get(&server, "/__control/requests").await.json();
    assert_eq!(report["hits"], 1);
    let bytes = request("DELETE", "/__control/requests", "", b"");
    assert_eq!(exchange(&server, &bytes).await.status, 204);
    assert_eq!(get(&server, "/__control/requests").await.json()["hits"], 0);
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_shown_masked() {
    let key = "sk-proj-CANARYabcdefghNARY".to_owned();
    let server = upstream::start(Config {
        api_key: Some(key.clone()),
        ..Config::default()
    })
    .await
    .unwrap();
    for (authorization, status, text) in [
        (
            format!("Authorization: Bearer {key}\r\n"),
            200,
            "\"object\":\"list\"",
        ),
        (
            format!("authorization: bearer {key}\r\n"),
            200,
            "\"object\":\"list\"",
        ),
        (
            "Authorization: Bearer sk-proj-WRONGxxxxxxxxNARY\r\n".into(),
            401,
            "sk-proj-W****NARY",
        ),
        (
            "Authorization: Bearer short\r\n".into(),
            401,
            "provided: ****.",
        ),
        (String::new(), 401, "You didn't provide an API key"),
    ] {
        let answer = exchange(&server, &request("GET", "/v1/models", &authorization, b"")).await;
        assert_eq!(answer.status, status, "{authorization}");
        assert!(answer.text().contains(text), "{}", answer.text());
        assert!(!answer.text().contains("WRONG") && !answer.text().contains("short"));
    }
}
