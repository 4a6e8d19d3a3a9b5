//! What both the packer and the opener of a table must know alike: the classes of tokens, the lists
//! in which a token has its place, the steps of the numbers. `tests/tokens` packs with this very file.

use alloc::vec;
use alloc::vec::Vec;

/// Classes by the first character of a token: as for the last one, and again after a space.
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
    lists: Vec<List>,
}

struct List {
    /// Where it begins in `entries`, and how long it is.
    start: usize,
    length: usize,
    /// For each number of uses how many of its tokens were used more often.
    above: Vec<u32>,
}

const TOKEN_BITS: u32 = 18;
const TOKEN_MASK: u32 = (1 << TOKEN_BITS) - 1;
const MOST_USES: usize = (1 << (32 - TOKEN_BITS)) - 1;

impl Lists {
    /// Empty lists that can take `lengths` tokens, in memory that is there already.
    pub fn new(lengths: impl Iterator<Item = usize>, mut memory: Vec<u32>) -> Self {
        let mut end = 0;
        let lists = lengths
            .map(|length| {
                let start = end;
                end += length;
                List {
                    start,
                    length: 0,
                    above: vec![0],
                }
            })
            .collect();
        if memory.len() < end {
            memory.resize(end, 0);
        }
        Self {
            entries: memory,
            lists,
        }
    }

    /// Appends a token that was not used yet; one too many is dropped.
    #[inline]
    pub fn add(&mut self, list: usize, token: u32) {
        if let Some(list) = self.lists.get_mut(list)
            && let Some(entry) = self.entries.get_mut(list.start + list.length)
        {
            *entry = token;
            list.length += 1;
        }
    }

    /// The token at a place, which counts as used by this.
    #[inline]
    pub fn take(&mut self, list: usize, place: usize) -> Option<u32> {
        let list = self.lists.get_mut(list)?;
        if place >= list.length {
            return None;
        }
        let entry = *self.entries.get(list.start + place)?;
        let uses = (entry >> TOKEN_BITS) as usize;
        if uses < MOST_USES {
            // The first of those that were used as often gives way.
            let above = list.above.get_mut(uses)?;
            let head = list.start + *above as usize;
            *above += 1;
            if list.above.len() <= uses + 1 {
                list.above.push(0);
            }
            let other = *self.entries.get(head)?;
            *self.entries.get_mut(list.start + place)? = other;
            *self.entries.get_mut(head)? = entry + (1 << TOKEN_BITS);
        }
        Some(entry & TOKEN_MASK)
    }

    /// The tokens of a list in their order.
    #[allow(dead_code, reason = "only the packer asks")]
    pub fn tokens(&self, list: usize) -> impl Iterator<Item = u32> {
        let list = self.lists.get(list);
        let entries = list.and_then(|list| self.entries.get(list.start..list.start + list.length));
        entries
            .unwrap_or_default()
            .iter()
            .map(|entry| entry & TOKEN_MASK)
    }

    /// The memory again.
    #[allow(dead_code, reason = "the packer does not ask")]
    pub fn into_memory(self) -> Vec<u32> {
        self.entries
    }
}
