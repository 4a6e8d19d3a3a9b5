//! Streams beside those of chats: completions, fine-tuning events, images, audio, bytes.

use std::time::Duration;

use openai_wasm::client::{Client, ErrorKind, RequestOptions};
use openai_wasm::wire::Upload;
use openai_wasm::wire::audio::TranscriptionRequest;
use openai_wasm::wire::completion::CompletionRequest;
use openai_wasm::wire::image::{ImageEditRequest, ImageRequest};
use serde_json::{Value, json};

use crate::support::{Piece, Scripted, Sent, Step};

const SSE: (&str, &str) = ("content-type", "text/event-stream");
const DONE: Piece = Piece::Bytes("data: [DONE]\n\n");

fn client(world: &Scripted) -> Client<Scripted> {
    let builder = Client::with_transport(world.clone()).timeout(Duration::from_millis(1000));
    builder.proxy_url("/v1").unwrap().build().unwrap()
}

fn stream(pieces: &[Piece]) -> Step {
    Step::Answer(200, vec![SSE], pieces.to_vec())
}

fn event(body: &Value) -> Piece {
    Piece::Bytes(format!("data: {body}\n\n").leak())
}

fn last_line(world: &Scripted) -> String {
    let sent = world.requests().pop().unwrap();
    format!("{} {}", sent.method.as_str(), sent.url)
}

#[test]
fn a_completion_streams_its_pieces_until_done_or_a_finish_reason() {
    let piece = |text: &str, reason| {
        event(&json!({"choices": [{"text": text, "index": 0, "finish_reason": reason}]}))
    };
    let first = piece("Say", Value::Null);
    for (rest, end) in [
        (vec![DONE], None),
        (vec![piece("", json!("stop"))], None),
        (vec![], Some(ErrorKind::StreamTruncated)),
        (vec![Piece::Break], Some(ErrorKind::Connection)),
        (
            vec![event(&json!({"error": {"message": "no"}}))],
            Some(ErrorKind::Reported),
        ),
    ] {
        let world = Scripted::new([stream(&[vec![first.clone()], rest].concat())]);
        let asked = CompletionRequest::new("m", "p");
        let pieces = world
            .run(client(&world).completions().stream(&asked))
            .unwrap();
        let items = world.drain(pieces);
        assert_eq!(items[0].as_ref().unwrap().text(), "Say");
        let error = items.last().unwrap().as_ref().err();
        assert_eq!(error.map(|error| error.kind()), end);
        assert_eq!(
            error.and_then(|error| error.partial_text()),
            end.map(|_| "Say")
        );
        let sent = world.requests()[0].payload.clone().unwrap().json();
        assert_eq!(sent, json!({"model": "m", "prompt": "p", "stream": true}));
        assert_eq!(world.open_bodies(), 0);
    }
}

#[test]
fn the_events_of_a_fine_tuning_job_may_be_hours_apart_unless_the_caller_says_otherwise() {
    let happened = |what: &str| event(&json!({"object": "fine-tune-event", "message": what}));
    let hours = Piece::Pause(20 * 3_600_000);
    let script = || {
        stream(&[
            happened("Job enqueued"),
            hours.clone(),
            happened("Job succeeded"),
            DONE,
        ])
    };
    let follow = |world: &Scripted, options| {
        let call = client(world)
            .fine_tunes()
            .stream_events("ft-1")
            .with(options);
        world.drain(world.run(call).unwrap())
    };
    let world = Scripted::new([script()]);
    let events = follow(&world, RequestOptions::new());
    let messages: Vec<_> = events
        .into_iter()
        .map(|event| event.unwrap().message)
        .collect();
    assert_eq!(messages, ["Job enqueued", "Job succeeded"]);
    assert_eq!(
        last_line(&world),
        "GET /v1/fine-tunes/ft-1/events?stream=true"
    );

    let world = Scripted::new([script()]);
    let events = follow(
        &world,
        RequestOptions::new().idle_timeout(Duration::from_secs(60)),
    );
    assert_eq!(
        events[1].as_ref().unwrap_err().kind(),
        ErrorKind::StreamIdle
    );

    let world = Scripted::new([stream(&[happened("Job enqueued")])]);
    let events = follow(&world, RequestOptions::new());
    assert_eq!(
        events[1].as_ref().unwrap_err().kind(),
        ErrorKind::StreamTruncated,
        "its end is [DONE]"
    );
}

