//! `POST /edits` (2023, deprecated)

use super::{Call, Client};
use crate::transport::{Method, Transport};
use crate::wire::edit::{Edit, EditRequest};

/// Edits (2023, deprecated): [`Client::edits`].
#[derive(Debug)]
pub struct Edits<T: Transport>(Client<T>);

impl<T: Transport> Client<T> {
    /// Edits of a text by an instruction (2023, deprecated).
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// # ) -> Result<(), openai_wasm::client::Error> {
    /// use openai_wasm::wire::edit::EditRequest;
    ///
    /// let request = EditRequest::new(
    ///     "text-davinci-edit-001",
    ///     "What day of the wek is it?",
    ///     "Fix the spelling mistakes",
    /// );
    /// let edit = client.edits().create(&request).await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn edits(&self) -> Edits<T> {
        Edits(self.clone())
    }
}

impl<T: Transport> Edits<T> {
    /// Asks for an edit.
    pub fn create(&self, request: &EditRequest) -> Call<T, Edit> {
        self.0.ask(Method::Post, "/edits").json(request)
    }
}
