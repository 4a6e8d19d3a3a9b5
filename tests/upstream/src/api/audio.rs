//! Audio: transcriptions and translations, in all five formats, transcriptions as events too. The
//! words do not come from the sound, but the same file always has the same words.

use axum::{
    Json, Router,
    extract::{Request, State},
    http::header,
    response::{IntoResponse, Response},
    routing::post,
};
use futures_util::stream;
use serde_json::{Value, json};

use super::{answer, form::Form, models, sse};
use crate::{
    error::ApiError,
    lm::{
        generation::{Generation, Options},
        sampler::hash,
    },
    server::AppState,
};

const DOCUMENTED: [&str; 1] = ["whisper-1"];
const FORMATS: [&str; 5] = ["json", "text", "srt", "verbose_json", "vtt"];
const EXTENSIONS: [&str; 7] = ["mp3", "mp4", "mpeg", "mpga", "m4a", "wav", "webm"];
/// Length of each sentence, in seconds.
const SECONDS: f64 = 2.5;

/// Routes of this endpoint.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/audio/transcriptions", post(transcribe))
        .route("/v1/audio/translations", post(translate))
}

async fn transcribe(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let form = Form::read(request).await?;
    let language = form.params.string("language")?.unwrap_or("en").to_owned();
    hear(&state, &form, "transcribe", &language)
}

async fn translate(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let form = Form::read(request).await?;
    hear(&state, &form, "translate", "english")
}

fn hear(state: &AppState, form: &Form, task: &str, language: &str) -> Result<Response, ApiError> {
    let file = form.required_file("file")?;
    let params = &form.params;
    models::known_or(state, params.required_string("model")?, &DOCUMENTED)?;
    let format = params
        .one_of("response_format", &FORMATS)?
        .unwrap_or("json");
    params.number("temperature", 0.0..=1.0)?;
    params.string("prompt")?;
    let extension = file
        .filename
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_lowercase();
    if !EXTENSIONS.contains(&extension.as_str()) {
        return Err(ApiError::invalid(
            "file",
            format!(
                "Unrecognized file format. Supported formats: {}.",
                EXTENSIONS.join(", ")
            ),
        ));
    }
    if file.bytes.is_empty() {
        return Err(ApiError::invalid("file", "Audio file is too short."));
    }
    let said = match std::str::from_utf8(&file.bytes)
        .ok()
        .and_then(answer::fixed)
    {
        Some(said) => said,
        None => {
            let options = Options {
                max_tokens: 120,
                seed: hash(&file.bytes),
                ..Options::default()
            };
            Generation::new(state.model.clone(), options)
                .map(|piece| piece.text)
                .collect()
        }
    };
    // A form has only text. Translations know no such field.
    if task == "transcribe" && params.one_of("stream", &["true", "false"])? == Some("true") {
        return Ok(spoken(&said));
    }
    let sentences: Vec<&str> = said
        .split_inclusive(". ")
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let plain = |text: String| {
        ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
    };
    Ok(match format {
        "text" => plain(format!("{said}\n")),
        "srt" => plain(subtitles(&sentences, ',', |number| format!("{number}\n"))),
        "vtt" => {
            let cues = subtitles(&sentences, '.', |_| String::new());
            plain(format!("WEBVTT\n\n{cues}"))
        }
        "verbose_json" => Json(verbose(state, &said, &sentences, task, language)).into_response(),
        _ => Json(json!({"text": said})).into_response(),
    })
}

/// A transcription word by word. As the documents show it, no `[DONE]` ends it.
fn spoken(said: &str) -> Response {
    let mut events: Vec<_> = said
        .split_inclusive(' ')
        .map(|word| sse::event(&json!({"type": "transcript.text.delta", "delta": word})))
        .collect();
    let words = events.len();
    let usage = json!({
        "type": "tokens", "input_tokens": 10, "output_tokens": words, "total_tokens": words + 10,
    });
    events.push(sse::event(
        &json!({"type": "transcript.text.done", "text": said, "usage": usage}),
    ));
    sse::respond(stream::iter(events))
}

fn verbose(state: &AppState, said: &str, sentences: &[&str], task: &str, language: &str) -> Value {
    let segment = |(index, text): (usize, &&str)| {
        let start = index as f64 * SECONDS;
        json!({
            "id": index, "seek": 0, "start": start, "end": start + SECONDS, "text": text,
            "tokens": state.model.tokenizer.encode(text), "temperature": 0.0,
            "avg_logprob": -0.25, "compression_ratio": 1.25, "no_speech_prob": 0.01,
            "transient": false,
        })
    };
    let segments: Vec<Value> = sentences.iter().enumerate().map(segment).collect();
    json!({
        "task": task, "language": language, "duration": sentences.len() as f64 * SECONDS,
        "text": said, "segments": segments,
    })
}

fn subtitles(sentences: &[&str], point: char, number: impl Fn(usize) -> String) -> String {
    let time = |ms: u64| {
        let (s, ms) = (ms / 1000, ms % 1000);
        format!(
            "{:02}:{:02}:{:02}{point}{ms:03}",
            s / 3600,
            s / 60 % 60,
            s % 60
        )
    };
    let length = (SECONDS * 1000.0) as u64;
    let cue = |(index, text): (usize, &&str)| {
        let start = index as u64 * length;
        format!(
            "{}{} --> {}\n{text}\n\n",
            number(index + 1),
            time(start),
            time(start + length)
        )
    };
    sentences.iter().enumerate().map(cue).collect()
}
