//! A page that asks its proxy and shows the answer as it streams. See `README.md`.

use futures_util::TryStreamExt;
use openai_wasm::client::{Client, Error, SessionToken};
use openai_wasm::wire::chat::{ChatCompletionMessageParam as Message, ChatCompletionRequest};
use wasm_bindgen::prelude::wasm_bindgen;

/// Asks the proxy at `proxy_url` with a session token of its own, and writes the answer into the element
/// `#answer`.
#[wasm_bindgen]
pub async fn ask(proxy_url: String, token: String, model: String, question: String) {
    if let Err(error) = answer(&proxy_url, token, model, question).await {
        let so_far = error.partial_text().unwrap_or_default();
        show(&format!("{so_far}\n[{:?}] {error}", error.kind()));
    }
}

async fn answer(
    proxy_url: &str,
    token: String,
    model: String,
    question: String,
) -> Result<(), Error> {
    let client = Client::builder()
        .proxy_url(proxy_url)?
        .token(SessionToken::fixed(token))
        .build()?;
    let request = ChatCompletionRequest::new(model, [Message::user(question)]);
    let mut chunks = client.chat().stream(&request).await?;
    while chunks.try_next().await?.is_some() {
        show(chunks.text());
    }
    Ok(())
}

fn show(text: &str) {
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(element) = document.and_then(|document| document.get_element_by_id("answer")) {
        element.set_text_content(Some(text));
    }
}
