//! Responses and conversations: what is sent, and what is made of the answer. The example runs here, too.

use openai_wasm::client::{Client, ErrorKind};
use openai_wasm::wire::conversation::{ConversationItems, ConversationRequest, ConversationUpdate};
use openai_wasm::wire::responses::{
    InputTokensRequest, ItemListQuery, Response, ResponseInclude, ResponseInputItem,
    ResponseRequest, ResponseStatus,
};
use serde_json::{Value, json};

use crate::client_endpoints::{answer, client};
use crate::stream_responses::Case;
use crate::support::{Piece, Scripted, Step};

#[path = "../../examples/responses/responses.rs"]
mod example;

const SSE: (&str, &str) = ("content-type", "text/event-stream");

fn stream(text: String) -> Step {
    let pieces = vec![Piece::Bytes(text.leak())];
    Step::Answer(200, vec![SSE], pieces)
}

fn case(name: &str) -> Case {
    let mut all = Case::all().into_iter();
    all.find(|case| case.name == name).unwrap()
}

/// Method, URL and body of each request.
fn lines(world: &Scripted) -> Vec<(String, Value)> {
    let line = |sent: &openai_wasm::transport::Request<crate::support::Sent>| {
        let body = sent
            .payload
            .as_ref()
            .map_or(Value::Null, |body| body.json());
        (format!("{} {}", sent.method.as_str(), sent.url), body)
    };
    world.requests().iter().map(line).collect()
}

type Run = fn(&Scripted, &Client<Scripted>);

