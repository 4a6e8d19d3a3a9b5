//! The merges of an encoding: which two tokens become which one.

use alloc::vec;
use alloc::vec::Vec;

use super::bytes::byte_of_token;

/// The tokens that are single bytes; every other one is a merge of two earlier ones.
pub const BYTES: u32 = 256;

/// No token.
pub const NONE: u32 = u32::MAX;

/// Pair → token, and back.
///
/// A slot of the table is a token (18 bits), 13 bits of its pair's hash and a bit that says that it is
/// used; the pair itself stands in `pairs`. That is half the memory of slots that hold the pair.
pub struct Merges {
    pairs: Vec<(u32, u32)>,
    slots: Vec<u32>,
    shift: u32,
    /// The merges of two bytes, which every piece begins with.
    of_bytes: Vec<u32>,
}

/// How many merges one call inserts. A function that is called once stays as slow as an engine's first
/// compiler made it.
const INSERTED: usize = 512;

const TOKEN_BITS: u32 = 18;
const TOKEN_MASK: u32 = (1 << TOKEN_BITS) - 1;
const USED: u32 = 1 << 31;

impl Merges {
    /// How many slots so many merges get: half of them stay free.
    pub fn slots_for(merges: usize) -> usize {
        (merges * 2).next_power_of_two().max(2)
    }

    /// Takes the merges in the order of their tokens, and the memory for their slots.
    pub fn new(pairs: Vec<(u32, u32)>, mut slots: Vec<u32>) -> Self {
        let length = Self::slots_for(pairs.len());
        slots.truncate(length);
        slots.fill(0);
        slots.resize(length, 0);
        let mut merges = Self {
            shift: u64::BITS - length.ilog2(),
            slots,
            of_bytes: vec![NONE; 1 << 16],
            pairs,
        };
        let mut start = 0;
        while start < merges.pairs.len() {
            merges.insert_some(start);
            start += INSERTED;
        }
        merges
    }

    /// Puts a few merges into their slots.
    #[inline(never)]
    fn insert_some(&mut self, start: usize) {
        let mask = self.slots.len() - 1;
        let pairs = self.pairs.iter().skip(start).take(INSERTED);
        for (token, (left, right)) in (BYTES + start as u32..).zip(pairs) {
            if *left < BYTES && *right < BYTES {
                if let Some(slot) = self.of_bytes.get_mut((left << 8 | right) as usize)
                    && *slot == NONE
                {
                    *slot = token;
                }
                continue;
            }
            let (mut at, mark) = place(*left, *right, self.shift);
            while let Some(slot) = self.slots.get_mut(at) {
                if *slot == 0 {
                    *slot = mark | token;
                    break;
                }
                at = (at + 1) & mask;
            }
        }
    }

    /// The token that two bytes' tokens become, or `NONE`.
    #[inline]
    pub fn join_bytes(&self, left: u32, right: u32) -> u32 {
        self.of_bytes
            .get((left << 8 | right) as usize)
            .copied()
            .unwrap_or(NONE)
    }

    /// The token that two tokens become, or `NONE`.
    #[inline]
    pub fn join(&self, left: u32, right: u32) -> u32 {
        if (left | right) < BYTES {
            return self.join_bytes(left, right);
        }
        let (mut at, mark) = place(left, right, self.shift);
        let mask = self.slots.len() - 1;
        loop {
            let slot = self.slots.get(at).copied().unwrap_or_default();
            if slot == 0 {
                return NONE;
            }
            let token = slot & TOKEN_MASK;
            if slot & !TOKEN_MASK == mark && self.split(token) == Some((left, right)) {
                return token;
            }
            at = (at + 1) & mask;
        }
    }

    /// The two tokens that a token was merged from, or `None` for a single byte.
    #[inline]
    pub fn split(&self, token: u32) -> Option<(u32, u32)> {
        self.pairs.get(token.wrapping_sub(BYTES) as usize).copied()
    }

    /// Would merging the bytes of these two tokens together give the same two?
    ///
    /// A row of tokens is what merging gives exactly when this holds for each two neighbours: no merge
    /// across the border may come before those that made the tokens beside it.
    pub fn may_stand_together(&self, mut left: u32, mut right: u32) -> bool {
        let mut limit = NONE;
        loop {
            if self.join(left, right) < limit {
                return false;
            }
            // Takes back the later of the two.
            if left > right {
                match self.split(left) {
                    Some((_, behind)) => (limit, left) = (left, behind),
                    None => match self.split(right) {
                        Some((before, _)) => (limit, right) = (right + 1, before),
                        None => return true,
                    },
                }
            } else {
                match self.split(right) {
                    Some((before, _)) => (limit, right) = (right + 1, before),
                    None => match self.split(left) {
                        Some((_, behind)) => (limit, left) = (left, behind),
                        None => return true,
                    },
                }
            }
        }
    }

    /// Appends the bytes of a token.
    pub fn write_bytes(&self, token: u32, out: &mut Vec<u8>, waiting: &mut Vec<u32>) {
        waiting.push(token);
        while let Some(token) = waiting.pop() {
            match self.split(token) {
                Some((left, right)) => waiting.extend([right, left]),
                None => out.push(byte_of_token(token as u8)),
            }
        }
    }
}

/// The first slot of a pair, and what its slot holds beside the token.
#[inline]
fn place(left: u32, right: u32, shift: u32) -> (usize, u32) {
    let pair = u64::from(left) << TOKEN_BITS | u64::from(right);
    let hash = pair.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mark = (hash >> 20) as u32 & !(TOKEN_MASK | USED) | USED;
    ((hash >> shift) as usize, mark)
}
