//! Answers that come bit by bit: typed events, or bare bytes.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::read::Opened;
use super::resume::{Again, Broken, Resume};
use super::{BoxFuture, Error, ErrorKind, Meta, Settings};
use crate::stream::{Chunk, Decoder, StreamErrorKind};
use crate::transport::{Fault, Streaming, Transport};
use crate::wire::chat::ChatCompletionChunk;
use crate::wire::sniff::{self, Content};
use crate::wire::{json, report};

/// The chunks of a chat answer as they arrive.
pub type ChatStream<T = super::DefaultTransport> = EventStream<T, ChatCompletionChunk>;

/// The events of an answer as they arrive, each as a `C`.
///
/// It ends after `[DONE]` (or after what ends an answer of its kind, for example a `finish_reason`); every
/// other end is an [`Error`] as the last item, with the text so far in [`Error::partial_text`].
///
/// One that can be resumed ([`RequestOptions::resumable`](super::RequestOptions::resumable)) goes on by
/// itself after a connection that broke off, and fails only after five attempts without an event.
///
/// # Cancel safety
/// Dropping it at any time aborts the request and closes the connection. Dropping a `next()` future
/// loses nothing. Dropping a stream that can be resumed also stops it at the proxy; [`Self::detach`] does not.
pub struct EventStream<T: Transport, C>
where
    T::Body: Streaming<T::Fault>,
{
    meta: Meta,
    /// Gone once the stream has ended, which closes the connection.
    body: Option<<T::Body as Streaming<T::Fault>>::Bytes>,
    decoder: Decoder<C>,
    idle: Idle<T>,
    resume: Option<Box<Resume<T>>>,
}

impl<T: Transport + 'static, C: DeserializeOwned + Chunk> EventStream<T, C>
where
    T::Body: Streaming<T::Fault>,
{
    pub(super) async fn open(opened: Opened<T>) -> Result<Self, Error> {
        let Opened {
            settings,
            limits,
            meta,
            body,
            kept,
        } = opened;
        let mut decoder = Decoder::with_options(limits.max_event_bytes, limits.truncation);
        if let Some(kept) = &kept {
            decoder.follow(kept.after());
        }
        let mut stream = Self {
            decoder,
            resume: kept.map(|kept| Box::new(Resume::new(kept))),
            idle: Idle::new(settings, limits.idle_ms()),
            meta,
            body: Some(body.into_bytes()),
        };
        let kind = stream.meta.media_type().unwrap_or_default();
        let kind = kind.to_ascii_lowercase();
        match stream.judge(&kind, limits.max_event_bytes).await {
            Ok(()) => Ok(stream),
            Err(error) => Err(error.with_meta(&stream.meta)),
        }
    }

    /// Reads a body that is not called an event stream until its first bytes tell what it is.
    async fn judge(&mut self, kind: &str, max_bytes: usize) -> Result<(), Error> {
        let mut head = Vec::new();
        let content = loop {
            let ended = self.body.is_none();
            if let Some(content) = sniff::content(kind, &head, ended) {
                break content;
            }
            // They say nothing, and looking at them again for each read would be quadratic.
            if head.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
                head.clear();
            }
            self.read_on(&mut head).await?;
        };
        if content == Content::Events {
            self.decoder.push(&head);
            if self.body.is_none() {
                self.decoder.finish();
            }
            return Ok(());
        }
        let words = format!("the server answered with {kind} where a stream was expected");
        let wrong = Error::new(ErrorKind::Decode, words);
        if content == Content::Other {
            return Err(wrong);
        }
        while self.body.is_some() {
            if head.len() > max_bytes {
                let too_large = StreamErrorKind::TooLarge {
                    max_event_bytes: max_bytes,
                };
                return Err(self.decoder.stop(too_large).into());
            }
            self.read_on(&mut head).await?;
        }
        self.take_whole(&String::from_utf8_lossy(&head), wrong)
    }

    /// Takes the whole answer of a server that does not stream.
    fn take_whole(&mut self, text: &str, wrong: Error) -> Result<(), Error> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let answer = json::read::<Value>(text).ok();
        let answer = answer.or_else(|| json::read(json::unframed(text)?).ok());
        let Some(answer) = answer else {
            return Err(wrong);
        };
        if let Some(said) = report::in_answer(&answer) {
            return Err(Error::reported(said));
        }
        if !answer.is_object() {
            return Err(wrong);
        }
        self.decoder.push(sniff::as_events(answer).as_bytes());
        Ok(())
    }

    /// Adds the next bytes of the body, or lets go of a body that has ended.
    async fn read_on(&mut self, bytes: &mut Vec<u8>) -> Result<(), Error> {
        let read = poll_fn(|context| {
            let Some(body) = &mut self.body else {
                return Poll::Ready(Ok(None));
            };
            match Pin::new(body).poll_next(context) {
                Poll::Ready(read) => Poll::Ready(Ok(read)),
                Poll::Pending => self.idle.poll(context).map(Err),
            }
        });
        match read.await {
            Ok(Some(Ok(read))) => bytes.extend_from_slice(read.as_ref()),
            Ok(Some(Err(fault))) => {
                return Err(lost(fault));
            }
            Ok(None) => self.body = None,
            Err(()) => {
                let idle_timeout_ms = u64::from(self.idle.ms);
                let silent = StreamErrorKind::IdleTimeout { idle_timeout_ms };
                return Err(self.decoder.stop(silent).into());
            }
        }
        self.idle.stop();
        Ok(())
    }
}

