//! Each fault really happens, on real sockets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{End, ask, chat, exchange, exchange_for, get, post, request, server};

fn streamed() -> Value {
    chat("Say this is a test", json!({"stream": true}))
}

fn whole() -> Value {
    chat("Say this is a test", json!({}))
}

#[tokio::test]
async fn without_a_fault_the_stream_is_whole() {
    let server = server().await;
    let answer = ask(&server, "", &streamed()).await;
    assert_eq!((answer.status, answer.end), (200, End::Whole));
    assert_eq!(
        answer.header("content-type"),
        Some("text/event-stream; charset=utf-8")
    );
    assert_eq!(answer.streamed(0), "This is a test!");
    // Role, five tokens, finish reason, [DONE].
    let events = answer.events();
    assert_eq!(events.len(), 8);
    assert_eq!(events[7], "[DONE]");
    assert!(events[6].contains("\"finish_reason\":\"stop\""));
}

#[tokio::test]
async fn an_unknown_fault_is_refused() {
    let server = server().await;
    assert_eq!(ask(&server, "no-such-fault", &streamed()).await.status, 400);
}

#[tokio::test]
async fn connections_end_as_the_fault_says() {
    let server = server().await;
    for (fault, end, events) in [
        ("cut-events=3", End::Truncated, 3),
        ("reset-events=3", End::Reset, 3),
        ("end-events=3", End::Whole, 3),
        ("cut-events=0", End::Truncated, 0),
        ("error=openai,error-after=2", End::Whole, 3),
        ("no-done", End::Whole, 7),
    ] {
        let answer = ask(&server, fault, &streamed()).await;
        assert_eq!(
            (answer.end, answer.events().len()),
            (end, events),
            "{fault}"
        );
    }
    for (fault, end) in [
        ("cut=100", End::Truncated),
        ("reset=100", End::Reset),
        ("end=100", End::Whole),
    ] {
        for body in [streamed(), whole()] {
            let answer = ask(&server, fault, &body).await;
            assert_eq!((answer.end, answer.body.len()), (end, 100), "{fault}");
        }
    }
    for (fault, end) in [("cut", End::Truncated), ("reset", End::Reset)] {
        let answer = ask(&server, fault, &streamed()).await;
        assert_eq!((answer.status, answer.end), (0, end), "{fault}");
    }
    let answer = ask(&server, "short-length=9", &whole()).await;
    assert_eq!(answer.end, End::Truncated);
    assert_eq!(
        answer.json()["choices"][0]["message"]["content"],
        "This is a test!"
    );
}

#[tokio::test]
async fn a_stall_keeps_the_connection_open_and_silent() {
    let server = server().await;
    let headers = |fault| format!("Content-Type: application/json\r\nx-fault: {fault}\r\n");
    let body = streamed().to_string();
    let patience = Duration::from_millis(600);
    for (fault, events, comments) in [
        ("stall=2", 2, false),
        ("stall=2,keepalive=20", 2, true),
        ("hold-open", 8, false),
        ("stall=0", 0, false),
    ] {
        let bytes = request(
            "POST",
            "/v1/chat/completions",
            &headers(fault),
            body.as_bytes(),
        );
        let watch = exchange_for(&server, &bytes, patience);
        // With comments the answer never goes quiet: look for a while only.
        let answer = tokio::time::timeout(Duration::from_secs(1), watch).await;
        match answer {
            Ok(answer) => {
                assert!(!comments, "{fault}");
                assert_eq!(
                    (answer.end, answer.events().len()),
                    (End::Open, events),
                    "{fault}"
                );
            }
            Err(_) => assert!(comments, "{fault}"),
        }
    }
    let bytes = request(
        "POST",
        "/v1/chat/completions",
        &headers("hang"),
        body.as_bytes(),
    );
    let answer = exchange_for(&server, &bytes, patience).await;
    assert_eq!((answer.status, answer.end), (0, End::Open));
}

#[tokio::test]
async fn bytes_come_one_by_one_or_by_sevens() {
    let server = server().await;
    for (fault, size) in [("split", 1), ("drip=0", 1), ("chunk=7", 7)] {
        let answer = ask(&server, fault, &streamed()).await;
        assert!(answer.chunks.iter().all(|chunk| *chunk <= size), "{fault}");
        assert_eq!(answer.streamed(0), "This is a test!");
    }
    let started = Instant::now();
    let answer = ask(&server, "drip,end=50", &streamed()).await;
    assert_eq!(answer.chunks, [1; 50]);
    assert!(started.elapsed() >= Duration::from_millis(49));
}

