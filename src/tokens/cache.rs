//! The tokens of short pieces that were merged before.

use alloc::boxed::Box;
use alloc::vec;

use super::merges::NONE;

/// The longest piece that is kept, in bytes.
pub const LONGEST: usize = 15;
/// The most tokens that are kept of a piece.
pub const TOKENS: usize = 4;

const BITS: u32 = 14;

/// A piece itself: its bytes, and its length in the highest byte. No two pieces have the same.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Key(u64, u64);

impl Key {
    /// The key of the piece `text[start..end]`, which has 1 to `LONGEST` bytes.
    #[inline]
    pub fn of(text: &[u8], start: usize, end: usize) -> Self {
        let length = end - start;
        let word = |from: usize| {
            let bytes = text.get(from..from + 8)?;
            Some(u64::from_le_bytes(bytes.try_into().ok()?))
        };
        let (low, high) = if let (Some(low), Some(high)) = (word(start), word(start + 8)) {
            (low, high)
        } else {
            let piece = text.get(start..end).unwrap_or_default();
            piece.iter().rev().fold((0, 0), |(low, high), byte| {
                (low << 8 | u64::from(*byte), high << 8 | low >> 56)
            })
        };
        let keep = |bytes: usize| u64::MAX.checked_shr(64 - 8 * bytes as u32).unwrap_or(0);
        let tag = (length as u64) << 56;
        Self(
            low & keep(length.min(8)),
            high & keep(length.saturating_sub(8)) | tag,
        )
    }

    #[inline]
    fn place(self) -> usize {
        let mixed = self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ self.1.wrapping_mul(0xc2b2_ae3d_27d4_eb4f).rotate_left(29);
        (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - BITS)) as usize
    }
}

#[derive(Clone, Copy, Default)]
struct Entry {
    key: Key,
    /// Behind the last one `NONE`.
    tokens: [u32; TOKENS],
}

/// Each key has one place, where the last comer stays.
pub struct Cache {
    entries: Box<[Entry]>,
}

impl Cache {
    pub fn new() -> Self {
        Self {
            entries: vec![Entry::default(); 1 << BITS].into_boxed_slice(),
        }
    }

    /// The tokens of a piece, and `NONE` after the last one.
    #[inline]
    pub fn find(&self, key: Key) -> Option<&[u32; TOKENS]> {
        let entry = self.entries.get(key.place())?;
        (entry.key == key).then_some(&entry.tokens)
    }

    /// Keeps the tokens of a piece, unless they are too many.
    pub fn keep(&mut self, key: Key, found: &[u32]) {
        let mut tokens = [NONE; TOKENS];
        if let (Some(kept), Some(entry)) = (
            tokens.get_mut(..found.len()),
            self.entries.get_mut(key.place()),
        ) {
            kept.copy_from_slice(found);
            *entry = Entry { key, tokens };
        }
    }
}
