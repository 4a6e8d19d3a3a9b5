//! Reading a body up to a limit.

use futures_util::StreamExt;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::{JsCast, JsValue};
use web_sys::ReadableStream;

/// The whole body, or `None` when it is longer than `max_bytes`: then the rest is not read.
pub(super) async fn read(
    body: Option<ReadableStream>,
    max_bytes: usize,
) -> Result<Option<Vec<u8>>, JsValue> {
    let mut bytes = Vec::new();
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
        bytes.extend_from_slice(&chunk.to_vec());
    }
    Ok(Some(bytes))
}
