//! Answers at a status of success that are not what they are called: errors, streams, whole answers.

use std::time::Duration;

use openai_wasm::client::{Client, Error, ErrorKind};
use openai_wasm::wire::chat::{ChatCompletionMessageParam, ChatCompletionRequest};
use openai_wasm::wire::embedding::EmbeddingRequest;
use serde_json::{Value, json};

use crate::support::{Piece, Scripted, Step};

const JSON: (&str, &str) = ("content-type", "application/json");

fn client(world: &Scripted) -> Client<Scripted> {
    let builder = Client::with_transport(world.clone()).timeout(Duration::from_millis(1000));
    builder.proxy_url("/v1").unwrap().build().unwrap()
}

fn world(headers: Vec<(&'static str, &'static str)>, pieces: Vec<Piece>) -> Scripted {
    Scripted::new([Step::Answer(200, headers, pieces)])
}

fn request() -> ChatCompletionRequest {
    ChatCompletionRequest::new("m", [ChatCompletionMessageParam::user("?")])
}

fn chunk(content: &str, reason: Value) -> String {
    let chunk = json!({ "choices": [{ "index": 0, "delta": { "content": content }, "finish_reason": reason }] });
    format!("data: {chunk}\n\n")
}

/// The chunks of a streamed call as JSON, its text, and its error.
fn streamed(world: &Scripted) -> (Vec<Value>, String, Option<Error>) {
    let stream = match world.run(client(world).chat().stream(&request())) {
        Ok(stream) => stream,
        Err(error) => return (Vec::new(), String::new(), Some(error)),
    };
    let (mut chunks, mut text, mut failure) = (Vec::new(), String::new(), None);
    for item in world.drain(stream) {
        match item {
            Ok(chunk) => {
                text.push_str(chunk.text());
                chunks.push(serde_json::to_value(&chunk).unwrap());
            }
            Err(error) => failure = Some(error),
        }
    }
    assert_eq!(world.open_bodies(), 0);
    assert_eq!(world.requests().len(), 1, "nothing of this is repeated");
    (chunks, text, failure)
}

#[test]
fn an_event_stream_under_another_type_is_read_event_by_event() {
    for headers in [
        vec![JSON],
        vec![("content-type", "text/plain; charset=utf-8")],
        vec![("content-type", "application/octet-stream")],
        vec![],
    ] {
        for before in ["", "\u{feff}", "\r\n\n", ": a comment\n\n", "event: x\n"] {
            let first: &'static str = format!("{before}{}", chunk("a", Value::Null)).leak();
            let second: &'static str = (chunk("b", json!("stop")) + "data: [DONE]\n\n").leak();
            let pieces = vec![Piece::Bytes(first), Piece::Pause(300), Piece::Bytes(second)];
            let (chunks, text, error) = streamed(&world(headers.clone(), pieces));
            assert_eq!(
                (chunks.len(), text.as_str()),
                (2, "ab"),
                "{before:?} {headers:?}"
            );
            assert!(error.is_none());
            // One byte a read, and no second one: it is a stream that broke off.
            let bytes = first
                .char_indices()
                .map(|(at, c)| &first[at..at + c.len_utf8()]);
            let (_, text, error) =
                streamed(&world(headers.clone(), bytes.map(Piece::Bytes).collect()));
            assert_eq!(text, "a");
            assert_eq!(error.unwrap().kind(), ErrorKind::StreamTruncated);
        }
    }
}

#[test]
fn a_page_is_no_stream_whatever_it_begins_with() {
    for kind in ["text/html", "application/xhtml+xml", "image/svg+xml"] {
        let body = Piece::Bytes("data: {\"choices\":[]}\n\ndata: [DONE]\n\n");
        let (_, _, error) = streamed(&world(vec![("content-type", kind)], vec![body]));
        let error = error.unwrap();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains(kind), "{error}");
    }
}

#[test]
fn a_whole_answer_where_a_stream_was_asked_for_is_one_chunk_with_message_and_delta() {
    let answer = json!({"id": "c", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "a\nb"}, "finish_reason": "stop"}]});
    let pretty: &'static str = serde_json::to_string_pretty(&answer).unwrap().leak();
    let framed: &'static str = format!("{answer}\n\ndata: [DONE]\n\n").leak();
    for body in [pretty, framed] {
        let (chunks, text, error) = streamed(&world(vec![JSON], vec![Piece::Bytes(body)]));
        assert!(error.is_none(), "{error:?}");
        assert_eq!(text, "a\nb");
        assert_eq!(chunks.len(), 1);
        assert_eq!(
            chunks[0]["choices"][0]["message"],
            answer["choices"][0]["message"]
        );
        assert_eq!(chunks[0]["choices"][0]["delta"]["content"], "a\nb");
    }
    for (body, kind) in [
        (
            r#"{"error":{"message":"m","code":429}}"#,
            ErrorKind::Reported,
        ),
        (
            r#"{"choices":[{"message":{"content":"a"},"finish_reason":"abort"}]}"#,
            ErrorKind::Reported,
        ),
        ("upstream went away", ErrorKind::Decode),
        ("[1]", ErrorKind::Decode),
        ("", ErrorKind::Decode),
    ] {
        let (chunks, _, error) = streamed(&world(vec![JSON], vec![Piece::Bytes(body)]));
        assert_eq!((chunks.len(), error.unwrap().kind()), (0, kind), "{body}");
    }
}

