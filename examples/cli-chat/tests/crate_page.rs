//! `docs/crate.md`, compiled: `tests/js/pages_fences.test.mjs` holds its code against these functions.

#![allow(unused, clippy::print_stdout)]

async fn in_a_native_program() -> Result<(), Box<dyn std::error::Error>> {
    use futures_util::TryStreamExt;
    use openai_wasm::client::{Client, auth::ApiKey};
    use openai_wasm::wire::chat::{ChatCompletionMessageParam as Message, ChatCompletionRequest};

    let client = Client::native_builder()?
        .api_key(ApiKey::fixed(std::env::var("OPENAI_API_KEY")?))
        .build()?;
    let request = ChatCompletionRequest::new("gpt-5-nano", [Message::user("Say this is a test")]);

    let mut chunks = client.chat().stream(&request).await?.accumulate();
    while let Some(chunk) = chunks.try_next().await? {
        print!("{}", chunk.text());
    }
    let answer = chunks.finish().await?;
    Ok(())
}
