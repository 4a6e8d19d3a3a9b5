//! Merging the bytes of one piece: the pair with the lowest token first, the leftmost among equals.

use alloc::vec::Vec;

use super::bytes::token_of_byte;
use super::merges::{Merges, NONE};

/// Up to this many bytes the lowest pair is found by looking at all of them; above, by a heap.
const SHORT: usize = 36;

/// Appends the tokens of a piece of up to `SHORT` bytes, or says that it is longer.
#[inline]
pub fn merge_short(merges: &Merges, piece: &[u8], out: &mut Vec<u32>) -> bool {
    let mut tokens = [NONE; SHORT + 1];
    // The token that each one becomes with the next.
    let mut joined = [NONE; SHORT + 1];
    if piece.len() > SHORT {
        return false;
    }
    let mut before = None;
    for ((byte, token), joined) in piece.iter().zip(&mut tokens).zip(&mut joined) {
        *token = token_of_byte(*byte);
        if let Some(before) = before {
            *joined = merges.join_bytes(before, *token);
        }
        before = Some(*token);
    }
    // From here on `joined[n]` is of token n - 1 and token n, so that the first is always `NONE`.
    let mut length = piece.len();
    loop {
        let mut lowest = (NONE, 0);
        for (at, token) in joined.iter().enumerate().take(length).skip(1) {
            if *token < lowest.0 {
                lowest = (*token, at);
            }
        }
        let (token, at) = lowest;
        if token == NONE {
            break;
        }
        // Tokens `at - 1` and `at` become one.
        remove(&mut tokens, at, length);
        remove(&mut joined, at, length);
        length -= 1;
        let neighbour = |place: usize| tokens.get(place).copied().unwrap_or(NONE);
        if at >= 2
            && let Some(joined) = joined.get_mut(at - 1)
        {
            *joined = merges.join(neighbour(at - 2), token);
        }
        if at < length
            && let Some(joined) = joined.get_mut(at)
        {
            *joined = merges.join(token, neighbour(at));
        }
        if let Some(place) = tokens.get_mut(at - 1) {
            *place = token;
        }
    }
    out.extend(tokens.iter().copied().take(length));
    true
}

#[inline]
fn remove(list: &mut [u32; SHORT + 1], at: usize, length: usize) {
    if let Some(rest) = list.get_mut(at..length) {
        rest.copy_within(1.., 0);
    }
}
