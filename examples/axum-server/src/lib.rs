//! `GET /ask?question=…` answers with the model's text as it comes.

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use futures_util::TryStreamExt;
use openai_wasm::client::NativeClient;
use openai_wasm::wire::chat::{ChatCompletionMessageParam as Message, ChatCompletionRequest};
use serde::Deserialize;

/// What the handlers share. Cloning it is cheap.
#[derive(Clone)]
pub struct Shared {
    /// Holds the key.
    pub client: NativeClient,
    /// The model that is asked.
    pub model: String,
}

/// The server's routes.
pub fn routes(shared: Shared) -> Router {
    Router::new().route("/ask", get(ask)).with_state(shared)
}

#[derive(Deserialize)]
struct Asked {
    question: String,
}

/// A caller who leaves drops the body, and with it the request to the model. A stream that breaks off
/// breaks the body off, too: it never looks whole.
async fn ask(
    State(shared): State<Shared>,
    Query(asked): Query<Asked>,
) -> Result<Body, (StatusCode, String)> {
    let request = ChatCompletionRequest::new(&shared.model, [Message::user(asked.question)]);
    let chunks = shared.client.chat().stream(&request).await;
    let chunks = chunks.map_err(|error| (StatusCode::BAD_GATEWAY, error.to_string()))?;
    let texts = chunks.map_ok(|chunk| chunk.text().to_owned());
    Ok(Body::from_stream(texts))
}