#[test]
fn images_and_transcriptions_stream_until_the_event_that_closes_them() {
    let world = Scripted::new([
        stream(&[
            event(&json!({"type": "image_generation.partial_image"})),
            event(&json!({"type": "image_generation.completed"})),
        ]),
        stream(&[event(&json!({"type": "image_edit.completed"}))]),
        stream(&[
            event(&json!({"type": "transcript.text.delta", "delta": "Hel"})),
            event(&json!({"type": "transcript.text.delta", "delta": "lo"})),
            event(&json!({"type": "transcript.text.done", "text": "Hello"})),
        ]),
    ]);
    let client = client(&world);
    let images = client.images();
    let stages = world
        .run(images.stream_generate(&ImageRequest::new("p")))
        .unwrap();
    assert_eq!(
        world
            .drain(stages)
            .into_iter()
            .filter(Result::is_ok)
            .count(),
        2
    );
    assert_eq!(last_line(&world), "POST /v1/images/generations");

    let upload = || Upload::new("a", "x");
    let stages = world
        .run(images.stream_edit(&ImageEditRequest::new(upload(), "p")))
        .unwrap();
    assert!(world.drain(stages).iter().all(Result::is_ok));
    let Some(Sent::Form(fields)) = world.requests()[1].payload.clone() else {
        panic!("a form")
    };
    assert!(fields.contains(&"stream=true".to_owned()), "{fields:?}");

    let asked = TranscriptionRequest::new(upload(), "m");
    let mut pieces = world
        .run(client.audio().transcriptions().stream(&asked))
        .unwrap();
    assert!(world.drain(&mut pieces).iter().all(Result::is_ok));
    assert_eq!(pieces.text(), "Hello");
}

#[test]
fn the_bytes_of_a_file_come_as_they_arrive_and_a_lost_end_is_an_error() {
    let bytes = ("content-type", "application/octet-stream");
    for (rest, end) in [
        (vec![Piece::Pause(900), Piece::Bytes("{}")], None),
        (vec![Piece::Break], Some(ErrorKind::Connection)),
        (vec![Piece::Pause(1001)], Some(ErrorKind::StreamIdle)),
    ] {
        let pieces = [vec![Piece::Bytes("{}\n")], rest].concat();
        let answer = || Step::Answer(200, vec![bytes, ("x-request-id", "req_1")], pieces.clone());
        let world = Scripted::new([answer(), answer()]);
        let files = client(&world).files();
        let content = world.run(files.content("file-1")).unwrap();
        assert_eq!(content.meta().request_id(), Some("req_1"));
        let items = world.drain(content);
        assert_eq!(items[0].as_deref().unwrap(), b"{}\n");
        let error = items.last().unwrap().as_ref().err();
        assert_eq!(error.map(|error| error.kind()), end);
        assert_eq!(
            error.and_then(|error| error.request_id()),
            end.map(|_| "req_1")
        );
        assert_eq!(last_line(&world), "GET /v1/files/file-1/content");
        assert_eq!(
            world.requests()[0].headers.get("accept"),
            Some("application/binary")
        );
        let content = world.run(files.content("file-1")).unwrap();
        let whole = world.run(content.read_to_end());
        assert_eq!(
            whole.ok().as_deref(),
            end.is_none().then_some(&b"{}\n{}"[..])
        );
        assert_eq!(world.open_bodies(), 0);
    }
    let world = Scripted::new([Step::Answer(200, vec![], vec![Piece::Pause(5)])]);
    let content = world.run(client(&world).files().content("file-1")).unwrap();
    assert_eq!(world.open_bodies(), 1);
    drop(content);
    assert_eq!(world.open_bodies(), 0);
}

#[test]
fn any_endpoint_gives_text_bytes_or_events_on_request() {
    let plain = ("content-type", "text/plain");
    let world = Scripted::new([
        Step::Answer(200, vec![plain], vec![Piece::Bytes("hello")]),
        Step::Answer(200, vec![plain], vec![Piece::Bytes("hello")]),
        stream(&[event(&json!({"type": "response.completed"}))]),
    ]);
    let client = client(&world);
    assert_eq!(world.run(client.get("/x").text()).unwrap(), "hello");
    let bytes = world.run(client.get("/x").bytes()).unwrap();
    assert_eq!(world.run(bytes.read_to_end()).unwrap(), b"hello");
    let events = world
        .run(client.post("/responses", &json!({})).events::<Value>())
        .unwrap();
    let events = world.drain(events);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].as_ref().unwrap()["type"], "response.completed");
}
