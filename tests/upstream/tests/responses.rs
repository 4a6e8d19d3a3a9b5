//! Responses: what is kept can be gone on from, followed, cancelled, deleted.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use serde_json::{Value, json};
use support::{Answer, End, exchange, get, post, request, server};
use upstream::Handle;

const PATH: &str = "/v1/responses";

fn body(input: Value, more: Value) -> Value {
    let mut body = json!({"model": "stand-in-ngram-1", "input": input});
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

async fn create(server: &Handle, input: &str, more: Value) -> Value {
    let answer = post(server, PATH, "", &body(json!(input), more)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn stream(server: &Handle, fault: &str, input: &str, mut more: Value) -> Answer {
    more["stream"] = json!(true);
    post(server, PATH, fault, &body(json!(input), more)).await
}

async fn delete(server: &Handle, path: &str) -> Answer {
    exchange(server, &request("DELETE", path, "", b"")).await
}

fn events(answer: &Answer) -> Vec<Value> {
    let events = answer.events();
    let events = events
        .iter()
        .map(|event| serde_json::from_str(event).unwrap());
    events.collect()
}

fn text(response: &Value) -> String {
    let items = response["output"].as_array().unwrap().iter();
    let parts = items.flat_map(|item| item["content"].as_array().cloned().unwrap_or_default());
    parts
        .filter_map(|part| part["text"].as_str().map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn an_answer_comes_whole_and_as_events_that_add_up_to_it() {
    let server = server().await;
    let whole = create(&server, "Say this is a test", json!({})).await;
    assert_eq!(
        (text(&whole), &whole["status"]),
        ("This is a test!".into(), &json!("completed"))
    );
    let answer = stream(&server, "", "Say this is a test", json!({})).await;
    assert!(
        answer
            .text()
            .starts_with("event: response.created\ndata: {")
    );
    let events = events(&answer);
    for (at, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], at, "{event}");
    }
    let last = events.last().unwrap();
    assert_eq!(last["type"], "response.completed");
    assert_eq!(text(&last["response"]), "This is a test!");
    let deltas = events
        .iter()
        .filter(|event| event["type"] == "response.output_text.delta");
    let said: String = deltas
        .clone()
        .filter_map(|event| event["delta"].as_str())
        .collect();
    assert_eq!(said, "This is a test!");
    assert!(deltas.clone().all(|event| event["obfuscation"].is_string()));
    let bare = json!({"stream_options": {"include_obfuscation": false}});
    let bare = stream(&server, "", "Say this is a test", bare).await;
    assert!(!bare.text().contains("obfuscation"));
}

#[tokio::test]
async fn a_limit_a_refusal_reasoning_and_a_schema_are_told() {
    let server = server().await;
    let long = "repeat: one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen";
    let answer = stream(&server, "", long, json!({"max_output_tokens": 16})).await;
    let events = events(&answer);
    let last = events.last().unwrap();
    assert_eq!(last["type"], "response.incomplete");
    assert_eq!(
        last["response"]["incomplete_details"]["reason"],
        "max_output_tokens"
    );
    assert_eq!(last["response"]["usage"]["output_tokens"], 16);

    let refused = create(&server, "refuse: I can't.", json!({})).await;
    let part = &refused["output"][0]["content"][0];
    assert_eq!(part, &json!({"type": "refusal", "refusal": "I can't."}));

    let asked = json!({"reasoning": {"effort": "low", "summary": "auto"}, "include": ["reasoning.encrypted_content"]});
    let thought = create(&server, "Say this is a test", asked).await;
    let item = &thought["output"][0];
    assert_eq!(item["summary"][0]["type"], "summary_text");
    assert!(item["encrypted_content"].is_string());
    assert!(thought["usage"]["output_tokens_details"]["reasoning_tokens"].as_u64() > Some(0));

    let schema = json!({"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"], "additionalProperties": false});
    let format =
        json!({"text": {"format": {"type": "json_schema", "name": "person", "schema": schema}}});
    let shaped = create(&server, "Who?", format).await;
    let value: Value = serde_json::from_str(&text(&shaped)).unwrap();
    assert!(value["age"].is_i64());
}

#[tokio::test]
async fn functions_and_custom_tools_are_called_and_their_outputs_go_back() {
    let server = server().await;
    let tools = json!([
        {"type": "function", "name": "get_weather", "strict": true, "parameters": {
            "type": "object", "properties": {"city": {"type": "string"}}}},
        {"type": "custom", "name": "code_exec"},
    ]);
    let answer = create(
        &server,
        "use get_weather and code_exec",
        json!({"tools": tools}),
    )
    .await;
    let [call, custom] = answer["output"].as_array().unwrap().as_slice() else {
        panic!("{answer}");
    };
    assert_eq!(
        (&call["type"], &call["name"]),
        (&json!("function_call"), &json!("get_weather"))
    );
    assert_eq!(custom["type"], "custom_tool_call");
    let output = |call_id: &Value| json!([{"type": "function_call_output", "call_id": call_id, "output": "20 degrees"}]);
    let more = json!({"previous_response_id": answer["id"], "tools": tools});
    let next = post(
        &server,
        PATH,
        "",
        &body(output(&call["call_id"]), more.clone()),
    )
    .await;
    assert_eq!(next.json()["output"][0]["type"], "message");
    let unknown = post(&server, PATH, "", &body(output(&json!("call_x")), more)).await;
    assert_eq!(unknown.status, 400);
    assert!(unknown.text().contains("No tool call found"));
    let bad = json!({"tools": [{"type": "function", "name": "no name"}]});
    let bad = post(&server, PATH, "", &body(json!("hi"), bad))
        .await
        .json();
    assert_eq!(bad["error"]["param"], "tools[0].name");
}

#[tokio::test]
async fn the_server_s_own_tools_have_their_events() {
    let server = server().await;
    for (kind, item) in [
        ("web_search", "web_search_call"),
        ("file_search", "file_search_call"),
        ("code_interpreter", "code_interpreter_call"),
        ("image_generation", "image_generation_call"),
        ("mcp", "mcp_call"),
    ] {
        let tools = json!({"tools": [{"type": kind}]});
        let answer = stream(&server, "", &format!("use {kind}"), tools).await;
        let events = events(&answer);
        for stage in ["in_progress", "completed"] {
            let wanted = format!("response.{item}.{stage}");
            assert!(
                events.iter().any(|event| event["type"] == wanted),
                "{wanted}"
            );
        }
        let last = events.last().unwrap();
        assert!(
            last["response"]["output"]
                .as_array()
                .unwrap()
                .iter()
                .any(|one| one["type"] == item)
        );
    }
}

#[tokio::test]
async fn what_is_kept_is_gone_on_from_and_what_is_not_is_404() {
    let server = server().await;
    let first = create(&server, "repeat: my name is Ada", json!({})).await;
    let at = format!("{PATH}/{}", first["id"].as_str().unwrap());
    assert_eq!(get(&server, &at).await.json(), first);
    let items = get(&server, &format!("{at}/input_items")).await.json();
    assert_eq!(
        items["data"][0]["content"][0]["text"],
        "repeat: my name is Ada"
    );
    let more = json!({"previous_response_id": first["id"]});
    let second = create(&server, "and now?", more.clone()).await;
    let tokens = |response: &Value| response["usage"]["input_tokens"].as_u64().unwrap();
    assert!(tokens(&second) > tokens(&first));
    let counted = post(
        &server,
        "/v1/responses/input_tokens",
        "",
        &body(json!("and now?"), more.clone()),
    )
    .await;
    assert_eq!(counted.json()["input_tokens"], tokens(&second));
    assert_eq!(delete(&server, &at).await.json()["deleted"], true);
    assert_eq!(get(&server, &at).await.status, 404);
    assert_eq!(delete(&server, &at).await.status, 404);
    let gone = post(&server, PATH, "", &body(json!("?"), more)).await;
    assert_eq!(gone.status, 400);
    assert_eq!(gone.json()["error"]["code"], "previous_response_not_found");
    let unkept = create(&server, "hi", json!({"store": false})).await;
    let at = format!("{PATH}/{}", unkept["id"].as_str().unwrap());
    assert_eq!(get(&server, &at).await.status, 404);
}

#[tokio::test]
async fn a_response_of_the_background_is_followed_from_any_event_and_cancelled() {
    let server = server().await;
    let asked = json!({"background": true});
    let queued = create(&server, "Say this is a test", asked.clone()).await;
    assert_eq!(queued["status"], "queued");
    let at = format!("{PATH}/{}", queued["id"].as_str().unwrap());
    let all = events(&get(&server, &format!("{at}?stream=true")).await);
    assert_eq!(all[1]["type"], "response.queued");
    assert_eq!(all.last().unwrap()["type"], "response.completed");
    let rest = events(&get(&server, &format!("{at}?stream=true&starting_after=3")).await);
    assert_eq!(rest, all[4..]);
    assert_eq!(get(&server, &at).await.json()["status"], "completed");
    let cancel = |at: String| async move { at + "/cancel" };
    let late = post(&server, &cancel(at).await, "", &json!({})).await;
    assert_eq!(late.status, 400);

    let streamed = stream(&server, "", "Say this is a test", asked.clone()).await;
    assert_eq!(
        events(&streamed).last().unwrap()["type"],
        "response.completed"
    );

    let long = "repeat: ".to_owned() + &"a b c d e f g h ".repeat(60);
    let queued = create(&server, &long, asked).await;
    let at = format!("{PATH}/{}", queued["id"].as_str().unwrap());
    let cancelled = post(&server, &cancel(at.clone()).await, "", &json!({})).await;
    assert_eq!(cancelled.json()["status"], "cancelled");
    let events = events(&get(&server, &format!("{at}?stream=true")).await);
    assert!(
        events
            .iter()
            .all(|event| event["type"] != "response.completed")
    );
    let other = create(&server, "hi", json!({})).await;
    let at = format!("{PATH}/{}/cancel", other["id"].as_str().unwrap());
    assert_eq!(post(&server, &at, "", &json!({})).await.status, 400);
}

#[tokio::test]
async fn a_conversation_holds_what_was_said_in_it() {
    let server = server().await;
    let items = json!([{"role": "user", "content": "my name is Ada"}]);
    let talk = post(
        &server,
        "/v1/conversations",
        "",
        &json!({"items": items, "metadata": {"a": "b"}}),
    )
    .await
    .json();
    let id = talk["id"].as_str().unwrap();
    let at = format!("/v1/conversations/{id}");
    let answer = create(&server, "Say this is a test", json!({"conversation": id})).await;
    assert_eq!(answer["conversation"]["id"], id);
    let listed = get(&server, &format!("{at}/items?order=asc")).await.json();
    let roles: Vec<&Value> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["role"])
        .collect();
    assert_eq!(roles, ["user", "user", "assistant"]);
    let last = format!("{at}/items/{}", listed["last_id"].as_str().unwrap());
    assert_eq!(get(&server, &last).await.json()["role"], "assistant");
    assert_eq!(delete(&server, &last).await.json()["id"], id);
    assert_eq!(get(&server, &last).await.status, 404);
    let added = json!({"items": [{"role": "user", "content": "more"}]});
    let added = post(&server, &format!("{at}/items"), "", &added)
        .await
        .json();
    assert_eq!(added["data"].as_array().unwrap().len(), 1);
    let changed = post(&server, &at, "", &json!({"metadata": {"c": "d"}}))
        .await
        .json();
    assert_eq!(changed["metadata"], json!({"c": "d"}));
    let both = json!({"conversation": id, "previous_response_id": answer["id"]});
    assert_eq!(
        post(&server, PATH, "", &body(json!("?"), both))
            .await
            .status,
        400
    );
    assert_eq!(delete(&server, &at).await.json()["deleted"], true);
    assert_eq!(get(&server, &at).await.status, 404);
}

#[tokio::test]
async fn faults_are_those_of_chat_and_keep_the_events_names() {
    let server = server().await;
    let said = |fault: &'static str| {
        let server = &server;
        async move { stream(server, fault, "Say this is a test", json!({})).await }
    };
    let cut = said("cut-events=5").await;
    assert_eq!(cut.end, End::Truncated);
    let unfinished = said("no-finish").await;
    assert_eq!(unfinished.end, End::Whole);
    assert!(!unfinished.text().contains("response.completed"));
    assert!(
        unfinished
            .text()
            .contains("event: response.output_text.delta\n")
    );
    for kind in ["event", "event-flat", "failed"] {
        let failed = post(
            &server,
            PATH,
            &format!("error={kind},error-after=6"),
            &body(json!("Say this is a test"), json!({"stream": true})),
        )
        .await;
        assert!(failed.text().contains("The server had an error"), "{kind}");
        assert!(!failed.text().contains("response.completed"));
    }
    let zero = said("usage=zero").await;
    assert!(zero.text().contains("\"input_tokens\":0"));
    let refused = said("status=429").await;
    assert_eq!(refused.status, 429);
}
