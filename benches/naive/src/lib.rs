//! The naive way, for comparison: each chunk becomes a Rust struct, which serde-wasm-bindgen then
//! copies into a JavaScript object, field by field.

use openai_wasm::stream::Decoder;
use openai_wasm::wire::chat::ChatCompletionChunk;
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::{JsError, JsValue, wasm_bindgen};

/// Decodes one stream.
#[wasm_bindgen]
#[derive(Default)]
pub struct Naive(Decoder<ChatCompletionChunk>);

#[wasm_bindgen]
impl Naive {
    /// A decoder for one stream.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The chunks that a read completes.
    pub fn push(&mut self, read: &[u8]) -> Result<Vec<JsValue>, JsError> {
        self.0.push(read);
        let mut chunks = Vec::new();
        while let Some(chunk) = self.0.next_chunk() {
            chunks.push(chunk?.serialize(&Serializer::json_compatible())?);
        }
        Ok(chunks)
    }
}
