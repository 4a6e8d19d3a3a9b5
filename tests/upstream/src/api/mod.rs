//! The endpoints, one file each.

pub mod answer;
pub mod audio;
pub mod chat;
pub mod chat_stream;
pub mod completion_stream;
pub mod completions;
pub mod conversations;
pub mod edits;
pub mod embeddings;
pub mod engines;
pub mod files;
pub mod fine_tunes;
pub mod form;
pub mod images;
pub mod models;
pub mod moderations;
pub mod picture;
pub mod responses;
pub mod sampling;
pub mod speech;
pub mod sse;
pub mod store;
pub mod streams;
pub mod tokens;
pub mod tools;

use axum::{Router, extract::DefaultBodyLimit, http::Uri};

use crate::{error::ApiError, server::AppState};

/// All endpoints.
pub fn router() -> Router<AppState> {
    Router::new()
        .merge(audio::router())
        .merge(speech::router())
        .merge(chat::router())
        .merge(completions::router())
        .merge(conversations::router())
        .merge(edits::router())
        .merge(embeddings::router())
        .merge(engines::router())
        .merge(files::router())
        .merge(fine_tunes::router())
        .merge(images::router())
        .merge(models::router())
        .merge(moderations::router())
        .merge(responses::router())
        .merge(streams::router())
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::disable())
}

async fn unknown_path(uri: Uri) -> ApiError {
    ApiError::not_found("", format!("Invalid URL ({})", uri.path())).with_code("unknown_url")
}

async fn wrong_method(method: axum::http::Method, uri: Uri) -> ApiError {
    ApiError::invalid("", format!("Not allowed to {method} on {}", uri.path()))
        .with_status(axum::http::StatusCode::METHOD_NOT_ALLOWED)
}
