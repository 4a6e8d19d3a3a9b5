//! Responses, with real state: kept ones can be gone on from, followed, cancelled and deleted.

#![allow(
    clippy::indexing_slicing,
    reason = "only JSON objects are indexed, and a missing member is null"
)]

pub mod ask;
pub mod hosted;
pub mod items;
pub mod kept;
pub mod script;

use std::{collections::HashMap, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures_util::stream;
use serde_json::{Value, json};

use self::{ask::Ask, kept::Kept, script::Script};
use super::sse;
use crate::{error::ApiError, params::Params, server::AppState};

/// The least pause between the events of a response that is made in the background.
const STEP: Duration = Duration::from_millis(2);

/// Routes of this endpoint.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/responses", post(create))
        .route("/v1/responses/input_tokens", post(input_tokens))
        .route("/v1/responses/{id}", get(retrieve).delete(delete))
        .route("/v1/responses/{id}/cancel", post(cancel))
        .route("/v1/responses/{id}/input_items", get(input_items))
}

async fn create(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let params = Params::read(&headers, &body)?;
    let streams = params.boolean("stream")?;
    if params.get("stream_options").is_some() && !streams {
        return Err(ApiError::invalid(
            "stream_options",
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
        ));
    }
    let ask = Ask::read(&state, &params)?;
    let Script { events, response } = script::write(&state, &ask);
    if ask.background {
        let id = ask.id.clone();
        let first = events.first().map(|event| event["response"].clone());
        let kept = Kept::begun(&ask, first.unwrap_or_default());
        state
            .store
            .change(|objects| objects.responses.insert(id.clone(), kept));
        tokio::spawn(perform(state.clone(), ask, events));
        return if streams {
            Ok(follow(state, id, None))
        } else {
            Ok(Json(find(&state, &id)?.response).into_response())
        };
    }
    if ask.store || ask.conversation.is_some() {
        keep(&state, &ask, &events, &response);
    }
    if streams {
        let frames: Vec<Bytes> = events.iter().map(frame).collect();
        return Ok(sse::respond(stream::iter(frames)));
    }
    Ok(Json(response).into_response())
}

/// Keeps what is to be kept of a response that is whole.
fn keep(state: &AppState, ask: &Ask, events: &[Value], response: &Value) {
    let mut kept = Kept::begun(ask, response.clone());
    kept.events = events.to_vec();
    kept.end();
    let output = items::list(response.get("output"));
    state.store.change(|objects| {
        if let Some(id) = &ask.conversation
            && let Some(conversation) = objects.conversations.get_mut(id)
        {
            conversation.items.extend(ask.input.iter().cloned());
            conversation.items.extend(output);
        }
        if ask.store {
            objects.responses.insert(ask.id.clone(), kept);
        }
    });
}

/// Lets the events of a response happen, one after another, while nobody needs to wait for it.
async fn perform(state: AppState, ask: Ask, events: Vec<Value>) {
    let pause = state.config.event_interval.max(STEP);
    let mut goes_on = true;
    for event in events {
        if goes_on {
            goes_on = state.store.change(|objects| {
                let kept = objects.responses.get_mut(&ask.id);
                kept.is_some_and(|kept| kept.happen(event))
            });
            tokio::time::sleep(pause).await;
        }
    }
    if let (true, Ok(kept)) = (goes_on, find(&state, &ask.id)) {
        keep(&state, &ask, &kept.events, &kept.response);
    }
}

fn frame(event: &Value) -> Bytes {
    let kind = event
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Bytes::from(format!("event: {kind}\ndata: {event}\n\n"))
}

/// A kept response's events: those that were, and those that will be.
fn follow(state: AppState, id: String, after: Option<u64>) -> Response {
    let next = after.map_or(0, |after| {
        usize::try_from(after).map_or(usize::MAX, |at| at + 1)
    });
    let changes = state.store.subscribe();
    let events = stream::unfold(
        (state, id, next, changes),
        |(state, id, next, mut changes)| async move {
            loop {
                changes.borrow_and_update();
                let kept = find(&state, &id).ok()?;
                if let Some(event) = kept.events.get(next) {
                    let frame = frame(event);
                    return Some((frame, (state, id, next + 1, changes)));
                }
                if kept.ended() {
                    return None;
                }
                changes.changed().await.ok()?;
            }
        },
    );
    sse::respond(events)
}

/// A response that is kept.
fn find(state: &AppState, id: &str) -> Result<Kept, ApiError> {
    let kept = state.store.read().responses.get(id).cloned();
    kept.ok_or_else(|| ApiError::not_found("", format!("Response with id '{id}' not found.")))
}

async fn retrieve(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, ApiError> {
    let kept = find(&state, &id)?;
    if query.get("stream").is_none_or(|stream| stream != "true") {
        return Ok(Json(kept.response).into_response());
    }
    let after = query.get("starting_after").map(|after| after.parse());
    let after = after
        .transpose()
        .map_err(|_| ApiError::invalid("starting_after", "Expected an integer of 0 or more."))?;
    Ok(follow(state, id, after))
}

async fn delete(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    find(&state, &id)?;
    state.store.change(|objects| objects.responses.remove(&id));
    Ok(Json(
        json!({"id": id, "object": "response", "deleted": true}),
    ))
}

async fn cancel(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let kept = find(&state, &id)?;
    if !kept.background {
        return Err(ApiError::invalid(
            "",
            "Cannot cancel a synchronous response.",
        ));
    }
    if kept.ended() && kept.response["status"] != "cancelled" {
        return Err(ApiError::invalid("", "Cannot cancel a completed response."));
    }
    state.store.change(|objects| {
        if let Some(kept) = objects.responses.get_mut(&id) {
            kept.cancel();
        }
    });
    Ok(Json(find(&state, &id)?.response))
}

async fn input_items(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Value>, ApiError> {
    let kept = find(&state, &id)?;
    Ok(Json(items::page(&kept.input, &query)?))
}

async fn input_tokens(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let params = Params::read(&headers, &body)?;
    let tokens = Ask::input_tokens(&state, &params)?;
    Ok(Json(
        json!({"object": "response.input_tokens", "input_tokens": tokens}),
    ))
}
