//! Any JSON object is read as any body, and what is written says all that was read.

use openai_wasm::wire::chat::{ChatCompletion, ChatCompletionChunk, ChatCompletionRequest};
use openai_wasm::wire::completion::Completion;
use openai_wasm::wire::fine_tune::FineTune;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Names that the types know, so that odd values meet every field, and one that none knows.
const NAMES: &[&str] = &[
    "id",
    "object",
    "created",
    "model",
    "choices",
    "usage",
    "index",
    "delta",
    "message",
    "role",
    "content",
    "refusal",
    "tool_calls",
    "function",
    "name",
    "arguments",
    "type",
    "finish_reason",
    "logprobs",
    "token",
    "bytes",
    "top_logprobs",
    "moderation",
    "input",
    "categories",
    "system_fingerprint",
    "completion_tokens_details",
    "messages",
    "stop",
    "seed",
    "logit_bias",
    "tool_choice",
    "response_format",
    "audio",
    "voice",
    "text",
    "events",
    "hyperparams",
    "status",
    "training_files",
    "none_knows_this",
];
const TEXTS: &[&str] = &[
    "assistant",
    "user",
    "function",
    "text",
    "stop",
    "json_schema",
    "17",
    "é\u{2028}",
];

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Quarters, because serde_json reads long fractions to one unit in the last place.
        (-4000_i32..4000).prop_map(|quarters| Value::from(f64::from(quarters) / 4.0)),
        prop::sample::select(TEXTS).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            object(inner).prop_map(Value::Object),
        ]
    })
}

fn object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map(prop::sample::select(NAMES), value, 0..6).prop_map(|map| {
        map.into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    })
}

/// The first member of `before` that `after` does not say. A `null` and an absent member are
/// one, and so are a whole float and its integer.
fn lost(before: &Value, after: &Value) -> Option<String> {
    match (before, after) {
        (Value::Null, _) => None,
        (Value::Object(a), Value::Object(b)) => a.iter().find_map(|(name, value)| {
            let member = lost(value, b.get(name).unwrap_or(&Value::Null))?;
            Some(format!("{name}/{member}"))
        }),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).find_map(|(a, b)| lost(a, b))
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        (a, b) if a == b => None,
        (a, b) => Some(format!("{a} became {b}")),
    }
}

fn check<T: DeserializeOwned + Serialize>(body: &Value) -> Result<(), TestCaseError> {
    let read: T =
        serde_json::from_str(&body.to_string()).map_err(|e| TestCaseError::fail(e.to_string()))?;
    let written = serde_json::to_string(&read).map_err(|e| TestCaseError::fail(e.to_string()))?;
    let after: Value =
        serde_json::from_str(&written).map_err(|e| TestCaseError::fail(e.to_string()))?;
    prop_assert_eq!(lost(body, &after), None);
    // From a `Value` the same is read as from text.
    let again: T =
        serde_json::from_value(body.clone()).map_err(|e| TestCaseError::fail(e.to_string()))?;
    prop_assert_eq!(serde_json::to_string(&again).ok(), Some(written));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_object_is_read_as_any_body_and_nothing_of_it_is_lost(body in object(json())) {
        let body = Value::Object(body);
        check::<ChatCompletionChunk>(&body)?;
        check::<ChatCompletion>(&body)?;
        check::<ChatCompletionRequest>(&body)?;
        check::<Completion>(&body)?;
        check::<FineTune>(&body)?;
    }
}

#[test]
fn a_loss_is_seen() {
    let before = serde_json::json!({"a": [{"b": 1, "c": "x"}]});
    for after in [
        serde_json::json!({"a": [{"b": 1}]}),
        serde_json::json!({"a": []}),
        serde_json::json!({"a": [{"b": 2, "c": "x"}]}),
    ] {
        assert!(lost(&before, &after).is_some(), "{after}");
    }
    assert_eq!(lost(&before, &before), None);
}
