//! How often each symbol comes in each context. Both sides compute them from the same small levels.

use alloc::vec;
use alloc::vec::Vec;

use super::bits::EVEN;
use super::model::{FIRST_CLASSES, LAST_CLASSES, STEPS};

/// Frequencies of a context add up to this power of two.
pub const SCALE_BITS: u32 = 14;
/// Bits of a level.
pub const LEVEL_BITS: u32 = 6;

/// The contexts, kind after kind.
pub const KINDS: [(usize, usize); 4] = [
    // The class of a left token. That of the one before tells less than its frequencies would cost.
    (1, FIRST_CLASSES),
    // The step of its place, by its class.
    (FIRST_CLASSES, STEPS),
    // The first class of a right token, by the last class of the left one.
    (LAST_CLASSES, FIRST_CLASSES),
    // The step of its place, by its class.
    (FIRST_CLASSES, STEPS),
];

/// Where the contexts of each kind begin.
pub const LEFT_CLASS: usize = 0;
pub const LEFT_STEP: usize = LEFT_CLASS + KINDS[0].0;
pub const RIGHT_CLASS: usize = LEFT_STEP + KINDS[1].0;
pub const RIGHT_STEP: usize = RIGHT_CLASS + KINDS[2].0;

/// How much a level above 0 weighs: four levels are a doubling.
fn weight(level: u8) -> u32 {
    let level = u32::from(level) - 1;
    let step = match level & 3 {
        0 => 16,
        1 => 19,
        2 => 23,
        _ => 27,
    };
    step << (level >> 2)
}

/// The frequencies that the levels of a context stand for. They add up to `1 << SCALE_BITS` unless
/// all of them are 0.
pub fn frequencies(levels: &[u8]) -> Vec<u32> {
    let mut found: Vec<u32> = levels
        .iter()
        .map(|level| if *level == 0 { 0 } else { weight(*level) })
        .collect();
    let total: u32 = found.iter().sum();
    if total == 0 {
        return found;
    }
    let mut rest = 1_i64 << SCALE_BITS;
    for frequency in found.iter_mut().filter(|frequency| **frequency > 0) {
        let scaled = (u64::from(*frequency) << SCALE_BITS) / u64::from(total);
        *frequency = (scaled as u32).max(1);
        rest -= i64::from(*frequency);
    }
    // What rounding left or took too much, the largest one bears.
    if let Some(largest) = found.iter_mut().max() {
        *largest = i64::from(*largest).saturating_add(rest).max(1) as u32;
    }
    found
}

/// Goes through the levels of all contexts in their order: `code` reads or writes one level, given the
/// probabilities of its bits: at 0 whether it is above 0, then a tree of them for what it is.
pub fn each_level(mut code: impl FnMut(usize, usize, &mut [u16]) -> u8) {
    const TREE: usize = 1 << LEVEL_BITS;
    for (kind, (contexts, symbols)) in KINDS.into_iter().enumerate() {
        let mut trees = vec![EVEN; 128 * TREE];
        let mut above = vec![0_u8; symbols];
        let start: usize = KINDS.iter().take(kind).map(|(contexts, _)| contexts).sum();
        for context in 0..contexts {
            let mut before = [0_u8; 2];
            for (symbol, above) in above.iter_mut().enumerate() {
                let [first, second] = before;
                let near = usize::from(first.max(second).div_ceil(8).min(7));
                let tree = (near << 4) | usize::from(above.div_ceil(4).min(15));
                let tree = trees.get_mut(tree * TREE..(tree + 1) * TREE);
                let level = code(start + context, symbol, tree.unwrap_or_default());
                before = [level, first];
                // A context that never comes says nothing of the next.
                *above = if level > 0 { level } else { *above >> 1 };
            }
        }
    }
}
