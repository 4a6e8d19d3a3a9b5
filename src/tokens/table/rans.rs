//! Reading symbols by their frequencies: range ANS with a state of 64 bits, refilled by 32.

use alloc::vec;
use alloc::vec::Vec;

use super::frequencies::{SCALE_BITS, frequencies};

/// The state never falls below this.
pub const LOWEST: u64 = 1 << 31;

const BUCKET_BITS: u32 = 6;

/// The symbols of all contexts, ready to be found.
pub struct Symbols {
    /// For each context the sums of frequencies before each symbol, and after the last one.
    sums: Vec<u16>,
    /// Where each context begins in `sums`.
    starts: Vec<u32>,
    /// The symbol at which each bucket of each context begins.
    buckets: Vec<u8>,
}

impl Symbols {
    pub fn new(contexts: usize) -> Self {
        Self {
            sums: Vec::new(),
            starts: Vec::with_capacity(contexts),
            buckets: Vec::with_capacity(contexts << BUCKET_BITS),
        }
    }

    /// Appends a context.
    pub fn add(&mut self, levels: &[u8]) {
        self.starts.push(self.sums.len() as u32);
        let (mut sum, mut bucket) = (0, 0);
        let mut buckets = vec![0; 1 << BUCKET_BITS];
        for (symbol, frequency) in frequencies(levels).into_iter().enumerate() {
            self.sums.push(sum as u16);
            sum += frequency;
            while bucket << (SCALE_BITS - BUCKET_BITS) < sum {
                if let Some(slot) = buckets.get_mut(bucket as usize) {
                    *slot = symbol as u8;
                }
                bucket += 1;
            }
        }
        self.sums.push(sum as u16);
        self.buckets.extend(buckets);
    }
}

/// One stream of symbols.
pub struct Reader<'a> {
    words: &'a [u8],
    state: u64,
}

impl<'a> Reader<'a> {
    /// Reads `words`, numbers of 32 bits.
    pub fn new(words: &'a [u8]) -> Self {
        let mut reader = Self { words, state: 0 };
        reader.state = reader.word() << 32;
        reader.state |= reader.word();
        reader
    }

    #[inline]
    fn word(&mut self) -> u64 {
        match self.words.split_first_chunk() {
            Some((word, rest)) => {
                self.words = rest;
                u64::from(u32::from_le_bytes(*word))
            }
            None => 0,
        }
    }

    #[inline]
    fn refill(&mut self) {
        if self.state < LOWEST {
            self.state = self.state << 32 | self.word();
        }
    }

    /// The next symbol of a context.
    #[inline]
    pub fn symbol(&mut self, symbols: &Symbols, context: usize) -> Option<usize> {
        let slot = self.state as u32 & ((1 << SCALE_BITS) - 1);
        let bucket = slot >> (SCALE_BITS - BUCKET_BITS);
        let first = *symbols
            .buckets
            .get(context << BUCKET_BITS | bucket as usize)?;
        let start = *symbols.starts.get(context)? as usize;
        let mut at = start + usize::from(first);
        let mut below = u32::from(*symbols.sums.get(at)?);
        loop {
            let above = u32::from(*symbols.sums.get(at + 1)?);
            if slot < above {
                self.state =
                    u64::from(above - below) * (self.state >> SCALE_BITS) + u64::from(slot - below);
                self.refill();
                return Some(at - start);
            }
            below = above;
            at += 1;
        }
    }

    /// The next `count` bits as they are.
    #[inline]
    pub fn bits(&mut self, count: u32) -> u32 {
        let bits = self.state as u32 & ((1 << count) - 1);
        self.state >>= count;
        self.refill();
        bits
    }
}
