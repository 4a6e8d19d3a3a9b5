//! `POST /embeddings`

use super::{Call, Client};
use crate::transport::{Method, Transport};
use crate::wire::embedding::{EmbeddingList, EmbeddingRequest};

/// Embeddings: [`Client::embeddings`].
#[derive(Debug)]
pub struct Embeddings<T: Transport>(Client<T>);

impl<T: Transport> Client<T> {
    /// Embeddings of texts.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// # ) -> Result<(), openai_wasm::client::Error> {
    /// use openai_wasm::wire::embedding::EmbeddingRequest;
    ///
    /// let request = EmbeddingRequest::new("text-embedding-3-small", "The food was delicious");
    /// let answer = client.embeddings().create(&request).await?;
    /// for embedding in &answer.data {
    ///     // Numbers, whether they came as numbers or as base64.
    ///     let numbers = embedding.embedding.floats();
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn embeddings(&self) -> Embeddings<T> {
        Embeddings(self.clone())
    }
}

impl<T: Transport> Embeddings<T> {
    /// Asks for embeddings. `encoding_format` is sent as the request has it.
    pub fn create(&self, request: &EmbeddingRequest) -> Call<T, EmbeddingList> {
        self.0.ask(Method::Post, "/embeddings").json(request)
    }
}
