//! Reading a body up to a limit.

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

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
        let start = bytes.len();
        bytes.resize(start + length, 0);
        if let Some(room) = bytes.get_mut(start..) {
            chunk.copy_to(room);
        }
    }
    Ok(Some(bytes))
}

/// The beginning of a body, or all of it.
pub(super) enum Start {
    Whole(Vec<u8>),
    /// There is more, unread.
    Part(Vec<u8>),
}

/// Why a body did not come.
pub(super) enum Broken {
    Lost,
    Idle,
}

/// Reads until the end, or until more than `max_bytes` are there; each read may take `idle_ms`.
///
/// By the platform's own reader: that of wasm-streams cannot be let go while a read is pending.
pub(super) async fn read_start(
    body: Option<ReadableStream>,
    max_bytes: usize,
    idle_ms: u32,
) -> Result<Start, Broken> {
    let mut bytes = Vec::new();
    let Some(body) = body else {
        return Ok(Start::Whole(bytes));
    };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    while bytes.len() <= max_bytes {
        let late = TimeoutFuture::new(idle_ms);
        let read = match select(JsFuture::from(reader.read()), late).await {
            Either::Left((read, _)) => read.map_err(|_| Broken::Lost)?,
            Either::Right(_) => return Err(Broken::Idle),
        };
        let member = |name| Reflect::get(&read, &JsValue::from_str(name)).ok();
        if member("done").is_none_or(|done| done.is_truthy()) {
            return Ok(Start::Whole(bytes));
        }
        let chunk = member("value").and_then(|value| value.dyn_into::<Uint8Array>().ok());
        bytes.extend(chunk.ok_or(Broken::Lost)?.to_vec());
    }
    reader.release_lock();
    Ok(Start::Part(bytes))
}
