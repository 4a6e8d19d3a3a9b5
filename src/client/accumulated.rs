//! A streamed chat answer, chunk by chunk and then whole.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::{ChatStream, Error, ErrorKind, Meta};
use crate::stream::Accumulator;
use crate::transport::{Streaming, Transport};
use crate::wire::chat::{ChatCompletion, ChatCompletionChunk};

/// The chunks of a chat answer, and after them the whole answer: [`ChatStream::accumulate`].
///
/// # Cancel safety
/// As [`EventStream`](super::EventStream): dropping it at any time closes the connection, dropping a
/// `next()` future loses nothing.
pub struct Accumulated<T: Transport>
where
    T::Body: Streaming<T::Fault>,
{
    chunks: ChatStream<T>,
    answer: Accumulator,
    failed: Option<ErrorKind>,
}

impl<T: Transport> ChatStream<T>
where
    T::Body: Streaming<T::Fault>,
{
    /// The same chunks, put together to the whole answer while they pass.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport>(
    /// #     client: openai_wasm::client::Client<T>,
    /// #     request: openai_wasm::wire::chat::ChatCompletionRequest,
    /// # ) -> Result<(), openai_wasm::client::Error>
    /// # where T::Body: openai_wasm::transport::Streaming<T::Fault> {
    /// use futures_util::TryStreamExt;
    ///
    /// let mut chunks = client.chat().stream(&request).await?.accumulate();
    /// while let Some(chunk) = chunks.try_next().await? {
    ///     print!("{}", chunk.text());
    /// }
    /// let answer = chunks.finish().await?;
    /// println!("{:?}", answer.usage);
    /// # Ok(()) }
    /// ```
    pub fn accumulate(self) -> Accumulated<T> {
        Accumulated {
            chunks: self,
            answer: Accumulator::new(),
            failed: None,
        }
    }

    /// Reads all chunks and gives the whole answer.
    ///
    /// # Errors
    /// Every end of the stream that is not a success, with the text so far.
    pub async fn finish(self) -> Result<ChatCompletion, Error> {
        self.accumulate().finish().await
    }
}

impl<T: Transport> Accumulated<T>
where
    T::Body: Streaming<T::Fault>,
{
    /// The answer so far.
    #[must_use]
    pub fn snapshot(&self) -> &ChatCompletion {
        self.answer.snapshot()
    }

    /// The head of the answer.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        self.chunks.meta()
    }

    /// Reads the chunks that have not been taken, and gives the whole answer.
    ///
    /// # Errors
    /// Every end of the stream that is not a success, with the text so far. A stream that has failed
    /// before gives an error of the same kind: what came of it is not a whole answer.
    pub async fn finish(mut self) -> Result<ChatCompletion, Error> {
        while let Some(chunk) = poll_fn(|context| Pin::new(&mut self).poll_next(context)).await {
            chunk?;
        }
        match self.failed {
            None => Ok(self.answer.finish()),
            Some(kind) => Err(self.error(kind, "the stream failed before its end")),
        }
    }

    fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, message)
            .with_meta(self.chunks.meta())
            .with_partial(self.chunks.text().to_owned(), self.chunks.event_index())
    }
}

impl<T: Transport> Stream for Accumulated<T>
where
    T::Body: Streaming<T::Fault>,
{
    type Item = Result<ChatCompletionChunk, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.failed.is_some() {
            return Poll::Ready(None);
        }
        let taken = match ready!(Pin::new(&mut this.chunks).poll_next(context)) {
            None => return Poll::Ready(None),
            Some(taken) => taken,
        };
        let taken = taken.and_then(|chunk| match this.answer.push(&chunk) {
            Ok(()) => Ok(chunk),
            Err(cause) => Err(this.error(ErrorKind::Decode, cause.to_string())),
        });
        this.failed = taken.as_ref().err().map(Error::kind);
        Poll::Ready(Some(taken))
    }
}

impl<T: Transport> fmt::Debug for Accumulated<T>
where
    T::Body: Streaming<T::Fault>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accumulated").finish_non_exhaustive()
    }
}
