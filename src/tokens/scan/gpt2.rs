//! `'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s`

use super::{AtEnd, LETTERS, NUMBERS, SIGNS, blanks, class_at, contraction, run};

pub fn end(text: &[u8], start: usize) -> usize {
    if let Some(end) = contraction(text, start, false) {
        return end;
    }
    let body = start + usize::from(text.get(start) == Some(&b' '));
    let (class, _) = class_at(text, body);
    for set in [LETTERS, NUMBERS, SIGNS] {
        if set.has(class) {
            return run(text, body, set);
        }
    }
    blanks(text, start, AtEnd::Whole, false)
}
