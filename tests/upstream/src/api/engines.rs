//! Engines (deprecated): the models under their old name.

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::get,
};
use serde_json::{Value, json};

use super::{completions, models};
use crate::{error::ApiError, server::AppState};

/// Routes of this endpoint.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/engines", get(list))
        .route("/v1/engines/{engine}", get(retrieve))
}

fn describe(id: &str) -> Value {
    json!({"id": id, "object": "engine", "created": null, "owner": "stand-in", "ready": true})
}

async fn list() -> Json<Value> {
    Json(json!({"object": "list", "data": models::MODELS.map(describe)}))
}

async fn retrieve(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    models::known_or(&state, &id, &completions::DOCUMENTED)?;
    Ok(Json(describe(&id)))
}
