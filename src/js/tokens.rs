//! The tokenizer behind `pkg-template/tokens/tokenizer.js`.
//!
//! Texts and tables go in by memory, not by argument: JavaScript writes where `room` says, and then calls
//! with how many bytes it wrote. Its own encoder makes whatever a string holds UTF-8.

#[path = "allocator.rs"]
mod allocator;
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

    /// The bytes of tokens, or `None` if a number is not a token.
    pub fn decode(&self, tokens: &[u32]) -> Option<Vec<u8>> {
        self.tokenizer.decode(tokens).ok()
    }

    /// The index of the first number that is not a token.
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
    let length = digits * 3 / 4;
    text.truncate(digits);
    text.resize(digits.next_multiple_of(4), b'A');
    let (mut read, mut written) = (0, 0);
    while read < text.len() {
        some_groups(text, &mut read, &mut written)?;
    }
    text.truncate(length);
    Some(())
}

/// How many groups of four letters one call reads. A function that is called once stays as slow as the
/// engine's first compiler made it.
const GROUPS: usize = 512;

#[inline(never)]
fn some_groups(text: &mut [u8], read: &mut usize, written: &mut usize) -> Option<()> {
    for _ in 0..GROUPS {
        let Some(group) = text.get(*read..*read + 4) else {
            break;
        };
        let mut bits = 0;
        for letter in group {
            let digit = *DIGITS.get(usize::from(*letter))?;
            if digit > 63 {
                return None;
            }
            bits = bits << 6 | u32::from(digit);
        }
        let [_, bytes @ ..] = bits.to_be_bytes();
        text.get_mut(*written..*written + 3)?
            .copy_from_slice(&bytes);
        *read += 4;
        *written += 3;
    }
    Some(())
}

/// What each letter counts; above 63 for those that are none of base64.
#[allow(clippy::indexing_slicing, reason = "a compiler would panic")]
const DIGITS: [u8; 128] = {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut digits = [u8::MAX; 128];
    let mut digit = 0;
    while digit < letters.len() {
        digits[letters[digit] as usize] = digit as u8;
        digit += 1;
    }
    digits
};
