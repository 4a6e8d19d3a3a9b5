//! examples/responses as a Worker. It holds no key: it asks a proxy, with its caller's session token.

#[path = "../../responses/responses.rs"]
mod responses;

use futures_util::TryStreamExt;
use openai_wasm::client::{BoxError, Client, SessionToken};
use openai_wasm::proxy::var;
use openai_wasm::wire::chat::{ChatCompletionMessageParam as Message, ChatCompletionRequest};
use openai_wasm::wire::responses::ResponseRequest;
use serde_json::{Value, json};
use worker::{Context, Env, Request, Response, event};

#[event(fetch)]
async fn fetch(mut request: Request, env: Env, _: Context) -> worker::Result<Response> {
    let question = request.text().await?;
    match answer(&request, &env, &question).await {
        Ok(Some(answer)) => Response::from_json(&answer),
        Ok(None) => Response::error("There are /ask, /chat, /follow and /weather.", 404),
        Err(error) => {
            worker::console_error!("no answer: {error}");
            Response::error("The model did not answer.", 502)
        }
    }
}

async fn answer(request: &Request, env: &Env, question: &str) -> Result<Option<Value>, BoxError> {
    let authorization = request.headers().get("authorization")?.unwrap_or_default();
    let token = authorization.strip_prefix("Bearer ").unwrap_or_default();
    let setting = |name: &str| var(env)(name).ok_or(format!("the variable {name} is missing"));
    let model = setting("MODEL")?;
    let client = Client::builder()
        .proxy_url(&setting("PROXY_URL")?)?
        .token(SessionToken::fixed(token))
        .build()?;

    let asked = ResponseRequest::new(&*model, question);
    Ok(Some(match &*request.path() {
        "/ask" => {
            let mut pieces = Vec::new();
            let tell = |piece: &str| pieces.push(piece.to_owned());
            let whole = responses::ask(&client, &asked, tell).await?;
            json!({"pieces": pieces, "whole": whole.output_text()})
        }
        "/chat" => {
            let asked = ChatCompletionRequest::new(&*model, [Message::user(question)]);
            let mut chunks = client.chat().stream(&asked).await?.accumulate();
            let mut pieces = Vec::new();
            while let Some(chunk) = chunks.try_next().await? {
                pieces.push(chunk.text().to_owned());
            }
            pieces.retain(|piece| !piece.is_empty());
            json!({"pieces": pieces, "whole": chunks.finish().await?.text()})
        }
        "/follow" => {
            let whole = responses::follow(&client, asked).await?;
            json!({"whole": whole.output_text()})
        }
        "/weather" => {
            let report = responses::weather(&client, &model, question).await?;
            json!({"city": report.city, "degrees": report.degrees})
        }
        _ => return Ok(None),
    }))
}
