//! The tokenizer behind `pkg-template/tokens/tokenizer.js`.
//!
//! Texts and tables go in by memory, not by argument: JavaScript writes where `room` says, and then calls
//! with how many bytes it wrote. Its own encoder makes whatever a string holds UTF-8.

#[path = "bare.rs"]
mod bare;

use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::tokens::{Counter, Encoding, Tokenizer};

/// A tokenizer, and the memory that JavaScript writes to.
#[wasm_bindgen]
pub struct Engine {
    tokenizer: Tokenizer,
    input: Input,
}

/// What JavaScript wrote.
#[wasm_bindgen]
#[derive(Default)]
pub struct Input(Vec<u8>);

/// More room than this is given back after use.
const KEPT_BYTES: usize = 1 << 16;

#[wasm_bindgen]
impl Input {
    /// Nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// The address of so many bytes.
    pub fn room(&mut self, bytes: usize) -> usize {
        if self.0.len() < bytes || self.0.len() > KEPT_BYTES {
            // The old bytes go first, and are not copied.
            self.0 = Vec::new();
            self.0.resize(bytes, 0);
        }
        self.0.as_ptr().addr()
    }

    /// Opens a table that was written in base64; nothing if it is not the encoding's.
    pub fn open(mut self, encoding: &str, bytes: usize) -> Option<Engine> {
        let encoding = Encoding::from_name(encoding)?;
        self.0.truncate(bytes);
        from_base64(&mut self.0)?;
        let tokenizer = Tokenizer::new(encoding, &self.0).ok()?;
        Some(Engine {
            tokenizer,
            input: Self::default(),
        })
    }
}

#[wasm_bindgen]
impl Engine {
    /// The address of room for so many bytes of text.
    pub fn room(&mut self, bytes: usize) -> usize {
        self.input.room(bytes)
    }

    /// How many tokens the text has that was written.
    pub fn count(&mut self, bytes: usize) -> usize {
        let text = self.input.0.get(..bytes).unwrap_or_default();
        self.tokenizer.count_bytes(text)
    }

    /// The tokens of the text that was written.
    pub fn encode(&mut self, bytes: usize) -> Vec<u32> {
        let text = self.input.0.get(..bytes).unwrap_or_default();
        self.tokenizer.encode_bytes(text)
    }

    /// The bytes of tokens; nothing if one of them is none.
    pub fn decode(&self, tokens: &[u32]) -> Option<Vec<u8>> {
        self.tokenizer.decode(tokens).ok()
    }

    /// The place of the first number that is no token.
    pub fn fault(&self, tokens: &[u32]) -> Option<usize> {
        self.tokenizer.decode(tokens).err().map(|error| error.index)
    }

    /// Appends the text that was written to a counter's, and says how many tokens it has now.
    pub fn append(&mut self, counter: &mut Growing, bytes: usize) -> usize {
        let text = self.input.0.get(..bytes).unwrap_or_default();
        counter.0.push_bytes(&mut self.tokenizer, text)
    }
}

/// The count of a text that grows.
#[wasm_bindgen]
#[derive(Default)]
pub struct Growing(Counter);

#[wasm_bindgen]
impl Growing {
    /// Begins with an empty text.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }
}

/// Makes base64 the bytes that it stands for, in place. It has no blanks, and ends in `=` or not.
fn from_base64(text: &mut Vec<u8>) -> Option<()> {
    let digits = text.iter().rposition(|byte| *byte != b'=')? + 1;
    let (mut read, mut written) = (0, 0);
    let (mut bits, mut held) = (0_u32, 0);
    while read < digits {
        let digit = match *text.get(read)? {
            letter @ b'A'..=b'Z' => letter - b'A',
            letter @ b'a'..=b'z' => letter - b'a' + 26,
            letter @ b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        read += 1;
        bits = bits << 6 | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            *text.get_mut(written)? = (bits >> held) as u8;
            written += 1;
        }
    }
    text.truncate(written);
    Some(())
}
