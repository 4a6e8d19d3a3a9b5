//! How an answer is read: whole within the attempt's time limit, or open, as a stream.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::limits::Limits;
use super::resume::Kept;
use super::stream::{ByteStream, EventStream};
use super::{BoxFuture, Error, ErrorKind, Meta, Settings};
use crate::stream::Chunk;
use crate::transport::{Streaming, Transport};
use crate::wire::{json, report};

const DAY_MS: u32 = 24 * 60 * 60 * 1000;

/// What becomes of a successful answer.
pub(super) enum Read<T: Transport, R> {
    /// Its whole body is read first.
    Whole(Box<OfText<R>>),
    /// Its body is handed on unread.
    Open(Box<OfBody<T, R>>),
    /// The same for events, which may be resumable.
    Events(Box<OfBody<T, R>>),
}

type OfText<R> = dyn FnOnce(&Meta, String) -> Result<R, Error> + Send + Sync;
type OfBody<T, R> = dyn FnOnce(Opened<T>) -> BoxFuture<'static, Result<R, Error>> + Send + Sync;

/// A successful answer whose body has not been read.
pub(super) struct Opened<T: Transport> {
    pub(super) settings: Arc<Settings<T>>,
    pub(super) limits: Limits,
    pub(super) meta: Meta,
    pub(super) body: T::Body,
    /// What asks for the rest of its events, if that is possible.
    pub(super) kept: Option<Kept<T>>,
}

/// Reads JSON.
pub(super) fn json<T: Transport, R: DeserializeOwned>() -> Read<T, R> {
    Read::Whole(Box::new(|meta, text| decode(meta, &text)))
}

/// Reads bare text.
pub(super) fn text<T: Transport>() -> Read<T, String> {
    Read::Whole(Box::new(|_, text| Ok(text)))
}

/// Reads JSON, or what else the endpoint may answer with.
pub(super) fn whole<T: Transport, R>(
    read: impl FnOnce(&Meta, String) -> Result<R, Error> + Send + Sync + 'static,
) -> Read<T, R> {
    Read::Whole(Box::new(read))
}

/// Hands the bytes on as they come.
pub(super) fn bytes<T: Transport + 'static>() -> Read<T, ByteStream<T>>
where
    T::Body: Streaming<T::Fault>,
{
    Read::Open(Box::new(|opened| {
        Box::pin(std::future::ready(Ok(ByteStream::open(opened))))
    }))
}

/// Hands the events on as they come.
pub(super) fn events<T, C>() -> Read<T, EventStream<T, C>>
where
    T: Transport + 'static,
    T::Body: Streaming<T::Fault>,
    C: DeserializeOwned + Chunk + 'static,
{
    Read::Events(Box::new(|opened| Box::pin(EventStream::open(opened))))
}

/// The same for events that may be hours apart: without a limit of the caller's, a day.
pub(super) fn rare_events<T, C>() -> Read<T, EventStream<T, C>>
where
    T: Transport + 'static,
    T::Body: Streaming<T::Fault>,
    C: DeserializeOwned + Chunk + 'static,
{
    Read::Open(Box::new(|mut opened| {
        opened.limits.idle_timeout_ms.get_or_insert(DAY_MS);
        Box::pin(EventStream::open(opened))
    }))
}

/// The type in a JSON body.
pub(super) fn decode<R: DeserializeOwned>(meta: &Meta, text: &str) -> Result<R, Error> {
    let text = match text.trim() {
        // 204: there is nothing to say. Whoever expects an object is told that there is none.
        "" if meta.status() == 204 => "null",
        "" => {
            let error = Error::new(ErrorKind::Decode, "the answer's body is empty");
            return Err(error.with_meta(meta));
        }
        text => text,
    };
    let failure = match read(meta, text) {
        Err(failure) if failure.kind() == ErrorKind::Decode => failure,
        read => return read,
    };
    match json::unframed(text).map(|text| read(meta, text)) {
        Some(Ok(answer)) => Ok(answer),
        Some(Err(reported)) if reported.kind() != ErrorKind::Decode => Err(reported),
        _ => Err(failure),
    }
}

fn read<R: DeserializeOwned>(meta: &Meta, text: &str) -> Result<R, Error> {
    // What may report an error stands in hardly any answer, and then a second look costs little.
    if report::Filter::default().passes(text.as_bytes())
        && let Ok(answer) = json::read::<Value>(text)
        && let Some(said) = report::in_answer(&answer)
    {
        return Err(Error::reported(said).with_meta(meta));
    }
    let read = located(text).or_else(|cause| match json::readable(text) {
        Some(text) => located(&text),
        None => Err(cause),
    });
    read.map_err(|cause| unexpected(meta, &cause).with_meta(meta))
}

/// The type in a JSON text; an error says where.
fn located<R: DeserializeOwned>(
    text: &str,
) -> Result<R, serde_path_to_error::Error<serde_json::Error>> {
    let mut json = serde_json::Deserializer::from_str(text);
    let answer = serde_path_to_error::deserialize(&mut json)?;
    match json.end() {
        Ok(()) => Ok(answer),
        Err(cause) => Err(serde_path_to_error::Error::new(root(), cause)),
    }
}

fn root() -> serde_path_to_error::Path {
    serde_path_to_error::Track::new().path()
}

/// A body that is no JSON of that type; its media type often says why (a login page, a gateway).
fn unexpected(meta: &Meta, cause: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    match meta.media_type() {
        Some(kind) if !kind.contains("json") => Error::new(
            ErrorKind::Decode,
            format!("the server answered with {kind} where JSON was expected"),
        ),
        _ => Error::decode(&cause.path().to_string(), cause.inner()),
    }
}
