//! One call of every endpoint, over real sockets.

use futures_util::{StreamExt, TryStreamExt};
use gloo_net::http::Request;
use openai_wasm::client::{Client, ErrorKind, RequestOptions};
use openai_wasm::transport::FetchTransport;
use openai_wasm::wire::Upload;
use openai_wasm::wire::audio::{AudioResponseFormat, TranscriptionRequest, TranslationRequest};
use openai_wasm::wire::completion::CompletionRequest;
use openai_wasm::wire::edit::EditRequest;
use openai_wasm::wire::embedding::{EmbeddingRequest, EncodingFormat};
use openai_wasm::wire::file::{FileListQuery, FileRequest};
use openai_wasm::wire::fine_tune::FineTuneRequest;
use openai_wasm::wire::image::{ImageEditRequest, ImageRequest, ImageSize, ImageVariationRequest};
use openai_wasm::wire::moderation::ModerationRequest;
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use super::builder;

const MODEL: &str = "stand-in-ngram-1";
const EXAMPLES: &str = "{\"prompt\":\"2+2=\",\"completion\":\"4\"}\n";

fn client() -> Client<FetchTransport> {
    builder().build().unwrap()
}

#[wasm_bindgen_test]
async fn models_and_engines_are_listed_and_described() {
    let client = client();
    let models = client.models().list().await.unwrap();
    let first = &models.data[0].id;
    assert_eq!(&client.models().retrieve(first).await.unwrap().id, first);
    let engines = client.engines().list().await.unwrap();
    let first = &engines.data[0].id;
    assert_eq!(&client.engines().retrieve(first).await.unwrap().id, first);
    let error = client.models().delete(MODEL).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Status, Some(403))
    );
    let error = client.models().retrieve("../files").await.unwrap_err();
    assert_eq!(error.status(), Some(404), "an id stays in its segment");
}

#[wasm_bindgen_test]
async fn a_completion_comes_whole_and_in_pieces() {
    let client = client();
    let mut asked = CompletionRequest::new(MODEL, "The sea");
    (asked.seed, asked.max_tokens, asked.temperature) = (Some(7), Some(8), Some(0.0));
    let whole = client.completions().create(&asked).await.unwrap();
    assert!(!whole.text().is_empty());
    let mut pieces = client.completions().stream(&asked).await.unwrap();
    while let Some(piece) = pieces.try_next().await.unwrap() {
        assert_eq!(piece.system_fingerprint, whole.system_fingerprint);
    }
    assert_eq!(pieces.text(), whole.text());
}

#[wasm_bindgen_test]
async fn edits_embeddings_and_moderations_are_answered() {
    let client = client();
    let edit = EditRequest::new(
        MODEL,
        "What day of the wek is it?",
        "Fix the spelling mistakes",
    );
    assert!(
        !client.edits().create(&edit).await.unwrap().choices[0]
            .text
            .is_empty()
    );
    let mut asked = EmbeddingRequest::new(MODEL, "The food was delicious");
    asked.dimensions = Some(4);
    let floats = client.embeddings().create(&asked).await.unwrap();
    asked.encoding_format = Some(EncodingFormat::Base64);
    let base64 = client.embeddings().create(&asked).await.unwrap();
    let floats = floats.data[0].embedding.floats().unwrap().into_owned();
    assert_eq!(floats.len(), 4);
    assert_eq!(base64.data[0].embedding.floats().unwrap().as_ref(), floats);
    let asked = ModerationRequest::new("I want to kill them.");
    assert!(client.moderations().create(&asked).await.unwrap().results[0].flagged);
}

#[wasm_bindgen_test]
async fn images_are_made_edited_and_varied() {
    let images = client().images();
    let mut asked = ImageRequest::new("A cute baby sea otter");
    asked.size = Some(ImageSize::Square256);
    let made = images.generate(&asked).await.unwrap().data.unwrap();
    let url = made[0].url.as_deref().unwrap();
    let png = Request::get(url)
        .send()
        .await
        .unwrap()
        .binary()
        .await
        .unwrap();
    assert!(png.starts_with(b"\x89PNG"));
    let png = || Upload {
        content_type: Some("image/png".to_owned()),
        ..Upload::new("otter.png", png.clone())
    };
    let mut edit = ImageEditRequest::new(png(), "A beret");
    (edit.mask, edit.size) = (Some(png()), Some(ImageSize::Square256));
    assert!(
        images.edit(&edit).await.unwrap().data.unwrap()[0]
            .url
            .is_some()
    );
    let mut vary = ImageVariationRequest::new(png());
    (vary.n, vary.size) = (Some(2), Some(ImageSize::Square256));
    assert_eq!(
        images
            .create_variation(&vary)
            .await
            .unwrap()
            .data
            .unwrap()
            .len(),
        2
    );
}

