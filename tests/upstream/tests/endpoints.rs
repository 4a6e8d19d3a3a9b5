//! Engines, edits, images, embeddings, audio and moderations: shapes, rules and refusals.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use support::forms::{Part, field, form, refused};
use support::{get, post, server};
use upstream::api::picture::Picture;

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
