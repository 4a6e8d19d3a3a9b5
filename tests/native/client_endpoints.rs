//! Every endpoint's method: what it sends, and what it makes of the answer.

use openai_wasm::client::{Client, ErrorKind};
use openai_wasm::transport::Method;
use openai_wasm::wire::Upload;
use openai_wasm::wire::audio::{AudioResponseFormat, TranscriptionRequest, TranslationRequest};
use openai_wasm::wire::file::{FileListQuery, FileRequest};
use openai_wasm::wire::image::{ImageEditRequest, ImageVariationRequest};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::support::{Piece, Scripted, Sent, Step};
use crate::wire_documents::{difference, example};

const JSON: (&str, &str) = ("content-type", "application/json");

pub fn client(world: &Scripted) -> Client<Scripted> {
    Client::with_transport(world.clone())
        .proxy_url("/v1")
        .unwrap()
        .build()
        .unwrap()
}

pub fn answer(body: &Value) -> Step {
    let body: &'static str = body.to_string().leak();
    Step::Answer(200, vec![JSON], vec![Piece::Bytes(body)])
}

fn request<R: DeserializeOwned>(body: &Value) -> R {
    serde_json::from_value(body.clone()).unwrap()
}

/// Runs a call to its end and gives its answer as JSON.
macro_rules! run {
    ($call:expr) => {
        move |world: &Scripted, client: &Client<Scripted>| {
            let call = $call;
            value(&world.run(call(client)).unwrap())
        }
    };
}

fn value(answer: &impl Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(answer).unwrap()).unwrap()
}

/// An endpoint: how it is called, what it must send, and the document's own answer.
struct Row {
    call: Box<Run>,
    line: &'static str,
    sends: Option<Sent>,
    answer: Value,
}

type Run = dyn Fn(&Scripted, &Client<Scripted>) -> Value;

fn row(
    line: &'static str,
    sends: Option<Sent>,
    answer: Value,
    call: impl Fn(&Scripted, &Client<Scripted>) -> Value + 'static,
) -> Row {
    Row {
        call: Box::new(call),
        line,
        sends,
        answer,
    }
}

/// A row whose request is the document's own example, which has to go out as it stands there.
macro_rules! documented {
    ($line:literal, $place:literal, $request:literal -> $answer:literal, $client:ident, $params:ident => $call:expr) => {{
        let body = example($place, $request);
        let sends = Some(Sent::Text(body.to_string()));
        row(
            $line,
            sends,
            example($place, $answer),
            run!(|$client: &Client<Scripted>| {
                let $params = request(&body);
                $call
            }),
        )
    }};
}

fn form(fields: &[&str]) -> Option<Sent> {
    Some(Sent::Form(
        fields.iter().map(|&field| field.to_owned()).collect(),
    ))
}

fn png() -> Upload {
    Upload {
        content_type: Some("image/png".to_owned()),
        ..Upload::new("otter.png", "PNG")
    }
}

fn sound() -> Upload {
    Upload::new("audio.mp3", "ID3")
}

