//! A Worker that answers `POST /ask` with a stream of text, and serves `/v1/…` as a proxy for pages.
//!
//! The key is a secret of the Worker, and so is what session tokens are signed with: without a valid
//! token nobody can spend the key.

mod budget;
mod proxy;

use futures_util::{TryStreamExt, future::ready};
use openai_wasm::client::auth::ApiKey;
use openai_wasm::client::{ChatStream, Client};
use openai_wasm::proxy::auth::session_token;
use openai_wasm::proxy::error::ProxyError;
use openai_wasm::proxy::{Config, Secrets, SigningKeys, var};
use openai_wasm::transport::FetchTransport;
use openai_wasm::wire::chat::{ChatCompletionMessageParam as Message, ChatCompletionRequest};
use serde::Deserialize;
use worker::{Context, Date, Env, Method, Request, Response, ResponseBuilder, event, web_sys};

/// What one question may cost at most, about.
const MAX_QUESTION_BYTES: usize = 4096;

#[derive(Deserialize)]
struct Ask {
    question: String,
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<web_sys::Response> {
    let response = if request.path().starts_with("/v1/") {
        match proxy::answer(request.inner(), &env, context).await {
            Ok(response) => return Ok(response),
            Err(fault) => refused(&misconfigured(&fault)),
        }
    } else {
        match answer(request, &env).await {
            Ok(chunks) => streamed(chunks),
            Err(refusal) => refused(&refusal),
        }
    };
    response.map(web_sys::Response::from)
}

async fn answer(mut request: Request, env: &Env) -> Result<ChatStream<FetchTransport>, ProxyError> {
    if request.path() != "/ask" {
        return Err(ProxyError::new(404, "not_found", "There is only /ask."));
    }
    if request.method() != Method::Post {
        let mut refusal = ProxyError::new(405, "method_not_allowed", "Ask by POST.");
        refusal.allow = Some("POST");
        return Err(refusal);
    }

    let config = Config::default();
    let secrets = Secrets::from_vars(var(env));
    let checked = secrets
        .check(&config)
        .and_then(|()| SigningKeys::parse(&secrets.session));
    let keyring = checked.map_err(|fault| misconfigured(&fault.of(&secrets)))?;
    let authorization = request.headers().get("authorization").ok().flatten();
    let now = Date::now().as_millis() / 1000;
    session_token::verify(authorization.as_deref(), &keyring, &config, now)?;

    let Ask { question } = request.json().await.map_err(|_| {
        ProxyError::new(400, "invalid_body", r#"The body must be {"question":"…"}."#)
    })?;
    if question.len() > MAX_QUESTION_BYTES {
        return Err(ProxyError::too_large());
    }
    let key = var(env)("OPENAI_API_KEY").unwrap_or_default();
    ask(env, &key, &question).await.map_err(|error| {
        // Its words may concern the key's account, so they go to the log alone.
        worker::console_error!("the model did not answer: {error}");
        ProxyError::new(502, "upstream_error", "The model did not answer.")
    })
}

async fn ask(
    env: &Env,
    key: &str,
    question: &str,
) -> Result<ChatStream<FetchTransport>, openai_wasm::client::Error> {
    let mut client = Client::builder().api_key(ApiKey::fixed(key));
    if let Some(url) = var(env)("OPENAI_BASE_URL") {
        client = client.base_url(&url)?;
    }
    let client = client.build()?;

    let model = var(env)("MODEL").unwrap_or_else(|| "gpt-5-nano".to_owned());
    let request = ChatCompletionRequest::new(model, [Message::user(question)]);
    client.chat().stream(&request).await
}

/// The answer's text as it comes. The connection to the model's server closes when the caller
/// leaves. A stream that fails breaks the body off, so it never looks like a whole answer.
fn streamed(chunks: ChatStream<FetchTransport>) -> worker::Result<Response> {
    let text = chunks
        .map_ok(|chunk| chunk.text().as_bytes().to_vec())
        .try_filter(|text| ready(!text.is_empty()))
        .map_err(|error| {
            worker::console_error!("the answer broke off: {error}");
            worker::Error::from("the answer broke off")
        });
    ResponseBuilder::new()
        .with_header("content-type", "text/plain; charset=utf-8")?
        .with_header("cache-control", "no-store, no-transform")?
        .from_stream(text)
}

/// `{"error":{"message","type","code","param"}}` with the status that belongs to it.
fn refused(refusal: &ProxyError) -> worker::Result<Response> {
    let mut response = ResponseBuilder::new()
        .with_status(refusal.status)
        .with_header("cache-control", "no-store")?
        .with_header("x-content-type-options", "nosniff")?;
    for (name, value) in refusal.headers().iter() {
        response = response.with_header(name, value)?;
    }
    Ok(response.fixed(refusal.body().into_bytes()))
}

/// Why stands in the log alone.
fn misconfigured(fault: &impl std::fmt::Display) -> ProxyError {
    worker::console_error!("not configured: {fault}");
    ProxyError::misconfigured()
}
