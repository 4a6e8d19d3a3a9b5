//! Tools of responses: the loop, its ends, and answers as types.

use std::error::Error as _;

use openai_wasm::client::ErrorKind;
use openai_wasm::wire::chat::{FinishReason, ParseError};
use openai_wasm::wire::responses::{Response, ResponseRequest};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client_endpoints::{answer, client};
use crate::support::{Scripted, Step};

#[derive(Debug, Deserialize)]
struct Place {
    city: String,
}

fn call(id: &str) -> Value {
    json!({"type": "function_call", "id": format!("fc_{id}"), "call_id": id, "name": "get_weather", "arguments": "{\"city\":\"Bern\"}"})
}

fn said(text: &str) -> Value {
    json!({"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": text}]})
}

fn response(status: &str, output: &[Value]) -> Step {
    answer(&json!({"id": "r", "object": "response", "status": status, "output": output}))
}

fn asked() -> ResponseRequest {
    let mut asked = ResponseRequest::new("m", "How warm is it?");
    asked.previous_response_id = Some("resp_1".to_owned());
    asked
}

#[test]
fn functions_run_until_a_response_calls_none() {
    let thought = json!({"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "e"});
    let world = Scripted::new([
        response("completed", &[thought, call("a"), call("b")]),
        response("completed", &[said("It rains.")]),
    ]);
    let connected = client(&world);
    let responses = connected.responses();
    let run = world.run(responses.run_tools(&asked(), async |call| {
        let place: Place = call.parse()?;
        Ok(format!("{} in {}: rain", call.name, place.city))
    }));
    let run = run.unwrap();
    assert_eq!(run.response.output_text(), "It rains.");
    assert_eq!(
        run.items.len(),
        7,
        "question, thought, calls, results, answer"
    );
    let sent: Vec<Value> = world
        .requests()
        .iter()
        .map(|sent| sent.payload.as_ref().unwrap().json())
        .collect();
    for body in &sent {
        assert_eq!(body["include"], json!(["reasoning.encrypted_content"]));
        assert_eq!(body.get("previous_response_id"), None);
    }
    let input = sent[1]["input"].as_array().unwrap();
    assert_eq!(input[1]["encrypted_content"], "e");
    let output = "get_weather in Bern: rain";
    let result =
        |id: &str| json!({"type": "function_call_output", "call_id": id, "output": output});
    assert_eq!(input[4..], [result("a"), result("b")]);
}

#[test]
fn what_fails_and_what_never_stops_ends_the_conversation() {
    let world = Scripted::new([response("completed", &[call("a")])]);
    let connected = client(&world);
    let responses = connected.responses();
    let asked = asked();
    let failed = responses.run_tools(&asked, async |_| Err(std::fmt::Error.into()));
    let error = world.run(Box::pin(failed)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tool);
    assert!(error.to_string().contains("get_weather"), "{error}");
    assert!(error.source().unwrap().is::<std::fmt::Error>());

    let world =
        Scripted::new((0..10).map(|turn| response("completed", &[call(&turn.to_string())])));
    let connected = client(&world);
    let responses = connected.responses();
    let mut ran = 0;
    let endless = responses.run_tools(&asked, |_| {
        ran += 1;
        std::future::ready(Ok(String::new()))
    });
    let error = world.run(Box::pin(endless)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tool);
    assert_eq!((world.requests().len(), ran), (10, 9));
}

#[test]
fn calls_of_a_response_that_is_not_whole_are_not_run() {
    for status in ["incomplete", "failed", "cancelled", "in_progress", "queued"] {
        let world = Scripted::new([response(status, &[call("a")])]);
        let connected = client(&world);
        let responses = connected.responses();
        let asked = asked();
        let run = responses.run_tools(&asked, async |_| panic!("it is not whole"));
        let run = world.run(Box::pin(run)).unwrap();
        assert_eq!(run.response.status.unwrap().as_str(), status);
    }
}

#[test]
fn the_last_message_is_read_as_a_type() {
    let read = |body: Value| {
        let response: Response = serde_json::from_value(body).unwrap();
        response.parsed::<Place>().map(|place| place.city)
    };
    let of = |output: Value| json!({"status": "completed", "output": output});
    let bern = said("{\"city\":\"Bern\"}");
    assert_eq!(read(of(json!([bern]))).unwrap(), "Bern");
    let mut passing = said("I look.");
    passing["phase"] = "commentary".into();
    assert_eq!(read(of(json!([said("x"), bern, passing]))).unwrap(), "Bern");
    // Without a status, as some servers answer.
    assert_eq!(read(json!({"output": [bern]})).unwrap(), "Bern");
    for nothing in [json!([]), json!([said("")]), json!([call("a")])] {
        assert!(matches!(read(of(nothing)), Err(ParseError::Empty)));
    }
    let refused = json!({"type": "message", "content": [{"type": "refusal", "refusal": "No."}]});
    let refused = read(of(json!([refused])));
    assert!(matches!(&refused, Err(ParseError::Refused(words)) if words == "No."));
    for (reason, expected) in [
        ("max_output_tokens", FinishReason::Length),
        ("content_filter", FinishReason::ContentFilter),
    ] {
        let cut = json!({
            "status": "incomplete", "incomplete_details": {"reason": reason}, "output": [bern],
        });
        assert!(matches!(read(cut), Err(ParseError::Cut(why)) if why == expected));
    }
    let wrong = read(of(json!([said("{\"city\":7}")]))).unwrap_err();
    assert!(matches!(wrong, ParseError::Json { function: None, .. }));
    assert!(!wrong.to_string().contains('7'), "{wrong}");
}
