//! Resumable streams, as a proxy offers them: a request with `x-stream-id` is answered with numbered
//! events, which are kept, and `/v1/streams/{id}` gives them again.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, request::Parts},
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::{StreamExt, stream};

use super::sse;
use crate::{
    error::ApiError,
    server::{AppState, oneshot},
};

const STREAM_ID: &str = "x-stream-id";

/// A stream that can be read again.
pub struct Stream {
    /// The request's body: the same one attaches, another one may not have this id.
    request: Bytes,
    /// The numbered events.
    events: Vec<Bytes>,
}

pub fn router() -> Router<AppState> {
    Router::new().route("/v1/streams/{id}", get(resume).delete(stop))
}

/// Answers by the endpoint, or from what is kept of a stream with the id of the request.
pub async fn answer(state: &AppState, endpoints: Router, parts: Parts, request: Bytes) -> Response {
    let Some(id) = parts.headers.get(STREAM_ID).map(text) else {
        return oneshot(endpoints, parts, request).await;
    };
    if !is_id(&id) {
        let words = "The id of a stream must be 22 to 64 characters of base64url.";
        return ApiError::invalid(STREAM_ID, words)
            .with_code("invalid_stream_id")
            .into_response();
    }
    let known = state
        .store
        .read()
        .streams
        .get(&id)
        .map(|kept| kept.request.clone());
    match known {
        Some(known) if known != request => {
            return ApiError::invalid(STREAM_ID, "Another request has this id.")
                .with_status(StatusCode::CONFLICT)
                .with_code("stream_id_in_use")
                .into_response();
        }
        Some(_) => {}
        None => {
            let (head, body) = oneshot(endpoints, parts.clone(), request.clone())
                .await
                .into_parts();
            let kind = head
                .headers
                .get("content-type")
                .map(text)
                .unwrap_or_default();
            if !kind.starts_with("text/event-stream") {
                return Response::from_parts(head, body);
            }
            let frames: Vec<_> = body.into_data_stream().collect().await;
            let events = (1..)
                .zip(frames.into_iter().flatten())
                .map(numbered)
                .collect();
            let kept = Stream { request, events };
            state
                .store
                .change(|objects| objects.streams.insert(id.clone(), kept));
        }
    }
    replay(state, &id, &parts.headers)
}

async fn resume(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    replay(&state, &id, &headers)
}

/// The last event says that the stream was stopped.
async fn stop(State(state): State<AppState>, Path(id): Path<String>) -> Response {
    state
        .store
        .change(|objects| match objects.streams.get_mut(&id) {
            Some(kept) => {
                kept.events.pop();
                let error = ApiError::invalid("", "The stream was stopped.");
                let event = sse::event(&error.with_code("stream_stopped").body());
                kept.events.push(numbered((kept.events.len() + 1, event)));
                StatusCode::NO_CONTENT.into_response()
            }
            None => unknown().into_response(),
        })
}

/// The events after `Last-Event-ID`.
fn replay(state: &AppState, id: &str, headers: &HeaderMap) -> Response {
    let objects = state.store.read();
    let Some(kept) = objects.streams.get(id) else {
        return unknown().into_response();
    };
    let after = headers.get("last-event-id").map(text);
    let after = after.map_or(Ok(0), |after| after.parse::<usize>());
    let Some(rest) = after.ok().and_then(|after| kept.events.get(after..)) else {
        return ApiError::invalid(
            "last-event-id",
            "Last-Event-ID is not the number of an event.",
        )
        .with_code("invalid_last_event_id")
        .into_response();
    };
    let mut response = sse::respond(stream::iter(rest.to_vec()));
    if let Ok(id) = HeaderValue::from_str(id) {
        response.headers_mut().insert(STREAM_ID, id);
    }
    response
}

fn unknown() -> ApiError {
    ApiError::not_found("", "No stream has this id.").with_code("stream_not_found")
}

fn numbered((number, event): (usize, Bytes)) -> Bytes {
    [format!("id: {number}\n").as_bytes(), &event]
        .concat()
        .into()
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

fn is_id(id: &str) -> bool {
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (22..=64).contains(&id.len()) && id.bytes().all(base64url)
}
