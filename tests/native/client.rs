//! The client over a scripted transport: attempts, time limits, streams and what they report.

use std::pin::Pin;
use std::time::Duration;

use futures_core::Stream;
use openai_wasm::client::{Call, Client, Error, ErrorKind, RequestOptions, SessionToken};
use openai_wasm::transport::FaultKind;
use openai_wasm::wire::Upload;
use openai_wasm::wire::chat::{ChatCompletionMessageParam, ChatCompletionRequest};
use openai_wasm::wire::file::FileRequest;
use serde_json::{Value, json};

use crate::support::{Piece, Scripted, Step};

const JSON: (&str, &str) = ("content-type", "application/json");
const SSE: (&str, &str) = ("content-type", "text/event-stream");
const ANSWER: &str = r#"{"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"This is a test!"},"finish_reason":"stop"}]}"#;
const MODELS: &str = r#"{"object":"list","data":[{"id":"m","object":"model"}]}"#;

fn client(world: &Scripted) -> Client<Scripted> {
    Client::with_transport(world.clone())
        .proxy_url("https://proxy.example/v1")
        .unwrap()
        .token(SessionToken::fixed("session"))
        .build()
        .unwrap()
}

fn request() -> ChatCompletionRequest {
    ChatCompletionRequest::new(
        "m",
        [ChatCompletionMessageParam::user("Say this is a test")],
    )
}

fn answer(status: u16, body: &'static str) -> Step {
    Step::Answer(status, vec![JSON], vec![Piece::Bytes(body)])
}

fn stream(pieces: Vec<Piece>) -> Step {
    Step::Answer(200, vec![SSE], pieces)
}

