//! The machine that decides about responses, by the cases that `tests/js/inspector.test.mjs` plays on the
//! packed one.

use openai_wasm::proxy::Secret;
use openai_wasm::proxy::response::head::Head;
use openai_wasm::proxy::response::{Body, Inspector, Reply, Step};
use serde_json::{Value, json};

fn fixture() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/inspector.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The request of a case: the fixture's, with the case's own members.
fn merged(base: &Value, own: &Value) -> Value {
    let mut merged = base.clone();
    for (name, value) in own.as_object().into_iter().flatten() {
        merged[name] = if value.is_object() {
            self::merged(&merged[name], value)
        } else {
            value.clone()
        };
    }
    merged
}

fn inspector(fixture: &Value, case: &Value) -> Inspector {
    let facts = merged(&fixture["request"], &case["request"]);
    let key = Secret::new(fixture["key"].as_str().unwrap());
    Inspector::resume(serde_json::from_value(facts).unwrap(), key, 0, 0)
}

fn bytes_of(event: &Value) -> Option<Vec<u8>> {
    let mut bytes = event["push"].as_str()?.as_bytes().to_vec();
    let fill = event["fill"].as_u64().unwrap_or_default();
    bytes.extend(std::iter::repeat_n(b'x', fill.try_into().unwrap()));
    Some(bytes)
}

/// Tells the machine what an event of a script says. Gives its first step.
fn tell(inspector: &mut Inspector, event: &Value) -> Step {
    let at_ms = event["at"].as_u64().unwrap_or_default();
    if let Some(bytes) = bytes_of(event) {
        inspector.push(&bytes, at_ms)
    } else if let Some(head) = event["head"].as_object() {
        let text = |name| head.get(name).and_then(Value::as_str);
        let head = Head {
            status: head["status"].as_u64().unwrap().try_into().unwrap(),
            content_type: text("contentType"),
            retry_after: text("retryAfter"),
        };
        inspector.head(&head, at_ms)
    } else if let Some(tick) = event["tick"].as_object() {
        let waiting = tick.get("waiting").and_then(Value::as_u64);
        inspector.tick(at_ms, waiting, tick["asked"] == true)
    } else if let Some(cause) = event["unreachable"].as_str() {
        inspector.unreachable(Some(cause))
    } else if event["end"] == true {
        inspector.end(at_ms)
    } else if event["lost"] == true {
        inspector.lost()
    } else {
        assert_eq!(event["left"], true, "{event}");
        inspector.left();
        inspector.step()
    }
}

fn written(step: Step) -> Value {
    match step {
        Step::Wait => Value::Null,
        Step::Forward { len, skip: 0 } => json!({"forward": len}),
        Step::Forward { len, skip } => json!({"forward": len, "skip": skip}),
        Step::Insert(text) => json!({"insert": text}),
        Step::Done => "done".into(),
        Step::Failed => "failed".into(),
        Step::Broken => "broken".into(),
        Step::Respond(Reply { content_type, body }) => match body {
            Body::Stream => json!({"stream": content_type}),
            Body::Whole => json!({"whole": content_type}),
            Body::Text(_) => json!({"text": content_type}),
            Body::Untouched => json!({"untouched": content_type}),
        },
        Step::Refuse(refusal) => match refusal.retry_after_seconds {
            None => json!({"refuse": refusal.status, "code": refusal.code}),
            Some(seconds) => {
                json!({"refuse": refusal.status, "code": refusal.code, "retryAfter": seconds})
            }
        },
    }
}

fn steps(inspector: &mut Inspector, first: Step) -> Vec<Value> {
    let mut all = Vec::new();
    let mut step = first;
    while step != Step::Wait {
        all.push(written(step));
        step = inspector.step();
    }
    all
}

#[test]
fn the_fixtures_scripts_give_their_steps() {
    let fixture = fixture();
    let cases = fixture["cases"].as_array().unwrap();
    assert!(cases.len() > 40);
    for case in cases {
        let name = &case["name"];
        let mut inspector = inspector(&fixture, case);
        for event in case["script"].as_array().unwrap() {
            let first = tell(&mut inspector, event);
            let steps = steps(&mut inspector, first);
            assert_eq!(Value::from(steps), event["steps"], "{event} of {name}");
            if let Some(again_ms) = event["againMs"].as_u64() {
                assert_eq!(
                    u64::from(inspector.again_ms()),
                    again_ms,
                    "{event} of {name}"
                );
            }
        }
        let record = inspector.record(1000).unwrap();
        let written = json!({
            "outcome": record.outcome,
            "prompt": record.usage.prompt_tokens(),
            "completion": record.usage.completion_tokens(),
            "estimated": record.estimated,
        });
        for (member, expected) in case["record"].as_object().into_iter().flatten() {
            assert_eq!(&written[member], expected, "{member} of {name}");
        }
        assert_eq!(inspector.record(1000), None, "the record of {name} twice");
    }
}
