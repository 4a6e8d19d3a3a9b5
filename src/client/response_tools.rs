//! Asking for responses until the model calls no more functions.

use super::{BoxError, Error, ErrorKind, Responses};
use crate::transport::Transport;
use crate::wire::responses::{
    FunctionCall, Response, ResponseInclude, ResponseInput, ResponseInputItem, ResponseRequest,
    ResponseStatus,
};

/// As many responses with calls in a row as [`Chat::run_tools`](super::Chat::run_tools) follows.
const MAX_ROUNDS: usize = 10;

/// What came of a conversation with tools: [`Responses::run_tools`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ResponseToolRun {
    /// The response that calls no function, or one that is not whole: see its `status`.
    pub response: Response,
    /// The conversation: the request's input, each response's items with the results of its calls, and
    /// the last one's items.
    pub items: Vec<ResponseInputItem>,
}

impl<T: Transport> Responses<T> {
    /// Asks, runs the functions that the model calls, and asks again with their results, until a response
    /// calls none: ten responses at most. Each request carries the whole conversation, so the server keeps
    /// nothing for it; `previous_response_id` and `conversation` are left out.
    ///
    /// `run` gives a call's result as text. What goes wrong in a tool and should be known to the model is
    /// a result, too; an error ends the conversation. A response that is not whole (`incomplete`, `failed`)
    /// ends it, too, and its calls are not run.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport>(
    /// #     client: openai_wasm::client::Client<T>,
    /// #     request: openai_wasm::wire::responses::ResponseRequest,
    /// # ) -> Result<(), openai_wasm::client::Error> {
    /// use openai_wasm::wire::responses::FunctionCall;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Place {
    ///     city: String,
    /// }
    ///
    /// let tools = async |call: FunctionCall| match call.name.as_str() {
    ///     "get_weather" => {
    ///         let place: Place = call.parse()?;
    ///         Ok(format!("It rains in {}.", place.city))
    ///     }
    ///     other => Ok(format!("There is no tool `{other}`.")),
    /// };
    /// let run = client.responses().run_tools(&request, tools).await?;
    /// println!("{}", run.response.output_text());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of a call; [`ErrorKind::Tool`] if a tool failed, with its error as the source, or if the
    /// tenth response still called one, whose calls are not run.
    pub async fn run_tools<Ran>(
        &self,
        request: &ResponseRequest,
        mut run: impl FnMut(FunctionCall) -> Ran,
    ) -> Result<ResponseToolRun, Error>
    where
        Ran: Future<Output = Result<String, BoxError>>,
    {
        let mut request = request.clone();
        request.previous_response_id = None;
        request.conversation = None;
        // Thoughts go back to the model with the calls that they led to.
        let include = request.include.get_or_insert_default();
        if !include.contains(&ResponseInclude::EncryptedReasoning) {
            include.push(ResponseInclude::EncryptedReasoning);
        }
        let mut items = match request.input.take() {
            Some(ResponseInput::Items(items)) => items,
            Some(ResponseInput::Text(text)) => vec![ResponseInputItem::user(text)],
            None => Vec::new(),
        };
        for round in 1..=MAX_ROUNDS {
            request.input = Some(ResponseInput::Items(items.clone()));
            let response = self.create(&request).await?;
            items.extend(response.output.iter().cloned().map(Into::into));
            // Some servers give none.
            let status = response.status.as_ref();
            let is_whole = status.is_none_or(|status| *status == ResponseStatus::Completed);
            let calls: Vec<_> = response.function_calls().cloned().collect();
            if calls.is_empty() || !is_whole {
                return Ok(ResponseToolRun { response, items });
            }
            if round == MAX_ROUNDS {
                break;
            }
            for call in calls {
                let (id, name) = (call.call_id.clone(), call.name.clone());
                let result = run(call).await.map_err(|cause| {
                    let message = format!("the tool `{name}` failed: {cause}");
                    Error::new(ErrorKind::Tool, message).with_source(cause.into())
                })?;
                items.push(ResponseInputItem::function_call_output(id, result));
            }
        }
        Err(Error::new(
            ErrorKind::Tool,
            format!("the model called tools in {MAX_ROUNDS} responses in a row"),
        ))
    }
}
