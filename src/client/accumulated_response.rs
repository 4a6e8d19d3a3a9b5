//! A streamed response, event by event and then whole.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::{Error, ErrorKind, Meta, ResponseStream};
use crate::stream::ResponseAccumulator;
use crate::transport::{Streaming, Transport};
use crate::wire::responses::{Response, ResponseStreamEvent};

/// The events of a response, and after them the whole response: [`ResponseStream::accumulate`].
///
/// # Cancel safety
/// As [`EventStream`](super::EventStream): dropping it at any time closes the connection, dropping a
/// `next()` future loses nothing.
pub struct AccumulatedResponse<T: Transport>
where
    T::Body: Streaming<T::Fault>,
{
    events: ResponseStream<T>,
    response: ResponseAccumulator,
    failed: Option<ErrorKind>,
}

impl<T: Transport + 'static> ResponseStream<T>
where
    T::Body: Streaming<T::Fault>,
{
    /// The same events, put together to the whole response while they pass.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// #     request: openai_wasm::wire::responses::ResponseRequest,
    /// # ) -> Result<(), openai_wasm::client::Error>
    /// # where T::Body: openai_wasm::transport::Streaming<T::Fault> {
    /// use futures_util::TryStreamExt;
    ///
    /// let mut events = client.responses().stream(&request).await?.accumulate();
    /// while events.try_next().await?.is_some() {
    ///     println!("{}", events.snapshot().output_text());
    /// }
    /// let response = events.finish().await?;
    /// println!("{:?}", response.usage);
    /// # Ok(()) }
    /// ```
    pub fn accumulate(self) -> AccumulatedResponse<T> {
        AccumulatedResponse {
            events: self,
            response: ResponseAccumulator::new(),
            failed: None,
        }
    }

    /// Reads all events and gives the whole response.
    ///
    /// # Errors
    /// Every end of the stream that is not a success, with the text so far.
    pub async fn finish(self) -> Result<Response, Error> {
        self.accumulate().finish().await
    }
}

impl<T: Transport + 'static> AccumulatedResponse<T>
where
    T::Body: Streaming<T::Fault>,
{
    /// The response so far.
    #[must_use]
    pub fn snapshot(&self) -> &Response {
        self.response.snapshot()
    }

    /// The head of the answer.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        self.events.meta()
    }

    /// Reads the events that have not been taken, and gives the whole response.
    ///
    /// # Errors
    /// Every end of the stream that is not a success, with the text so far. A stream that has failed
    /// before gives an error of the same kind: what came of it is not a whole response.
    pub async fn finish(mut self) -> Result<Response, Error> {
        while let Some(event) = poll_fn(|context| Pin::new(&mut self).poll_next(context)).await {
            event?;
        }
        match self.failed {
            None => Ok(self.response.finish()),
            Some(kind) => Err(Error::new(kind, "the stream failed before its end")
                .with_meta(self.events.meta())
                .with_partial(self.events.text().to_owned(), self.events.event_index())),
        }
    }
}

impl<T: Transport + 'static> Stream for AccumulatedResponse<T>
where
    T::Body: Streaming<T::Fault>,
{
    type Item = Result<ResponseStreamEvent, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.failed.is_some() {
            return Poll::Ready(None);
        }
        let taken = ready!(Pin::new(&mut this.events).poll_next(context));
        match &taken {
            Some(Ok(event)) => this.response.push(event),
            Some(Err(error)) => this.failed = Some(error.kind()),
            None => {}
        }
        Poll::Ready(taken)
    }
}

impl<T: Transport> fmt::Debug for AccumulatedResponse<T>
where
    T::Body: Streaming<T::Fault>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccumulatedResponse")
            .finish_non_exhaustive()
    }
}
