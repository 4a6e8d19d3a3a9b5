//! A streamed answer for Rust callers: bytes from the transport, chunks from the decoder.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::typed::media_type;
use super::{Client, Error, ErrorKind, LocalFuture, Settings};
use crate::policy::headers::HeaderList;
use crate::stream::{Decoder, StreamErrorKind, Truncation};
use crate::transport::{Body, Fault, Response, Streaming, Transport};
use crate::wire::ApiError;
use crate::wire::chat::ChatCompletionChunk;

/// The chunks of an answer as they arrive.
///
/// It ends after `[DONE]` (or after a `finish_reason`); every other end is an [`Error`] as the last
/// item, with the text so far in [`Error::partial_text`].
///
/// # Cancel safety
/// Dropping it at any time aborts the request and closes the connection. Dropping a `next()` future
/// loses nothing.
pub struct ChatStream<T: Transport>
where
    T::Body: Streaming<T::Fault>,
{
    settings: Rc<Settings<T>>,
    headers: HeaderList,
    /// Gone once the stream has ended, which closes the connection.
    body: Option<<T::Body as Streaming<T::Fault>>::Bytes>,
    decoder: Decoder<ChatCompletionChunk>,
    idle_timeout_ms: u32,
    /// Runs while no event comes; bytes that hold none (comments) leave it running.
    idle: Option<LocalFuture<'static, ()>>,
}

impl<T: Transport> ChatStream<T>
where
    T::Body: Streaming<T::Fault>,
{
    pub(super) async fn open(
        client: &Client<T>,
        response: Response<T::Body>,
    ) -> Result<Self, Error> {
        let Response { headers, body, .. } = response;
        if let Some(kind) = media_type(&headers)
            && !kind.eq_ignore_ascii_case("text/event-stream")
        {
            return Err(no_stream(kind.to_owned(), body).await.with_head(&headers));
        }
        let settings = Rc::clone(&client.settings);
        Ok(Self {
            decoder: Decoder::with_options(settings.max_event_bytes, Truncation::Error),
            idle_timeout_ms: settings.idle_timeout_ms.unwrap_or(settings.timeout_ms),
            settings,
            headers,
            body: Some(body.into_bytes()),
            idle: None,
        })
    }

    /// The response's headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderList {
        &self.headers
    }

    /// The text of choice 0 so far.
    #[must_use]
    pub fn text(&self) -> &str {
        self.decoder.text()
    }

    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<()>
    where
        T: 'static,
    {
        if self.idle_timeout_ms == 0 {
            return Poll::Pending;
        }
        let idle = self.idle.get_or_insert_with(|| {
            let settings = Rc::clone(&self.settings);
            let ms = self.idle_timeout_ms;
            Box::pin(async move { settings.transport.sleep(ms).await })
        });
        idle.as_mut().poll(context)
    }

    fn end(&mut self, error: impl Into<Error>) -> Poll<Option<<Self as Stream>::Item>>
    where
        T: 'static,
    {
        self.body = None;
        self.idle = None;
        Poll::Ready(Some(Err(error.into().with_head(&self.headers))))
    }
}

impl<T: Transport + 'static> Stream for ChatStream<T>
where
    T::Body: Streaming<T::Fault>,
{
    type Item = Result<ChatCompletionChunk, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            match this.decoder.next_chunk() {
                Some(Ok(chunk)) => {
                    this.idle = None;
                    return Poll::Ready(Some(Ok(chunk)));
                }
                Some(Err(error)) => return this.end(error),
                None if this.decoder.is_ended() => {
                    this.body = None;
                    this.idle = None;
                    return Poll::Ready(None);
                }
                None => {}
            }
            let Some(body) = &mut this.body else {
                return Poll::Ready(None);
            };
            match Pin::new(body).poll_next(context) {
                Poll::Ready(Some(Ok(bytes))) => this.decoder.push(&bytes),
                Poll::Ready(None) => this.decoder.finish(),
                Poll::Ready(Some(Err(fault))) => {
                    let lost = Error::new(ErrorKind::Connection, fault.to_string())
                        .with_partial(this.decoder.text().to_owned(), this.decoder.event_index());
                    this.decoder.stop(StreamErrorKind::Aborted);
                    return this.end(lost);
                }
                Poll::Pending => {
                    if this.poll_idle(context).is_pending() {
                        return Poll::Pending;
                    }
                    let idle_timeout_ms = u64::from(this.idle_timeout_ms);
                    let silent = StreamErrorKind::IdleTimeout { idle_timeout_ms };
                    let error = this.decoder.stop(silent);
                    return this.end(error);
                }
            }
        }
    }
}

/// A success that is no stream: the server's error if the body holds one, else what it was.
async fn no_stream<F: Fault>(kind: String, body: impl Body<F>) -> Error {
    let text = match body.text().await {
        Ok(text) => text,
        Err(fault) => return Error::new(ErrorKind::Connection, fault.to_string()),
    };
    match ApiError::from_body(text.as_bytes()) {
        Some(said) => Error::reported(said),
        None => Error::new(
            ErrorKind::Decode,
            format!("the server answered with {kind} where a stream was expected"),
        ),
    }
}

impl<T: Transport> std::fmt::Debug for ChatStream<T>
where
    T::Body: Streaming<T::Fault>,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChatStream").finish_non_exhaustive()
    }
}