#[tokio::test]
async fn events_keep_the_asked_interval() {
    let server = server().await;
    ask(&server, "interval=20", &streamed()).await;
    let records = server.log.records();
    let times = &records[0].event_times_ms;
    assert_eq!(times.len(), 8);
    assert!(
        times.windows(2).all(|pair| pair[1] - pair[0] >= 19),
        "{times:?}"
    );
}

#[tokio::test]
async fn statuses_come_with_their_headers_and_bodies() {
    let server = server().await;
    let answer = ask(
        &server,
        "status=429,retry-after=7,retry-after-ms=6500,should-retry=true",
        &whole(),
    )
    .await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), Some("7"));
    assert_eq!(answer.header("retry-after-ms"), Some("6500"));
    assert_eq!(answer.header("x-should-retry"), Some("true"));
    assert_eq!(answer.json()["error"]["code"], "rate_limit_exceeded");
    let answer = ask(&server, "status=429,code=insufficient_quota", &whole()).await;
    assert_eq!(answer.json()["error"]["code"], "insufficient_quota");
    for (fault, status, text) in [
        ("status=503,error-body=html", 503, "<html>"),
        ("status=502,error-body=text", 502, "upstream connect error"),
        ("status=500,error-body=empty", 500, ""),
        (
            "status=400,error-body=string",
            400,
            "{\"error\":\"Something broke\"}",
        ),
        ("html", 200, "<!DOCTYPE html>"),
        ("empty", 200, ""),
        ("json-error", 200, "{\"error\":"),
    ] {
        let answer = ask(&server, fault, &streamed()).await;
        assert_eq!((answer.status, answer.end), (status, End::Whole), "{fault}");
        assert!(
            answer.text().starts_with(text) && answer.text().is_empty() == text.is_empty(),
            "{fault}"
        );
    }
    for status in [302, 307, 308] {
        let fault = format!("redirect=http://127.0.0.1:9/x,status={status}");
        let answer = ask(&server, &fault, &whole()).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("location"), Some("http://127.0.0.1:9/x"));
    }
}

#[tokio::test]
async fn the_answer_can_come_in_the_wrong_form() {
    let server = server().await;
    let answer = ask(&server, "json", &streamed()).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json()["object"], "chat.completion");
    let answer = ask(&server, "sse", &whole()).await;
    assert_eq!(answer.streamed(0), "This is a test!");
    let answer = ask(&server, "content-type=text/plain", &streamed()).await;
    assert_eq!(answer.header("content-type"), Some("text/plain"));
    let answer = ask(&server, "leading-blanks", &whole()).await;
    assert_eq!(answer.end, End::Whole);
    assert!(answer.text().starts_with("\n\n\n{"));
    let answer = ask(&server, "account-headers,header=x-a: b%2Cc", &whole()).await;
    assert_eq!(answer.header("openai-organization"), Some("org-STANDIN"));
    assert!(answer.header("set-cookie").is_some());
    assert_eq!(answer.header("x-a"), Some("b,c"));
}

#[tokio::test]
async fn each_server_has_its_own_way_to_fail_in_a_stream() {
    let server = server().await;
    for (kind, mark) in [
        ("openai", "data: {\"error\":{\"code\":null"),
        ("event", "event: error\ndata: {\"error\""),
        (
            "event-flat",
            "event: error\ndata: {\"code\":\"server_error\"",
        ),
        ("vllm", "\"object\":\"error\""),
        ("openrouter", "\"finish_reason\":\"error\""),
        ("fireworks", "data: {\"error\":\"The server"),
        ("exo", "\"code\":500"),
        ("llamacpp", "\n\nerror: {\"code\":500"),
    ] {
        let answer = ask(&server, &format!("error={kind},error-after=2"), &streamed()).await;
        assert!(answer.text().contains(mark), "{kind}: {}", answer.text());
        assert_eq!(
            answer.text().contains("[DONE]"),
            kind == "llamacpp",
            "{kind}"
        );
        assert!(answer.events().len() >= 2);
    }
}