/// Each method: its line, what it sends, what is answered, and the call.
fn rows() -> Vec<(&'static str, Value, Value, Run)> {
    let response =
        json!({"id": "resp_1", "object": "response", "status": "completed", "output": []});
    let list = json!({"object": "list", "data": [{"type": "message", "role": "user", "content": "a", "id": "m"}], "has_more": false, "first_id": "m", "last_id": "m"});
    let talk = json!({"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {}});
    vec![
        (
            "POST /v1/responses",
            json!({"model": "m", "input": "a"}),
            response.clone(),
            |world, client| {
                let mut request = ResponseRequest::new("m", "a");
                request.stream = Some(true);
                let answer = world.run(client.responses().create(&request)).unwrap();
                assert_eq!(answer.status, Some(ResponseStatus::Completed));
            },
        ),
        (
            "GET /v1/responses/resp_1",
            Value::Null,
            response.clone(),
            |world, client| {
                world.run(client.responses().retrieve("resp_1")).unwrap();
            },
        ),
        (
            "POST /v1/responses/resp_1/cancel",
            Value::Null,
            response,
            |world, client| {
                world.run(client.responses().cancel("resp_1")).unwrap();
            },
        ),
        (
            "DELETE /v1/responses/resp_1",
            Value::Null,
            json!({"id": "resp_1", "object": "response", "deleted": true}),
            |world, client| {
                assert!(
                    world
                        .run(client.responses().delete("resp_1"))
                        .unwrap()
                        .deleted
                );
            },
        ),
        (
            "GET /v1/responses/resp_1/input_items?include[]=message.input_image.image_url&limit=2&order=asc",
            Value::Null,
            list.clone(),
            |world, client| {
                let query = ItemListQuery {
                    limit: Some(2),
                    order: Some("asc".to_owned()),
                    include: Some(vec![ResponseInclude::InputImageUrl]),
                    ..Default::default()
                };
                let items = world.drain(client.responses().input_items("resp_1", &query).items());
                assert!(matches!(items[0], Ok(ResponseInputItem::Message(_))));
            },
        ),
        (
            "POST /v1/responses/input_tokens",
            json!({"model": "m", "input": "a"}),
            json!({"object": "response.input_tokens", "input_tokens": 7}),
            |world, client| {
                let request = InputTokensRequest::from(&ResponseRequest::new("m", "a"));
                let counted = world
                    .run(client.responses().input_tokens(&request))
                    .unwrap();
                assert_eq!(counted.input_tokens, 7);
            },
        ),
        (
            "POST /v1/conversations",
            json!({}),
            talk.clone(),
            |world, client| {
                let made = world.run(
                    client
                        .conversations()
                        .create(&ConversationRequest::default()),
                );
                assert_eq!(made.unwrap().id, "conv_1");
            },
        ),
        (
            "GET /v1/conversations/conv_1",
            Value::Null,
            talk.clone(),
            |world, client| {
                world
                    .run(client.conversations().retrieve("conv_1"))
                    .unwrap();
            },
        ),
        (
            "POST /v1/conversations/conv_1",
            json!({"metadata": {"a": "b"}}),
            talk.clone(),
            |world, client| {
                let mut update = ConversationUpdate::default();
                update.metadata.insert("a".to_owned(), "b".to_owned());
                world
                    .run(client.conversations().update("conv_1", &update))
                    .unwrap();
            },
        ),
        (
            "DELETE /v1/conversations/conv_1",
            Value::Null,
            json!({"id": "conv_1", "object": "conversation.deleted", "deleted": true}),
            |world, client| {
                assert!(
                    world
                        .run(client.conversations().delete("conv_1"))
                        .unwrap()
                        .deleted
                );
            },
        ),
        (
            "GET /v1/conversations/conv_1/items",
            Value::Null,
            list.clone(),
            |world, client| {
                world
                    .run(
                        client
                            .conversations()
                            .items("conv_1", &ItemListQuery::default()),
                    )
                    .unwrap();
            },
        ),
        (
            "POST /v1/conversations/conv_1/items",
            json!({"items": [{"type": "message", "role": "user", "content": "a"}]}),
            list,
            |world, client| {
                let items = ConversationItems {
                    items: vec![ResponseInputItem::user("a")],
                    ..Default::default()
                };
                world
                    .run(client.conversations().add_items("conv_1", &items))
                    .unwrap();
            },
        ),
        (
            "GET /v1/conversations/conv_1/items/m",
            Value::Null,
            json!({"type": "message", "id": "m", "role": "user"}),
            |world, client| {
                let item = world
                    .run(client.conversations().retrieve_item("conv_1", "m"))
                    .unwrap();
                assert!(matches!(item, ResponseInputItem::Message(_)));
            },
        ),
        (
            "DELETE /v1/conversations/conv_1/items/m",
            Value::Null,
            talk,
            |world, client| {
                world
                    .run(client.conversations().delete_item("conv_1", "m"))
                    .unwrap();
            },
        ),
    ]
}

pub fn lines_of_rows() -> Vec<String> {
    let rows = rows().into_iter();
    rows.map(|(line, ..)| line.to_owned()).collect()
}

#[test]
fn each_method_sends_what_the_api_asks_for() {
    for (line, sends, answers, run) in rows() {
        let world = Scripted::new([answer(&answers)]);
        run(&world, &client(&world));
        let mut sent = lines(&world);
        let (url, body) = sent.remove(0);
        assert_eq!(url.replace("%5B%5D", "[]"), line);
        assert_eq!(body, sends, "{line}");
    }
}

#[test]
fn a_stream_adds_up_to_its_response_and_a_cut_one_never_does() {
    let whole = case("a text");
    let request = ResponseRequest::new("m", "a");
    let world = Scripted::new([stream(whole.bytes())]);
    let events = world
        .run(client(&world).responses().stream(&request))
        .unwrap();
    let response = world.run(events.finish()).unwrap();
    assert_eq!(response.output_text(), whole.text);
    assert_eq!(
        lines(&world)[0].1,
        json!({"model": "m", "input": "a", "stream": true})
    );
    assert_eq!(world.open_bodies(), 0);

    let text = whole.bytes();
    let cut = text[..text.find("event: response.completed").unwrap()].to_owned();
    for (end, kind) in [
        (cut.clone(), ErrorKind::StreamTruncated),
        (cut.clone() + "data: [DONE]\n\n", ErrorKind::StreamTruncated),
        (
            cut + "data: {\"type\":\"error\",\"code\":\"c\",\"message\":\"m\"}\n\n",
            ErrorKind::Reported,
        ),
    ] {
        let world = Scripted::new([stream(end)]);
        let events = world
            .run(client(&world).responses().stream(&request))
            .unwrap();
        let mut events = events.accumulate();
        let items = world.drain(&mut events);
        let error = items.last().unwrap().as_ref().unwrap_err();
        assert_eq!(
            (error.kind(), error.partial_text()),
            (kind, Some(&*whole.text))
        );
        assert_eq!(events.snapshot().output_text(), whole.text);
        let error = world.run(events.finish()).unwrap_err();
        assert_eq!(error.kind(), kind, "it stays a failure");
    }
}

#[test]
fn a_whole_answer_in_json_is_a_stream_that_adds_up_to_it() {
    let body = json!({"id": "resp_1", "object": "response", "status": "completed", "output": [
        {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "Hi", "annotations": []}]}]});
    let world = Scripted::new([answer(&body)]);
    let events = world.run(
        client(&world)
            .responses()
            .stream(&ResponseRequest::new("m", "a")),
    );
    let events = events.unwrap();
    let response = world.run(events.finish()).unwrap();
    assert_eq!(
        (response.output_text(), &*response.id),
        ("Hi".to_owned(), "resp_1")
    );
}

