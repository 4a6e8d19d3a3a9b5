//! Event streams: one frame an event, which is what pacing and faults count.

use std::convert::Infallible;

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use serde::Serialize;

/// Ends every stream.
pub const DONE: Bytes = Bytes::from_static(b"data: [DONE]\n\n");

/// One event with JSON data.
pub fn event(value: &impl Serialize) -> Bytes {
    // Serialising our own types cannot fail: string keys, finite numbers.
    let json = serde_json::to_string(value).unwrap_or_default();
    Bytes::from(format!("data: {json}\n\n"))
}

/// An answer of events.
pub fn respond(events: impl Stream<Item = Bytes> + Send + 'static) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, Body::from_stream(events.map(Ok::<_, Infallible>))).into_response()
}
