//! When an answer that is no chat has ended (threat table, row T9), and what is looked for in it.

use std::rc::Rc;

use openai_wasm::proxy::Secret;
use openai_wasm::proxy::request::prompt::Prompt;
use openai_wasm::proxy::response::filter::{Filter, Form, Then};
use openai_wasm::proxy::response::usage::{Account, Outcome};

pub const KEY: &str = "sk-proj-Kx9QwErTyUiOpAsDfGhJkLzXcVbNm123";

pub fn watch(form: Form) -> Filter {
    Filter::new(form, &Secret::new(KEY), false)
}

/// How an event stream of these data ends: `None` as a whole answer, else by an error of that code.
fn end_of(events: &[&str]) -> Option<String> {
    let mut watch = watch(Form::Events);
    for data in events {
        let event = format!("data: {data}\n\n");
        let step = watch.push(event.as_bytes());
        assert_eq!((step.forward, &step.then), (event.len(), &Then::Wait));
    }
    match watch.end(b"").then {
        Then::Fail(refusal) => Some(refusal.code),
        _ => None,
    }
}

#[test]
fn a_stream_without_choices_is_whole_with_its_last_event() {
    let (delta, done) = (
        r#"{"type":"transcript.text.delta","delta":"Hi"}"#,
        r#"{"type":"transcript.text.done","text":"Hi"}"#,
    );
    let (partial, completed) = (
        r#"{"type":"image_generation.partial_image","b64_json":"AAAA"}"#,
        r#"{"type": "image_generation.completed","b64_json":"AAAA"}"#,
    );
    for (events, expected) in [
        (&[delta, done][..], None),
        (&[done], None),
        (&[partial, completed], None),
        (&[delta, delta], Some("upstream_truncated")),
        (&[partial], Some("upstream_truncated")),
        (&[], Some("upstream_truncated")),
        // What is said decides nothing.
        (
            &[r#"{"type":"transcript.text.delta","delta":"\"type\":\"transcript.text.done\""}"#],
            Some("upstream_truncated"),
        ),
        (
            &[r#"{"type":"x","of":{"type":"transcript.text.done"}}"#],
            Some("upstream_truncated"),
        ),
    ] {
        assert_eq!(end_of(events).as_deref(), expected, "{events:?}");
    }
}

#[test]
fn a_text_is_looked_at_as_a_text() {
    let like_an_error = br#"{"error":{"message":"no"}}"#;
    let run = &KEY[20..28];
    for (form, answer, expected) in [
        (
            Form::of("text/vtt; charset=utf-8"),
            &like_an_error[..],
            None,
        ),
        (
            Form::of("application/json"),
            like_an_error,
            Some("upstream_refused"),
        ),
        (
            Form::Text,
            format!("WEBVTT\n\n{run}").as_bytes(),
            Some("upstream_invalid"),
        ),
        (
            Form::Text,
            format!("WEBVTT\n\n{}\n{}", &run[..7], &run[7..]).as_bytes(),
            None,
        ),
        (Form::Text, b"", None),
    ] {
        let mut watch = watch(form);
        let code = watch.whole(answer).map(|refusal| refusal.code);
        assert_eq!(code.as_deref(), expected);
        // Of JSON its texts count.
        let said = if form == Form::Text { answer.len() } else { 2 };
        assert_eq!(watch.cost().said_bytes, said as u64, "{form:?}");
    }
    assert_eq!(Form::of("text/event-stream"), Form::Events);
}

#[test]
fn the_lines_of_an_events_data_are_one_text() {
    let escaped: String = KEY
        .chars()
        .map(|c| format!("\\u{:04x}", c as u32))
        .collect();
    for (event, expected) in [
        (
            "data: {\"error\":\ndata: {\"message\":\"no\",\"code\":\"x\"}}\n\n".to_owned(),
            Some("x"),
        ),
        (
            format!(
                "data: {{\"choices\":[{{\"delta\":{{\"content\":\"{escaped}\"}}}}],\r\ndata: \"x\":1}}\r\n\r\n"
            ),
            Some("upstream_invalid"),
        ),
        (
            "data: {\"choices\":[{\"delta\":{},\ndata: \"finish_reason\":\"stop\"}]}\n\n"
                .to_owned(),
            None,
        ),
    ] {
        let mut watch = watch(Form::Events);
        let code = match watch.push(event.as_bytes()).then {
            Then::Fail(refusal) => Some(refusal.code),
            _ => None,
        };
        assert_eq!(code.as_deref(), expected, "{event}");
        if expected.is_none() {
            assert_eq!(watch.end(b"").then, Then::Done, "{event}");
        }
    }
}

pub const MIB: usize = 1 << 20;

/// Events as they are sent.
pub fn stream(events: &[&str]) -> String {
    events
        .iter()
        .map(|data| format!("data: {data}\n\n"))
        .collect()
}

/// What comes of a body that is pushed in pieces of this size: what went on, and how it ended.
pub fn pass(watch: &mut Filter, body: &str, size: usize) -> (String, Option<String>) {
    let mut held: Vec<u8> = Vec::new();
    let mut sent = Vec::new();
    for piece in body.as_bytes().chunks(size) {
        held.extend_from_slice(piece);
        loop {
            let step = watch.push(&held);
            sent.extend_from_slice(&held[..step.forward]);
            held.drain(..step.forward + step.skip);
            match step.then {
                Then::Wait => break,
                Then::Again => {}
                Then::Done => return (String::from_utf8(sent).unwrap(), None),
                Then::Fail(refusal) => {
                    return (String::from_utf8(sent).unwrap(), Some(refusal.code));
                }
            }
        }
    }
    let step = watch.end(&held);
    sent.extend_from_slice(&held[..step.forward]);
    let code = match step.then {
        Then::Fail(refusal) => Some(refusal.code),
        _ => None,
    };
    (String::from_utf8(sent).unwrap(), code)
}

pub fn account() -> Account {
    Account {
        request_id: "r".into(),
        subject: "s".into(),
        route: "/v1/chat/completions".into(),
        model: None,
        stream: true,
        request_bytes: 8,
        max_output_tokens: Some(2048),
        started_at_ms: 0,
    }
}

#[test]
fn an_error_ends_a_stream_wherever_the_server_puts_it() {
    let org = "org-AbCdEf123456";
    for event in [
        format!(r#"data: {{"object":"error","message":"in {org}","code":400}}"#),
        format!(r#"data: {{"type":"error","message":"in {org}"}}"#),
        format!(r#"data: {{"detail":"in {org}"}}"#),
        format!(r#"data: {{"error":"in {org}"}}"#),
        format!(r#"data: {{"\u0065rror":{{"message":"in {org}"}}}}"#),
        format!(r#"data: {{"obj\u0065ct":"err\u006fr","message":"in {org}"}}"#),
        format!(r#"data: {{"choices":[{{"delta":{{}},"error":{{"message":"in {org}"}}}}]}}"#),
        format!(r#"data: [{{"error":{{"message":"in {org}"}}}}]"#),
        format!(r#"{{"error":{{"message":"in {org}"}}}}"#),
        format!(r#"{{"object":"error","message":"in {org}"}}"#),
        format!("error: {{\"message\":\"in {org}\"}}"),
        format!("event: error\ndata: {{\"message\":\"in {org}\"}}"),
        format!("event: error\ndata: in {org}"),
    ] {
        let mut watch = watch(Form::Events);
        let before = stream(&[r#"{"choices":[{"delta":{"content":"a"}}]}"#]);
        let step = watch.push(format!("{before}{event}\n\n").as_bytes());
        assert_eq!(step.forward, before.len(), "{event}");
        let Then::Fail(refusal) = step.then else {
            panic!("{event} is no error");
        };
        assert!(
            !refusal.message.contains(org),
            "{event}: {}",
            refusal.message
        );
        assert_eq!(watch.event(&account(), 1).outcome, Outcome::Failed);
    }
    for whole in [
        format!(r#"{{"object":"error","message":"in {org}"}}"#),
        format!(r#"{{"error":"in {org}"}}"#),
        format!(r#"{{"choices":[{{"message":{{}},"error":{{"message":"in {org}"}}}}]}}"#),
        r#"{"choices":[{"message":{"content":"Par"},"finish_reason":"abort"}]}"#.to_owned(),
        r#"{"error":{}}"#.to_owned(),
    ] {
        let refusal = watch(Form::Bytes).whole(whole.as_bytes());
        let refusal = refusal.unwrap_or_else(|| panic!("{whole} is no error"));
        assert!(
            !refusal.message.contains(org),
            "{whole}: {}",
            refusal.message
        );
    }
}

#[test]
fn an_error_that_says_nothing_is_none() {
    let chunk = r#"{"choices":[{"delta":{"content":"a"}}],"error":@}"#;
    for error in [
        r#"{"message":"","type":"","param":"","code":null}"#,
        "{}",
        "\"\"",
        "false",
        "null",
    ] {
        let mut watch = watch(Form::Events);
        let body = stream(&[&chunk.replace('@', error), "[DONE]"]);
        let (sent, end) = pass(&mut watch, &body, 5);
        assert_eq!((sent, end), (body, None), "{error}");
    }
}

#[test]
fn a_reason_that_is_empty_ends_nothing_and_one_that_gave_up_fails() {
    let chunk = |reason: &str| {
        format!(r#"{{"choices":[{{"delta":{{"content":"One"}},"finish_reason":{reason}}}]}}"#)
    };
    for (reason, end) in [
        ("\"\"", Some("upstream_truncated")),
        ("null", Some("upstream_truncated")),
        ("\"stop\"", None),
        ("\"nobody knows it\"", None),
        ("\"error\"", Some("error")),
        ("\"abort\"", Some("abort")),
    ] {
        let mut watch = watch(Form::Events);
        let body = stream(&[&chunk(reason)]);
        let (sent, code) = pass(&mut watch, &body, 64);
        assert_eq!(code.as_deref(), end, "{reason}");
        // What was said with it is not lost.
        assert_eq!(sent, body, "{reason}");
    }
}

#[test]
fn no_error_in_a_stream_tells_the_prompt() {
    let prompt = "You are the pirate Blackbeard. Never tell where the treasure lies.";
    let spaced: String = prompt.chars().flat_map(|c| [c, ' ']).collect();
    let hide = |watch: Filter| watch.hiding(Some(Rc::new(Prompt::new(prompt))));
    for message in [prompt, &spaced, "treasure"] {
        let error = format!(r#"{{"error":{{"message":"context: {message}","param":"treasure"}}}}"#);
        let step = hide(watch(Form::Events)).push(stream(&[&error]).as_bytes());
        let Then::Fail(refusal) = step.then else {
            panic!("{message}");
        };
        assert_eq!(refusal.message, "The model server refused the request.");
        assert_eq!(refusal.param, None);
    }
    let error = format!(r#"{{"error":{{"message":"context: {prompt}"}}}}"#);
    let whole = hide(watch(Form::Bytes)).whole(error.as_bytes()).unwrap();
    assert_eq!(whole.message, "The model server refused the request.");
    // The control: without a prompt to hide the message comes through.
    let told = watch(Form::Bytes).whole(error.as_bytes()).unwrap();
    assert!(told.message.contains("Blackbeard"));
}

#[test]
fn a_comment_may_follow_a_whole_event_only() {
    let mut watch = watch(Form::Events);
    assert!(watch.is_between_events());
    watch.push(b"data: {\"half\":");
    // Nothing of it has gone on.
    assert!(watch.is_between_events());
    let mut torn = super_large();
    watch = self::watch(Form::Events);
    watch.push(torn.as_bytes());
    assert!(!watch.is_between_events());
    torn = "\"}\n\n".to_owned();
    watch.push(torn.as_bytes());
    assert!(watch.is_between_events());
    assert!(!self::watch(Form::Bytes).is_between_events());
}

fn super_large() -> String {
    format!(r#"data: {{"x":"{}"#, "x".repeat(MIB + 100))
}
