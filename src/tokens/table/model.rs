//! What both the packer and the opener of a table must know alike: the classes of tokens, the lists
//! in which a token has its place, the steps of the numbers. `tests/tokens` packs with this very file.

use alloc::vec;
use alloc::vec::Vec;

/// Classes by the first character of a token: as for the last one, and again behind a space.
pub const FIRST_CLASSES: usize = 2 * LAST_CLASSES;
/// Classes by the last character of a token.
pub const LAST_CLASSES: usize = 70;
/// The steps of places in a list.
pub const STEPS: usize = 72;

const SPACE: u8 = 0;
/// A byte inside a character.
const INSIDE: u8 = 1;

/// The class of a byte: what kind of ASCII it is, or which byte a longer character begins with.
pub fn class_of_byte(byte: u8) -> u8 {
    match byte {
        b' ' => SPACE,
        0x80..=0xc1 | 0xf5.. => INSIDE,
        b'a'..=b'z' => 2,
        b'A'..=b'Z' => 3,
        b'0'..=b'9' => 4,
        b'\n' | b'\r' => 5,
        0..=0x1f | 0x7f => 6,
        b'.' | b'!' | b'?' => 7,
        b',' | b';' | b':' => 8,
        b'(' | b'[' | b'{' => 9,
        b')' | b']' | b'}' => 10,
        b'/' | b'\\' => 11,
        b'_' => 12,
        b'-' => 13,
        b'"' | b'\'' | b'`' => 14,
        b'<' | b'>' => 15,
        b'=' | b'+' | b'*' | b'&' | b'|' | b'%' | b'^' | b'~' => 16,
        b'#' | b'$' | b'@' => 17,
        0xc2..=0xf4 => byte - 0xc2 + 18,
    }
}

/// The class of each token: by its first character, and by its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    pub first: u8,
    pub last: u8,
}

impl Class {
    pub fn of_byte(byte: u8) -> Self {
        let class = class_of_byte(byte);
        Self {
            first: class,
            last: class,
        }
    }

    /// The class of two tokens in one, by theirs alone.
    pub fn join(self, right: Self) -> Self {
        let behind_space = self.first == SPACE && right.first < LAST_CLASSES as u8;
        Self {
            first: if behind_space {
                right.first + LAST_CLASSES as u8
            } else {
                self.first
            },
            last: if right.last == INSIDE {
                self.last
            } else {
                right.last
            },
        }
    }
}

/// The step of a place, and its bits within the step: how many, and which.
#[allow(dead_code, reason = "only the packer asks")]
pub fn step_of(place: u32) -> (usize, u32, u32) {
    if place < 4 {
        return (place as usize, 0, 0);
    }
    let top = place.ilog2();
    let bits = top - 2;
    let step = 4 * (top - 1) + (place >> bits & 3);
    (step as usize, bits, place & ((1 << bits) - 1))
}

/// Where a step begins, and how many bits of the place follow.
pub fn place_of(step: usize) -> (u32, u32) {
    let step = step as u32;
    if step < 4 {
        return (step, 0);
    }
    let bits = step / 4 - 1;
    ((4 | step & 3) << bits, bits)
}

/// The tokens of each class, those first that were used most.
pub struct Lists {
    /// A token, and how often it was used from bit 18 on.
    entries: Vec<u32>,
    /// Where each list begins in `entries`, and how long it is.
    spans: Vec<(usize, usize)>,
    /// For each list and each number of uses: how many of its tokens were used more often.
    above: Vec<Vec<u32>>,
}

const TOKEN_BITS: u32 = 18;
const TOKEN_MASK: u32 = (1 << TOKEN_BITS) - 1;
const MOST_USES: usize = (1 << (32 - TOKEN_BITS)) - 1;

impl Lists {
    /// Empty lists that can take `lengths` tokens.
    pub fn new(lengths: &[usize]) -> Self {
        let mut spans = Vec::with_capacity(lengths.len());
        let mut start = 0;
        for length in lengths {
            spans.push((start, 0));
            start += length;
        }
        Self {
            entries: vec![0; start],
            spans,
            above: vec![vec![0]; lengths.len()],
        }
    }

    /// Appends a token that was not used yet; one too many is dropped.
    pub fn add(&mut self, class: u8, token: u32) {
        if let Some((start, length)) = self.spans.get_mut(usize::from(class))
            && let Some(entry) = self.entries.get_mut(*start + *length)
        {
            *entry = token;
            *length += 1;
        }
    }

    /// The token at a place, which counts as used by this.
    pub fn take(&mut self, class: u8, place: usize) -> Option<u32> {
        let (start, length) = *self.spans.get(usize::from(class))?;
        let list = self.entries.get_mut(start..start + length)?;
        let above = self.above.get_mut(usize::from(class))?;
        let entry = *list.get(place)?;
        let uses = (entry >> TOKEN_BITS) as usize;
        if uses < MOST_USES {
            // The first of those that were used as often gives way.
            let head = *above.get(uses)? as usize;
            list.swap(place, head);
            *list.get_mut(head)? = entry + (1 << TOKEN_BITS);
            *above.get_mut(uses)? += 1;
            if above.len() <= uses + 1 {
                above.push(0);
            }
        }
        Some(entry & TOKEN_MASK)
    }

    /// The tokens of a class in their order. Only the packer asks.
    #[allow(dead_code, reason = "only the packer asks")]
    pub fn tokens(&self, class: u8) -> impl Iterator<Item = u32> {
        let span = self.spans.get(usize::from(class)).copied();
        let (start, length) = span.unwrap_or_default();
        let list = self.entries.get(start..start + length);
        list.unwrap_or_default()
            .iter()
            .map(|entry| entry & TOKEN_MASK)
    }
}
