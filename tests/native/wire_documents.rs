//! The documents' own examples: every one is read, every field of it is known by name, and it is
//! written back as it was.

use openai_wasm::wire::{
    audio, chat, completion, edit, embedding, engine, file, fine_tune, image, model, moderation,
    speech,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads a body and writes it back; an error says what is wrong with it.
fn round_trip<T: DeserializeOwned + Serialize + std::fmt::Debug>(
    body: &Value,
) -> Result<Value, String> {
    let object: T = serde_json::from_str(&body.to_string()).map_err(|error| error.to_string())?;
    let debug = format!("{object:?}");
    if let Some(unknown) = debug
        .split("extra: {")
        .skip(1)
        .find(|tail| !tail.starts_with('}'))
    {
        return Err(format!("not known by name: {unknown:.60}"));
    }
    Ok(json(&object))
}

fn round_trip_of(kind: &str, body: &Value) -> Result<Value, String> {
    macro_rules! kinds {
        ($($module:ident { $($name:ident),* })*) => {
            match kind {
                $($(stringify!($name) => round_trip::<$module::$name>(body),)*)*
                _ => Err(format!("no type {kind}")),
            }
        };
    }
    kinds! {
        chat { ChatCompletionRequest, ChatCompletion, ChatCompletionChunk }
        completion { CompletionRequest, Completion }
        edit { EditRequest, Edit }
        image { ImageRequest, ImagesResponse, ImageStreamEvent }
        embedding { EmbeddingRequest, EmbeddingList }
        audio {
            Transcription, TranscriptionVerbose, TranscriptionDiarized, TranscriptionStreamEvent,
            Translation
        }
        file { FileList, FileObject, FileDeleted }
        fine_tune { FineTuneRequest, FineTune, FineTuneList, FineTuneEventList }
        model { Model, ModelList, ModelDeleted }
        speech { SpeechStreamEvent }
        moderation { ModerationRequest, ModerationResponse }
        engine { Engine, EngineList }
    }
}

/// What differs, by path. A `null` and an absent member are one, `1` and `1.0` are one number;
/// what a response adds for a member that it promises must be empty.
pub(crate) fn difference(before: &Value, after: &Value, adds: bool, path: &str) -> Vec<String> {
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            let names = a
                .keys()
                .chain(b.keys().filter(|name| !a.contains_key(*name)));
            let null = Value::Null;
            names
                .flat_map(|name| {
                    let (a, b) = (a.get(name).unwrap_or(&null), b.get(name).unwrap_or(&null));
                    difference(a, b, adds, &format!("{path}/{name}"))
                })
                .collect()
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b)
            .enumerate()
            .flat_map(|(at, (a, b))| difference(a, b, adds, &format!("{path}/{at}")))
            .collect(),
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => Vec::new(),
        (Value::Null, added) if adds && is_empty(added) => Vec::new(),
        (a, b) if a == b => Vec::new(),
        (a, b) => vec![format!("{path}: {a} became {b}")],
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.values().all(is_empty),
        Value::Bool(true) => false,
    }
}

fn examples() -> Vec<(String, String, Value)> {
    let text = include_str!("../fixtures/wire/documents.json");
    let examples: Vec<Value> = serde_json::from_str(text).unwrap();
    let text = |example: &Value, name: &str| example[name].as_str().unwrap().to_owned();
    examples
        .iter()
        .map(|e| (text(e, "source"), text(e, "type"), e["body"].clone()))
        .collect()
}

/// The body of this type in the documents' own example of `place`.
pub(crate) fn example(place: &str, kind: &str) -> Value {
    let place = format!("API reference 2023-b, {place}");
    let mut examples = examples().into_iter();
    let found = examples.find(|(source, of, _)| *source == place && of == kind);
    found.unwrap_or_else(|| panic!("{place} has no {kind}")).2
}

#[test]
fn every_example_of_the_documents_is_read_known_by_name_and_written_back() {
    let mut faults = Vec::new();
    let examples = examples();
    assert!(examples.len() > 60);
    for (source, kind, body) in &examples {
        match round_trip_of(kind, body) {
            Ok(after) => {
                let adds = !kind.ends_with("Request");
                for difference in difference(body, &after, adds, "") {
                    faults.push(format!("{source} ({kind}): {difference}"));
                }
            }
            Err(error) => faults.push(format!("{source} ({kind}): {error}")),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn an_example_with_a_field_that_no_document_has_is_told_apart() {
    let body = serde_json::json!({"id": "m", "object": "model", "owner": "o"});
    assert!(round_trip_of("Model", &body).unwrap_err().contains("owner"));
    assert!(round_trip_of("Model", &serde_json::json!([])).is_err());
    let changed = serde_json::json!({"id": "n"});
    assert_eq!(difference(&body, &changed, true, "").len(), 3);
}

#[test]
fn a_field_that_no_document_has_survives_at_every_depth_of_every_example() {
    fn mark(value: &mut Value) {
        match value {
            Value::Object(object) => {
                object.values_mut().for_each(mark);
                object.insert(
                    "added_tomorrow".to_owned(),
                    serde_json::json!({"x": [1, "2"]}),
                );
            }
            Value::Array(list) => list.iter_mut().for_each(mark),
            _ => {}
        }
    }
    let mut faults = Vec::new();
    for (source, kind, body) in examples() {
        // Maps by category hold one type of value; a stranger among them is kept as well, and
        // the whole map with it.
        let mut marked = body;
        mark(&mut marked);
        let after = match kind.as_str() {
            "ChatCompletion" => written::<chat::ChatCompletion>(&marked),
            "ChatCompletionChunk" => written::<chat::ChatCompletionChunk>(&marked),
            "ChatCompletionRequest" => written::<chat::ChatCompletionRequest>(&marked),
            "Completion" => written::<completion::Completion>(&marked),
            "CompletionRequest" => written::<completion::CompletionRequest>(&marked),
            "EmbeddingList" => written::<embedding::EmbeddingList>(&marked),
            "FineTune" => written::<fine_tune::FineTune>(&marked),
            "FileList" => written::<file::FileList>(&marked),
            "ImagesResponse" => written::<image::ImagesResponse>(&marked),
            "ModelList" => written::<model::ModelList>(&marked),
            "ModerationResponse" => written::<moderation::ModerationResponse>(&marked),
            "ModerationRequest" => written::<moderation::ModerationRequest>(&marked),
            "TranscriptionStreamEvent" => written::<audio::TranscriptionStreamEvent>(&marked),
            _ => continue,
        };
        for difference in difference(&marked, &after, true, "") {
            faults.push(format!("{source} ({kind}): {difference}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn written<T: DeserializeOwned + Serialize>(body: &Value) -> Value {
    json(&serde_json::from_value::<T>(body.clone()).unwrap())
}

/// What is written, as text: a `Value` would show a 32-bit float with the digits of a 64-bit one.
fn json<T: Serialize>(object: &T) -> Value {
    serde_json::from_str(&serde_json::to_string(object).unwrap()).unwrap()
}
