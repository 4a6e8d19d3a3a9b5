//! Streams to whole answers, tools in a loop, and what the model wrote as types.

use std::convert::Infallible;
use std::error::Error as _;
use std::pin::pin;

use futures_util::StreamExt;
use openai_wasm::client::{Client, ErrorKind};
use openai_wasm::wire::chat::{
    ChatCompletion, ChatCompletionMessageParam as Message, ChatCompletionRequest, FinishReason,
    ParseError, Tool,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{Piece, Scripted, Step};

const SSE: (&str, &str) = ("content-type", "text/event-stream");
const JSON: (&str, &str) = ("content-type", "application/json");
const HEL: &str =
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n";
const LO: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n";
const BAD_INDEX: &str = "data: {\"choices\":[{\"index\":999,\"delta\":{\"content\":\"lo\"}}]}\n\n";
const DONE: &str = "data: [DONE]\n\n";
const CALL: &str = r#"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Bern\"}"}}]},"finish_reason":"tool_calls"}]}"#;
const SAID: &str = r#"{"id":"d","choices":[{"index":0,"message":{"role":"assistant","content":"It rains."},"finish_reason":"stop"}]}"#;

fn client(world: &Scripted) -> Client<Scripted> {
    let builder = Client::with_transport(world.clone());
    builder.proxy_url("/v1").unwrap().build().unwrap()
}

fn request() -> ChatCompletionRequest {
    ChatCompletionRequest::new("m", [Message::user("What is the weather in Bern?")])
}

fn stream(pieces: &[&'static str]) -> Scripted {
    let pieces = pieces.iter().map(|piece| Piece::Bytes(piece)).collect();
    Scripted::new([Step::Answer(200, vec![SSE], pieces)])
}

fn answers(bodies: &[&'static str]) -> Scripted {
    let answer = |body: &&'static str| Step::Answer(200, vec![JSON], vec![Piece::Bytes(body)]);
    Scripted::new(bodies.iter().map(answer).collect::<Vec<_>>())
}

#[test]
fn a_stream_gives_its_chunks_and_then_the_whole_answer() {
    let world = stream(&[HEL, LO, DONE]);
    let (texts, answer) = world.run(async {
        let opened = client(&world).chat().stream(&request()).await.unwrap();
        let mut chunks = opened.accumulate();
        let first = chunks.next().await.unwrap().unwrap().text().to_owned();
        assert_eq!(chunks.snapshot().text(), "Hel");
        (first, chunks.finish().await.unwrap())
    });
    assert_eq!(texts, "Hel");
    assert_eq!((answer.id.as_str(), answer.text()), ("c", "Hello"));
    assert_eq!(answer.choices[0].finish_reason, Some(FinishReason::Stop));
    let world = stream(&[HEL, LO, DONE]);
    let whole = world.run(async {
        let opened = client(&world).chat().stream(&request()).await.unwrap();
        opened.finish().await.unwrap()
    });
    assert_eq!(whole, answer);
}

#[test]
fn a_stream_that_failed_never_gives_a_whole_answer() {
    for (pieces, kind) in [
        (vec![HEL], ErrorKind::StreamTruncated),
        (vec![HEL, BAD_INDEX, LO, DONE], ErrorKind::Decode),
    ] {
        let world = stream(&pieces);
        world.run(async {
            let opened = client(&world).chat().stream(&request()).await.unwrap();
            let mut chunks = opened.accumulate();
            chunks.next().await.unwrap().unwrap();
            assert_eq!(chunks.next().await.unwrap().unwrap_err().kind(), kind);
            assert!(chunks.next().await.is_none());
            let error = chunks.finish().await.unwrap_err();
            assert_eq!(error.kind(), kind);
            assert!(error.partial_text().unwrap().starts_with("Hel"));
        });
        let world = stream(&pieces);
        let error = world.run(async {
            let opened = client(&world).chat().stream(&request()).await.unwrap();
            opened.finish().await.unwrap_err()
        });
        assert_eq!(error.kind(), kind);
    }
}

#[derive(Deserialize)]
struct Place {
    city: String,
}

#[test]
fn tools_run_until_an_answer_calls_none() {
    let world = answers(&[CALL, SAID]);
    let mut asked = request();
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    asked.tools = Some(vec![Tool::function(
        "get_weather",
        "The weather",
        parameters,
    )]);
    let run = world.run(client(&world).chat().run_tools(&asked, async |call| {
        let place: Place = call.parse()?;
        Ok(format!("{} in {}: rain", call.name(), place.city))
    }));
    let run = run.unwrap();
    assert_eq!(run.answer.text(), "It rains.");
    assert_eq!(run.messages.len(), 4, "question, call, result, answer");
    let second = world.requests()[1].payload.as_ref().unwrap().json();
    let result =
        json!({"role": "tool", "tool_call_id": "call_1", "content": "get_weather in Bern: rain"});
    assert_eq!(second["messages"][2], result);
    assert_eq!(
        second["tools"][0]["function"]["parameters"]["type"],
        "object"
    );
}

#[test]
fn a_failing_tool_and_a_model_that_never_stops_end_the_conversation() {
    let world = answers(&[CALL]);
    let failed = client(&world);
    let failed = failed.chat();
    let asked = request();
    let call = failed.run_tools(&asked, async |_| Err(std::fmt::Error.into()));
    let error = world.run(pin!(call)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tool);
    assert!(error.to_string().contains("get_weather"), "{error}");
    assert!(error.source().unwrap().is::<std::fmt::Error>());
    let world = answers(&[CALL; 10]);
    let error = world.run(
        client(&world)
            .chat()
            .run_tools(&request(), async |_| Ok(String::new())),
    );
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Tool);
    assert_eq!(world.requests().len(), 10);
}

#[test]
fn calls_of_an_answer_that_was_cut_off_are_not_run() {
    for reason in ["length", "content_filter"] {
        let cut = CALL.replace("\"tool_calls\"}", &format!("\"{reason}\"}}"));
        assert_ne!(cut, CALL);
        let world = answers(&[cut.leak()]);
        let client = client(&world);
        let (chat, asked) = (client.chat(), request());
        let run = chat.run_tools(&asked, async |_| panic!("it was cut off"));
        let run = world.run(pin!(run)).unwrap();
        let parsed = run.answer.parsed::<Place>();
        assert!(matches!(parsed, Err(ParseError::Cut(_))), "{reason}");
    }
}

fn answered(message: Value, finish_reason: &str) -> ChatCompletion {
    let choice = json!({"index": 0, "message": message, "finish_reason": finish_reason});
    serde_json::from_value(json!({ "choices": [choice] })).unwrap()
}

#[test]
fn an_answer_is_read_as_a_type_or_says_why_not() {
    let good = answered(json!({"content": " {\"city\":\"Bern\"} "}), "stop");
    assert_eq!(good.parsed::<Place>().unwrap().city, "Bern");
    for (answer, words) in [
        (
            answered(json!({"refusal": "I will not"}), "stop"),
            "I will not",
        ),
        (
            answered(json!({"content": "{\"ci"}), "length"),
            "raise the most tokens",
        ),
        (answered(json!({"content": ""}), "stop"), "no text"),
        (ChatCompletion::default(), "no text"),
        (
            answered(json!({"content": "{\"secret\":1}"}), "stop"),
            "line 1",
        ),
    ] {
        let error = answer.parsed::<Place>().err().unwrap();
        assert!(error.to_string().contains(words), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
        assert_eq!(
            matches!(error, ParseError::Json { .. }),
            error.source().is_some()
        );
    }
}

#[test]
fn a_call_without_arguments_is_one_of_an_empty_object() {
    let call = json!({"id": "1", "type": "function", "function": {"name": "now", "arguments": ""}});
    let call: openai_wasm::wire::chat::ToolCall = serde_json::from_value(call).unwrap();
    assert_eq!(call.parse::<Value>().unwrap(), json!({}));
    let error = call.parse::<Place>().err().unwrap();
    assert!(error.to_string().contains("`now`"), "{error}");
}

#[test]
fn a_token_function_that_fails_is_the_source_of_the_error() {
    let world = Scripted::new([]);
    let token = openai_wasm::client::SessionToken::from_fn(async || Err("no session".to_owned()));
    let builder = Client::with_transport(world.clone()).token(token);
    let client = builder.proxy_url("/v1").unwrap().build().unwrap();
    let error = world.run(client.models().list()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credential);
    assert_eq!(error.source().unwrap().to_string(), "no session");
    // Any error is taken, one that cannot happen among them.
    let _ = openai_wasm::client::SessionToken::from_fn(async || Ok::<_, Infallible>(String::new()));
}
