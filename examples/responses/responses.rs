//! Asks by the Responses API: a text as it comes, tools until the model needs no more, and an answer of
//! the background that is followed after the connection was lost. In a page, in a Worker or natively.
//!
//! Copy what you need. The client comes from `Client::builder()`, with your proxy's URL in a page,
//! with a key in a Worker. `follow` needs a server that keeps responses.

use futures_util::TryStreamExt;
use openai_wasm::client::{BoxError, Client, Error};
use openai_wasm::transport::{Streaming, Transport};
use openai_wasm::wire::responses::{
    FunctionCall, Response, ResponseFormat, ResponseRequest, ResponseStreamEvent, ResponseText,
    Tool,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// How often a lost connection is made again.
const MAX_TURNS: usize = 10;

/// Tells each piece of the text as it comes, and gives the whole response.
pub async fn ask<T>(
    client: &Client<T>,
    request: &ResponseRequest,
    mut tell: impl FnMut(&str),
) -> Result<Response, Error>
where
    T: Transport + 'static,
    T::Body: Streaming<T::Fault>,
{
    let mut events = client.responses().stream(request).await?.accumulate();
    while let Some(event) = events.try_next().await? {
        if let ResponseStreamEvent::TextDelta(piece) = event {
            tell(&piece.delta);
        }
    }
    events.finish().await
}

/// What the weather is to be told of.
#[derive(Deserialize)]
struct Place {
    city: String,
}

/// An answer with a form.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Report {
    pub city: String,
    pub degrees: i32,
}

/// Runs the functions that the model calls until it calls none, and reads the answer as a type.
///
/// Each request carries the whole conversation, so it works with servers and proxies that keep nothing.
pub async fn weather<T: Transport + 'static>(
    client: &Client<T>,
    model: &str,
    question: &str,
) -> Result<Report, BoxError> {
    let object = |members: Value, required: &[&str]| {
        json!({
            "type": "object", "properties": members,
            "required": required, "additionalProperties": false,
        })
    };
    let arguments = object(json!({"city": {"type": "string"}}), &["city"]);
    let report = object(
        json!({"city": {"type": "string"}, "degrees": {"type": "integer"}}),
        &["city", "degrees"],
    );
    let mut request = ResponseRequest::new(model, question);
    request.tools = Some(vec![Tool::function(
        "get_weather",
        "The weather in a city",
        arguments.as_object().cloned().unwrap_or_default(),
    )]);
    request.text = Some(ResponseText {
        format: Some(ResponseFormat::json_schema("report", report)),
        ..Default::default()
    });
    request.store = Some(false);
    let tools = async |call: FunctionCall| match call.parse::<Place>() {
        Ok(place) => Ok(format!("20 degrees in {}", place.city)),
        // The model may try again.
        Err(fault) => Ok(format!("error: {fault}")),
    };
    let run = client.responses().run_tools(&request, tools).await?;
    Ok(run.response.parsed()?)
}

/// Has a response made in the background and follows it; when the connection is lost, from the event
/// after the last one that came.
pub async fn follow<T>(client: &Client<T>, mut request: ResponseRequest) -> Result<Response, Error>
where
    T: Transport + 'static,
    T::Body: Streaming<T::Fault>,
{
    request.background = Some(true);
    let queued = client.responses().create(&request).await?;
    let mut last = None;
    for _ in 0..MAX_TURNS {
        let mut events = client.responses().follow(&queued.id, last).await?;
        loop {
            match events.try_next().await {
                Ok(Some(ResponseStreamEvent::Completed(event))) => {
                    if let Some(response) = event.response {
                        return Ok(*response);
                    }
                }
                Ok(Some(event)) => last = number_of(&event).or(last),
                Ok(None) | Err(_) => break,
            }
        }
    }
    client.responses().retrieve(&queued.id).await
}

fn number_of(event: &ResponseStreamEvent) -> Option<u64> {
    let event = serde_json::to_value(event).ok()?;
    event.get("sequence_number")?.as_u64()
}