/// The texts of a stream, and the error that ended it if one did.
fn drain(world: &Scripted, client: &Client<Scripted>) -> (Vec<String>, Option<Error>) {
    let opened = world.run(client.chat().stream(&request()));
    let mut stream = match opened {
        Ok(stream) => stream,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut texts = Vec::new();
    loop {
        let next = std::future::poll_fn(|context| Pin::new(&mut stream).poll_next(context));
        match world.run(next) {
            None => return (texts, None),
            Some(Err(error)) => {
                let after =
                    std::future::poll_fn(|context| Pin::new(&mut stream).poll_next(context));
                assert!(world.run(after).is_none(), "an error is the last item");
                return (texts, Some(error));
            }
            Some(Ok(chunk)) => texts.push(chunk.text().to_owned()),
        }
    }
}

#[test]
fn a_chat_call_sends_json_with_the_session_token_and_reads_the_answer() {
    let world = Scripted::new([answer(200, ANSWER)]);
    let mut asked = request();
    asked.stream = Some(true);
    let said = world.run(client(&world).chat().create(&asked)).unwrap();
    assert_eq!(
        said.choices[0].message.content.as_deref(),
        Some("This is a test!")
    );
    let [sent] = &world.requests()[..] else {
        panic!("one request")
    };
    assert_eq!(sent.method.as_str(), "POST");
    assert_eq!(sent.url, "https://proxy.example/v1/chat/completions");
    assert_eq!(sent.headers.get("authorization"), Some("Bearer session"));
    assert_eq!(sent.headers.get("content-type"), Some("application/json"));
    let body = sent.payload.as_ref().unwrap().json();
    let expected = serde_json::json!({"model": "m", "messages": [{"role": "user", "content": "Say this is a test"}]});
    assert_eq!(
        body, expected,
        "a whole answer is asked for whatever the request says"
    );
    assert_eq!(world.open_bodies(), 0);
}

#[test]
fn models_are_listed() {
    let world = Scripted::new([answer(200, MODELS)]);
    let list = world.run(client(&world).models().list()).unwrap();
    assert_eq!(list.data[0].id, "m");
    assert_eq!(world.requests()[0].method.as_str(), "GET");
    assert_eq!(world.requests()[0].headers.get("content-type"), None);
}

#[test]
fn failed_attempts_are_repeated_as_the_policy_says() {
    for (name, script, attempts, elapsed, kind) in [
        (
            "a lost connection",
            vec![Step::Fail(FaultKind::Network), answer(200, MODELS)],
            2,
            500,
            None,
        ),
        (
            "503, twice",
            vec![answer(503, ""), answer(503, ""), answer(200, MODELS)],
            3,
            1500,
            None,
        ),
        (
            "503, three times",
            vec![answer(503, ""), answer(503, ""), answer(503, "")],
            3,
            1500,
            Some(ErrorKind::Status),
        ),
        (
            "a bad request",
            vec![answer(400, "{}")],
            1,
            0,
            Some(ErrorKind::Status),
        ),
        (
            "a redirect",
            vec![Step::Fail(FaultKind::Redirect)],
            1,
            0,
            Some(ErrorKind::Redirect),
        ),
        (
            "no head within the limit, then an answer",
            vec![Step::Hang, answer(200, MODELS)],
            2,
            1000 + 500,
            None,
        ),
        (
            "a body that stops in its middle",
            vec![Step::Answer(
                200,
                vec![JSON],
                vec![Piece::Bytes("{\"data\""), Piece::Pause(5000)],
            )],
            1,
            1000,
            Some(ErrorKind::Timeout),
        ),
        (
            "a body that breaks",
            vec![Step::Answer(
                200,
                vec![JSON],
                vec![Piece::Bytes("{\"data\""), Piece::Break],
            )],
            1,
            0,
            Some(ErrorKind::Connection),
        ),
        (
            "a server that says when",
            vec![
                Step::Answer(429, vec![("retry-after", "7")], vec![]),
                answer(200, MODELS),
            ],
            2,
            7000,
            None,
        ),
    ] {
        let world = Scripted::new(script);
        let client = Client::with_transport(world.clone())
            .proxy_url("/v1")
            .unwrap()
            .timeout(Duration::from_millis(1000))
            .build()
            .unwrap();
        let result = world.run(client.models().list());
        assert_eq!(result.err().map(|error| error.kind()), kind, "{name}");
        assert_eq!(world.requests().len(), attempts, "{name}");
        assert_eq!(world.now(), elapsed, "{name}");
        assert_eq!(world.open_bodies(), 0, "{name}");
    }
}

#[test]
fn a_timeout_and_a_dropped_call_abort_the_request() {
    let world = Scripted::new([Step::Hang]);
    let client = Client::with_transport(world.clone())
        .proxy_url("/v1")
        .unwrap()
        .timeout(Duration::from_millis(10))
        .max_retries(0)
        .build()
        .unwrap();
    let error = world.run(client.models().list()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(world.aborted_sends(), 1);
}

#[test]
fn c6_a_key_in_the_parameters_is_refused_before_anything_is_sent() {
    let world = Scripted::new([answer(200, ANSWER)]);
    let client = client(&world);
    let mut with_key = request();
    let config = json!({"model_list": [{"litellm_params": {"api_key": "CANARY"}}]});
    with_key.extra.insert("user_config".to_owned(), config);
    let error = world.run(client.chat().create(&with_key)).unwrap_err();
    assert_eq!(error.option_name(), Some("api_key"));
    let mut in_a_list = request();
    let ends = json!(["\n", "sk-proj-CANARY0123456789"]);
    in_a_list.extra.insert("ends".to_owned(), ends);
    let listed = world.run(client.chat().create(&in_a_list)).unwrap_err();
    assert_eq!(listed.option_name(), Some("ends"));
    assert!(!format!("{error} {error:?}").contains("CANARY"));
    assert!(world.requests().is_empty());
    world.run(client.chat().create(&request())).unwrap();
}

#[test]
fn c6_a_key_in_a_form_or_a_query_is_refused_before_anything_is_sent() {
    const KEY: &str = "sk-proj-CANARY0123456789";
    let world = Scripted::new([answer(200, ANSWER), answer(200, ANSWER)]);
    let client = client(&world);
    let refused = |call: Call<Scripted, Value>, option: &str| {
        let error = world.run(call).unwrap_err();
        assert_eq!(error.option_name(), Some(option));
        assert!(!format!("{error} {error:?}").contains("CANARY"), "{error}");
        assert!(world.requests().is_empty());
    };
    let upload = || FileRequest::new(Upload::new("a.jsonl", "{}"), "batch");
    for (name, value, option) in [
        ("api_key", json!("CANARY"), "api_key"),
        ("config", json!({"api_key": "CANARY"}), "config[api_key]"),
        ("user", json!(KEY), "user"),
    ] {
        let mut with_key = upload();
        with_key.extra.insert(name.to_owned(), value);
        refused(client.post_form("/files", &with_key), option);
    }
    for (path, option) in [
        ("/models?x=sk-proj-CANARY0123456789", "x"),
        ("/models/sk-proj-CANARY0123456789", "path"),
    ] {
        refused(client.get(path), option);
    }
    for (name, value) in [("key", "CANARY"), ("api-version", KEY)] {
        let options = RequestOptions::new().query(name, value);
        refused(client.get("/models").with(options), name);
        let of_all = Client::with_transport(world.clone()).query(name, value);
        let of_all = of_all.proxy_url("/v1").unwrap().build().unwrap();
        refused(of_all.get("/models"), name);
    }
    // The controls: what is no key goes through.
    world.run(client.post_form("/files", &upload())).unwrap();
    let options = RequestOptions::new().query("after", "file-1");
    world.run(client.get("/files").with(options)).unwrap();
}

#[test]
fn a_token_that_cannot_be_one_is_refused_before_anything_is_sent() {
    for token in [
        "",
        "two words",
        "line\nbreak",
        "ключ",
        "sk-proj-abcdefgh12345678",
    ] {
        let world = Scripted::new([]);
        let client = Client::with_transport(world.clone())
            .proxy_url("/v1")
            .unwrap()
            .token(SessionToken::fixed(token))
            .build()
            .unwrap();
        let error = world.run(client.models().list()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credential, "{token:?}");
        assert!(token.is_empty() || !error.to_string().contains(token));
        assert!(world.requests().is_empty());
    }
}

#[test]
fn a_builder_names_what_is_missing_or_malformed() {
    let builder = || Client::with_transport(Scripted::new([]));
    let missing = builder().build().unwrap_err();
    assert_eq!(
        (missing.kind(), missing.option_name()),
        (ErrorKind::Option, Some("proxy_url"))
    );
    let provider = builder()
        .proxy_url("https://api.openai.com/v1")
        .unwrap_err();
    assert_eq!(provider.option_name(), Some("proxy_url"));
    let header = builder()
        .header("Authorization", Some("Bearer canary-secret"))
        .unwrap_err();
    assert_eq!(header.option_name(), Some("headers"));
    assert!(!header.to_string().contains("canary-secret"));
}

#[test]
fn a_stream_gives_its_chunks_and_closes_at_done() {
    let world = Scripted::new([stream(vec![
        Piece::Bytes("data: {\"choices\":[{\"delta\":{\"content\":\"This\"}}]}\n\nda"),
        Piece::Pause(200),
        Piece::Bytes(
            "ta: {\"choices\":[{\"delta\":{\"content\":\" is\"},\"finish_reason\":\"stop\"}]}\n\n",
        ),
        Piece::Bytes("data: [DONE]\n\n"),
        Piece::Pause(1_000_000),
    ])]);
    let (texts, error) = drain(&world, &client(&world));
    assert!(error.is_none(), "{error:?}");
    assert_eq!(texts, ["This", " is"]);
    assert_eq!(world.open_bodies(), 0, "[DONE] closes the connection");
    let body = world.requests()[0].payload.clone().unwrap().json();
    assert_eq!(body["stream"], true);
}

#[test]
fn every_end_of_a_stream_that_is_no_success_is_told_apart_with_its_text() {
    let first = Piece::Bytes("data: {\"choices\":[{\"delta\":{\"content\":\"This\"}}]}\n\n");
    let comments: Vec<Piece> = std::iter::once(first.clone())
        .chain((0..20).flat_map(|_| [Piece::Pause(400), Piece::Bytes(": keep-alive\n\n")]))
        .collect();
    for (name, pieces, kind) in [
        ("cut off", vec![first.clone()], ErrorKind::StreamTruncated),
        (
            "broken",
            vec![first.clone(), Piece::Break],
            ErrorKind::Connection,
        ),
        (
            "silent",
            vec![first.clone(), Piece::Pause(5000)],
            ErrorKind::StreamIdle,
        ),
        (
            "kept alive by comments alone",
            comments,
            ErrorKind::StreamIdle,
        ),
        (
            "failed",
            vec![
                first.clone(),
                Piece::Bytes("data: {\"error\":{\"message\":\"overloaded\",\"code\":503}}\n\n"),
            ],
            ErrorKind::Reported,
        ),
        (
            "malformed",
            vec![first.clone(), Piece::Bytes("data: {oops\n\n")],
            ErrorKind::Decode,
        ),
        (
            "too large",
            vec![
                first.clone(),
                Piece::Bytes(
                    "data: {\"a\":\"0123456789012345678901234567890123456789012345678901234567890123456789\"}\n\n",
                ),
            ],
            ErrorKind::StreamLimit,
        ),
    ] {
        let world = Scripted::new([stream(pieces)]);
        let client = Client::with_transport(world.clone())
            .proxy_url("/v1")
            .unwrap()
            .idle_timeout(Duration::from_millis(1000))
            .max_event_bytes(70)
            .build()
            .unwrap();
        let (texts, error) = drain(&world, &client);
        let error = error.unwrap_or_else(|| panic!("{name}: an error was expected"));
        assert_eq!(error.kind(), kind, "{name}: {error}");
        assert_eq!(texts, ["This"], "{name}");
        assert_eq!(error.partial_text(), Some("This"), "{name}");
        assert_eq!(error.event_index(), Some(1), "{name}");
        assert_eq!(world.open_bodies(), 0, "{name}: the connection is closed");
    }
}

#[test]
fn dropping_a_stream_closes_its_connection() {
    let world = Scripted::new([stream(vec![Piece::Pause(1_000_000)])]);
    let opened = world.run(client(&world).chat().stream(&request())).unwrap();
    assert_eq!(world.open_bodies(), 1);
    drop(opened);
    assert_eq!(world.open_bodies(), 0);
}

#[test]
fn a_success_that_is_not_what_was_asked_for_is_an_error() {
    let html = ("content-type", "text/html; charset=utf-8");
    for (name, headers, body, kind, words) in [
        (
            "a page",
            vec![html],
            "<!doctype html><h1>Login",
            ErrorKind::Decode,
            "text/html",
        ),
        (
            "an empty body",
            vec![JSON],
            " \n",
            ErrorKind::Decode,
            "empty",
        ),
        (
            "half an object",
            vec![JSON],
            "{\"data\":",
            ErrorKind::Decode,
            "line 1",
        ),
        (
            "an error",
            vec![JSON],
            "{\"error\":{\"message\":\"no\"}}",
            ErrorKind::Reported,
            "no",
        ),
    ] {
        let world = Scripted::new([
            Step::Answer(200, headers.clone(), vec![Piece::Bytes(body)]),
            Step::Answer(200, headers, vec![Piece::Bytes(body)]),
        ]);
        let client = client(&world);
        let error = world.run(client.models().list()).unwrap_err();
        assert_eq!(error.kind(), kind, "{name}");
        assert!(error.to_string().contains(words), "{name}: {error}");
        let (texts, error) = drain(&world, &client);
        assert!(texts.is_empty());
        let kind = error.map(|error| error.kind());
        assert!(
            matches!(kind, Some(ErrorKind::Decode | ErrorKind::Reported)),
            "{name}: {kind:?}"
        );
        assert_eq!(world.open_bodies(), 0, "{name}");
    }
}

#[test]
fn an_error_status_carries_what_the_server_said() {
    let world = Scripted::new([Step::Answer(
        429,
        vec![JSON, ("x-request-id", "req_1"), ("retry-after", "9")],
        vec![Piece::Bytes(
            r#"{"error":{"message":"You exceeded your quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#,
        )],
    )]);
    let error = world.run(client(&world).models().list()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Status);
    assert_eq!(error.status(), Some(429));
    assert_eq!(error.code(), Some("insufficient_quota"));
    assert_eq!(error.request_id(), Some("req_1"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(9)));
    assert_eq!(error.to_string(), "429 You exceeded your quota");
    assert_eq!(
        world.requests().len(),
        1,
        "an exhausted quota is not retried"
    );
}
