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

/// How many merges one call opens.
const MERGES_A_CALL: usize = 256;

/// The merges of an encoding.
pub fn open(encoding: Encoding, table: &[u8]) -> Result<Vec<(u32, u32)>, TableError> {
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
    let mut pairs = unpack(table).ok_or(TableError::Malformed)?;
    if encoding == Encoding::R50kBase {
        pairs.truncate(MERGES_OF_R50K);
    }
    Ok(pairs)
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

fn unpack(table: &[u8]) -> Option<Vec<(u32, u32)>> {
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
    let pairs = merges(count, &lengths, &symbols, left, rest)?;
    (checksum(&pairs) as usize == sum).then_some(pairs)
}

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
        let mut node = 1;
        for _ in 0..LEVEL_BITS {
            let bit = tree.get_mut(node).map_or(0, |node| reader.bit(node));
            node = node << 1 | bit as usize;
        }
        let level = node as u8 & ((1 << LEVEL_BITS) - 1);
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
    left: &[u8],
    right: &[u8],
) -> Option<Vec<(u32, u32)>> {
    let mut pairs = Vec::with_capacity(count);
    let mut opener = Opener::new(lengths, symbols);
    let (mut left, mut right) = (Reader::new(left), Reader::new(right));
    while pairs.len() < count {
        // In bits: an engine that is compiled while it runs can be replaced between two calls only.
        opener.some_merges(&mut pairs, count, &mut left, &mut right)?;
    }
    Some(pairs)
}

/// What is known of the tokens so far.
struct Opener<'a> {
    symbols: &'a Symbols,
    classes: Vec<Class>,
    lefts: Lists,
    rights: Lists,
    /// The class of the left token before.
    before: usize,
}

impl<'a> Opener<'a> {
    fn new(lengths: &[usize], symbols: &'a Symbols) -> Self {
        let mut opener = Self {
            symbols,
            classes: Vec::with_capacity(lengths.iter().sum()),
            lefts: Lists::new(lengths),
            rights: Lists::new(lengths),
            before: 0,
        };
        for token in 0..=255 {
            opener.add(Class::of_byte(byte_of_token(token)));
        }
        opener
    }

    fn add(&mut self, class: Class) {
        let token = self.classes.len() as u32;
        self.classes.push(class);
        self.lefts.add(class.first, token);
        self.rights.add(class.first, token);
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
            let class = left.symbol(self.symbols, LEFT_CLASS + self.before)?;
            let one = one_of(&mut self.lefts, left, self.symbols, class, LEFT_STEP)?;
            self.before = class;
            let of_one = *self.classes.get(one as usize)?;
            let class = right.symbol(self.symbols, RIGHT_CLASS + usize::from(of_one.last))?;
            let two = one_of(&mut self.rights, right, self.symbols, class, RIGHT_STEP)?;
            let of_two = *self.classes.get(two as usize)?;
            pairs.push((one, two));
            self.add(of_one.join(of_two));
        }
        Some(())
    }
}

/// Reads a place in the list of a class, and takes the token there.
#[inline]
fn one_of(
    lists: &mut Lists,
    reader: &mut Reader,
    symbols: &Symbols,
    class: usize,
    steps: usize,
) -> Option<u32> {
    let step = reader.symbol(symbols, steps + class)?;
    let (start, bits) = place_of(step);
    let place = start + reader.bits(bits);
    lists.take(class as u8, place as usize)
}

/// A sum in which each merge counts by its place.
fn checksum(pairs: &[(u32, u32)]) -> u32 {
    pairs.iter().fold(0, |sum: u32, (left, right)| {
        sum.wrapping_mul(31).wrapping_add(left << 7 ^ *right)
    })
}
