//! async-openai over a service that answers from memory.

use std::convert::Infallible;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use async_openai::types::chat::{
    ChatCompletionRequestUserMessageArgs, CreateChatCompletionRequestArgs,
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tower::service_fn;

use crate::Failure;

/// The length of the text and of the arguments of tool calls.
pub async fn read(pieces: Vec<Bytes>) -> Result<usize, Failure> {
    let service = service_fn(move |factory: HttpRequestFactory| {
        let pieces = pieces.clone();
        async move {
            factory.build().await?;
            let body = stream::iter(pieces.into_iter().map(Ok::<_, Infallible>));
            let response = http::Response::builder()
                .header("content-type", "text/event-stream")
                .body(reqwest::Body::wrap_stream(body))
                .map_err(|error| OpenAIError::InvalidArgument(error.to_string()))?;
            Ok::<reqwest::Response, OpenAIError>(response.into())
        }
    });
    let config = OpenAIConfig::new()
        .with_api_base("https://api.example/v1")
        .with_api_key("a-key-of-the-benchmarks");
    let client = Client::with_config(config).with_http_service(service);
    let question = ChatCompletionRequestUserMessageArgs::default()
        .content("Say this is a test")
        .build()?;
    let request = CreateChatCompletionRequestArgs::default()
        .model("m")
        .messages([question.into()])
        .build()?;
    let mut chunks = client.chat().create_stream(request).await?;
    let mut length = 0;
    while let Some(chunk) = chunks.next().await {
        for choice in chunk?.choices {
            length += choice.delta.content.map_or(0, |text| text.len());
            for call in choice.delta.tool_calls.into_iter().flatten() {
                length += call
                    .function
                    .and_then(|function| function.arguments)
                    .map_or(0, |text| text.len());
            }
        }
    }
    Ok(length)
}
