//! Conversations: items that are kept, and that responses go on from.

#![allow(
    clippy::indexing_slicing,
    reason = "only JSON objects are indexed, and a missing member is null"
)]

use std::collections::HashMap;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::HeaderMap,
    routing::{get, post},
};
use serde_json::{Value, json};

use super::responses::items;
use crate::{error::ApiError, params::Params, record::now_ms, server::AppState};

/// A conversation.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// What is kept with it.
    pub metadata: Value,
    /// Unix time in seconds.
    pub created_at: u64,
    /// Its items, oldest first.
    pub items: Vec<Value>,
}

/// Routes of this endpoint.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/conversations", post(create))
        .route(
            "/v1/conversations/{id}",
            get(retrieve).post(update).delete(delete),
        )
        .route("/v1/conversations/{id}/items", get(list).post(add))
        .route(
            "/v1/conversations/{id}/items/{item}",
            get(item).delete(delete_item),
        )
}

fn describe(id: &str, conversation: &Conversation) -> Value {
    json!({
        "id": id, "object": "conversation", "created_at": conversation.created_at,
        "metadata": conversation.metadata,
    })
}

fn find(state: &AppState, id: &str) -> Result<Conversation, ApiError> {
    let known = state.store.read().conversations.get(id).cloned();
    known.ok_or_else(|| ApiError::not_found("", format!("Conversation with id '{id}' not found.")))
}

async fn create(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let params = Params::read(&headers, &body)?;
    let items = match params.get("items") {
        Some(given) => items::read(&state, "items", given, &[])?,
        None => Vec::new(),
    };
    let conversation = Conversation {
        metadata: params.get("metadata").cloned().unwrap_or(json!({})),
        created_at: now_ms() / 1000,
        items,
    };
    let id = state.id("conv_");
    let described = describe(&id, &conversation);
    state
        .store
        .change(|objects| objects.conversations.insert(id, conversation));
    Ok(Json(described))
}

async fn retrieve(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(describe(&id, &find(&state, &id)?)))
}

async fn update(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let params = Params::read(&headers, &body)?;
    find(&state, &id)?;
    let metadata = params.required("metadata")?.clone();
    state.store.change(|objects| {
        if let Some(conversation) = objects.conversations.get_mut(&id) {
            conversation.metadata = metadata;
        }
    });
    Ok(Json(describe(&id, &find(&state, &id)?)))
}

async fn delete(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    find(&state, &id)?;
    state
        .store
        .change(|objects| objects.conversations.remove(&id));
    Ok(Json(
        json!({"id": id, "object": "conversation.deleted", "deleted": true}),
    ))
}

async fn list(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(items::page(&find(&state, &id)?.items, &query)?))
}

async fn add(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let params = Params::read(&headers, &body)?;
    let known = find(&state, &id)?;
    let added = items::read(&state, "items", params.required("items")?, &known.items)?;
    state.store.change(|objects| {
        if let Some(conversation) = objects.conversations.get_mut(&id) {
            conversation.items.extend(added.iter().cloned());
        }
    });
    let all = HashMap::from([
        ("order".to_owned(), "asc".to_owned()),
        ("limit".to_owned(), "100".to_owned()),
    ]);
    Ok(Json(items::page(&added, &all)?))
}

fn find_item(state: &AppState, id: &str, item: &str) -> Result<Value, ApiError> {
    let known = find(state, id)?;
    let found = known.items.into_iter().find(|one| one["id"] == item);
    found.ok_or_else(|| ApiError::not_found("", format!("Item with id '{item}' not found.")))
}

async fn item(
    State(state): State<AppState>,
    Path((id, item)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(find_item(&state, &id, &item)?))
}

async fn delete_item(
    State(state): State<AppState>,
    Path((id, item)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    find_item(&state, &id, &item)?;
    state.store.change(|objects| {
        if let Some(conversation) = objects.conversations.get_mut(&id) {
            conversation.items.retain(|one| one["id"] != item);
        }
    });
    Ok(Json(describe(&id, &find(&state, &id)?)))
}