#[wasm_bindgen_test]
async fn audio_becomes_an_object_or_a_text_as_the_request_says() {
    let audio = client().audio();
    let sound = || Upload::new("audio.mp3", "repeat: Hello there");
    for (format, text) in [
        (None, "Hello there"),
        (Some(AudioResponseFormat::VerboseJson), "Hello there"),
        (Some(AudioResponseFormat::Text), "Hello there\n"),
    ] {
        let mut asked = TranscriptionRequest::new(sound(), "whisper-1");
        asked.response_format.clone_from(&format);
        let said = audio.transcriptions().create(&asked).await.unwrap();
        assert_eq!(said.text(), text, "{format:?}");
    }
    for (format, start) in [
        (AudioResponseFormat::Srt, "1\n00:00:00,000"),
        (AudioResponseFormat::Vtt, "WEBVTT"),
    ] {
        let mut asked = TranslationRequest::new(sound(), "whisper-1");
        asked.response_format = Some(format);
        let said = audio.translations().create(&asked).await.unwrap();
        assert!(said.text().starts_with(start), "{}", said.text());
    }
}

#[wasm_bindgen_test]
async fn a_file_is_uploaded_listed_streamed_and_deleted() {
    let files = client().files();
    // Larger than one network read, every byte value in it.
    let bytes: Vec<u8> = (0..300_000_u32).map(|n| (n % 256) as u8).collect();
    let asked = FileRequest::new(Upload::new("größe.bin", bytes.clone()), "user_data");
    let file = files.upload(&asked).await.unwrap();
    assert_eq!((file.filename.as_str(), file.bytes), ("größe.bin", 300_000));
    let listed: Vec<_> = files
        .list(&FileListQuery::default())
        .items()
        .try_collect()
        .await
        .unwrap();
    assert!(listed.iter().any(|listed| listed.id == file.id));
    assert_eq!(files.retrieve(&file.id).await.unwrap().id, file.id);

    let content = files.content(&file.id).await.unwrap();
    assert_eq!(content.read_to_end().await.unwrap(), bytes);
    assert!(files.delete(&file.id).await.unwrap().deleted);
    let error = files.content(&file.id).await.unwrap_err();
    assert_eq!(error.status(), Some(404));
}

#[wasm_bindgen_test]
async fn a_fine_tuning_job_is_followed_to_its_model() {
    let client = client();
    let asked = FileRequest::new(Upload::new("mydata.jsonl", EXAMPLES), "fine-tune");
    let file = client.files().upload(&asked).await.unwrap();
    let jobs = client.fine_tunes();
    let job = jobs.create(&FineTuneRequest::new(&file.id)).await.unwrap();
    let events: Vec<_> = jobs
        .stream_events(&job.id)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    let listed = jobs.list_events(&job.id).await.unwrap();
    assert!(events.len() > 2);
    assert_eq!(events.last(), listed.data.last());
    let job = jobs.retrieve(&job.id).await.unwrap();
    assert_eq!(job.status, "succeeded");
    let model = job.fine_tuned_model.unwrap();
    assert!(client.models().delete(&model).await.unwrap().deleted);

    let other = jobs.create(&FineTuneRequest::new(&file.id)).await.unwrap();
    assert_eq!(jobs.cancel(&other.id).await.unwrap().status, "cancelled");
    let ids: Vec<_> = jobs
        .list()
        .await
        .unwrap()
        .data
        .into_iter()
        .map(|job| job.id)
        .collect();
    assert!(ids.contains(&other.id));
}

#[wasm_bindgen_test]
async fn an_endpoint_without_a_method_is_reached_by_its_path() {
    let client = client();
    let models = client.get("/models").await.unwrap();
    assert_eq!(models["object"], "list");
    let asked = json!({"model": MODEL, "messages": [{"role": "user", "content": "Say this is a test"}], "stream": true});
    let mut events = client
        .post("/chat/completions", &asked)
        .events::<Value>()
        .await
        .unwrap();
    while let Some(event) = events.next().await {
        assert_eq!(event.unwrap()["object"], "chat.completion.chunk");
    }
    assert_eq!(events.text(), "This is a test!");
    let error = client.delete("/nowhere").await.unwrap_err();
    assert_eq!(error.status(), Some(404));
}

#[wasm_bindgen_test]
async fn the_head_of_an_answer_tells_of_the_request_and_the_limits() {
    let options = RequestOptions::new().header("x-fault", Some("account-headers"));
    let answer = client()
        .models()
        .list()
        .with(options)
        .with_meta()
        .await
        .unwrap();
    assert_eq!(answer.meta.status(), 200);
    assert!(answer.meta.headers().get("content-type").is_some());
}
