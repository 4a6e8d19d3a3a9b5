//! Options of a call: what reaches the wire, what counts over the client's, and what is refused.

use std::pin::pin;
use std::time::Duration;

use openai_wasm::client::{Client, ErrorKind, RequestOptions, SessionToken};
use openai_wasm::stream::Truncation;
use openai_wasm::transport::FaultKind;
use openai_wasm::wire::Upload;
use openai_wasm::wire::completion::CompletionRequest;
use openai_wasm::wire::file::FileRequest;

use crate::support::{Piece, Scripted, Step};

const JSON: (&str, &str) = ("content-type", "application/json");
const SSE: (&str, &str) = ("content-type", "text/event-stream");

fn ok() -> Step {
    Step::Answer(200, vec![JSON], vec![Piece::Bytes("{}")])
}

fn status(status: u16, headers: &[(&'static str, &'static str)], body: &'static str) -> Step {
    Step::Answer(status, headers.to_vec(), vec![Piece::Bytes(body)])
}

fn client(world: &Scripted) -> Client<Scripted> {
    Client::with_transport(world.clone())
        .proxy_url("/v1")
        .unwrap()
        .token(SessionToken::fixed("session"))
        .header("x-of-client", Some("1"))
        .unwrap()
        .header("x-both", Some("client"))
        .unwrap()
        .query("a", "client")
        .timeout(Duration::from_millis(1000))
        .build()
        .unwrap()
}

#[test]
fn headers_and_query_of_a_call_stand_over_those_of_the_client() {
    let world = Scripted::new([ok()]);
    let options = RequestOptions::new()
        .header("x-both", Some("call"))
        .header("x-of-client", None)
        .header("accept", Some("*/*"))
        .query("b", "c d&e");
    world
        .run(client(&world).get("/x?z=1").with(options))
        .unwrap();
    let sent = &world.requests()[0];
    assert_eq!(sent.url, "/v1/x?z=1&a=client&b=c%20d%26e");
    for (name, value) in [
        ("x-both", Some("call")),
        ("x-of-client", None),
        ("accept", Some("*/*")),
        ("authorization", Some("Bearer session")),
    ] {
        assert_eq!(sent.headers.get(name), value, "{name}");
    }
}

#[test]
fn a_query_parameter_of_a_call_replaces_the_clients_and_keeps_its_own_twins() {
    let world = Scripted::new([ok()]);
    let options = RequestOptions::new().query("a", "1").query("a", "2");
    let call = client(&world).get("/x").with(options);
    world.run(call).unwrap();
    assert_eq!(world.requests()[0].url, "/v1/x?a=1&a=2");
}

#[test]
fn a_path_that_is_none_is_refused_by_what_is_wrong_with_it() {
    for path in ["models", "https://evil.example/x", "//evil.example/x"] {
        let world = Scripted::new([]);
        let error = world.run(client(&world).get(path)).unwrap_err();
        assert_eq!(error.option_name(), Some("path"));
        assert!(error.to_string().contains("must begin with one /"));
        assert!(!error.to_string().contains("same-origin"), "{error}");
    }
}

#[test]
fn a_server_that_was_not_reached_is_named_without_the_query() {
    let fail = || Step::Fail(FaultKind::Network);
    let world = Scripted::new([fail(), fail()]);
    let options = RequestOptions::new()
        .max_retries(1)
        .query("q", "canary-secret");
    let call = client(&world).get("/x?z=canary-secret").with(options);
    let error = world.run(call).unwrap_err();
    assert!(error.to_string().contains("/v1/x: "), "{error}");
    assert!(!error.to_string().contains("canary"), "{error}");
}

