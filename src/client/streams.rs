//! `GET` and `DELETE /streams/{id}`: streams that a proxy keeps for a while.

use serde::de::DeserializeOwned;

use super::path::Path;
use super::resume::LAST_EVENT_ID;
use super::{Call, Client, EventStream, RequestOptions, read};
use crate::stream::Chunk;
use crate::transport::{Method, Streaming, Transport};

/// Streams that can be resumed: [`Client::streams`].
#[derive(Debug)]
pub struct Streams<T: Transport>(Client<T>);

impl<T: Transport> Client<T> {
    /// Streams that the proxy keeps for a while: those of calls with
    /// [`resumable`](RequestOptions::resumable).
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// #     id: &str,
    /// #     after: u64,
    /// # ) -> Result<(), openai_wasm::client::Error>
    /// # where T::Body: openai_wasm::transport::Streaming<T::Fault> {
    /// use futures_util::TryStreamExt;
    /// use openai_wasm::wire::chat::ChatCompletionChunk;
    ///
    /// let mut rest = client.streams().resume::<ChatCompletionChunk>(id, after).await?;
    /// while let Some(chunk) = rest.try_next().await? {
    ///     print!("{}", chunk.text());
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn streams(&self) -> Streams<T> {
        Streams(self.clone())
    }
}

impl<T: Transport> Streams<T> {
    /// Reads a stream after the event of that number (0: from the start), then follows it. Dropping what it
    /// gives stops the stream, as with the one it resumes.
    pub fn resume<C: DeserializeOwned + Chunk + 'static>(
        &self,
        id: &str,
        after: u64,
    ) -> Call<T, EventStream<T, C>>
    where
        T: 'static,
        T::Body: Streaming<T::Fault>,
    {
        let call = self.0.ask_for_events(Method::Get, at(id));
        match after {
            0 => call,
            after => {
                call.with(RequestOptions::new().header(LAST_EVENT_ID, Some(&after.to_string())))
            }
        }
    }

    /// Stops a stream: the model writes no more, and what it wrote is charged.
    pub fn stop(&self, id: &str) -> Call<T, ()> {
        Call::new(&self.0, Method::Delete, at(id), read::whole(|_, _| Ok(())))
    }
}

fn at(id: &str) -> Path {
    Path::new("/streams").id("id", id)
}
