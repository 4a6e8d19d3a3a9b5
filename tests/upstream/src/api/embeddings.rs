//! Embeddings: deterministic unit vectors. Texts that share words are near.

use axum::{Json, Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{models, tokens};
use crate::{
    error::ApiError,
    lm::{sampler::Random, tokenizer::Token},
    params::Params,
    server::AppState,
};

const DOCUMENTED: [&str; 3] = [
    "text-embedding-ada-002",
    "text-embedding-3-small",
    "text-embedding-3-large",
];
const DIMENSIONS: usize = 1536;
const MOST_TOKENS: usize = 8192;

/// Routes of this endpoint.
pub fn router() -> Router<AppState> {
    Router::new().route("/v1/embeddings", post(create))
}

async fn create(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let params = Params::read(&headers, &body)?;
    let model = params.required_string("model")?;
    models::known_or(&state, model, &DOCUMENTED)?;
    let inputs = tokens::inputs("input", params.required("input")?, &state.model)?;
    if inputs
        .iter()
        .any(|input| input.is_empty() || input.len() > MOST_TOKENS)
    {
        return Err(ApiError::invalid(
            "input",
            format!("Each input must have 1 to {MOST_TOKENS} tokens."),
        ));
    }
    let dimensions = params
        .integer("dimensions", 1..=3072)?
        .map_or(DIMENSIONS, |d| d as usize);
    let base64 = params.one_of("encoding_format", &["float", "base64"])? == Some("base64");
    params.string("user")?;
    let data: Vec<Value> = inputs
        .iter()
        .enumerate()
        .map(|(index, input)| {
            let vector = embed(input, dimensions);
            let embedding = if base64 {
                let bytes: Vec<u8> = vector.iter().flat_map(|x| x.to_le_bytes()).collect();
                json!(STANDARD.encode(bytes))
            } else {
                json!(vector)
            };
            json!({"object": "embedding", "index": index, "embedding": embedding})
        })
        .collect();
    let count: usize = inputs.iter().map(Vec::len).sum();
    Ok(Json(json!({
        "object": "list", "data": data, "model": model,
        "usage": {"prompt_tokens": count, "total_tokens": count},
    })))
}

/// The sum of one pseudo-random direction a token, with length 1.
pub fn embed(tokens: &[Token], dimensions: usize) -> Vec<f32> {
    let mut sum = vec![0.0_f64; dimensions];
    for token in tokens {
        let mut random = Random::new(u64::from(*token));
        for entry in &mut sum {
            *entry += random.unit() - 0.5;
        }
    }
    let length = sum
        .iter()
        .map(|x| x * x)
        .sum::<f64>()
        .sqrt()
        .max(f64::MIN_POSITIVE);
    sum.iter().map(|x| (x / length) as f32).collect()
}
