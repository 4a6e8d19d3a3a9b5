//! A conversation on the command line: each line that you type is a question, its answer streams.
//!
//! ```text
//! OPENAI_API_KEY=… cargo run -p openai-wasm-example-cli-chat
//! ```
//!
//! `OPENAI_BASE_URL` names another server, `OPENAI_MODEL` another model.

use std::env::var;
use std::error::Error;
use std::io::{Write, stdin, stdout};

use futures_util::TryStreamExt;
use openai_wasm::client::Client;
use openai_wasm::client::auth::ApiKey;
use openai_wasm::wire::chat::{ChatCompletionMessageParam as Message, ChatCompletionRequest};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = var("OPENAI_API_KEY").map_err(|_| "set OPENAI_API_KEY to your key")?;
    let mut client = Client::native_builder()?.api_key(ApiKey::fixed(key));
    if let Ok(url) = var("OPENAI_BASE_URL") {
        client = client.base_url(&url)?;
    }
    let client = client.build()?;
    let model = var("OPENAI_MODEL").unwrap_or_else(|_| "gpt-5-nano".to_owned());
    let mut request = ChatCompletionRequest::new(model, []);
    for line in stdin().lines() {
        request.messages.push(Message::user(line?));
        let mut chunks = client.chat().stream(&request).await?.accumulate();
        while let Some(chunk) = chunks.try_next().await? {
            print!("{}", chunk.text());
            stdout().flush()?;
        }
        println!();
        let answer = chunks.finish().await?;
        request.messages.push(Message::assistant(answer.text()));
    }
    Ok(())
}
