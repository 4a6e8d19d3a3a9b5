//! `POST /chat/completions`

use super::call::Call;
use super::{ChatStream, Client, Error, typed};
use crate::transport::{Method, Streaming, Transport};
use crate::wire::chat::{ChatCompletion, ChatCompletionRequest};

const PATH: &str = "/chat/completions";

/// Chat completions: [`Client::chat`].
#[derive(Debug)]
pub struct Chat<'a, T: Transport>(pub(super) &'a Client<T>);

impl<T: Transport> Chat<'_, T> {
    /// Asks for a whole answer; `request.stream` is left out.
    ///
    /// # Errors
    /// See [`Error`]. Dropping the future aborts the request.
    pub async fn create(&self, request: &ChatCompletionRequest) -> Result<ChatCompletion, Error> {
        let call = self.call(request, None)?;
        typed::fetch(self.0, call, "the answer", |answer: &ChatCompletion| {
            &answer.extra
        })
        .await
    }

    /// Asks for a streamed answer; `request.stream` is set.
    ///
    /// # Errors
    /// See [`Error`]. Dropping the future, or later the stream, aborts the request and closes the
    /// connection.
    pub async fn stream(&self, request: &ChatCompletionRequest) -> Result<ChatStream<T>, Error>
    where
        T::Body: Streaming<T::Fault>,
    {
        let call = self.call(request, Some(true))?;
        let response = self.0.call(call, async |response| Ok(response)).await?;
        ChatStream::open(self.0, response).await
    }

    fn call(
        &self,
        request: &ChatCompletionRequest,
        stream: Option<bool>,
    ) -> Result<Call<T::Payload>, Error> {
        let mut request = request.clone();
        request.stream = stream;
        typed::check(self.0, PATH, &request, &[])?;
        let json = serde_json::to_string(&request).map_err(|cause| typed::no_json(&cause))?;
        Ok(Call::new(Method::Post, PATH).json(T::Payload::from(json)))
    }
}
