//! Speech: a tone a letter, as bytes or events. The same text always has the same sound.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::stream;
use serde_json::{Value, json};
use std::convert::Infallible;

use super::{answer, models, sse};
use crate::{error::ApiError, params::Params, server::AppState};

/// Models of the documents that know no events.
const PLAIN: [&str; 4] = ["tts-1", "tts-1-1106", "tts-1-hd", "tts-1-hd-1106"];
const DOCUMENTED: [&str; 5] = [
    "tts-1",
    "tts-1-hd",
    "gpt-4o-mini-tts",
    "gpt-4o-mini-tts-2025-03-20",
    "gpt-4o-mini-tts-2025-12-15",
];
/// Each format: its name, its media type, and how its bytes begin. Only `wav` and `pcm` can be played.
const FORMATS: [(&str, &str, &[u8]); 6] = [
    ("mp3", "audio/mpeg", b"ID3\x04\0\0\0\0\0\0"),
    ("opus", "audio/opus", b"OggS\0\x02"),
    ("aac", "audio/aac", b"\xFF\xF1"),
    ("flac", "audio/flac", b"fLaC"),
    ("wav", "audio/wav", b"RIFF"),
    ("pcm", "audio/pcm", b""),
];
const MOST_CHARACTERS: usize = 4096;
const SAMPLES_A_SECOND: u32 = 24_000;
const SAMPLES_A_LETTER: u32 = 1_200;
const TOKENS_A_SECOND: usize = 20;
/// Sound comes in pieces of this many bytes.
const PIECE: usize = 4_096;

/// Routes of this endpoint.
pub fn router() -> Router<AppState> {
    Router::new().route("/v1/audio/speech", post(speak))
}

async fn speak(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let params = Params::read(&headers, &body)?;
    let model = params.required_string("model")?;
    models::known_or(&state, model, &DOCUMENTED)?;
    let input = params.required_string("input")?;
    if input.is_empty() || input.chars().count() > MOST_CHARACTERS {
        let what = format!("'input' must have 1 to {MOST_CHARACTERS} characters.");
        return Err(ApiError::invalid("input", what));
    }
    voice(params.required("voice")?)?;
    params.string("instructions")?;
    let speed = params.number("speed", 0.25..=4.0)?.unwrap_or(1.0);
    let names = FORMATS.map(|(name, ..)| name);
    let format = params.one_of("response_format", &names)?.unwrap_or("mp3");
    let events = params.one_of("stream_format", &["audio", "sse"])? == Some("sse");
    if events && PLAIN.contains(&model) {
        let what = format!("The model '{model}' does not support 'stream_format': 'sse'.");
        return Err(ApiError::invalid("stream_format", what));
    }
    let samples = samples(input, speed);
    let seconds = samples.len() / 2 / SAMPLES_A_SECOND as usize;
    let (media, sound) = written(input, format, samples);
    let mut pieces: Vec<Bytes> = sound.chunks(PIECE).map(Bytes::copy_from_slice).collect();
    if !events {
        let pieces = stream::iter(pieces.into_iter().map(Ok::<_, Infallible>));
        return Ok(([(header::CONTENT_TYPE, media)], Body::from_stream(pieces)).into_response());
    }
    for piece in &mut pieces {
        *piece =
            sse::event(&json!({ "type": "speech.audio.delta", "audio": STANDARD.encode(&piece) }));
    }
    let (read, spoken) = (
        state.model.tokenizer.encode(input).len(),
        (seconds + 1) * TOKENS_A_SECOND,
    );
    let usage =
        json!({ "input_tokens": read, "output_tokens": spoken, "total_tokens": read + spoken });
    pieces.push(sse::event(
        &json!({ "type": "speech.audio.done", "usage": usage }),
    ));
    Ok(sse::respond(stream::iter(pieces)))
}

/// A voice is a name, or an object with the id of one that is kept.
fn voice(voice: &Value) -> Result<(), ApiError> {
    let id = voice.get("id").unwrap_or(voice);
    if id.as_str().is_some_and(|id| !id.is_empty()) {
        return Ok(());
    }
    let what = "'voice' must be a name, or an object with an 'id'.";
    Err(ApiError::invalid("voice", what))
}

/// The sound as 16-bit samples, the lower byte first.
fn samples(input: &str, speed: f64) -> Vec<u8> {
    let each = (f64::from(SAMPLES_A_LETTER) / speed) as u32;
    let tone = |letter: char| {
        let period = 40 + u32::from(letter) % 160;
        let quiet = letter.is_whitespace();
        (0..each).map(move |at| match (quiet, at % period < period / 2) {
            (true, _) => 0_i16,
            (false, true) => 6_000,
            (false, false) => -6_000,
        })
    };
    input
        .chars()
        .flat_map(tone)
        .flat_map(i16::to_le_bytes)
        .collect()
}

/// The media type and the bytes. `repeat: …` is answered with those bytes alone, so that a test can say
/// what comes.
fn written(input: &str, format: &str, samples: Vec<u8>) -> (&'static str, Vec<u8>) {
    let known = FORMATS.iter().find(|(name, ..)| *name == format);
    let (_, media, head) = known.copied().unwrap_or(("pcm", "audio/pcm", b""));
    if let Some(said) = answer::fixed(input) {
        return (media, said.into_bytes());
    }
    let mut sound = head.to_vec();
    if format == "wav" {
        let length = samples.len() as u32;
        let words = |sound: &mut Vec<u8>, words: &[u32]| {
            sound.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        };
        words(&mut sound, &[length + 36]);
        sound.extend_from_slice(b"WAVEfmt ");
        // One channel of 16 bits.
        words(
            &mut sound,
            &[
                16,
                0x1_0001,
                SAMPLES_A_SECOND,
                SAMPLES_A_SECOND * 2,
                0x10_0002,
            ],
        );
        sound.extend_from_slice(b"data");
        words(&mut sound, &[length]);
    }
    sound.extend(samples);
    (media, sound)
}