fn rows() -> Vec<Row> {
    const JOB: &str = "ft-AF1WoRqd3aJAHsqc9NY7iL8F";
    let images = json!({"created": 1, "data": [{"url": "https://example.com/1.png"}]});
    let budget = json!({
        "object": "budget",
        "currency": "usd",
        "limits": [
            {"window": "day", "limit": 0.5, "spent": 0.25, "held": 0.125, "left": 0.125, "resets_at": 7},
            {"window": "lifetime", "limit": 9.0, "spent": 0.0, "held": 0.0, "left": 9.0}
        ],
        "everyone": {"exhausted": false}
    });
    vec![
        row(
            "GET /v1/budget",
            None,
            budget,
            run!(|client: &Client<Scripted>| client.budget()),
        ),
        row(
            "GET /v1/models",
            None,
            example("/models", "ModelList"),
            run!(|c: &Client<_>| c.models().list()),
        ),
        row(
            "GET /v1/models/text-davinci-003",
            None,
            example("/models/{model}", "Model"),
            run!(|c: &Client<_>| c.models().retrieve("text-davinci-003")),
        ),
        row(
            "DELETE /v1/models/curie%3Aft-acmeco-2021-03-03-21-44-20",
            None,
            example("/models/{model}", "ModelDeleted"),
            run!(|c: &Client<_>| c.models().delete("curie:ft-acmeco-2021-03-03-21-44-20")),
        ),
        row(
            "GET /v1/engines",
            None,
            example("/engines", "EngineList"),
            run!(|c: &Client<_>| c.engines().list()),
        ),
        row(
            "GET /v1/engines/text-davinci-003",
            None,
            example("/engines/{engine_id}", "Engine"),
            run!(|c: &Client<_>| c.engines().retrieve("text-davinci-003")),
        ),
        documented!("POST /v1/completions", "/completions", "CompletionRequest" -> "Completion",
            c, params => c.completions().create(&params)),
        documented!("POST /v1/chat/completions", "/chat/completions", "ChatCompletionRequest" -> "ChatCompletion",
            c, params => c.chat().create(&params)),
        documented!("POST /v1/edits", "/edits", "EditRequest" -> "Edit", c, params => c.edits().create(&params)),
        row(
            "POST /v1/images/generations",
            Some(Sent::Text(
                example("/images/generations", "ImageRequest").to_string(),
            )),
            images.clone(),
            run!(|c: &Client<_>| c
                .images()
                .generate(&request(&example("/images/generations", "ImageRequest")))),
        ),
        row(
            "POST /v1/images/edits",
            form(&[
                "image=@otter.png;image/png;PNG",
                "mask=@otter.png;image/png;PNG",
                "n=2",
                "prompt=A beret",
            ]),
            images.clone(),
            run!(|c: &Client<_>| {
                let mut edit = ImageEditRequest::new(png(), "A beret");
                (edit.mask, edit.n, edit.stream) = (Some(png()), Some(2), Some(true));
                c.images().edit(&edit)
            }),
        ),
        row(
            "POST /v1/images/variations",
            form(&["image=@otter.png;image/png;PNG"]),
            images,
            run!(|c: &Client<_>| c
                .images()
                .create_variation(&ImageVariationRequest::new(png()))),
        ),
        row(
            "POST /v1/embeddings",
            Some(Sent::Text(
                example("/embeddings", "EmbeddingRequest").to_string(),
            )),
            json!({"object": "list", "data": [{"object": "embedding", "embedding": [0.5], "index": 0}], "model": "m",
                   "usage": {"prompt_tokens": 8, "total_tokens": 8}}),
            run!(|c: &Client<_>| c
                .embeddings()
                .create(&request(&example("/embeddings", "EmbeddingRequest")))),
        ),
        row(
            "POST /v1/audio/transcriptions",
            form(&["file=@audio.mp3;;ID3", "model=whisper-1"]),
            example("/audio/transcriptions", "Transcription"),
            |world, c| {
                let asked = TranscriptionRequest::new(sound(), "whisper-1");
                let answer = world
                    .run(c.audio().transcriptions().create(&asked))
                    .unwrap();
                json!({"text": answer.text()})
            },
        ),
        row(
            "POST /v1/audio/translations",
            form(&["file=@audio.mp3;;ID3", "model=whisper-1"]),
            example("/audio/translations", "Transcription"),
            move |world, c| {
                let asked = TranslationRequest::new(sound(), "whisper-1");
                json!({"text": world.run(c.audio().translations().create(&asked)).unwrap().text()})
            },
        ),
        row(
            "GET /v1/files?limit=2&purpose=fine-tune",
            None,
            example("/files", "FileList"),
            run!(|c: &Client<_>| {
                let mut query = FileListQuery::default();
                (query.limit, query.purpose) = (Some(2), Some("fine-tune".to_owned()));
                c.files().list(&query)
            }),
        ),
        row(
            "POST /v1/files",
            form(&["file=@mydata.jsonl;;{}", "purpose=fine-tune"]),
            example("/files", "FileObject"),
            run!(|c: &Client<_>| c.files().upload(&FileRequest::new(
                Upload::new("mydata.jsonl", "{}"),
                "fine-tune"
            ))),
        ),
        row(
            "GET /v1/files/file-XjGxS3KTG0uNmNOK362iJua3",
            None,
            example("/files/{file_id}", "FileObject"),
            run!(|c: &Client<_>| c.files().retrieve("file-XjGxS3KTG0uNmNOK362iJua3")),
        ),
        row(
            "DELETE /v1/files/file-XjGxS3KTG0uNmNOK362iJua3",
            None,
            example("/files/{file_id}", "FileDeleted"),
            run!(|c: &Client<_>| c.files().delete("file-XjGxS3KTG0uNmNOK362iJua3")),
        ),
        documented!("POST /v1/fine-tunes", "/fine-tunes", "FineTuneRequest" -> "FineTune",
            c, params => c.fine_tunes().create(&params)),
        row(
            "GET /v1/fine-tunes",
            None,
            example("/fine-tunes", "FineTuneList"),
            run!(|c: &Client<_>| c.fine_tunes().list()),
        ),
        row(
            "GET /v1/fine-tunes/ft-AF1WoRqd3aJAHsqc9NY7iL8F",
            None,
            example("/fine-tunes/{fine_tune_id}", "FineTune"),
            run!(|c: &Client<_>| c.fine_tunes().retrieve(JOB)),
        ),
        row(
            "POST /v1/fine-tunes/ft-AF1WoRqd3aJAHsqc9NY7iL8F/cancel",
            None,
            example("/fine-tunes/{fine_tune_id}/cancel", "FineTune"),
            run!(|c: &Client<_>| c.fine_tunes().cancel(JOB)),
        ),
        row(
            "GET /v1/fine-tunes/ft-AF1WoRqd3aJAHsqc9NY7iL8F/events",
            None,
            example("/fine-tunes/{fine_tune_id}/events", "FineTuneEventList"),
            run!(|c: &Client<_>| c.fine_tunes().list_events(JOB)),
        ),
        row(
            "POST /v1/moderations",
            Some(Sent::Text(
                json!({"input": "I want to kill them."}).to_string(),
            )),
            example("/moderations", "ModerationResponse"),
            run!(|c: &Client<_>| c
                .moderations()
                .create(&request(&json!({"input": "I want to kill them."})))),
        ),
        row(
            "GET /v1/batches?limit=1",
            None,
            json!({"data": [{"id": "b"}]}),
            run!(|c: &Client<_>| c.get("/batches?limit=1")),
        ),
        row(
            "POST /v1/responses",
            Some(Sent::Text(json!({"input": "hi"}).to_string())),
            json!({"output": []}),
            run!(|c: &Client<_>| c.post("/responses", &json!({"input": "hi"}))),
        ),
        row(
            "PUT /v1/x",
            Some(Sent::Text("[1]".to_owned())),
            json!(1),
            run!(|c: &Client<_>| c.put("/x", &[1])),
        ),
        row(
            "PATCH /v1/x",
            Some(Sent::Text("null".to_owned())),
            json!("y"),
            run!(|c: &Client<_>| c.patch("/x", &Value::Null)),
        ),
        row(
            "DELETE /v1/x",
            None,
            json!(null),
            run!(|c: &Client<_>| c.delete("/x")),
        ),
        row(
            "DELETE /v1/x",
            Some(Sent::Text("{}".to_owned())),
            json!([]),
            run!(|c: &Client<_>| c.request(Method::Delete, "/x", Some(&json!({})))),
        ),
        row(
            "POST /v1/uploads",
            form(&["file=@a;;x", "purpose=batch"]),
            json!({}),
            run!(|c: &Client<_>| c.post_form(
                "/uploads",
                &FileRequest::new(Upload::new("a", "x"), "batch")
            )),
        ),
    ]
}

