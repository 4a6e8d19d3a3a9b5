//! Models: list, retrieve.

use axum::{Json, Router, extract::Path, routing::get};
use serde_json::{Value, json};

use crate::{error::ApiError, server::AppState};

/// The model that answers.
pub const DEFAULT: &str = "stand-in-ngram-1";

/// All models. Their names say what they are.
pub const MODELS: [&str; 2] = [DEFAULT, "stand-in-ngram-1-mini"];

const CREATED: u64 = 1_700_000_000;

/// Routes of this endpoint.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/models", get(list))
        .route("/v1/models/{model}", get(retrieve))
}

fn describe(id: &str) -> Value {
    json!({"id": id, "object": "model", "created": CREATED, "owned_by": "stand-in"})
}

async fn list() -> Json<Value> {
    Json(json!({"object": "list", "data": MODELS.map(describe)}))
}

async fn retrieve(Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    known(&id)?;
    Ok(Json(describe(&id)))
}

/// Refuses a model id that is not in the list.
///
/// # Errors
/// 404 `model_not_found`.
pub fn known(id: &str) -> Result<(), ApiError> {
    if MODELS.contains(&id) {
        Ok(())
    } else {
        Err(ApiError::model_not_found(id))
    }
}
