//! The other endpoints: shapes, rules and refusals.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use support::{Answer, End, exchange, get, open, post, request, server};
use upstream::{Config, Handle, api::picture::Picture, start};

type Part<'a> = (&'a str, Option<&'a str>, Vec<u8>);

fn field<'a>(name: &'a str, value: &str) -> Part<'a> {
    (name, None, value.as_bytes().to_vec())
}

async fn form(server: &Handle, path: &str, parts: &[Part<'_>]) -> Answer {
    let mut body = Vec::new();
    for (name, filename, bytes) in parts {
        let filename = filename
            .map(|name| format!("; filename=\"{name}\""))
            .unwrap_or_default();
        let head =
            format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"{filename}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    let headers = "Content-Type: multipart/form-data; boundary=XX\r\n";
    exchange(server, &request("POST", path, headers, &body)).await
}

async fn delete(server: &Handle, path: &str) -> Answer {
    exchange(server, &request("DELETE", path, "", b"")).await
}

/// Asserts a refusal that names `param`.
fn refused(answer: &Answer, param: &str) {
    assert_eq!(answer.status, 400, "{param}: {}", answer.text());
    assert_eq!(answer.json()["error"]["param"], param, "{}", answer.text());
}

#[tokio::test]
async fn engines_are_the_models_under_their_old_name() {
    let server = server().await;
    let list = get(&server, "/v1/engines").await.json();
    let one = get(&server, "/v1/engines/stand-in-ngram-1").await.json();
    assert_eq!(list["data"][0], one);
    assert_eq!(
        (&one["object"], &one["ready"]),
        (&json!("engine"), &json!(true))
    );
    assert_eq!(get(&server, "/v1/engines/none").await.status, 404);
}

#[tokio::test]
async fn edits_mend_spelling() {
    let server = server().await;
    let body = json!({"model": "text-davinci-edit-001", "input": "What day of the wek is it?",
        "instruction": "Fix the spelling mistakes", "n": 2, "temperature": 0.5, "top_p": 1});
    let answer = post(&server, "/v1/edits", "", &body).await.json();
    assert_eq!(answer["object"], "edit");
    assert_eq!(
        answer["choices"][1],
        json!({"text": "What day of the week is it?", "index": 1})
    );
    assert!(answer["usage"]["total_tokens"].as_u64() > Some(10));
    let body = json!({"model": "text-davinci-edit-001", "input": "x"});
    refused(&post(&server, "/v1/edits", "", &body).await, "instruction");
}

#[tokio::test]
async fn images_are_pngs_of_the_asked_size_by_url_and_in_base64() {
    let server = server().await;
    let path = "/v1/images/generations";
    let body = json!({"prompt": "A cute baby sea otter", "n": 2, "size": "256x256"});
    let answer = post(&server, path, "", &body).await.json();
    let urls: Vec<&str> = answer["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|image| image["url"].as_str().unwrap())
        .collect();
    assert_eq!(urls.len(), 2);
    let mut pngs = Vec::new();
    for url in urls {
        let shown = get(&server, url.strip_prefix(&server.url()).unwrap()).await;
        assert_eq!(shown.header("content-type"), Some("image/png"));
        assert_eq!(Picture::read(&shown.body).unwrap().side(), 256);
        pngs.push(shown.body);
    }
    assert_ne!(pngs[0], pngs[1]);
    let body = json!({"prompt": "A cute baby sea otter", "size": "256x256", "response_format": "b64_json"});
    let answer = post(&server, path, "", &body).await.json();
    assert_eq!(
        STANDARD
            .decode(answer["data"][0]["b64_json"].as_str().unwrap())
            .unwrap(),
        pngs[0]
    );
    for (body, param) in [
        (json!({}), "prompt"),
        (json!({"prompt": "x".repeat(1001)}), "prompt"),
        (json!({"prompt": "x", "n": 11}), "n"),
        (json!({"prompt": "x", "size": "100x100"}), "size"),
        (
            json!({"prompt": "x", "response_format": "gif"}),
            "response_format",
        ),
    ] {
        refused(&post(&server, path, "", &body).await, param);
    }
}

#[tokio::test]
async fn an_edit_paints_only_where_the_mask_is_transparent() {
    let server = server().await;
    let image = Picture::paint(64, 1).png();
    // A mask without transparency keeps the whole image.
    let parts = vec![
        ("image", Some("a.png"), image.clone()),
        ("mask", Some("m.png"), Picture::paint(64, 2).png()),
        field("prompt", "a beret"),
        field("size", "256x256"),
        field("n", "1"),
        field("response_format", "b64_json"),
    ];
    let answer = form(&server, "/v1/images/edits", &parts).await.json();
    let png = STANDARD
        .decode(answer["data"][0]["b64_json"].as_str().unwrap())
        .unwrap();
    let expected =
        Picture::paint(256, 9).keep_behind(&Picture::paint(64, 1), &Picture::paint(64, 2));
    assert_eq!(png, expected.png());
    // The rules: PNG, square, transparency or a mask of the same size, a prompt.
    let with = |at: usize, part: Part<'static>| {
        let mut parts = parts.clone();
        parts[at] = part;
        parts
    };
    let opaque: Vec<_> = parts
        .iter()
        .filter(|part| part.0 != "mask")
        .cloned()
        .collect();
    for (parts, param) in [
        (
            with(0, ("image", Some("a.png"), b"GIF89a".to_vec())),
            "image",
        ),
        (with(0, field("image", "no file")), "image"),
        (with(0, ("image", Some("a.png"), vec![0; 4 << 20])), "image"),
        (
            with(1, ("mask", Some("m.png"), Picture::paint(32, 2).png())),
            "mask",
        ),
        (with(2, field("other", "x")), "prompt"),
        (with(4, field("n", "many")), "n"),
        (opaque, "image"),
    ] {
        refused(&form(&server, "/v1/images/edits", &parts).await, param);
    }
    let parts = [
        ("image", Some("a.png"), image),
        field("size", "256x256"),
        field("n", "2"),
    ];
    let answer = form(&server, "/v1/images/variations", &parts).await.json();
    assert_eq!(answer["data"].as_array().unwrap().len(), 2);
    let answer = post(&server, "/v1/images/edits", "", &json!({})).await;
    assert_eq!(answer.status, 415);
}

#[tokio::test]
async fn embeddings_are_unit_vectors_and_near_for_near_texts() {
    let server = server().await;
    let path = "/v1/embeddings";
    let model = "text-embedding-ada-002";
    let vectors = async |body: Value| {
        let answer = post(&server, path, "", &body).await.json();
        let data = answer["data"]
            .as_array()
            .unwrap_or_else(|| panic!("{answer}"))
            .clone();
        let vectors: Vec<Vec<f64>> = data
            .iter()
            .map(|entry| serde_json::from_value(entry["embedding"].clone()).unwrap())
            .collect();
        vectors
    };
    let texts = json!([
        "the sea is cold",
        "the sea is very cold",
        "flour water salt"
    ]);
    let all = vectors(json!({"model": model, "input": texts})).await;
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    for vector in &all {
        assert_eq!(vector.len(), 1536);
        assert!((dot(vector, vector) - 1.0).abs() < 1e-5);
    }
    assert!(dot(&all[0], &all[1]) > 0.7 && dot(&all[0], &all[2]) < 0.5);
    let tokens = upstream::lm::Model::train()
        .tokenizer
        .encode("the sea is cold");
    for input in [json!("the sea is cold"), json!(tokens), json!([tokens])] {
        assert_eq!(
            vectors(json!({"model": model, "input": input})).await[0],
            all[0]
        );
    }
    let body = json!({"model": model, "input": "the sea is cold", "encoding_format": "base64", "dimensions": 8});
    let answer = post(&server, path, "", &body).await.json();
    let bytes = STANDARD
        .decode(answer["data"][0]["embedding"].as_str().unwrap())
        .unwrap();
    assert_eq!(bytes.len(), 32);
    assert_eq!(answer["usage"]["prompt_tokens"], tokens.len());
    for (body, param) in [
        (json!({"model": model}), "input"),
        (json!({"model": model, "input": []}), "input"),
        (json!({"model": model, "input": ""}), "input"),
        (json!({"model": model, "input": {"a": 1}}), "input"),
        (
            json!({"model": model, "input": "x", "encoding_format": "hex"}),
            "encoding_format",
        ),
        (json!({"input": "x"}), "model"),
    ] {
        refused(&post(&server, path, "", &body).await, param);
    }
}

#[tokio::test]
async fn audio_comes_back_in_all_five_formats() {
    let server = server().await;
    let path = "/v1/audio/transcriptions";
    let parts = |format: &str| {
        vec![
            (
                "file",
                Some("a.mp3"),
                b"repeat: Hello there. Good bye.".to_vec(),
            ),
            field("model", "whisper-1"),
            field("response_format", format),
        ]
    };
    for (format, kind, expected) in [
        (
            "json",
            "application/json",
            "{\"text\":\"Hello there. Good bye.\"}",
        ),
        (
            "text",
            "text/plain; charset=utf-8",
            "Hello there. Good bye.\n",
        ),
        (
            "srt",
            "text/plain; charset=utf-8",
            "1\n00:00:00,000 --> 00:00:02,500\nHello there.\n\n2\n00:00:02,500 --> 00:00:05,000\nGood bye.\n\n",
        ),
        (
            "vtt",
            "text/plain; charset=utf-8",
            "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\nHello there.\n\n00:00:02.500 --> 00:00:05.000\nGood bye.\n\n",
        ),
    ] {
        let answer = form(&server, path, &parts(format)).await;
        assert_eq!(answer.header("content-type"), Some(kind));
        assert_eq!(answer.text(), expected);
    }
    let mut streamed = parts("json");
    streamed.push(field("stream", "true"));
    let answer = form(&server, path, &streamed).await;
    assert_eq!(
        answer.header("content-type"),
        Some("text/event-stream; charset=utf-8")
    );
    let text = answer.text();
    assert!(text.starts_with("data: {\"delta\":\"Hello \","), "{text}");
    assert_eq!(text.matches("data: ").count(), 5);
    assert!(text.contains("\"transcript.text.done\"") && !text.contains("[DONE]"));
    let answer = form(&server, path, &parts("verbose_json")).await.json();
    assert_eq!(answer["duration"], 5.0);
    assert_eq!(answer["segments"][1]["text"], "Good bye.");
    let sound = || ("file", Some("b.wav"), vec![0xFF, 0, 1]);
    let some = [
        sound(),
        field("model", "whisper-1"),
        field("temperature", "0.5"),
    ];
    let first = form(&server, "/v1/audio/translations", &some).await.json();
    assert!(first["text"].as_str().unwrap().len() > 20);
    assert_eq!(
        first,
        form(&server, "/v1/audio/translations", &some).await.json()
    );
    for (parts, param) in [
        (vec![field("model", "whisper-1")], "file"),
        (vec![sound()], "model"),
        (
            vec![
                ("file", Some("a.txt"), vec![1]),
                field("model", "whisper-1"),
            ],
            "file",
        ),
        (
            vec![
                sound(),
                field("model", "whisper-1"),
                field("response_format", "doc"),
            ],
            "response_format",
        ),
        (
            vec![
                sound(),
                field("model", "whisper-1"),
                field("temperature", "2"),
            ],
            "temperature",
        ),
    ] {
        refused(&form(&server, path, &parts).await, param);
    }
}

async fn upload(server: &Handle, purpose: &str, bytes: &[u8]) -> Answer {
    let parts = [
        field("purpose", purpose),
        ("file", Some("mydata.jsonl"), bytes.to_vec()),
    ];
    form(server, "/v1/files", &parts).await
}

const EXAMPLES: &[u8] =
    b"{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"prompt\": \"c\", \"completion\": \"d\"}\n";

#[tokio::test]
async fn files_are_kept_until_they_are_deleted() {
    let server = server().await;
    let file = upload(&server, "fine-tune", EXAMPLES).await.json();
    let id = file["id"].as_str().unwrap();
    assert_eq!(
        (&file["bytes"], &file["filename"]),
        (&json!(EXAMPLES.len()), &json!("mydata.jsonl"))
    );
    assert_eq!(
        get(&server, "/v1/files").await.json()["data"],
        json!([file])
    );
    assert_eq!(get(&server, &format!("/v1/files/{id}")).await.json(), file);
    assert_eq!(
        get(&server, &format!("/v1/files/{id}/content")).await.body,
        EXAMPLES
    );
    let deleted = delete(&server, &format!("/v1/files/{id}")).await.json();
    assert_eq!(
        deleted,
        json!({"id": id, "object": "file", "deleted": true})
    );
    for path in [format!("/v1/files/{id}"), format!("/v1/files/{id}/content")] {
        assert_eq!(get(&server, &path).await.status, 404);
    }
    for wrong in [&b"no json"[..], b"", b"{\"prompt\": 1}", b"\xFF"] {
        refused(&upload(&server, "fine-tune", wrong).await, "file");
    }
    assert_eq!(upload(&server, "search", b"anything").await.status, 200);
    refused(
        &form(&server, "/v1/files", &[field("purpose", "search")]).await,
        "file",
    );
    let parts = [("file", Some("a"), vec![1])];
    refused(&form(&server, "/v1/files", &parts).await, "purpose");
}

async fn tuning(step_ms: u64) -> (Handle, String) {
    let fine_tune_step = Duration::from_millis(step_ms);
    let server = start(Config {
        fine_tune_step,
        ..Config::default()
    })
    .await
    .unwrap();
    let file = upload(&server, "fine-tune", EXAMPLES).await.json();
    let body = json!({"training_file": file["id"], "n_epochs": 2, "suffix": "custom"});
    let job = post(&server, "/v1/fine-tunes", "", &body).await.json();
    assert_eq!(
        (&job["status"], &job["model"]),
        (&json!("pending"), &json!("curie"))
    );
    assert_eq!(job["hyperparams"]["n_epochs"], 2);
    assert_eq!(job["events"].as_array().unwrap().len(), 1);
    let id = job["id"].as_str().unwrap().to_owned();
    (server, id)
}

#[tokio::test]
async fn a_job_streams_its_events_and_leaves_a_model() {
    let (server, id) = tuning(5).await;
    let stream = get(&server, &format!("/v1/fine-tunes/{id}/events?stream=true")).await;
    assert_eq!(stream.end, End::Whole);
    let events = stream.events();
    let (done, events) = events.split_last().unwrap();
    assert_eq!(done, "[DONE]");
    let events: Vec<Value> = events
        .iter()
        .map(|event| serde_json::from_str(event).unwrap())
        .collect();
    let starts = [
        "Job enqueued",
        "Job started",
        "Completed epoch 1/2",
        "Completed epoch 2/2",
        "Uploaded snapshot",
        "Uploaded result files",
        "Job succeeded",
    ];
    assert_eq!(events.len(), starts.len());
    for (event, start) in events.iter().zip(starts) {
        assert!(
            event["message"].as_str().unwrap().starts_with(start),
            "{event}"
        );
        assert_eq!(event["object"], "fine-tune-event");
    }
    let listed = get(&server, &format!("/v1/fine-tunes/{id}/events"))
        .await
        .json();
    assert_eq!(listed["data"], json!(events));
    let job = get(&server, &format!("/v1/fine-tunes/{id}")).await.json();
    assert_eq!(job["status"], "succeeded");
    let result = job["result_files"][0]["id"].as_str().unwrap();
    assert!(
        get(&server, &format!("/v1/files/{result}/content"))
            .await
            .text()
            .starts_with("step,")
    );
    let model = job["fine_tuned_model"].as_str().unwrap();
    assert!(model.starts_with("curie:ft-custom-"));
    let body = json!({"model": model, "prompt": "Say this is a test"});
    let answer = post(&server, "/v1/completions", "", &body).await.json();
    assert_eq!(answer["model"], model);
    assert!(
        get(&server, "/v1/fine-tunes").await.json()["data"][0]
            .get("events")
            .is_none()
    );
    let deleted = delete(&server, &format!("/v1/models/{model}")).await.json();
    assert_eq!(
        deleted,
        json!({"id": model, "object": "model", "deleted": true})
    );
    assert_eq!(
        get(&server, &format!("/v1/models/{model}")).await.status,
        404
    );
    assert_eq!(
        delete(&server, "/v1/models/stand-in-ngram-1").await.status,
        403
    );
}

#[tokio::test]
async fn a_cancelled_job_ends_its_stream() {
    let (server, id) = tuning(60_000).await;
    let path = format!("/v1/fine-tunes/{id}/events?stream=true");
    let watching = get(&server, &path);
    let cancelling = async {
        get(&server, "/__control/wait?events=1&requests=3").await;
        let path = format!("/v1/fine-tunes/{id}/cancel");
        let answer = exchange(&server, &request("POST", &path, "", b"")).await;
        (
            answer.json(),
            exchange(&server, &request("POST", &path, "", b""))
                .await
                .status,
        )
    };
    let (stream, (job, again)) = tokio::join!(watching, cancelling);
    assert_eq!((&job["status"], again), (&json!("cancelled"), 400));
    let events = stream.events();
    assert!(events[1].contains("Job cancelled."));
    assert_eq!(events[2], "[DONE]");
}

#[tokio::test]
async fn a_client_that_leaves_a_live_stream_is_noticed() {
    let (server, id) = tuning(60_000).await;
    let path = format!("/v1/fine-tunes/{id}/events?stream=true");
    let stream = open(&server, &request("GET", &path, "", b"")).await;
    get(&server, "/__control/wait?events=1&requests=3").await;
    drop(stream);
    assert_eq!(get(&server, "/__control/wait?closed=1").await.status, 200);
}

#[tokio::test]
async fn a_wrong_job_is_refused_by_name() {
    let server = server().await;
    let tune = upload(&server, "fine-tune", EXAMPLES).await.json()["id"].clone();
    let other = upload(&server, "search", EXAMPLES).await.json()["id"].clone();
    for (body, param) in [
        (json!({}), "training_file"),
        (json!({"training_file": other}), "training_file"),
        (
            json!({"training_file": tune, "suffix": "x".repeat(41)}),
            "suffix",
        ),
        (json!({"training_file": tune, "n_epochs": 0}), "n_epochs"),
        (
            json!({"training_file": tune, "compute_classification_metrics": true}),
            "validation_file",
        ),
        (
            json!({"training_file": tune, "validation_file": tune, "compute_classification_metrics": true}),
            "classification_n_classes",
        ),
        (
            json!({"training_file": tune, "classification_betas": 1}),
            "classification_betas",
        ),
    ] {
        refused(&post(&server, "/v1/fine-tunes", "", &body).await, param);
    }
    let body = json!({"training_file": "file-none"});
    assert_eq!(post(&server, "/v1/fine-tunes", "", &body).await.status, 404);
    assert_eq!(get(&server, "/v1/fine-tunes/none").await.status, 404);
}

#[tokio::test]
async fn moderations_flag_the_documents_own_example() {
    let server = server().await;
    let body = json!({"input": ["I want to kill them.", "I want to bake bread."]});
    let answer = post(&server, "/v1/moderations", "", &body).await.json();
    assert_eq!(answer["model"], "text-moderation-001");
    let first = &answer["results"][0];
    assert_eq!(
        (&first["flagged"], &first["categories"]["violence"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(first["categories"]["hate/threatening"], true);
    assert!(first["category_scores"]["violence"].as_f64() > Some(0.8));
    assert_eq!(answer["results"][1]["flagged"], false);
    let body = json!({"input": [
        {"type": "text", "text": "I want to kill them."},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    ]});
    let answer = post(&server, "/v1/moderations", "", &body).await.json();
    assert_eq!(answer["results"].as_array().map(Vec::len), Some(1));
    assert_eq!(answer["results"][0]["flagged"], true);
    let body = json!({"input": [{"type": "sound"}]});
    refused(&post(&server, "/v1/moderations", "", &body).await, "input");
    refused(
        &post(&server, "/v1/moderations", "", &json!({})).await,
        "input",
    );
    refused(
        &post(&server, "/v1/moderations", "", &json!({"input": 1})).await,
        "input",
    );
    let body = json!({"input": "x", "model": "gpt"});
    refused(&post(&server, "/v1/moderations", "", &body).await, "model");
}
