//! Reading a body up to a limit.

use futures_util::StreamExt;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::{JsCast, JsValue};
use web_sys::ReadableStream;

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
