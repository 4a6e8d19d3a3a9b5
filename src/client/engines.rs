//! `/engines` (2023, deprecated)

use super::path::Path;
use super::{Call, Client};
use crate::transport::{Method, Transport};
use crate::wire::engine::{Engine, EngineList};

/// The forerunners of models (2023, deprecated): [`Client::engines`].
#[derive(Debug)]
pub struct Engines<T: Transport>(Client<T>);

impl<T: Transport> Client<T> {
    /// The forerunners of models (2023, deprecated).
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// # ) -> Result<(), openai_wasm::client::Error> {
    /// let engine = client.engines().retrieve("text-davinci-003").await?;
    /// println!("{}", engine.ready);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn engines(&self) -> Engines<T> {
        Engines(self.clone())
    }
}

impl<T: Transport> Engines<T> {
    /// Lists them.
    pub fn list(&self) -> Call<T, EngineList> {
        self.0.ask(Method::Get, PATH)
    }

    /// Describes one.
    pub fn retrieve(&self, engine: &str) -> Call<T, Engine> {
        self.0
            .ask(Method::Get, Path::new(PATH).id("engine", engine))
    }
}

const PATH: &str = "/engines";
