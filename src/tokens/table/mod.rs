//! The packed table of an encoding: its list of merges.
//!
//! A token above 255 is a pair of two earlier ones. Each half is told by its class and by its place
//! among the tokens of that class, those that were used most coming first; the place's leading bits and
//! the class are symbols of a range coder with frequencies that stand at the table's head.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | which table: `p50k_base` 0, `cl100k_base` 1, `o200k_base` 2 |
//! | 3 | how many merges |
//! | 4 | the sum of their numbers, as `Checksum` computes it |
//! | 2 × `FIRST_CLASSES` | how many tokens each class has |
//! | 2, then as many | the levels of the frequencies |
//! | 3, then as many | the symbols of left tokens; those of right tokens fill the rest |

mod bits;
mod frequencies;
mod model;
mod rans;

use alloc::vec;
use alloc::vec::Vec;

use bits::BitReader;
use frequencies::{KINDS, LEFT_CLASS, LEFT_STEP, LEVEL_BITS, RIGHT_CLASS, RIGHT_STEP, each_level};
use model::{Class, FIRST_CLASSES, Lists, place_of};
use rans::{Reader, Symbols};

use super::bytes::byte_of_token;
use super::encoding::Encoding;
use super::error::TableError;
use super::merges::BYTES;

/// The merges of `r50k_base`, with which the table of `p50k_base` begins.
const MERGES_OF_R50K: usize = 50_000;

/// How many merges one call opens. A function that is called once stays as slow as an engine's first
/// compiler made it.
const MERGES_A_CALL: usize = 256;

/// The merges of an encoding, and memory for two numbers a token that was needed to open them.
pub fn open(encoding: Encoding, table: &[u8], memory: Vec<u32>) -> Result<Opened, TableError> {
    let number = match encoding {
        Encoding::R50kBase | Encoding::P50kBase => 0,
        Encoding::Cl100kBase => 1,
        Encoding::O200kBase | Encoding::O200kHarmony => 2,
    };
    match table.first() {
        Some(found @ 0..=2) if *found != number => {
            return Err(TableError::OtherEncoding { wanted: encoding });
        }
        _ => {}
    }
    let mut opened = unpack(table, memory).ok_or(TableError::Malformed)?;
    if encoding == Encoding::R50kBase {
        opened.pairs.truncate(MERGES_OF_R50K);
    }
    Ok(opened)
}

/// What `open` gives.
pub struct Opened {
    pub pairs: Vec<(u32, u32)>,
    pub memory: Vec<u32>,
}

/// How many merges a table says that it has.
pub fn length(table: &[u8]) -> usize {
    let mut rest = table.get(1..).unwrap_or_default();
    number(&mut rest, 3).unwrap_or_default().min(1 << 18)
}

/// Takes so many bytes off the front.
fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, behind) = rest.split_at_checked(count)?;
    *rest = behind;
    Some(taken)
}