impl<T: Transport, C: DeserializeOwned + Chunk> EventStream<T, C>
where
    T::Body: Streaming<T::Fault>,
{
    /// The head of the answer.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The text of choice 0 so far.
    #[must_use]
    pub fn text(&self) -> &str {
        self.decoder.text()
    }

    /// How many events have been delivered.
    #[must_use]
    pub fn event_index(&self) -> u64 {
        self.decoder.event_index()
    }

    /// By which [`Client::streams`](super::Client::streams) finds the stream, if it can be resumed.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.resume.as_deref().map(Resume::id)
    }

    /// The number of the last event that was delivered, counted from 1, of a stream that can be resumed.
    #[must_use]
    pub fn last_event_id(&self) -> Option<u64> {
        self.decoder.last_event_id()
    }

    /// Closes the connection. A stream that can be resumed goes on at the proxy until it ends, or until the
    /// proxy has waited for a reader long enough.
    pub fn detach(mut self) {
        self.let_go();
    }

    /// Nothing more is read, and there is nothing to stop.
    fn let_go(&mut self) {
        self.body = None;
        self.idle.stop();
        if let Some(resume) = &mut self.resume {
            resume.let_go();
        }
    }

    fn end(&mut self, error: impl Into<Error>) -> Poll<Option<Result<C, Error>>> {
        self.let_go();
        let mut error = error.into();
        if let Some(why) = self.resume.as_mut().and_then(|resume| resume.why_not()) {
            error = error.with_source(Arc::new(why));
        }
        Poll::Ready(Some(Err(error.with_meta(&self.meta))))
    }
}

impl<T: Transport + 'static, C: DeserializeOwned + Chunk> EventStream<T, C>
where
    T::Body: Streaming<T::Fault>,
{
    /// The connection has ended: the events that follow are asked for, or the stream ends with it. Gives the
    /// error that ends it.
    fn broke_off(&mut self, how: Broken) -> Option<Error> {
        self.body = None;
        let after = self.decoder.last_event_id().unwrap_or_default();
        match &mut self.resume {
            Some(resume) => match resume.broke_off(how, after) {
                Some(how) => self.give_up(how),
                None => None,
            },
            None => self.give_up(how),
        }
    }

    fn give_up(&mut self, how: Broken) -> Option<Error> {
        match how {
            Broken::Ended => {
                self.decoder.finish();
                None
            }
            Broken::Lost(error) => {
                let (text, index) = (self.decoder.text().to_owned(), self.decoder.event_index());
                self.decoder.stop(StreamErrorKind::Aborted);
                Some(error.with_partial(text, index))
            }
        }
    }

    /// Goes on with the connection that was asked for, if one was. An error ends the stream.
    fn poll_again(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<(), Error>>> {
        let after = self.decoder.last_event_id().unwrap_or_default();
        let Some(resume) = &mut self.resume else {
            return Poll::Ready(None);
        };
        match resume.poll(context, after) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Again::Idle) => return Poll::Ready(None),
            Poll::Ready(Again::Bytes(bytes)) => {
                self.decoder.cut();
                self.body = Some(bytes);
            }
            Poll::Ready(Again::Never(how)) => {
                if let Some(error) = self.give_up(how) {
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
        Poll::Ready(Some(Ok(())))
    }
}

impl<T: Transport + 'static, C: DeserializeOwned + Chunk> Stream for EventStream<T, C>
where
    T::Body: Streaming<T::Fault>,
{
    type Item = Result<C, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            match this.decoder.next_chunk() {
                Some(Ok(chunk)) => {
                    this.idle.stop();
                    if let Some(resume) = &mut this.resume {
                        resume.progressed();
                    }
                    return Poll::Ready(Some(Ok(chunk)));
                }
                Some(Err(error)) => return this.end(error),
                None if this.decoder.is_ended() => {
                    this.let_go();
                    return Poll::Ready(None);
                }
                None => {}
            }
            match this.poll_again(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Err(error))) => return this.end(error),
                Poll::Ready(Some(Ok(()))) => continue,
                Poll::Ready(None) => {}
            }
            if this.decoder.has_gap() {
                let gap = Error::new(ErrorKind::Connection, "an event is missing");
                if let Some(error) = this.broke_off(Broken::Lost(gap)) {
                    return this.end(error);
                }
                continue;
            }
            let Some(body) = &mut this.body else {
                return Poll::Ready(None);
            };
            match Pin::new(body).poll_next(context) {
                Poll::Ready(Some(Ok(bytes))) => this.decoder.push(&bytes),
                Poll::Ready(None) => {
                    this.broke_off(Broken::Ended);
                }
                Poll::Ready(Some(Err(fault))) => {
                    if let Some(error) = this.broke_off(Broken::Lost(lost(fault))) {
                        return this.end(error);
                    }
                }
                Poll::Pending => {
                    if this.idle.poll(context).is_pending() {
                        return Poll::Pending;
                    }
                    let idle_timeout_ms = u64::from(this.idle.ms);
                    let silent = StreamErrorKind::IdleTimeout { idle_timeout_ms };
                    let error = this.decoder.stop(silent);
                    return this.end(error);
                }
            }
        }
    }
}