/// The line of each method that has an endpoint of its own.
pub fn lines() -> Vec<String> {
    let lines = rows().into_iter().map(|row| row.line.to_owned());
    lines.filter(|line| !line.ends_with("/v1/x")).collect()
}

#[test]
fn every_method_sends_its_line_and_body_and_reads_the_documents_answer() {
    for row in rows() {
        let world = Scripted::new([answer(&row.answer)]);
        let said = (row.call)(&world, &client(&world));
        let [sent] = &world.requests()[..] else {
            panic!("{}: one request", row.line)
        };
        assert_eq!(format!("{} {}", sent.method.as_str(), sent.url), row.line);
        let content_type = match (&row.sends, &sent.payload) {
            (Some(Sent::Text(expected)), Some(sent)) => {
                let expected: Value = serde_json::from_str(expected).unwrap();
                assert_eq!(
                    difference(&expected, &sent.json(), false, ""),
                    [""; 0],
                    "{}",
                    row.line
                );
                Some("application/json")
            }
            // The platform writes it, boundary and all.
            (expected, sent) => {
                assert_eq!(expected, sent, "{}", row.line);
                None
            }
        };
        assert_eq!(
            sent.headers.get("content-type"),
            content_type,
            "{}",
            row.line
        );
        assert_eq!(
            sent.headers.get("accept"),
            Some("application/json"),
            "{}",
            row.line
        );
        assert_eq!(
            difference(&row.answer, &said, true, ""),
            [""; 0],
            "{}",
            row.line
        );
        assert_eq!(world.open_bodies(), 0, "{}", row.line);
    }
}