fn number(rest: &mut &[u8], bytes: usize) -> Option<usize> {
    let bytes = take(rest, bytes)?.iter().rev();
    Some(bytes.fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

fn unpack(table: &[u8], memory: Vec<u32>) -> Option<Opened> {
    let mut rest = table.get(1..)?;
    let count = number(&mut rest, 3)?;
    let sum = number(&mut rest, 4)?;
    let mut lengths = vec![0; FIRST_CLASSES];
    let mut tokens = 0;
    for length in &mut lengths {
        *length = number(&mut rest, 2)?;
        tokens += *length;
    }
    if tokens != count + BYTES as usize || tokens >> 18 > 0 {
        return None;
    }
    let length = number(&mut rest, 2)?;
    let symbols = symbols(take(&mut rest, length)?);
    let length = number(&mut rest, 3)?;
    let left = take(&mut rest, length)?;
    let opened = merges(count, &lengths, &symbols, (left, rest), memory)?;
    (checksum(&opened.pairs) as usize == sum).then_some(opened)
}

#[inline(never)]
fn symbols(packed: &[u8]) -> Symbols {
    let mut reader = BitReader::new(packed);
    let contexts: usize = KINDS.iter().map(|(contexts, _)| contexts).sum();
    let mut symbols = Symbols::new(contexts);
    let mut levels = Vec::new();
    let mut of = 0;
    each_level(|context, _, tree| {
        if context != of {
            symbols.add(&levels);
            levels.clear();
            of = context;
        }
        let mut bit = |node: usize| tree.get_mut(node).map_or(0, |node| reader.bit(node));
        let mut level = 0;
        if bit(0) == 1 {
            let mut node = 1;
            for _ in 0..LEVEL_BITS {
                node = node << 1 | bit(node) as usize;
            }
            level = node as u8 & ((1 << LEVEL_BITS) - 1);
        }
        levels.push(level);
        level
    });
    symbols.add(&levels);
    symbols
}

fn merges(
    count: usize,
    lengths: &[usize],
    symbols: &Symbols,
    (left, right): (&[u8], &[u8]),
    memory: Vec<u32>,
) -> Option<Opened> {
    let mut pairs = Vec::with_capacity(count);
    let mut opener = Opener::new(lengths, symbols, memory);
    let (mut left, mut right) = (Reader::new(left), Reader::new(right));
    while pairs.len() < count {
        opener.some_merges(&mut pairs, count, &mut left, &mut right)?;
    }
    Some(Opened {
        pairs,
        memory: opener.lists.into_memory(),
    })
}

/// What is known of the tokens so far.
struct Opener<'a> {
    symbols: &'a Symbols,
    /// The class of each token's last character.
    lasts: Vec<u8>,
    /// The class of each token's first character is that of its list. The lists of right tokens stand
    /// after those of left ones.
    lists: Lists,
}

impl<'a> Opener<'a> {
    fn new(lengths: &[usize], symbols: &'a Symbols, memory: Vec<u32>) -> Self {
        let both = lengths.iter().chain(lengths).copied();
        let mut opener = Self {
            symbols,
            lasts: Vec::with_capacity(lengths.iter().sum()),
            lists: Lists::new(both, memory),
        };
        for token in 0..=255 {
            opener.add(Class::of_byte(byte_of_token(token)));
        }
        opener
    }

    #[inline]
    fn add(&mut self, class: Class) {
        let token = self.lasts.len() as u32;
        self.lasts.push(class.last);
        self.lists.add(usize::from(class.first), token);
        self.lists
            .add(FIRST_CLASSES + usize::from(class.first), token);
    }

    #[inline(never)]
    fn some_merges(
        &mut self,
        pairs: &mut Vec<(u32, u32)>,
        count: usize,
        left: &mut Reader,
        right: &mut Reader,
    ) -> Option<()> {
        for _ in 0..MERGES_A_CALL.min(count - pairs.len()) {
            let first = left.symbol(self.symbols, LEFT_CLASS)?;
            let at = place(left, self.symbols, LEFT_STEP + first)?;
            let one = self.lists.take(first, at)?;
            let last = *self.lasts.get(one as usize)?;
            let of_one = Class {
                first: first as u8,
                last,
            };
            let first = right.symbol(self.symbols, RIGHT_CLASS + usize::from(last))?;
            let at = place(right, self.symbols, RIGHT_STEP + first)?;
            let two = self.lists.take(FIRST_CLASSES + first, at)?;
            let of_two = Class {
                first: first as u8,
                last: *self.lasts.get(two as usize)?,
            };
            pairs.push((one, two));
            self.add(of_one.join(of_two));
        }
        Some(())
    }
}

/// Reads a place in a list.
#[inline]
fn place(reader: &mut Reader, symbols: &Symbols, context: usize) -> Option<usize> {
    let (start, bits) = place_of(reader.symbol(symbols, context)?);
    Some((start + reader.bits(bits)) as usize)
}

/// A sum in which each merge counts by its place.
fn checksum(pairs: &[(u32, u32)]) -> u32 {
    pairs.iter().fold(0, |sum: u32, (left, right)| {
        sum.wrapping_mul(31).wrapping_add(left << 7 ^ *right)
    })
}
