//! Whole responses out of events, by the corpus that JavaScript runs as well.

use openai_wasm::stream::ResponseAccumulator;
use openai_wasm::wire::responses::{Response, ResponseStreamEvent};
use serde_json::{Value, json};

use crate::stream_responses::Case;

fn accumulate<'a>(events: impl IntoIterator<Item = &'a Value>) -> Response {
    let mut answer = ResponseAccumulator::new();
    for event in events {
        let event: ResponseStreamEvent = serde_json::from_value(event.clone()).unwrap();
        answer.push(&event);
    }
    answer.finish()
}

/// A value without its nulls, which the types do not tell from what is left out.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            members
                .map(|(name, value)| (name.clone(), plain(value)))
                .collect()
        }
        Value::Array(list) => list.iter().map(plain).collect(),
        Value::Number(number) => number.as_f64().into(),
        other => other.clone(),
    }
}

fn is_closing(event: &Value) -> bool {
    ["response.completed", "response.incomplete"].contains(&event["type"].as_str().unwrap())
}

#[test]
fn the_events_of_a_whole_stream_add_up_to_its_response() {
    for case in Case::all().iter().filter(|case| case.is_whole()) {
        let (name, events) = (&case.name, case.events());
        let close = events.iter().position(is_closing).unwrap();
        let closing = &events[close]["response"];
        let response = serde_json::to_value(accumulate(&events[..=close])).unwrap();
        if let Some(expected) = &case.response {
            assert_eq!(lost(expected, &response), None, "{name}: {response}");
        } else {
            assert_eq!(plain(&response), plain(closing), "{name}");
        }
        // The items are known before the closing event tells them.
        if case.response.is_none() && close > 0 {
            let before = serde_json::to_value(accumulate(&events[..close])).unwrap();
            assert_eq!(
                plain(&before["output"]),
                plain(&closing["output"]),
                "{name}"
            );
        }
    }
}

#[test]
fn pieces_alone_hold_all_that_was_said() {
    let mut checked = 0;
    for case in Case::all().iter().filter(|case| case.is_whole()) {
        let events = case.events();
        let pieces: Vec<Value> = events
            .iter()
            .filter(|event| {
                let kind = event["type"].as_str().unwrap();
                kind.ends_with(".delta") || is_closing(event)
            })
            .map(|event| {
                let mut event = event.clone();
                if is_closing(&event) {
                    event["response"] = Value::Null;
                }
                event
            })
            .collect();
        let close = pieces.iter().position(is_closing).unwrap();
        let response = accumulate(&pieces[..=close]);
        assert_eq!(response.output_text(), case.text, "{}", case.name);
        let whole = accumulate(&events);
        let arguments = |response: &Response| -> Vec<String> {
            let calls = response.function_calls();
            calls.map(|call| call.arguments.clone()).collect()
        };
        if !arguments(&response).is_empty() && case.response.is_none() {
            checked += 1;
            assert_eq!(arguments(&response), arguments(&whole), "{}", case.name);
        }
    }
    assert!(checked > 0);
}

#[test]
fn every_event_that_the_documents_name_has_a_type_and_loses_nothing() {
    let unknown = [
        "response.heartbeat",
        "response.steered",
        "acme:search_result",
        "response.cancelled",
    ];
    for case in Case::all() {
        for event in case.events() {
            let read: ResponseStreamEvent = serde_json::from_value(event.clone()).unwrap();
            let kind = event["type"].as_str().unwrap();
            let is_other = matches!(read, ResponseStreamEvent::Other(_));
            assert_eq!(is_other, unknown.contains(&kind), "{kind}");
            let written = serde_json::to_value(&read).unwrap();
            let lost = lost(&plain(&event), &plain(&written));
            assert_eq!(lost, None, "{event} became {written}");
        }
    }
}

/// The first member that is not there any more. More may be: defaults are written.
fn lost(before: &Value, after: &Value) -> Option<String> {
    match (before, after) {
        (Value::Object(before), Value::Object(_)) => before.iter().find_map(|(name, value)| {
            lost(value, after.get(name).unwrap_or(&Value::Null))
                .map(|rest| format!("{name}.{rest}"))
        }),
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => before
            .iter()
            .zip(after)
            .find_map(|(before, after)| lost(before, after)),
        _ => (before != after).then(|| before.to_string()),
    }
}

#[test]
fn odd_pieces_are_put_somewhere_and_never_panic() {
    let kinds: Vec<String> = Case::all()
        .iter()
        .flat_map(Case::events)
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect();
    let places = [
        json!(null),
        json!(0),
        json!(4_294_967_295_u64),
        json!("x"),
        json!(-1),
        json!([]),
    ];
    let mut answer = ResponseAccumulator::new();
    for kind in kinds {
        for place in &places {
            let event = json!({
                "type": kind, "item_id": place, "output_index": place, "content_index": place,
                "summary_index": place, "command_index": place, "annotation_index": place,
                "delta": "a", "text": place, "part": place, "item": place, "response": place,
            });
            let event: ResponseStreamEvent = serde_json::from_value(event).unwrap();
            answer.push(&event);
        }
    }
    assert!(answer.snapshot().output_text().contains('a'));
}
