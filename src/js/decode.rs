//! The decoders behind `pkg-template/lib/chunk-reader.js` and `event-stream.js`.
//!
//! Bytes go in and out by memory, not by argument: JavaScript writes a read of at most 16 KiB where
//! `Head::input` says, calls `decode`, and reads the rest of `Head`. So a read costs one crossing.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::stream::batch::events::EventBatch;
use crate::stream::batch::{Batch, Head};

/// Decodes a streamed answer.
#[wasm_bindgen]
pub struct ChunkDecoder(Batch);

#[wasm_bindgen]
impl ChunkDecoder {
    /// `mark` is a random number: see `stream/batch/mod.rs`.
    #[wasm_bindgen(constructor)]
    pub fn new(max_event_bytes: u32, mark: u32, text_only: bool) -> Self {
        let max_event_bytes = usize::try_from(max_event_bytes).unwrap_or(usize::MAX);
        Self(Batch::new(max_event_bytes, mark, text_only))
    }

    /// The address of what the last call found: the words of `Head`. It stays.
    pub fn head(&self) -> usize {
        let head: *const Head = self.0.head();
        head.addr()
    }

    /// Decodes a piece of `len` bytes.
    pub fn decode(&mut self, len: usize) {
        self.0.decode(len);
    }

    /// Decodes what the end of the stream leaves.
    pub fn finish(&mut self) {
        self.0.finish();
    }
}

/// Decodes plain server-sent events.
#[wasm_bindgen]
pub struct EventDecoder(EventBatch);

#[wasm_bindgen]
impl EventDecoder {
    /// Refuses an event of more than `max_event_bytes`.
    #[wasm_bindgen(constructor)]
    pub fn new(max_event_bytes: u32) -> Self {
        let max_event_bytes = usize::try_from(max_event_bytes).unwrap_or(usize::MAX);
        Self(EventBatch::new(max_event_bytes))
    }

    /// The address of what the last call found: the words of `Head`. It stays.
    pub fn head(&self) -> usize {
        let head: *const Head = self.0.head();
        head.addr()
    }

    /// Decodes a piece of `len` bytes.
    pub fn decode(&mut self, len: usize) {
        self.0.decode(len);
    }
}
