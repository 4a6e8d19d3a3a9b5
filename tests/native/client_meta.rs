//! The head of an answer, and what an error tells.

use std::time::Duration;

use openai_wasm::client::{Client, ErrorKind};
use openai_wasm::wire::ModelList;
use serde::Deserialize;

use crate::support::{Piece, Scripted, Step};

const JSON: (&str, &str) = ("content-type", "application/json");

fn client(world: &Scripted) -> Client<Scripted> {
    let builder = Client::with_transport(world.clone()).max_retries(0);
    builder.proxy_url("/v1").unwrap().build().unwrap()
}

fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &'static str) -> Step {
    Step::Answer(
        status,
        [&[JSON], headers].concat(),
        vec![Piece::Bytes(body)],
    )
}

const LIMITS: [(&str, &str); 7] = [
    ("x-request-id", "req_1"),
    ("x-ratelimit-limit-requests", "60"),
    ("x-ratelimit-limit-tokens", "150000"),
    ("x-ratelimit-remaining-requests", "59"),
    ("x-ratelimit-remaining-tokens", "149984"),
    ("x-ratelimit-reset-requests", "1s"),
    ("x-ratelimit-reset-tokens", "6m0s"),
];

#[test]
fn an_answer_and_an_error_tell_of_the_request_and_the_limits() {
    let world = Scripted::new([answer(200, &LIMITS, "{}"), answer(400, &LIMITS, "{}")]);
    let client = client(&world);
    let whole = world.run(client.models().list().with_meta()).unwrap();
    assert_eq!(whole.data, ModelList::default());
    let error = world.run(client.models().list()).unwrap_err();
    assert_eq!(error.meta().unwrap().status(), 400);
    for (id, limits) in [
        (whole.meta.request_id(), whole.meta.rate_limit()),
        (error.request_id(), error.rate_limit()),
    ] {
        assert_eq!(id, Some("req_1"));
        let limits = limits.unwrap();
        assert_eq!(
            (limits.limit_requests, limits.limit_tokens),
            (Some(60), Some(150_000))
        );
        assert_eq!(
            (limits.remaining_requests, limits.remaining_tokens),
            (Some(59), Some(149_984))
        );
        assert_eq!(limits.reset_requests, Some(Duration::from_secs(1)));
        assert_eq!(limits.reset_tokens, Some(Duration::from_secs(360)));
    }
    let shown = format!("{:?} {error:?}", whole.meta);
    assert!(
        !shown.contains("req_1") && !shown.contains("149984"),
        "{shown}"
    );
}

#[test]
fn a_server_that_says_nothing_of_limits_has_none() {
    for headers in [
        &[][..],
        &[
            ("x-ratelimit-limit-requests", "many"),
            ("x-ratelimit-reset-tokens", "soon"),
        ],
    ] {
        let world = Scripted::new([answer(200, headers, "{}")]);
        let whole = world
            .run(client(&world).models().list().with_meta())
            .unwrap();
        assert_eq!(whole.meta.rate_limit(), None);
        assert_eq!(whole.meta.retry_after(), None);
    }
}

#[test]
fn retry_after_is_read_in_milliseconds_seconds_or_as_a_date() {
    for (headers, ms) in [
        (vec![("retry-after-ms", "1500.5")], Some(1500)),
        (
            vec![("retry-after", "9"), ("retry-after-ms", "20")],
            Some(20),
        ),
        (
            vec![("retry-after", "9"), ("retry-after-ms", "soon")],
            Some(9000),
        ),
        (vec![("retry-after", "0.5")], Some(500)),
        (vec![("retry-after", "86400")], Some(86_400_000)),
        (
            vec![("retry-after", "Thu, 01 Jan 1970 00:00:10 GMT")],
            Some(10_000),
        ),
        (vec![("retry-after", "-1")], None),
        (vec![("retry-after", "NaN")], None),
        (vec![("retry-after", "1e300")], None),
        (vec![("retry-after", "soon")], None),
    ] {
        let world = Scripted::new([answer(429, &headers, "{}")]);
        let error = world.run(client(&world).models().list()).unwrap_err();
        let asked = error.retry_after().map(|time| time.as_millis());
        assert_eq!(asked, ms, "{headers:?}");
    }
}

#[test]
fn what_the_server_says_is_told_field_by_field() {
    const SAID: &str = r#"{"error":{"message":"No such model","type":"invalid_request_error","param":"model","code":"model_not_found"}}"#;
    for (status, kind) in [(404, ErrorKind::Status), (200, ErrorKind::Reported)] {
        let world = Scripted::new([answer(status, &[], SAID)]);
        let error = world.run(client(&world).models().list()).unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(error.status(), (status != 200).then_some(status));
        assert_eq!(error.code(), Some("model_not_found"));
        assert_eq!(error.param(), Some("model"));
        assert_eq!(error.error_type(), Some("invalid_request_error"));
    }
}

/// A type of the caller's, read by the letter.
#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Strict {
    data: Vec<Item>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Item {
    id: String,
    size: Option<u64>,
}

#[test]
fn an_answer_that_cannot_be_read_names_the_path_to_its_field_and_not_what_stood_there() {
    for (body, path) in [
        (r#"{"data":[{"id":"a"},{"id":5}]}"#, "data[1].id"),
        (r#"{"data":[{"id":"a","size":"canary"}]}"#, "data[0].size"),
        (r#"{"data":"canary"}"#, "data"),
        (r#"["canary"]"#, "[0]"),
        (r#"{"data":[]} canary"#, "."),
    ] {
        let world = Scripted::new([answer(200, &[], body)]);
        let error = world
            .run(client(&world).get("/x").decoded::<Strict>())
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(
            error.to_string().contains(&format!("`{path}`")),
            "{body}: {error}"
        );
        assert!(!error.to_string().contains("canary"), "{error}");
    }
    let world = Scripted::new([answer(200, &[], r#"{"data":[{"id":"a"},{"id":"b","#)]);
    let error = world.run(client(&world).models().list()).unwrap_err();
    assert!(error.to_string().contains("`data[1]"), "{error}");
}

#[test]
fn an_empty_answer_is_an_error_unless_the_status_says_that_there_is_none() {
    let empty = |status| Step::Answer(status, vec![], vec![]);
    let world = Scripted::new([empty(200), empty(204), empty(204)]);
    let client = client(&world);
    assert_eq!(
        world.run(client.delete("/x")).unwrap_err().kind(),
        ErrorKind::Decode
    );
    assert!(world.run(client.delete("/x")).unwrap().is_null());
    assert_eq!(
        world.run(client.models().list()).unwrap_err().kind(),
        ErrorKind::Decode
    );
}
