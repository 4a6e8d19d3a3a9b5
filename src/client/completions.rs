//! `POST /completions`

use super::{Call, Client, EventStream};
use crate::transport::{Method, Streaming, Transport};
use crate::wire::completion::{Completion, CompletionRequest};

/// Completions: [`Client::completions`].
#[derive(Debug)]
pub struct Completions<T: Transport>(Client<T>);

/// The pieces of a completion as they arrive.
pub type CompletionStream<T> = EventStream<T, Completion>;

impl<T: Transport> Client<T> {
    /// Completions.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// # ) -> Result<(), openai_wasm::client::Error> {
    /// use openai_wasm::wire::completion::CompletionRequest;
    ///
    /// let mut request = CompletionRequest::new("gpt-3.5-turbo-instruct", "Say this is a test");
    /// request.seed = Some(7);
    /// let answer = client.completions().create(&request).await?;
    /// println!("{} {:?}", answer.text(), answer.system_fingerprint);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn completions(&self) -> Completions<T> {
        Completions(self.clone())
    }
}

impl<T: Transport> Completions<T> {
    /// Asks for a whole completion; `request.stream` is left out.
    pub fn create(&self, request: &CompletionRequest) -> Call<T, Completion> {
        let mut request = request.clone();
        request.stream = None;
        self.0.ask(Method::Post, PATH).json(&request)
    }

    /// Asks for a completion in pieces; `request.stream` is set.
    pub fn stream(&self, request: &CompletionRequest) -> Call<T, CompletionStream<T>>
    where
        T: 'static,
        T::Body: Streaming<T::Fault>,
    {
        let mut request = request.clone();
        request.stream = Some(true);
        self.0.ask_for_events(Method::Post, PATH).json(&request)
    }
}

const PATH: &str = "/completions";