/// One fixture for this builder and for the clients in JavaScript.
#[cfg(feature = "direct")]
#[test]
fn plain_http_leads_to_the_hosts_that_the_author_lists() {
    let fixture = include_str!("../fixtures/allow-http.json");
    let fixture: serde_json::Value = serde_json::from_str(fixture).unwrap();
    let texts = |list: &serde_json::Value| -> Vec<String> {
        let items = list.as_array().unwrap().iter();
        items
            .map(|item| item.as_str().unwrap().to_owned())
            .collect()
    };
    let builder = || Client::with_transport(Scripted::new([]));
    let mut seen = 0;
    for case in fixture["urls"].as_array().unwrap() {
        if builder().allow_http(texts(&case["allowHttp"])).is_err() {
            continue;
        }
        for (kind, good) in [("accepted", true), ("refused", false)] {
            for url in texts(&case[kind]) {
                let listing = builder().allow_http(texts(&case["allowHttp"])).unwrap();
                let named = listing.base_url(&url).err();
                assert_eq!(named.is_none(), good, "{url}: {named:?}");
                if let Some(error) = named {
                    assert_eq!(error.option_name(), Some("base_url"));
                    assert!(error.to_string().contains("allowHttp"), "{error}");
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 20);
    for kind in ["shape", "provider"] {
        for entry in texts(&fixture["entries"][kind]) {
            let error = builder().allow_http([entry]).unwrap_err();
            assert_eq!(error.option_name(), Some("allow_http"));
        }
    }
}

#[test]
fn a_call_can_go_without_the_credential() {
    let world = Scripted::new([ok()]);
    let options = RequestOptions::new().header("Authorization", None);
    world.run(client(&world).get("/x").with(options)).unwrap();
    assert_eq!(world.requests()[0].headers.get("authorization"), None);
}

#[test]
fn options_that_are_given_twice_count_as_given_last() {
    let world = Scripted::new([Step::Hang]);
    let first = RequestOptions::new()
        .timeout(Duration::from_millis(70))
        .max_retries(0);
    let call = client(&world).get("/x").with(first);
    let call = call.with(RequestOptions::new().timeout(Duration::from_millis(30)));
    assert_eq!(world.run(call).unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!((world.now(), world.requests().len()), (30, 1));
}

#[test]
fn an_idempotency_key_is_the_same_for_every_attempt_and_no_matter_of_get() {
    let again = || status(503, &[], "");
    let world = Scripted::new([again(), Step::Fail(FaultKind::Network), ok(), ok()]);
    let client = client(&world);
    let options = RequestOptions::new().idempotency_key("order-1");
    world
        .run(client.post("/x", &1).with(options.clone()))
        .unwrap();
    world.run(client.get("/x").with(options)).unwrap();
    let keys: Vec<_> = world
        .requests()
        .iter()
        .map(|sent| sent.headers.get("idempotency-key").map(str::to_owned))
        .collect();
    let key = Some("order-1".to_owned());
    assert_eq!(keys, [key.clone(), key.clone(), key, None]);
}

#[test]
fn what_cannot_be_sent_is_refused_by_name_and_its_value_never_shown() {
    let options = RequestOptions::new;
    for (name, options) in [
        ("headers", options().header("x", Some("canary\r\nx: y"))),
        (
            "headers",
            options().header("Authorization", Some("Bearer canary")),
        ),
        (
            "headers",
            options().header("x-trace", Some("sk-proj-canary0123456789")),
        ),
        ("headers", options().header("x y", None)),
        ("idempotency_key", options().idempotency_key("canary\n")),
        (
            "idempotency_key",
            options().idempotency_key("sk-proj-canary0123456789"),
        ),
    ] {
        assert!(!format!("{options:?}").contains("canary"), "{options:?}");
        let world = Scripted::new([]);
        let error = world
            .run(client(&world).post("/x", &1).with(options))
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.option_name()),
            (ErrorKind::Option, Some(name))
        );
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}

#[test]
fn limits_of_a_stream_can_be_the_calls_own() {
    const PIECE: &str = "data: {\"choices\":[{\"text\":\"a\"}]}\n\n";
    let request = CompletionRequest::new("m", "p");
    for (name, pieces, options, end) in [
        (
            "cut",
            vec![],
            RequestOptions::new(),
            Some(ErrorKind::StreamTruncated),
        ),
        (
            "cut",
            vec![],
            RequestOptions::new().truncation(Truncation::Ignore),
            None,
        ),
        (
            "silent",
            vec![Piece::Pause(500)],
            RequestOptions::new().idle_timeout(Duration::from_millis(499)),
            Some(ErrorKind::StreamIdle),
        ),
        (
            "silent for ever",
            vec![Piece::Pause(u32::MAX), Piece::Bytes("data: [DONE]\n\n")],
            RequestOptions::new().idle_timeout(Duration::from_millis(0)),
            None,
        ),
        (
            "large",
            vec![Piece::Bytes(PIECE)],
            RequestOptions::new().max_event_bytes(8),
            Some(ErrorKind::StreamLimit),
        ),
    ] {
        let pieces = [vec![Piece::Bytes(PIECE)], pieces].concat();
        let world = Scripted::new([Step::Answer(200, vec![SSE], pieces)]);
        let stream = world.run(client(&world).completions().stream(&request).with(options));
        let last = world.drain(stream.unwrap()).pop().unwrap();
        assert_eq!(last.err().map(|error| error.kind()), end, "{name}");
        assert_eq!(world.open_bodies(), 0, "{name}");
    }
}

#[test]
fn every_rule_of_another_attempt_holds_for_a_call() {
    const QUOTA: &str = r#"{"error":{"code":"insufficient_quota"}}"#;
    const DATE: &str = "Thu, 01 Jan 1970 00:00:09 GMT";
    for (name, answer, attempts, waited) in [
        ("408", status(408, &[], ""), 2, 500),
        ("409", status(409, &[], ""), 2, 500),
        ("429", status(429, &[], ""), 2, 500),
        ("429, exhausted", status(429, &[], QUOTA), 1, 0),
        ("500", status(500, &[], ""), 2, 500),
        ("529", status(529, &[], ""), 2, 500),
        ("400", status(400, &[], ""), 1, 0),
        ("401", status(401, &[], ""), 1, 0),
        ("404", status(404, &[], ""), 1, 0),
        (
            "400, but again",
            status(400, &[("x-should-retry", "true")], ""),
            2,
            500,
        ),
        (
            "500, but no more",
            status(500, &[("x-should-retry", "false")], ""),
            1,
            0,
        ),
        (
            "in milliseconds",
            status(503, &[("retry-after-ms", "20"), ("retry-after", "9")], ""),
            2,
            20,
        ),
        (
            "in seconds",
            status(503, &[("retry-after", "1.5")], ""),
            2,
            1500,
        ),
        (
            "at a date",
            status(503, &[("retry-after", DATE)], ""),
            2,
            9000,
        ),
        (
            "too late",
            status(503, &[("retry-after", "61")], ""),
            2,
            500,
        ),
        ("lost", Step::Fail(FaultKind::Network), 2, 500),
        ("hangs", Step::Hang, 2, 1500),
        ("redirected", Step::Fail(FaultKind::Redirect), 1, 0),
        (
            "half a body",
            Step::Answer(200, vec![JSON], vec![Piece::Bytes("{"), Piece::Break]),
            1,
            0,
        ),
        (
            "a silent body",
            Step::Answer(200, vec![JSON], vec![Piece::Pause(5000)]),
            1,
            1000,
        ),
    ] {
        let world = Scripted::new([answer, ok()]);
        let upload = FileRequest::new(Upload::new("a", "x"), "batch");
        let result = world.run(client(&world).files().upload(&upload));
        assert_eq!(result.is_ok(), attempts == 2, "{name}");
        let sent = world.requests();
        assert_eq!((sent.len(), world.now()), (attempts, waited), "{name}");
        assert!(
            sent.iter().all(|again| again.payload == sent[0].payload),
            "{name}: the form goes again"
        );
        assert_eq!(world.open_bodies(), 0, "{name}");
    }
}

#[test]
fn dropping_a_call_ends_it_in_every_state() {
    for (name, answer, at_ms, aborted) in [
        ("before the head", Step::Hang, 100, 1),
        (
            "in its body",
            Step::Answer(200, vec![JSON], vec![Piece::Pause(5000)]),
            100,
            0,
        ),
        (
            "in an error's body",
            Step::Answer(500, vec![JSON], vec![Piece::Pause(5000)]),
            100,
            0,
        ),
        ("before another attempt", status(500, &[], ""), 499, 0),
    ] {
        let world = Scripted::new([answer]);
        {
            let call = pin!(client(&world).get("/x").into_future());
            world.run_until(at_ms, call);
        }
        assert_eq!(
            (world.requests().len(), world.aborted_sends()),
            (1, aborted),
            "{name}"
        );
        assert_eq!(world.open_bodies(), 0, "{name}");
    }
    let world = Scripted::new([]);
    drop(client(&world).get("/x"));
    assert!(
        world.requests().is_empty(),
        "a call that is not awaited is not sent"
    );
}
