//! How streams end: a server that gave up, events that end by their name, and answers that broke off
//! behind our own proxy.

use openai_wasm::stream::StreamErrorKind;
use serde_json::{Value, json};

use crate::stream_rules::{DONE, after_a, decode, event, failed, whole};

#[test]
fn rule_15_a_server_that_gave_up_has_not_finished() {
    let choice = |choice: Value| event(&json!({ "choices": [choice] })) + DONE;
    for (rest, text, code) in [
        (
            json!({"delta": {"content": ""}, "finish_reason": "error", "native_finish_reason": "network_error",
                "error": {"code": 502, "message": "upstream died"}}),
            "a",
            "502",
        ),
        (
            json!({"delta": {"content": "b"}, "finish_reason": "abort"}),
            "ab",
            "abort",
        ),
        (
            json!({"text": "b", "finish_reason": "insufficient_system_resource"}),
            "ab",
            "insufficient_system_resource",
        ),
        (
            json!({"index": 1, "delta": {"content": "b"}, "finish_reason": "timeout"}),
            "a",
            "timeout",
        ),
        (
            json!({"delta": {}, "finish_reason": null, "error": {"message": "m", "code": "c"}}),
            "a",
            "c",
        ),
    ] {
        let outcome = after_a(&choice(rest.clone()));
        let error = failed(&outcome);
        assert_eq!(
            (error.text.as_str(), error.event_index),
            (text, 1),
            "{rest}"
        );
        match &error.kind {
            StreamErrorKind::Failed(said) => assert_eq!(said.code.as_deref(), Some(code)),
            other => panic!("{rest} ended as {other:?}"),
        }
    }
    // A reason that nobody knows is a finish, an empty one is none.
    let end = |reason| event(&json!({"choices": [{"delta": {}, "finish_reason": reason}]}));
    whole(&after_a(&end("eos")), "a");
    assert_eq!(failed(&after_a(&end(""))).kind, StreamErrorKind::Truncated);
}

#[test]
fn responses_end_by_their_own_events_and_say_their_text() {
    let of = |kind: &str, rest: Value| {
        let mut body = json!({ "type": kind });
        body.as_object_mut()
            .unwrap()
            .extend(rest.as_object().unwrap().clone());
        format!("event: {kind}\ndata: {body}\n\n")
    };
    let said = of("response.output_text.delta", json!({"delta": "a"}))
        + &of(
            "response.output_text.delta",
            json!({"delta": "b", "content_index": 0}),
        )
        + &of(
            "response.function_call_arguments.delta",
            json!({"delta": "{}"}),
        )
        + &of("response.output_text.done", json!({"text": "ab"}));
    for last in ["response.completed", "response.incomplete"] {
        let end = of(last, json!({"response": {"error": null, "status": last}}));
        whole(&decode(format!("{said}{end}")), "ab");
    }
    // The first of several items is done: that is no end of the answer.
    let outcome = decode(&said);
    let error = failed(&outcome);
    assert_eq!(
        (&error.kind, error.text.as_str()),
        (&StreamErrorKind::Truncated, "ab")
    );
    for (end, message, code) in [
        (
            of(
                "response.failed",
                json!({"response": {"error": {"code": "server_error", "message": "m"}}}),
            ),
            "m",
            "server_error",
        ),
        (
            of("response.failed", json!({"response": {}})),
            "the response failed",
            "failed",
        ),
        (
            of("error", json!({"code": "c", "message": "m", "param": null})),
            "m",
            "c",
        ),
    ] {
        let outcome = decode(format!("{said}{end}"));
        let error = failed(&outcome);
        let StreamErrorKind::Failed(reported) = &error.kind else {
            panic!("{end} ended as {:?}", error.kind);
        };
        assert_eq!(
            (reported.message.as_str(), reported.code.as_deref()),
            (message, Some(code))
        );
        assert_eq!(error.text, "ab");
    }
    let transcript = of("transcript.text.delta", json!({"delta": "a"}));
    whole(
        &decode(transcript + &of("transcript.text.done", json!({"text": "a"}))),
        "a",
    );
}

#[test]
fn an_answer_that_broke_off_behind_our_proxy_is_told_as_if_it_broke_off_here() {
    let event = |code: &str, more: &str| {
        format!(
            "data: {{\"error\":{{\"message\":\"m\",\"type\":\"server_error\",\"code\":\"{code}\",\"param\":null{more}}}}}\n\n"
        )
    };
    for (event, kind) in [
        (
            event("upstream_truncated", ""),
            Some(StreamErrorKind::Truncated),
        ),
        (
            event("upstream_timeout", ""),
            Some(StreamErrorKind::IdleTimeout { idle_timeout_ms: 0 }),
        ),
        (event("upstream_refused", ""), None),
        // Another server's words.
        (event("upstream_truncated", ",\"x\":1"), None),
    ] {
        let outcome = after_a(&event);
        let error = failed(&outcome);
        assert_eq!((error.text.as_str(), error.event_index), ("a", 1));
        match kind {
            Some(kind) => assert_eq!(error.kind, kind),
            None => assert!(matches!(error.kind, StreamErrorKind::Failed(_)), "{event}"),
        }
        assert!(!error.to_string().contains(" 0 ms"));
    }
}
