//! `POST /chat/completions`

use super::{Call, ChatStream, Client};
use crate::transport::{Method, Streaming, Transport};
use crate::wire::chat::{ChatCompletion, ChatCompletionRequest};

/// Chat completions: [`Client::chat`].
#[derive(Debug)]
pub struct Chat<T: Transport>(Client<T>);

impl<T: Transport> Client<T> {
    /// Chat completions.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// # ) -> Result<(), openai_wasm::client::Error>
    /// # where T::Body: openai_wasm::transport::Streaming<T::Fault> {
    /// use futures_util::TryStreamExt;
    /// use openai_wasm::wire::chat::{ChatCompletionMessageParam as Message, ChatCompletionRequest};
    ///
    /// let request = ChatCompletionRequest::new("gpt-5-nano", [Message::user("Say this is a test")]);
    /// let answer = client.chat().create(&request).await?;
    ///
    /// let mut chunks = client.chat().stream(&request).await?;
    /// while let Some(chunk) = chunks.try_next().await? {
    ///     print!("{}", chunk.text());
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn chat(&self) -> Chat<T> {
        Chat(self.clone())
    }
}

impl<T: Transport> Chat<T> {
    /// Asks for a whole answer; `request.stream` is left out.
    pub fn create(&self, request: &ChatCompletionRequest) -> Call<T, ChatCompletion> {
        let mut request = request.clone();
        request.stream = None;
        self.0.ask(Method::Post, PATH).json(&request)
    }

    /// Asks for a streamed answer; `request.stream` is set.
    pub fn stream(&self, request: &ChatCompletionRequest) -> Call<T, ChatStream<T>>
    where
        T: 'static,
        T::Body: Streaming<T::Fault>,
    {
        let mut request = request.clone();
        request.stream = Some(true);
        self.0.ask_for_events(Method::Post, PATH).json(&request)
    }
}

const PATH: &str = "/chat/completions";