/// The bytes of an answer as they arrive, a network read at a time.
///
/// # Cancel safety
/// Dropping it at any time aborts the request and closes the connection. Dropping a `next()` future
/// loses nothing.
pub struct ByteStream<T: Transport>
where
    T::Body: Streaming<T::Fault>,
{
    meta: Meta,
    body: Option<<T::Body as Streaming<T::Fault>>::Bytes>,
    idle: Idle<T>,
}

impl<T: Transport> ByteStream<T>
where
    T::Body: Streaming<T::Fault>,
{
    pub(super) fn open(opened: Opened<T>) -> Self {
        Self {
            idle: Idle::new(opened.settings, opened.limits.idle_ms()),
            meta: opened.meta,
            body: Some(opened.body.into_bytes()),
        }
    }

    /// The head of the answer.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// All of the bytes, in memory.
    ///
    /// # Errors
    /// The connection was lost ([`ErrorKind::Connection`]), or brought nothing for too long
    /// ([`ErrorKind::StreamIdle`]).
    pub async fn read_to_end(mut self) -> Result<Vec<u8>, Error>
    where
        T: 'static,
    {
        let mut all = Vec::new();
        while let Some(bytes) = poll_fn(|c| Pin::new(&mut self).poll_next(c)).await {
            all.extend(bytes?);
        }
        Ok(all)
    }

    fn end(&mut self, error: Option<Error>) -> Poll<Option<Result<Vec<u8>, Error>>> {
        self.body = None;
        self.idle.stop();
        Poll::Ready(error.map(|error| Err(error.with_meta(&self.meta))))
    }
}

impl<T: Transport + 'static> Stream for ByteStream<T>
where
    T::Body: Streaming<T::Fault>,
{
    type Item = Result<Vec<u8>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        match Pin::new(body).poll_next(context) {
            Poll::Ready(Some(Ok(bytes))) => {
                this.idle.stop();
                Poll::Ready(Some(Ok(bytes)))
            }
            Poll::Ready(Some(Err(fault))) => this.end(Some(lost(fault))),
            Poll::Ready(None) => this.end(None),
            Poll::Pending if this.idle.poll(context).is_pending() => Poll::Pending,
            Poll::Pending => {
                let words = format!("no byte came within {} ms", this.idle.ms);
                this.end(Some(Error::new(ErrorKind::StreamIdle, words)))
            }
        }
    }
}

/// The connection broke while a body was read.
fn lost(fault: impl Fault) -> Error {
    Error::new(ErrorKind::Connection, fault.to_string()).with_source(Arc::new(fault))
}

/// How long a stream has been silent. What is no progress (a comment among events) lets it run on.
struct Idle<T: Transport> {
    settings: Arc<Settings<T>>,
    /// 0: for ever.
    ms: u32,
    timer: Option<BoxFuture<'static, ()>>,
}

impl<T: Transport> Idle<T> {
    fn new(settings: Arc<Settings<T>>, ms: u32) -> Self {
        Self {
            settings,
            ms,
            timer: None,
        }
    }

    /// Something came: the time counts anew from the next wait.
    fn stop(&mut self) {
        self.timer = None;
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()>
    where
        T: 'static,
    {
        if self.ms == 0 {
            return Poll::Pending;
        }
        let timer = self.timer.get_or_insert_with(|| {
            let (settings, ms) = (Arc::clone(&self.settings), self.ms);
            Box::pin(async move { settings.transport.sleep(ms).await })
        });
        timer.as_mut().poll(context)
    }
}

impl<T: Transport, C> std::fmt::Debug for EventStream<T, C>
where
    T::Body: Streaming<T::Fault>,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventStream").finish_non_exhaustive()
    }
}

impl<T: Transport> std::fmt::Debug for ByteStream<T>
where
    T::Body: Streaming<T::Fault>,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ByteStream").finish_non_exhaustive()
    }
}
