//! Requests as the wire types write them, for `tests/js/openapi.test.mjs`, which holds them against
//! OpenAI's OpenAPI description of June 2023 and sends them to the stand-in. Here the committed file
//! is held against the types.

use std::{env, fs};

use openai_wasm::wire::audio::{TranscriptionRequest, TranslationRequest};
use openai_wasm::wire::chat::ChatCompletionRequest;
use openai_wasm::wire::completion::CompletionRequest;
use openai_wasm::wire::edit::EditRequest;
use openai_wasm::wire::embedding::EmbeddingRequest;
use openai_wasm::wire::file::FileRequest;
use openai_wasm::wire::fine_tune::FineTuneRequest;
use openai_wasm::wire::form::{Form, FormField};
use openai_wasm::wire::image::{ImageEditRequest, ImageRequest, ImageVariationRequest};
use openai_wasm::wire::moderation::ModerationRequest;
use openai_wasm::wire::{TextInput, Upload};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const MODEL: &str = "stand-in-ngram-1";

/// A body as its type writes it. The type must know every field of it by name.
fn body<T: DeserializeOwned + Serialize + std::fmt::Debug>(operation: &str, body: Value) -> Value {
    let request: T = serde_json::from_value(body).unwrap();
    let shown = format!("{request:?}");
    let unknown = shown
        .split("extra: {")
        .skip(1)
        .find(|rest| !rest.starts_with('}'));
    assert_eq!(unknown, None, "{operation}");
    json!({"operation": operation, "json": request})
}

fn form(operation: &str, request: &impl Form) -> Value {
    let field = |field| match field {
        FormField::Text { name, value } => json!([name, value]),
        FormField::File { name, file } => json!([name, {"filename": file.filename}]),
        other => panic!("{other:?}"),
    };
    let fields: Vec<Value> = request.fields().unwrap().into_iter().map(field).collect();
    json!({"operation": operation, "form": fields})
}

fn texts() -> Vec<Value> {
    let completion = |more: Value| body::<CompletionRequest>("createCompletion", more);
    let mut requests: Vec<Value> = [
        json!("Say this is a test"),
        json!(["Say this", "is a test"]),
        json!([83, 97, 121]),
        json!([[83, 97], [121]]),
    ]
    .into_iter()
    .map(|prompt| completion(json!({"model": MODEL, "prompt": prompt, "max_tokens": 2})))
    .collect();
    requests.push(completion(json!({
        "model": MODEL, "prompt": "Say this is a test", "suffix": "!", "max_tokens": 7,
        "temperature": 0.5, "top_p": 0.9, "n": 2, "stream": false, "logprobs": 2, "echo": true,
        "stop": ["\n", "end"], "presence_penalty": 0.5, "frequency_penalty": -0.5, "best_of": 3,
        "logit_bias": {"50256": -100}, "user": "user-1234",
    })));
    requests.push(body::<ChatCompletionRequest>(
        "createChatCompletion",
        json!({
            "model": MODEL,
            "messages": [
                {"role": "system", "content": "Be short."},
                {"role": "user", "content": "How warm is it?", "name": "otter"},
                {"role": "assistant", "content": "",
                 "function_call": {"name": "get_weather", "arguments": "{}"}},
                {"role": "function", "name": "get_weather", "content": "20 degrees"},
            ],
            "functions": [{"name": "get_weather", "description": "The weather",
                           "parameters": {"type": "object", "properties": {}}}],
            "function_call": "auto", "temperature": 1, "top_p": 1, "n": 2, "stream": false,
            "stop": "end", "max_tokens": 16, "presence_penalty": 2, "frequency_penalty": -2,
            "logit_bias": {"50256": -100}, "user": "user-1234",
        }),
    ));
    requests.push(body::<ChatCompletionRequest>("createChatCompletion", json!({
        "model": MODEL,
        "messages": [{"role": "user", "content": "Say this is a test"}],
        "functions": [{"name": "get_weather", "parameters": {"type": "object", "properties": {}}}],
        "function_call": {"name": "get_weather"}, "stop": ["end"],
    })));
    requests.push(body::<EditRequest>(
        "createEdit",
        json!({
            "model": "text-davinci-edit-001", "input": "What day of the wek is it?",
            "instruction": "Fix the spelling mistakes", "n": 2, "temperature": 0, "top_p": 1,
        }),
    ));
    for input in [json!("I want to kill them."), json!(["one", "two"])] {
        let more = json!({"input": input, "model": "text-moderation-latest"});
        requests.push(body::<ModerationRequest>("createModeration", more));
    }
    for input in [
        TextInput::Text("The food was delicious".to_owned()),
        TextInput::Texts(vec!["one".to_owned(), "two".to_owned()]),
        TextInput::Tokens(vec![83, 97]),
        TextInput::TokenLists(vec![vec![83], vec![97]]),
    ] {
        let mut request = EmbeddingRequest::new("text-embedding-ada-002", input);
        request.user = Some("user-1234".to_owned());
        requests.push(json!({"operation": "createEmbedding", "json": request}));
    }
    requests
}

fn images_audio_and_files() -> Vec<Value> {
    let upload = |name: &str| Upload::new(name, *b"content");
    let mut edit = ImageEditRequest::new(upload("otter.png"), "A cute baby sea otter");
    edit.mask = Some(upload("mask.png"));
    let mut variation = ImageVariationRequest::new(upload("otter.png"));
    let mut generation = ImageRequest::new("A cute baby sea otter");
    macro_rules! all {
        ($($request:ident)*) => {$(
            $request.n = Some(2);
            $request.size = Some("256x256".into());
            $request.response_format = Some("b64_json".into());
            $request.user = Some("user-1234".to_owned());
        )*};
    }
    all!(edit variation generation);
    let mut transcription = TranscriptionRequest::new(upload("audio.mp3"), "whisper-1");
    transcription.prompt = Some("Otters".to_owned());
    transcription.response_format = Some("json".into());
    transcription.temperature = Some(0.5);
    transcription.language = Some("en".to_owned());
    let mut translation = TranslationRequest::new(upload("german.m4a"), "whisper-1");
    translation.prompt = Some("Otters".to_owned());
    translation.response_format = Some("json".into());
    translation.temperature = Some(0.0);
    vec![
        json!({"operation": "createImage", "json": generation}),
        form("createImageEdit", &edit),
        form("createImageVariation", &variation),
        form("createTranscription", &transcription),
        form("createTranslation", &translation),
        form(
            "createFile",
            &FileRequest::new(upload("mydata.jsonl"), "fine-tune"),
        ),
        body::<FineTuneRequest>(
            "createFineTune",
            json!({
                "training_file": "{file_id}", "validation_file": "{file_id}", "model": "curie",
                "n_epochs": 4, "batch_size": 4, "learning_rate_multiplier": 0.1,
                "prompt_loss_weight": 0.01, "compute_classification_metrics": true,
                "classification_n_classes": 2, "classification_positive_class": " yes",
                "classification_betas": [0.5, 1, 1.5], "suffix": "custom-model-name",
            }),
        ),
    ]
}

#[test]
fn the_committed_requests_are_what_the_types_write() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/openapi/requests.json"
    );
    let requests = [texts(), images_audio_and_files()].concat();
    if env::var_os("UPDATE_REQUESTS").is_some() {
        let lines: Vec<String> = requests.iter().map(Value::to_string).collect();
        fs::write(path, format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        serde_json::from_str::<Vec<Value>>(&committed).is_ok_and(|found| found == requests),
        "{path} is not what the types write. Rewrite it with: \
         UPDATE_REQUESTS=1 cargo test --test native openapi"
    );
}