#[test]
fn text_formats_of_audio_come_back_as_strings_and_the_others_as_objects() {
    const SRT: &str = "1\n00:00:00,000 --> 00:00:01,000\nHello\n\n";
    let plain = ("content-type", "text/plain; charset=utf-8");
    for (format, kind, body, text) in [
        (Some("text"), plain, "Hello\n", "Hello\n"),
        (Some("srt"), plain, SRT, SRT),
        (Some("vtt"), plain, "WEBVTT\n", "WEBVTT\n"),
        // A text that looks like JSON stays a text.
        (
            Some("text"),
            JSON,
            r#"{"text":"Hello"}"#,
            r#"{"text":"Hello"}"#,
        ),
        (None, JSON, r#"{"text":"Hello"}"#, "Hello"),
        (Some("json"), JSON, r#"{"text":"Hello"}"#, "Hello"),
        (
            Some("verbose_json"),
            JSON,
            r#"{"text":"Hello","duration":1.5}"#,
            "Hello",
        ),
        (Some("diarized_json"), JSON, r#"{"text":"Hello"}"#, "Hello"),
        (Some("tomorrow"), JSON, r#"{"text":"Hello"}"#, "Hello"),
        (Some("tomorrow"), plain, "Hello", "Hello"),
    ] {
        let step = || Step::Answer(200, vec![kind], vec![Piece::Bytes(body)]);
        let world = Scripted::new([step(), step()]);
        let audio = client(&world).audio();
        let mut asked = TranscriptionRequest::new(sound(), "whisper-1");
        asked.response_format = format.map(AudioResponseFormat::from);
        let said = world.run(audio.transcriptions().create(&asked)).unwrap();
        assert_eq!(said.text(), text, "{format:?}");
        let mut asked = TranslationRequest::new(sound(), "whisper-1");
        asked.response_format = format.map(AudioResponseFormat::from);
        assert_eq!(
            world
                .run(audio.translations().create(&asked))
                .unwrap()
                .text(),
            text,
            "{format:?}"
        );
    }
    let world = Scripted::new([Step::Answer(
        200,
        vec![("content-type", "text/html")],
        vec![Piece::Bytes("<p>")],
    )]);
    let asked = TranslationRequest::new(sound(), "whisper-1");
    let error = world
        .run(client(&world).audio().translations().create(&asked))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "an object was expected");
}
