//! `docs/crate.md`, compiled: `tests/js/pages_fences.test.mjs` holds its code against these functions.

#![allow(unused, clippy::items_after_statements, clippy::print_stdout)]

use openai_wasm::client::{Error, NativeClient};
use openai_wasm::wire::chat::{ChatCompletionRequest, ResponseFormat, Tool, ToolCall};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Place {
    city: String,
}

async fn structured_answers_and_tools(
    client: NativeClient,
    mut request: ChatCompletionRequest,
) -> Result<(), Box<dyn std::error::Error>> {
    #[derive(Deserialize, JsonSchema)]
    struct City {
        name: String,
        inhabitants: Option<u64>,
    }

    request.response_format = Some(ResponseFormat::of::<City>()?);
    let city: City = client.chat().create(&request).await?.parsed()?;

    request.tools = Some(vec![Tool::of::<Place>(
        "get_weather",
        "The weather in a city",
    )?]);
    let tools = async |call: ToolCall| {
        let place: Place = call.parse()?;
        Ok(format!("It rains in {}.", place.city))
    };
    let run = client.chat().run_tools(&request, tools).await?;
    println!("{}", run.answer.text());
    Ok(())
}