#[test]
fn a_body_that_is_no_stream_has_the_limits_of_one() {
    let endless = vec![Piece::Bytes("{\"a\":\""); 1000];
    let endless = world(vec![JSON], endless);
    let limited = Client::with_transport(endless.clone()).max_event_bytes(100);
    let limited = limited.proxy_url("/v1").unwrap().build().unwrap();
    let error = endless
        .run(limited.chat().stream(&request()))
        .err()
        .unwrap();
    assert_eq!(error.kind(), ErrorKind::StreamLimit);
    let silent = vec![Piece::Bytes("\n"), Piece::Pause(10_000)];
    let (_, _, error) = streamed(&world(vec![JSON], silent));
    assert_eq!(error.unwrap().kind(), ErrorKind::StreamIdle);
}

#[test]
fn an_error_at_a_status_of_success_is_an_error_and_not_repeated() {
    for (body, code) in [
        (
            r#"{"error":{"message":"Provider returned error","code":429}}"#,
            Some("429"),
        ),
        (
            r#"{"id":"c","error":{"message":"m","code":502},"choices":[{"message":{"content":null},"finish_reason":"stop"}]}"#,
            Some("502"),
        ),
        (r#"[{"error":{"message":"m","code":429}}]"#, Some("429")),
        (r#"{"error":{}}"#, None),
        (
            r#"{"choices":[{"message":{"content":"Par"},"finish_reason":"error","error":{"code":502,"message":"m"}}]}"#,
            Some("502"),
        ),
        (r#"data: {"error":{"message":"m","code":"c"}}"#, Some("c")),
    ] {
        let world = world(vec![JSON], vec![Piece::Bytes(body)]);
        let error = world
            .run(client(&world).chat().create(&request()))
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Reported, code),
            "{body}"
        );
        assert_eq!(world.requests().len(), 1);
    }
    let world = world(
        vec![JSON],
        vec![Piece::Bytes(r#"{"object":"list","data":[],"error":"m"}"#)],
    );
    let asked = EmbeddingRequest::new("m", "a");
    let error = world
        .run(client(&world).embeddings().create(&asked))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Reported);
}

#[test]
fn an_answer_in_the_frame_of_an_event_and_one_that_only_serde_finds_odd_are_read() {
    let answer = r#"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"a\ud83d"},"finish_reason":"stop"}],"x":1e999}"#;
    for body in [
        answer.to_owned(),
        format!("{answer}\n\ndata: [DONE]\n\n"),
        format!("data: {answer}\n\n"),
        format!("event: x\ndata: {answer}\n\ndata: [DONE]\n\n"),
    ] {
        let world = world(vec![JSON], vec![Piece::Bytes(body.leak())]);
        let answer = world.run(client(&world).chat().create(&request())).unwrap();
        assert_eq!(answer.text(), "a\u{fffd}");
    }
}

#[test]
fn an_error_status_says_what_an_odd_body_says() {
    for (body, message, code) in [
        (r#"{"error":null,"message":"m"}"#, "400 m", None),
        (
            r#"[{"error":{"message":"m","code":"c"}}]"#,
            "400 m",
            Some("c"),
        ),
    ] {
        let world = Scripted::new([Step::Answer(400, vec![JSON], vec![Piece::Bytes(body)])]);
        let error = world.run(client(&world).models().list()).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.code()), (message, code));
    }
}

#[test]
fn a_redirect_that_a_transport_hands_over_is_no_answer_and_not_sent_again() {
    for status in [301, 302, 303, 307, 308] {
        let headers = vec![("location", "/elsewhere"), ("x-should-retry", "true")];
        let world = Scripted::new([Step::Answer(status, headers, vec![])]);
        let error = world.run(client(&world).models().list()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirect, "{status}");
        assert!(error.to_string().contains("redirect"), "{error}");
        assert_eq!(world.requests().len(), 1);
    }
}
