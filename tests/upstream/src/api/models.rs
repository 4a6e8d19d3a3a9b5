//! Models: list, retrieve, delete a fine-tuned one.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use serde_json::{Value, json};

use crate::{error::ApiError, server::AppState};

/// The model that answers.
pub const DEFAULT: &str = "stand-in-ngram-1";

/// All models that are there from the start. Their names say what they are.
pub const MODELS: [&str; 2] = [DEFAULT, "stand-in-ngram-1-mini"];

const CREATED: u64 = 1_700_000_000;

/// Routes of this endpoint.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/models", get(list))
        .route("/v1/models/{model}", get(retrieve).delete(delete))
}

fn describe(id: &str, created: u64) -> Value {
    json!({"id": id, "object": "model", "created": created, "owned_by": "stand-in"})
}

async fn list(State(state): State<AppState>) -> Json<Value> {
    let tuned = state.store.read().models.clone();
    let tuned = tuned.iter().map(|(id, created)| describe(id, *created));
    let data: Vec<Value> = MODELS
        .map(|id| describe(id, CREATED))
        .into_iter()
        .chain(tuned)
        .collect();
    Json(json!({"object": "list", "data": data}))
}

async fn retrieve(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    known(&state, &id)?;
    let tuned = state
        .store
        .read()
        .models
        .iter()
        .find(|(other, _)| *other == id)
        .cloned();
    Ok(Json(describe(
        &id,
        tuned.map_or(CREATED, |(_, created)| created),
    )))
}

async fn delete(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    known(&state, &id)?;
    if MODELS.contains(&id.as_str()) {
        return Err(
            ApiError::invalid("model", "Only fine-tuned models can be deleted.")
                .with_status(StatusCode::FORBIDDEN),
        );
    }
    state
        .store
        .change(|objects| objects.models.retain(|(other, _)| *other != id));
    Ok(Json(json!({"id": id, "object": "model", "deleted": true})))
}

/// Refuses a model id that is not in the list.
///
/// # Errors
/// 404 `model_not_found`.
pub fn known(state: &AppState, id: &str) -> Result<(), ApiError> {
    let tuned = || {
        state
            .store
            .read()
            .models
            .iter()
            .any(|(other, _)| other == id)
    };
    if MODELS.contains(&id) || tuned() {
        Ok(())
    } else {
        Err(ApiError::model_not_found(id))
    }
}

/// Refuses a model id that is neither in the list nor among those that the
/// documents name for an endpoint. The answer comes from the stand-in and says so.
///
/// # Errors
/// 404 `model_not_found`.
pub fn known_or(state: &AppState, id: &str, documented: &[&str]) -> Result<(), ApiError> {
    if documented.contains(&id) {
        Ok(())
    } else {
        known(state, id)
    }
}
