//! Asks by the Responses API: a text as it comes, tools until the model needs no more, and an answer of
//! the background that is followed after the connection was lost. In a page, in a Worker or natively.
//!
//! Copy what you need. The client comes from `Client::builder()`, with your proxy's URL in a page,
//! with a key in a Worker. `weather_tools` and `follow` need a server that keeps responses.

use futures_util::TryStreamExt;
use openai_wasm::client::{Client, Error};
use openai_wasm::transport::{Streaming, Transport};
use openai_wasm::wire::responses::{
    Response, ResponseInput, ResponseInputItem, ResponseRequest, ResponseStreamEvent, Tool,
};
use serde_json::{Value, json};

/// How often the model may ask for tools.
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

/// Answers the model's calls until it makes none. `None`: it still made some in the last turn.
///
/// Each request carries the whole conversation, so it works with servers and proxies that keep nothing.
pub async fn weather<T: Transport + 'static>(
    client: &Client<T>,
    model: &str,
    question: &str,
) -> Result<Option<Response>, Error> {
    let parameters = json!({
        "type": "object", "properties": {"city": {"type": "string"}},
        "required": ["city"], "additionalProperties": false,
    });
    let parameters = parameters.as_object().cloned().unwrap_or_default();
    let mut items = vec![ResponseInputItem::user(question)];
    for _ in 0..MAX_TURNS {
        let mut request = ResponseRequest::new(model, ResponseInput::Items(items.clone()));
        request.tools = Some(vec![Tool::function(
            "get_weather",
            "The weather in a city",
            parameters.clone(),
        )]);
        request.store = Some(false);
        let response = client.responses().create(&request).await?;
        let outputs: Vec<_> = response
            .function_calls()
            .map(|call| {
                let arguments = serde_json::from_str::<Value>(&call.arguments);
                let city = arguments
                    .ok()
                    .and_then(|all| Some(all.get("city")?.as_str()?.to_owned()));
                let output = match city {
                    Some(city) => format!("20 degrees in {city}"),
                    None => "error: `city` is missing".to_owned(),
                };
                ResponseInputItem::function_call_output(&call.call_id, output)
            })
            .collect();
        if outputs.is_empty() {
            return Ok(Some(response));
        }
        items.extend(response.output.into_iter().map(Into::into));
        items.extend(outputs);
    }
    Ok(None)
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
