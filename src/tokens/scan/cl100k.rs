//! `'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`

use super::{
    AtEnd, Class, LETTERS, SIGNS, Set, blanks, class_at, contraction, run, up_to_three_numbers,
};

const NEWLINES: Set = Set::of(&[Class::Newline]);

pub fn end(text: &[u8], start: usize) -> usize {
    let (first, length) = class_at(text, start);
    if LETTERS.has(first) {
        return run(text, start + length, LETTERS);
    }
    if first == Class::Number {
        return up_to_three_numbers(text, start);
    }
    if let Some(end) = contraction(text, start, true) {
        return end;
    }
    let body = start + length;
    let (second, _) = class_at(text, body);
    if first != Class::Newline && LETTERS.has(second) {
        return run(text, body, LETTERS);
    }
    if SIGNS.has(first) || text.get(start) == Some(&b' ') && SIGNS.has(second) {
        return run(text, run(text, body, SIGNS), NEWLINES);
    }
    blanks(text, start, AtEnd::Whole, true)
}
