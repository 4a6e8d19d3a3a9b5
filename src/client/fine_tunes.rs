//! `/fine-tunes` (2023, deprecated)

use super::path::Path;
use super::{Call, Client, EventStream, read};
use crate::transport::{Method, Streaming, Transport};
use crate::wire::fine_tune::{
    FineTune, FineTuneEvent, FineTuneEventList, FineTuneList, FineTuneRequest,
};

/// Fine-tuning jobs (2023, deprecated): [`Client::fine_tunes`].
#[derive(Debug)]
pub struct FineTunes<T: Transport>(Client<T>);

/// What happens to a fine-tuning job, as it happens.
pub type FineTuneEventStream<T> = EventStream<T, FineTuneEvent>;

impl<T: Transport> Client<T> {
    /// Fine-tuning jobs (2023, deprecated). [`Models::delete`](super::Models::delete) deletes what they made.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// # ) -> Result<(), openai_wasm::client::Error>
    /// # where T::Body: openai_wasm::transport::Streaming<T::Fault> {
    /// use futures_util::TryStreamExt;
    /// use openai_wasm::wire::fine_tune::FineTuneRequest;
    ///
    /// let job = client.fine_tunes().create(&FineTuneRequest::new("file-XGinujblHPwGLSztz8cPS8XY")).await?;
    /// let mut events = client.fine_tunes().stream_events(&job.id).await?;
    /// while let Some(event) = events.try_next().await? {
    ///     println!("{}", event.message);
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn fine_tunes(&self) -> FineTunes<T> {
        FineTunes(self.clone())
    }
}

impl<T: Transport> FineTunes<T> {
    /// Starts a job.
    pub fn create(&self, request: &FineTuneRequest) -> Call<T, FineTune> {
        self.0.ask(Method::Post, PATH).json(request)
    }

    /// Lists them.
    pub fn list(&self) -> Call<T, FineTuneList> {
        self.0.ask(Method::Get, PATH)
    }

    /// Describes one.
    pub fn retrieve(&self, fine_tune_id: &str) -> Call<T, FineTune> {
        self.0.ask(Method::Get, at(fine_tune_id))
    }

    /// Cancels one.
    pub fn cancel(&self, fine_tune_id: &str) -> Call<T, FineTune> {
        self.0.ask(Method::Post, at(fine_tune_id).then("/cancel"))
    }

    /// Lists what happened to one so far.
    pub fn list_events(&self, fine_tune_id: &str) -> Call<T, FineTuneEventList> {
        self.0.ask(Method::Get, at(fine_tune_id).then("/events"))
    }

    /// Follows one: what happened so far, then what happens, until the job has ended.
    ///
    /// Jobs wait for hours, so the stream may be silent for a day unless the client or the call sets
    /// `idle_timeout_ms`.
    pub fn stream_events(&self, fine_tune_id: &str) -> Call<T, FineTuneEventStream<T>>
    where
        T: 'static,
        T::Body: Streaming<T::Fault>,
    {
        let path = at(fine_tune_id).then("/events");
        Call::new(&self.0, Method::Get, path, read::rare_events()).query("stream", Some("true"))
    }
}

const PATH: &str = "/fine-tunes";

fn at(fine_tune_id: &str) -> Path {
    Path::new(PATH).id("fine_tune_id", fine_tune_id)
}
