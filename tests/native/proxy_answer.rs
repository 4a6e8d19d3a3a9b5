//! When an answer that is no chat has ended (threat table, row T9), and what is looked for in it.

use openai_wasm::proxy::Secret;
use openai_wasm::proxy::answer::{Form, Then, Watch};

const KEY: &str = "sk-proj-Kx9QwErTyUiOpAsDfGhJkLzXcVbNm123";

fn watch(form: Form) -> Watch {
    Watch::new(form, &Secret::new(KEY), false)
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
        let said = if form == Form::Text { answer.len() } else { 0 };
        assert_eq!(watch.cost().said_bytes, said as u64);
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
