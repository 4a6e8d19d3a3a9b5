//! `/models`

use super::path::Path;
use super::{Call, Client};
use crate::transport::{Method, Transport};
use crate::wire::model::{Model, ModelDeleted, ModelList};

/// The models that the server offers: [`Client::models`].
#[derive(Debug)]
pub struct Models<T: Transport>(Client<T>);

impl<T: Transport> Client<T> {
    /// The models that the server offers.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// # ) -> Result<(), openai_wasm::client::Error> {
    /// let model = client.models().retrieve("gpt-5-nano").await?;
    /// println!("{} of {}", model.id, model.owned_by);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn models(&self) -> Models<T> {
        Models(self.clone())
    }
}

impl<T: Transport> Models<T> {
    /// Lists them.
    pub fn list(&self) -> Call<T, ModelList> {
        self.0.ask(Method::Get, PATH)
    }

    /// Describes one.
    pub fn retrieve(&self, model: &str) -> Call<T, Model> {
        self.0.ask(Method::Get, Path::new(PATH).id("model", model))
    }

    /// Deletes a fine-tuned one. The caller must own its organisation.
    pub fn delete(&self, model: &str) -> Call<T, ModelDeleted> {
        self.0
            .ask(Method::Delete, Path::new(PATH).id("model", model))
    }
}

const PATH: &str = "/models";
