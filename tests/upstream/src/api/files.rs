//! Files: list, upload, retrieve, delete, content; kept in memory.

use axum::{
    Json, Router,
    extract::{Path, Request, State},
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};

use super::form::Form;
use crate::{error::ApiError, record::now_ms, server::AppState};

/// A file's description.
#[derive(Clone, Debug, Serialize)]
pub struct File {
    /// Its id.
    pub id: String,
    /// Always `file`.
    pub object: &'static str,
    /// Its size.
    pub bytes: usize,
    /// When it came, in seconds since 1970.
    pub created_at: u64,
    /// Its name.
    pub filename: String,
    /// What it is for.
    pub purpose: String,
}

/// Routes of this endpoint.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/files", get(list).post(upload))
        .route("/v1/files/{file}", get(retrieve).delete(delete))
        .route("/v1/files/{file}/content", get(content))
}

/// Keeps a file.
pub fn keep(state: &AppState, filename: &str, purpose: &str, bytes: Bytes) -> File {
    let file = File {
        id: state.id("file-"),
        object: "file",
        bytes: bytes.len(),
        created_at: now_ms() / 1000,
        filename: filename.to_owned(),
        purpose: purpose.to_owned(),
    };
    state
        .store
        .change(|objects| objects.files.push((file.clone(), bytes)));
    file
}

/// Finds a file.
///
/// # Errors
/// 404 if there is none with this id.
pub fn find(state: &AppState, param: &str, id: &str) -> Result<(File, Bytes), ApiError> {
    let files = &state.store.read().files;
    let found = files.iter().find(|(file, _)| file.id == id).cloned();
    found.ok_or_else(|| ApiError::not_found(param, format!("No such File object: {id}")))
}

async fn list(State(state): State<AppState>) -> Json<Value> {
    let files: Vec<File> = state
        .store
        .read()
        .files
        .iter()
        .map(|(file, _)| file.clone())
        .collect();
    Json(json!({"object": "list", "data": files}))
}

async fn upload(State(state): State<AppState>, request: Request) -> Result<Json<File>, ApiError> {
    let form = Form::read(request).await?;
    let purpose = form.params.required_string("purpose")?;
    let upload = form.required_file("file")?;
    if purpose == "fine-tune" {
        check_examples(&upload.bytes)?;
    }
    Ok(Json(keep(
        &state,
        &upload.filename,
        purpose,
        upload.bytes.clone(),
    )))
}

/// Each line of a training file is an object with `prompt` and `completion`.
fn check_examples(bytes: &[u8]) -> Result<(), ApiError> {
    let wrong = |what: String| {
        Err(ApiError::invalid(
            "file",
            format!("Invalid file format. {what}"),
        ))
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        return wrong("The file is not UTF-8.".into());
    };
    let mut lines = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .peekable();
    if lines.peek().is_none() {
        return wrong("The file is empty.".into());
    }
    for (index, line) in lines.enumerate() {
        let example: Value = serde_json::from_str(line).unwrap_or_default();
        let has = |name: &str| example.get(name).is_some_and(Value::is_string);
        if !(has("prompt") && has("completion") || example.get("messages").is_some()) {
            return wrong(format!(
                "Example {} lacks 'prompt' or 'completion'.",
                index + 1
            ));
        }
    }
    Ok(())
}

async fn retrieve(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<File>, ApiError> {
    Ok(Json(find(&state, "id", &id)?.0))
}

async fn delete(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    find(&state, "id", &id)?;
    state
        .store
        .change(|objects| objects.files.retain(|(file, _)| file.id != id));
    Ok(Json(json!({"id": id, "object": "file", "deleted": true})))
}

async fn content(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let (_, bytes) = find(&state, "id", &id)?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}
