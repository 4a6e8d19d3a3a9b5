//! Moderations: words that tell, each with a category. No judgement of its own.

use axum::{Json, Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use serde_json::{Map, Value, json};

use crate::{
    error::ApiError,
    params::{Params, wrong_type},
    server::AppState,
};

const MODELS: [&str; 4] = [
    "text-moderation-latest",
    "text-moderation-stable",
    "text-moderation-001",
    super::models::DEFAULT,
];

/// Categories of the API reference, with the words that score in them.
const CATEGORIES: [(&str, &[&str]); 7] = [
    ("hate", &["hate", "despise"]),
    ("hate/threatening", &["kill them", "hurt them"]),
    ("self-harm", &["hurt myself", "kill myself"]),
    ("sexual", &["naked", "erotic"]),
    ("sexual/minors", &[]),
    ("violence", &["kill", "hurt", "stab", "shoot", "bomb"]),
    ("violence/graphic", &["blood", "gore"]),
];

/// Routes of this endpoint.
pub fn router() -> Router<AppState> {
    Router::new().route("/v1/moderations", post(create))
}

async fn create(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let params = Params::read(&headers, &body)?;
    let model = params.one_of("model", &MODELS)?;
    let model = if model == Some("text-moderation-stable") {
        MODELS[1]
    } else {
        MODELS[2]
    };
    let wanted = "a string, an array of strings, or an array of texts and images";
    let texts: Vec<String> = match params.required("input")? {
        Value::String(text) => vec![text.clone()],
        // The parts of one message have one result.
        Value::Array(items) if items.iter().any(Value::is_object) => {
            let text = |item: &Value| {
                let at = |path: &str| item.pointer(path).and_then(Value::as_str);
                match at("/type")? {
                    "text" => at("/text").map(str::to_owned),
                    // Nobody looks at it here.
                    "image_url" => at("/image_url/url").map(|_| String::new()),
                    _ => None,
                }
            };
            let said: Result<Vec<String>, _> = items
                .iter()
                .map(|item| text(item).ok_or_else(|| wrong_type("input", wanted, item)))
                .collect();
            vec![said?.join(" ")]
        }
        Value::Array(items) => items
            .iter()
            .map(|item| {
                item.as_str()
                    .map(str::to_owned)
                    .ok_or_else(|| wrong_type("input", wanted, item))
            })
            .collect::<Result<_, _>>()?,
        other => return Err(wrong_type("input", wanted, other)),
    };
    let results: Vec<Value> = texts.iter().map(|text| judge(text)).collect();
    Ok(Json(
        json!({"id": state.id("modr-"), "model": model, "results": results}),
    ))
}

fn judge(text: &str) -> Value {
    let text = text.to_lowercase();
    let mut categories = Map::new();
    let mut scores = Map::new();
    let mut flagged = false;
    for (category, words) in CATEGORIES {
        let hits = words.iter().filter(|word| text.contains(**word)).count();
        // Some doubt is left either way, so that scores look like scores.
        let doubt = (crate::lm::sampler::hash(format!("{category}{text}").as_bytes()) % 90) as f64;
        let score = if hits > 0 {
            0.9 + doubt / 1000.0
        } else {
            0.0001 + doubt / 10_000.0
        };
        flagged |= hits > 0;
        categories.insert(category.into(), json!(hits > 0));
        scores.insert(category.into(), json!(score));
    }
    json!({"flagged": flagged, "categories": categories, "category_scores": scores})
}
