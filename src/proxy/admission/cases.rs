//! The cases of `tests/fixtures/admission.json`, which `tests/js/admission.test.mjs` runs through the
//! package.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{Admission, Answer, Asks, Gate, Keys, Lost, RequestHead, Step};
use crate::proxy::auth::secrets::{Secret, Secrets};
use crate::proxy::config::Config;

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../../tests/fixtures/admission.json")).unwrap()
}

/// The members of `base`, and those of `more` in their places.
fn merged(base: &Value, more: &Value) -> Value {
    let mut merged = base.clone();
    for (name, value) in more.as_object().into_iter().flatten() {
        merged[name] = value.clone();
    }
    merged
}

fn admission(fixture: &Value, case: &Value) -> Admission {
    let config = merged(&fixture["config"], &case["config"]);
    let gate = Rc::new(Gate::new(serde_json::from_value::<Config>(config).unwrap()).unwrap());
    let asks: Asks = match &case["asks"] {
        Value::Null => Asks::default(),
        asks => serde_json::from_value(asks.clone()).unwrap(),
    };
    let secrets = merged(&fixture["secrets"], &case["secrets"]);
    let secret = |name: &str| Secret::named(name, secrets[name].as_str().unwrap());
    let secrets = Secrets {
        key: secret("key"),
        session: secret("session"),
        turnstile: Some(secret("turnstile")),
    };
    let keys = Keys::check(secrets, &gate.config, asks.authenticate);
    let head: RequestHead = serde_json::from_value(case["head"].clone()).unwrap();
    let id = fixture["requestId"].as_str().unwrap().to_owned();
    Admission::new(gate, Rc::new(keys), asks, head, id)
}

/// A step as the fixture writes it: headers as an object, bodies as JSON, an error's code beside its status.
fn written(step: Step) -> Value {
    let body = match &step {
        Step::Forward(request) => request.body.clone(),
        _ => None,
    };
    let mut written = serde_json::to_value(step).unwrap();
    for kind in ["forward", "respond"] {
        let Some(inner) = written.get_mut(kind) else {
            continue;
        };
        let pairs = inner["headers"].as_array().unwrap().clone();
        inner["headers"] = pairs
            .iter()
            .map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].clone()))
            .collect::<serde_json::Map<_, _>>()
            .into();
        let bytes = body.clone().or_else(|| {
            let text = inner["body"].as_str()?;
            Some(text.as_bytes().to_vec())
        });
        inner["body"] = bytes.map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap());
        if let Some(code) = inner["body"].pointer("/error/code").cloned() {
            inner["code"] = code;
        }
    }
    written
}

/// Does the step have what is expected? See the fixture's comment.
fn fits(expected: &Value, actual: &Value, whole: bool) -> bool {
    match (expected, actual) {
        (Value::String(beginning), Value::String(text)) if beginning.ends_with('*') => {
            text.starts_with(beginning.trim_end_matches('*'))
        }
        (Value::Object(members), Value::Object(all)) => {
            (!whole || members.len() == all.len())
                && members.iter().all(|(name, expected)| {
                    let whole = matches!(name.as_str(), "ask" | "body" | "error" | "argument");
                    fits(expected, all.get(name).unwrap_or(&Value::Null), whole)
                })
        }
        (Value::Array(items), Value::Array(all)) => {
            items.len() == all.len()
                && items
                    .iter()
                    .zip(all)
                    .all(|(item, other)| fits(item, other, true))
        }
        _ => expected == actual,
    }
}

fn told(admission: &mut Admission, told: &Value, now_ms: u64) -> Step {
    if let Some(said) = told["said"].as_str() {
        return admission.resume(Answer::Said(said), now_ms);
    }
    if let Some(body) = told["body"].as_str() {
        return admission.resume(Answer::Body(body.as_bytes()), now_ms);
    }
    let answer = match told["lost"].as_str() {
        Some("large") => Answer::Lost(Lost::Large),
        Some("broken") => Answer::Lost(Lost::Broken),
        Some("slow") => {
            let at = |index: usize| told["pace"][index].as_u64().unwrap();
            let looked = admission.pace().look(at(0), at(1), at(2), at(3));
            Answer::Lost(Lost::Slow(looked.unwrap_err()))
        }
        Some(other) => panic!("{other}"),
        None => Answer::Failed,
    };
    admission.resume(answer, now_ms)
}

#[test]
fn the_fixtures_requests_take_their_steps() {
    let fixture = fixture();
    let now_ms = fixture["nowMs"].as_u64().unwrap();
    let cases = fixture["cases"].as_array().unwrap();
    assert!(cases.len() > 50);
    let mut faults = String::new();
    for case in cases {
        let mut admission = admission(&fixture, case);
        let steps = case["steps"].as_array().unwrap();
        for (index, expected) in steps.iter().enumerate().step_by(2) {
            let step = match index.checked_sub(1) {
                None => admission.start(now_ms),
                Some(before) => told(&mut admission, &steps[before], now_ms),
            };
            let actual = written(step);
            if !fits(expected, &actual, true) {
                let name = &case["name"];
                faults += &format!("{name}, step {index}: expected {expected}, not {actual}\n");
            }
        }
    }
    assert_eq!(faults, "");
}

#[test]
fn control_a_step_that_differs_is_told() {
    let actual = json!({ "respond": { "status": 401, "body": { "a": 1, "b": 2 }, "headers": {} } });
    for (expected, fit) in [
        (json!({ "respond": { "status": 401 } }), true),
        (json!({ "respond": { "status": 403 } }), false),
        (json!({ "forward": {} }), false),
        (json!({ "respond": { "body": { "a": 1 } } }), false),
        (json!({ "respond": { "headers": { "x": null } } }), true),
        (json!({ "respond": { "headers": { "x": "y" } } }), false),
    ] {
        assert_eq!(fits(&expected, &actual, true), fit, "{expected}");
    }
}

#[test]
fn requests_of_one_subject_share_its_places_until_their_machines_are_dropped() {
    let fixture = fixture();
    let now_ms = fixture["nowMs"].as_u64().unwrap();
    let first = admission(&fixture, &fixture["cases"][0]);
    let another = || {
        Admission::new(
            Rc::clone(&first.gate),
            Rc::clone(&first.keys),
            first.asks,
            first.head.clone(),
            "id".to_owned(),
        )
    };
    let reads = |admission: &mut Admission| {
        let step = admission.start(now_ms);
        matches!(step, Step::ReadBody { .. })
    };
    let mut held: Vec<_> = (0..4).map(|_| another()).collect();
    assert!(held.iter_mut().all(reads));
    let mut more = another();
    assert!(!reads(&mut more), "the fifth has no place");
    held.pop();
    assert!(reads(&mut another()));
    // A request that is refused keeps its place no longer than its machine.
    let broken = held[0].resume(Answer::Lost(Lost::Broken), now_ms);
    assert!(matches!(broken, Step::Respond(_)));
}
