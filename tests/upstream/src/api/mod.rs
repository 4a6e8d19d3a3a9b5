//! The endpoints, one file each.

pub mod answer;
pub mod chat;
pub mod chat_stream;
pub mod models;
pub mod sampling;
pub mod store;
pub mod tools;

use axum::{Router, extract::DefaultBodyLimit, http::Uri};

use crate::{error::ApiError, server::AppState};

/// All endpoints.
pub fn router() -> Router<AppState> {
    Router::new()
        .merge(chat::router())
        .merge(models::router())
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