#[tokio::test]
async fn dialects_and_broken_text_are_on_the_wire() {
    let server = server().await;
    for (fault, mark) in [
        ("comments", ": OPENROUTER PROCESSING\n\ndata: "),
        ("ping", "event: ping\ndata: "),
        ("empty-choices", "\"choices\":[],"),
        ("named-events", "event: chat.completion.chunk\ndata: "),
        ("id-fields", "id: 3\nretry: 1500\ndata: "),
        ("line-end=crlf", "}\r\n\r\ndata: "),
        ("line-end=cr", "}\r\rdata: "),
        ("bom", "\u{FEFF}data: "),
        ("no-space", "\n\ndata:{"),
        ("after-done=100", "[DONE]\n\ndata: {\"late\""),
    ] {
        let answer = ask(&server, fault, &streamed()).await;
        assert!(answer.text().contains(mark), "{fault}: {}", answer.text());
        assert_eq!(answer.end, End::Whole);
    }
    assert!(
        ask(&server, "unterminated", &streamed())
            .await
            .text()
            .ends_with("data: [DONE]")
    );
    assert!(
        !ask(&server, "no-finish", &streamed())
            .await
            .text()
            .contains("\"stop\"")
    );
    let answer = ask(&server, "bad-utf8", &streamed()).await;
    assert!(std::str::from_utf8(&answer.body).is_err());
    assert_eq!(
        answer.streamed(0),
        "\u{FFFD}-\u{FFFD}-\u{FFFD}\u{FFFD}This is a test!"
    );
    let bad = ask(&server, "bad-json", &streamed()).await.events();
    assert!(serde_json::from_str::<Value>(&bad[0]).is_ok());
    assert!(serde_json::from_str::<Value>(&bad[1]).is_err());
}

#[tokio::test]
async fn giants_and_floods_have_their_size() {
    let server = server().await;
    let answer = ask(&server, "giant=3000000", &streamed()).await;
    assert!(answer.events()[1].len() > 3_000_000);
    assert_eq!(answer.events().last().unwrap(), "[DONE]");
    let answer = ask(&server, "giant-line=3000000", &streamed()).await;
    assert!(answer.body.len() > 3_000_000);
    assert_eq!(answer.text().rsplit('\n').next().unwrap().len(), 3_000_000);
    let answer = ask(&server, "events=1000,event-size=500", &streamed()).await;
    let events = answer.events();
    assert_eq!(events.len(), 1002);
    assert!(
        events[..1000].iter().all(|event| event.len() + 8 == 500),
        "{}",
        events[0].len()
    );
}

#[tokio::test]
async fn usage_can_lie() {
    let server = server().await;
    for (kind, expected) in [
        ("zero", json!(0)),
        ("negative", json!(-5)),
        ("string", json!("12")),
        ("huge", json!(1e18)),
        ("empty", Value::Null),
        ("absent", Value::Null),
    ] {
        let fault = format!("usage={kind}");
        let answer = ask(&server, &fault, &whole()).await.json();
        assert_eq!(answer["usage"]["total_tokens"], expected, "{kind}");
        let body = chat(
            "Say this is a test",
            json!({"stream": true, "stream_options": {"include_usage": true}}),
        );
        let events = ask(&server, &fault, &body).await.events();
        let last: Value = serde_json::from_str(&events[events.len() - 2]).unwrap();
        assert_eq!(last["usage"]["total_tokens"], expected, "{kind}");
    }
}

#[tokio::test]
async fn the_key_can_be_echoed_in_every_form() {
    let server = server().await;
    let headers = |fault: &str| {
        format!(
            "Content-Type: application/json\r\nAuthorization: Bearer sk-proj-CANARY0123\r\nx-fault: {fault}\r\n"
        )
    };
    for (fault, raw) in [
        ("echo-key", true),
        ("echo-key=split", false),
        ("echo-key=escaped", false),
    ] {
        let body = streamed().to_string();
        let bytes = request(
            "POST",
            "/v1/chat/completions",
            &headers(fault),
            body.as_bytes(),
        );
        let answer = exchange(&server, &bytes).await;
        assert_eq!(answer.text().contains("sk-proj-CANARY0123"), raw, "{fault}");
        assert!(answer.streamed(0).contains("sk-proj-CANARY0123"), "{fault}");
    }
}

#[tokio::test]
async fn armed_faults_are_used_up_in_turn() {
    let server = server().await;
    let orders = json!([{"faults": "status=500", "times": 2}, {"faults": ""}, {"faults": "html"}]);
    assert_eq!(
        post(&server, "/__control/faults", "", &orders).await.json()["waiting"],
        4
    );
    let mut statuses = Vec::new();
    for _ in 0..5 {
        let answer = ask(&server, "", &whole()).await;
        statuses.push((
            answer.status,
            answer.header("content-type").unwrap().to_owned(),
        ));
    }
    let kinds: Vec<_> = statuses
        .iter()
        .map(|(status, kind)| (*status, kind.as_str()))
        .collect();
    let json = "application/json";
    assert_eq!(
        kinds,
        [
            (500, json),
            (500, json),
            (200, json),
            (200, "text/html; charset=utf-8"),
            (200, json)
        ]
    );
    assert_eq!(
        post(&server, "/__control/faults", "", &json!({"faults": "x"}))
            .await
            .status,
        400
    );
    assert_eq!(get(&server, "/__control/faults").await.json()["waiting"], 0);
}
