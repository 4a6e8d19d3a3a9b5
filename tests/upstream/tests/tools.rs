//! Tools and functions are called by rule.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use serde_json::{Value, json};
use support::{ask, chat, server};

fn weather() -> Value {
    let function = |name: &str| {
        json!({"type": "function", "function": {"name": name, "strict": true, "parameters": {
        "type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}}})
    };
    json!([function("get_weather"), function("get_time")])
}

#[tokio::test]
async fn tools_are_called_by_rule() {
    let server = server().await;
    for (question, choice, called) in [
        ("use get_weather please", json!("auto"), vec!["get_weather"]),
        (
            "Get weather and GET_TIME",
            json!("auto"),
            vec!["get_weather", "get_time"],
        ),
        ("hello", json!("auto"), vec![]),
        ("use get_weather please", json!("none"), vec![]),
        ("hello", json!("required"), vec!["get_weather"]),
        (
            "hello",
            json!({"type": "function", "function": {"name": "get_time"}}),
            vec!["get_time"],
        ),
    ] {
        let more = json!({"tools": weather(), "tool_choice": choice, "seed": 1});
        let answer = ask(&server, "", &chat(question, more.clone())).await.json();
        let message = &answer["choices"][0]["message"];
        let calls = message["tool_calls"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let names: Vec<&str> = calls
            .iter()
            .map(|call| call["function"]["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, called, "{question} {choice}");
        let reason = if called.is_empty() {
            "stop"
        } else {
            "tool_calls"
        };
        assert_eq!(answer["choices"][0]["finish_reason"], reason);
        assert_eq!(message["content"].is_null(), !called.is_empty());
        for call in &calls {
            let arguments: Value =
                serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
            assert!(arguments["city"].is_string() && arguments["days"].is_i64());
        }
        // The same in parts.
        let mut more = more;
        more["stream"] = json!(true);
        let events = ask(&server, "", &chat(question, more)).await.events();
        let mut arguments = vec![String::new(); called.len()];
        for event in events
            .iter()
            .filter_map(|event| serde_json::from_str::<Value>(event).ok())
        {
            for part in event["choices"][0]["delta"]["tool_calls"]
                .as_array()
                .unwrap_or(&Vec::new())
            {
                let index = part["index"].as_u64().unwrap() as usize;
                if let Some(name) = part["function"]["name"].as_str() {
                    assert_eq!(name, called[index]);
                    assert!(part["id"].as_str().unwrap().starts_with("call_"));
                }
                arguments[index].push_str(part["function"]["arguments"].as_str().unwrap());
            }
        }
        let expected: Vec<&str> = calls
            .iter()
            .map(|call| call["function"]["arguments"].as_str().unwrap())
            .collect();
        assert_eq!(arguments, expected);
    }
    // After the tool's answer the model speaks.
    let mut body = chat("use get_weather", json!({"tools": weather()}));
    let messages = body["messages"].as_array_mut().unwrap();
    messages.push(
        json!({"role": "assistant", "content": null, "tool_calls": [{"id": "call_1",
        "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}]}),
    );
    messages.push(json!({"role": "tool", "tool_call_id": "call_1", "content": "sunny"}));
    let answer = ask(&server, "", &body).await.json();
    assert!(answer["choices"][0]["message"]["content"].is_string());
}
