//! `POST /moderations`

use super::{Call, Client};
use crate::transport::{Method, Transport};
use crate::wire::moderation::{ModerationRequest, ModerationResponse};

/// Moderations: [`Client::moderations`].
#[derive(Debug)]
pub struct Moderations<T: Transport>(Client<T>);

impl<T: Transport> Client<T> {
    /// Whether texts or images go against the usage policies.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// # ) -> Result<(), openai_wasm::client::Error> {
    /// use openai_wasm::wire::moderation::ModerationRequest;
    ///
    /// let answer = client.moderations().create(&ModerationRequest::new("I love them.")).await?;
    /// let flagged = answer.results.iter().any(|result| result.flagged);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn moderations(&self) -> Moderations<T> {
        Moderations(self.clone())
    }
}

impl<T: Transport> Moderations<T> {
    /// Asks for a judgement.
    pub fn create(&self, request: &ModerationRequest) -> Call<T, ModerationResponse> {
        self.0.ask(Method::Post, "/moderations").json(request)
    }
}
