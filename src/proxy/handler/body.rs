//! Reading a body up to a limit.

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{IteratorNext, Uint8Array};
use wasm_bindgen::prelude::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader, Request};

use super::now_unix_ms;
use crate::proxy::answer::Break;
use crate::proxy::answer::limits::{Limits, Times};

/// A body up to this size is taken in one go, which is quicker than a reader. Larger ones are not: the
/// memory of such arrays is given back late (ten thousand requests of 256 KiB did not level off).
const SMALL_BYTES: usize = 16 * 1024;

/// The whole body of a request, or `None` when it is longer than `max_bytes`. What it declares of its
/// length was checked with the head, and the platform holds it to that.
pub(super) async fn of_request(
    request: &Request,
    declared: Option<&str>,
    max_bytes: usize,
) -> Result<Option<Vec<u8>>, JsValue> {
    let length = declared.and_then(|length| length.parse::<usize>().ok());
    if length.is_none_or(|length| length > SMALL_BYTES) {
        return read(request.body(), declared, max_bytes).await;
    }
    let buffer = JsFuture::from(request.array_buffer()?).await?;
    let bytes = Uint8Array::new(&buffer).to_vec();
    Ok((bytes.len() <= max_bytes).then_some(bytes))
}

/// The whole body, or `None` when it is longer than `max_bytes`: then the rest is not read.
///
/// A body of the declared length is collected without a reallocation, which would leave holes in a
/// memory that never shrinks.
pub(super) async fn read(
    body: Option<ReadableStream>,
    declared: Option<&str>,
    max_bytes: usize,
) -> Result<Option<Vec<u8>>, JsValue> {
    let declared = declared.and_then(|length| length.parse::<usize>().ok());
    let mut bytes = Vec::with_capacity(declared.unwrap_or_default().min(max_bytes));
    let Some(body) = body else {
        return Ok(Some(bytes));
    };
    let mut chunks = wasm_streams::ReadableStream::from_raw(body.unchecked_into())
        .try_into_stream()
        .map_err(|(cause, _)| JsValue::from(cause))?;
    while let Some(chunk) = chunks.next().await {
        let chunk: Uint8Array = chunk?.dyn_into()?;
        let length = usize::try_from(chunk.length()).unwrap_or(usize::MAX);
        if length > max_bytes - bytes.len() {
            return Ok(None);
        }
        append(&mut bytes, &chunk);
    }
    Ok(Some(bytes))
}

/// Copies a chunk behind what is there.
pub(super) fn append(bytes: &mut Vec<u8>, chunk: &Uint8Array) {
    let start = bytes.len();
    let length = usize::try_from(chunk.length()).unwrap_or(usize::MAX);
    bytes.resize(start.saturating_add(length), 0);
    if let Some(room) = bytes.get_mut(start..) {
        chunk.copy_to(room);
    }
}

/// The platform's own reader: that of wasm-streams cannot be let go while a read is pending.
pub(super) fn reader(body: ReadableStream) -> Result<ReadableStreamDefaultReader, JsValue> {
    if body.locked() {
        // Asking for a reader would throw: a `fetch` of the author's gave a response that was read.
        return Err(JsValue::UNDEFINED);
    }
    Ok(body.get_reader().unchecked_into())
}

/// The next chunk; nothing at the body's end.
pub(super) async fn next(
    reader: &ReadableStreamDefaultReader,
) -> Result<Option<Uint8Array>, JsValue> {
    let read: IteratorNext = JsFuture::from(reader.read()).await?.unchecked_into();
    if read.done() {
        return Ok(None);
    }
    read.value().dyn_into().map(Some)
}

/// The beginning of a body, or all of it.
pub(super) enum Start {
    Whole(Vec<u8>),
    /// There is more, unread.
    Part(Vec<u8>),
}

/// Reads on behind `bytes` until the end, or until there is `enough`, within the limits.
pub(super) async fn read_start(
    body: Option<ReadableStream>,
    mut bytes: Vec<u8>,
    limits: &Limits,
    enough: impl Fn(&mut Vec<u8>) -> bool,
) -> Result<Start, Break> {
    let Some(body) = body else {
        return Ok(Start::Whole(bytes));
    };
    let reader = reader(body).map_err(|_| Break::Truncated)?;
    let began_ms = now_unix_ms();
    let mut total = bytes.len() as u64;
    while !enough(&mut bytes) {
        let times = Times {
            began_ms,
            waiting_since_ms: Some(now_unix_ms()),
            quiet_since_ms: None,
        };
        let mut read = Box::pin(next(&reader));
        let chunk = loop {
            let wait_ms = limits.look(&times, now_unix_ms())?.again_ms;
            match select(read, TimeoutFuture::new(wait_ms)).await {
                Either::Left((chunk, _)) => break chunk.map_err(|_| Break::Truncated)?,
                Either::Right(((), pending)) => read = pending,
            }
        };
        let Some(chunk) = chunk else {
            return Ok(Start::Whole(bytes));
        };
        append(&mut bytes, &chunk);
        total += u64::from(chunk.length());
        if total > limits.max_answer_bytes {
            return Err(Break::Size);
        }
    }
    reader.release_lock();
    Ok(Start::Part(bytes))
}
