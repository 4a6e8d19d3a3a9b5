//! Asking until the model wants no more tools.

use super::{BoxError, Chat, Error, ErrorKind};
use crate::transport::Transport;
use crate::wire::chat::{
    ChatCompletion, ChatCompletionMessageParam, ChatCompletionRequest, FinishReason, ToolCall,
};

/// As many answers with calls in a row as the official client follows.
const MAX_ROUNDS: usize = 10;

/// What came of a conversation with tools: [`Chat::run_tools`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ToolRun {
    /// The answer that calls no tool, or one that was cut off: see its `finish_reason`.
    pub answer: ChatCompletion,
    /// The conversation: the request's messages, each turn of the model with the results of its calls,
    /// and the answer last.
    pub messages: Vec<ChatCompletionMessageParam>,
}

impl<T: Transport> Chat<T> {
    /// Asks, runs the tools that the model calls, and asks again with their results, until an answer
    /// calls none: ten answers at most. Choice 0 alone counts.
    ///
    /// `run` gives a call's result as text. What goes wrong in a tool and should be known to the model is
    /// a result, too; an error ends the conversation. Calls of an answer that was cut off are not run.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport>(
    /// #     client: openai_wasm::client::Client<T>,
    /// #     request: openai_wasm::wire::chat::ChatCompletionRequest,
    /// # ) -> Result<(), openai_wasm::client::Error> {
    /// use openai_wasm::wire::chat::ToolCall;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Place {
    ///     city: String,
    /// }
    ///
    /// let tools = async |call: ToolCall| match call.name() {
    ///     "get_weather" => {
    ///         let place: Place = call.parse()?;
    ///         Ok(format!("It rains in {}.", place.city))
    ///     }
    ///     other => Ok(format!("There is no tool `{other}`.")),
    /// };
    /// let run = client.chat().run_tools(&request, tools).await?;
    /// println!("{}", run.answer.text());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of a call; [`ErrorKind::Tool`] if a tool failed, with its error as the source, or if the
    /// tenth answer still called one.
    pub async fn run_tools<Ran>(
        &self,
        request: &ChatCompletionRequest,
        mut run: impl FnMut(ToolCall) -> Ran,
    ) -> Result<ToolRun, Error>
    where
        Ran: Future<Output = Result<String, BoxError>>,
    {
        let mut request = request.clone();
        for _ in 0..MAX_ROUNDS {
            let answer = self.create(&request).await?;
            let first = answer.choices.iter().find(|choice| choice.index == 0);
            let is_cut = first.is_some_and(|choice| {
                use FinishReason::{ContentFilter, Length};
                matches!(choice.finish_reason, Some(Length | ContentFilter))
            });
            let message = first
                .map(|choice| choice.message.clone())
                .unwrap_or_default();
            let calls = message.tool_calls.clone().unwrap_or_default();
            request.messages.push(message.into());
            if calls.is_empty() || is_cut {
                return Ok(ToolRun {
                    answer,
                    messages: request.messages,
                });
            }
            for call in calls {
                let (id, name) = (call.id().to_owned(), call.name().to_owned());
                let result = run(call).await.map_err(|cause| {
                    Error::new(
                        ErrorKind::Tool,
                        format!("the tool `{name}` failed: {cause}"),
                    )
                    .with_source(cause.into())
                })?;
                let result = ChatCompletionMessageParam::tool(id, result);
                request.messages.push(result);
            }
        }
        Err(Error::new(
            ErrorKind::Tool,
            format!("the model called tools in {MAX_ROUNDS} answers in a row"),
        ))
    }
}
