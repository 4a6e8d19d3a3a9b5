//! The decoders behind `pkg-template/lib/source.js` and `event-stream.js`.
//!
//! Bytes go in by memory, not by argument: JavaScript writes a read where `space` says, then calls
//! `decode` and reads the result where `out` says. So each byte is copied once on its way in.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::stream::batch::Batch;

/// Decodes a streamed answer.
#[wasm_bindgen]
pub struct ChunkDecoder(Batch);

#[wasm_bindgen]
impl ChunkDecoder {
    /// `mark` is a random number: see `stream/batch.rs`.
    #[wasm_bindgen(constructor)]
    pub fn new(max_event_bytes: u32, mark: u32) -> Self {
        let max_event_bytes = usize::try_from(max_event_bytes).unwrap_or(usize::MAX);
        Self(Batch::new(max_event_bytes, mark))
    }

    /// The address of `len` bytes for the next piece of the stream; all of them must be written.
    pub fn space(&mut self, len: usize) -> usize {
        self.0.space(len).as_mut_ptr().addr()
    }

    /// Decodes that piece and gives the bits of `Found`.
    pub fn decode(&mut self) -> u32 {
        self.0.decode().0
    }

    /// Decodes what the end of the stream leaves and gives the bits of `Found`.
    pub fn finish(&mut self) -> u32 {
        self.0.finish().0
    }

    /// The address of what was found.
    #[wasm_bindgen(getter)]
    pub fn out(&self) -> usize {
        self.0.out().as_ptr().addr()
    }

    /// How many bytes of it are the array.
    #[wasm_bindgen(getter)]
    pub fn array_len(&self) -> usize {
        self.0.array_len()
    }

    /// How many bytes it has in all: what follows the array is the tail.
    #[wasm_bindgen(getter)]
    pub fn out_len(&self) -> usize {
        self.0.out().len()
    }

    /// Start and end of each chunk in it.
    pub fn spans(&self) -> Vec<u32> {
        self.0.spans().to_vec()
    }
}