#[test]
fn a_failed_response_is_an_error_unless_it_is_a_job_that_was_asked_for() {
    let failed = |background: bool| {
        json!({"id": "r", "object": "response", "status": "failed", "background": background,
            "error": {"code": "server_error", "message": "m"}, "output": []})
    };
    let world = Scripted::new([answer(&failed(false))]);
    let error = world.run(
        client(&world)
            .responses()
            .create(&ResponseRequest::new("m", "a")),
    );
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Reported);
    let world = Scripted::new([answer(&failed(true))]);
    let job = world.run(client(&world).responses().retrieve("r")).unwrap();
    assert_eq!(job.error.unwrap().code, "server_error");
}

#[test]
fn the_example_streams_answers_calls_and_follows_after_a_cut() {
    let world = Scripted::new([stream(case("a text").bytes())]);
    let mut told = String::new();
    let asked = ResponseRequest::new("m", "a");
    let connected = client(&world);
    let whole = world.run(Box::pin(example::ask(&connected, &asked, |piece| {
        told.push_str(piece)
    })));
    assert_eq!(told, whole.unwrap().output_text());

    let call = json!({"type": "function_call", "id": "fc", "call_id": "c", "name": "get_weather", "arguments": "{\"city\":\"Bern\"}"});
    let said = json!({"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "{\"city\":\"Bern\",\"degrees\":20}"}]});
    let response = |item: &Value| {
        answer(&json!({"id": "r", "object": "response", "status": "completed", "output": [item]}))
    };
    let world = Scripted::new([response(&call), response(&said)]);
    let connected = client(&world);
    let answered = world.run(Box::pin(example::weather(
        &connected,
        "m",
        "How warm is it in Bern?",
    )));
    let report = answered.unwrap();
    assert_eq!((report.city.as_str(), report.degrees), ("Bern", 20));
    let input = &lines(&world)[1].1["input"];
    assert_eq!(input[1]["call_id"], "c");
    assert_eq!(
        input[2],
        json!({"type": "function_call_output", "call_id": "c", "output": "20 degrees in Bern"})
    );

    let text = case("a response of the background, queued first").bytes();
    let (first, rest) = text.split_at(text.find("event: response.in_progress").unwrap());
    let queued = answer(
        &json!({"id": "resp_01", "object": "response", "status": "queued", "background": true}),
    );
    let world = Scripted::new([queued, stream(first.to_owned()), stream(rest.to_owned())]);
    let connected = client(&world);
    let followed: Response = world
        .run(Box::pin(example::follow(&connected, asked)))
        .unwrap();
    assert_eq!(followed.output_text(), "Hi");
    let urls: Vec<String> = lines(&world).into_iter().map(|(url, _)| url).collect();
    assert_eq!(
        urls[1..],
        [
            "GET /v1/responses/resp_01?stream=true",
            "GET /v1/responses/resp_01?stream=true&starting_after=1"
        ]
    );
}
