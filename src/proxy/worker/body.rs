//! Reading a body up to a limit.

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{IteratorNext, Uint8Array};
use wasm_bindgen::prelude::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader, Request};

use super::now_unix_ms;
use crate::proxy::admission::Lost;
use crate::proxy::request::pace::Pace;

/// The whole body of a request. Nothing is reserved for what has not come: its declared length is a
/// stranger's word.
pub(super) async fn of_request(
    request: &Request,
    max_bytes: u32,
    pace: &Pace,
) -> Result<Vec<u8>, Lost> {
    let max_bytes = usize::try_from(max_bytes).unwrap_or(usize::MAX);
    let Some(body) = request.body() else {
        return Ok(Vec::new());
    };
    let reader = reader(body).map_err(|_| Lost::Broken)?;
    let collected = collect(&reader, max_bytes, pace).await;
    if collected.is_err() {
        let _ = reader.cancel();
    }
    collected
}

/// One timer serves the whole body: when it ends, the clock tells whether there is time left.
async fn collect(
    reader: &ReadableStreamDefaultReader,
    max_bytes: usize,
    pace: &Pace,
) -> Result<Vec<u8>, Lost> {
    let mut bytes = Vec::new();
    let began = now_unix_ms();
    let mut last = began;
    let left = |last, bytes: &Vec<u8>| {
        let looked = pace.look(began, last, bytes.len() as u64, now_unix_ms());
        looked.map(TimeoutFuture::new).map_err(Lost::Slow)
    };
    let mut timer = left(last, &bytes)?;
    loop {
        let mut read = Box::pin(next(reader));
        let chunk = loop {
            match select(read, timer).await {
                Either::Left((chunk, pending)) => {
                    timer = pending;
                    break chunk.map_err(|_| Lost::Broken)?;
                }
                Either::Right(((), pending)) => {
                    read = pending;
                    timer = left(last, &bytes)?;
                }
            }
        };
        let Some(chunk) = chunk else {
            return Ok(bytes);
        };
        last = now_unix_ms();
        let length = usize::try_from(chunk.length()).unwrap_or(usize::MAX);
        if length > max_bytes.saturating_sub(bytes.len()) {
            return Err(Lost::Large);
        }
        append(&mut bytes, &chunk);
    }
}

/// The whole body, or `None` when it is longer than `max_bytes`: then the rest is not read.
pub(super) async fn read(
    body: Option<ReadableStream>,
    max_bytes: usize,
) -> Result<Option<Vec<u8>>, JsValue> {
    let mut bytes = Vec::new();
    let Some(body) = body else {
        return Ok(Some(bytes));
    };
    let reader = reader(body)?;
    while let Some(chunk) = next(&reader).await? {
        let length = usize::try_from(chunk.length()).unwrap_or(usize::MAX);
        if length > max_bytes.saturating_sub(bytes.len()) {
            let _ = reader.cancel();
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
