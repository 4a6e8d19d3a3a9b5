//! The pattern of `o200k_base`:
//!
//! ```text
//! [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//! [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//! \p{N}{1,3}
//!  ?[^\s\p{L}\p{N}]+[\r\n/]*
//! \s*[\r\n]+
//! \s+(?!\S)
//! \s+
//! ```

use super::{AtEnd, Class, SIGNS, Set, blanks, class_at, contraction, run, up_to_three_numbers};

/// What a word begins with.
pub const HEAD: Set = Set::of(&[Class::Upper, Class::Letter, Class::Mark]);
/// What a word goes on with.
const TAIL: Set = Set::of(&[Class::Lower, Class::Letter, Class::Mark]);
const BEFORE_WORD: Set = Set::of(&[Class::Other, Class::Blank, Class::Mark]);

pub fn end(text: &[u8], start: usize) -> usize {
    let (first, length) = class_at(text, start);
    if first == Class::Number {
        return up_to_three_numbers(text, start);
    }
    let prefix = if BEFORE_WORD.has(first) { length } else { 0 };
    let found = word(text, start + prefix).or_else(|| {
        // A mark that is not taken as a prefix is a word by itself.
        (first == Class::Mark).then_some(start + length)
    });
    if let Some(end) = found.or_else(|| capitals(text, start + prefix)) {
        return contraction(text, end, true).unwrap_or(end);
    }
    let space = usize::from(text.get(start) == Some(&b' '));
    let body = start + space;
    if SIGNS.has(class_at(text, body).0) {
        let mut at = run(text, body, SIGNS);
        while let Some(b'\r' | b'\n' | b'/') = text.get(at) {
            at += 1;
        }
        return at;
    }
    blanks(text, start, AtEnd::Lines, true)
}

/// `HEAD*TAIL+`: after a run of the head's characters either a small letter follows, or the run is
/// cut after the last character that the tail may have, too.
fn word(text: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut cut) = (start, None);
    loop {
        let (class, length) = class_at(text, at);
        if class == Class::Lower {
            return Some(run(text, at + length, TAIL));
        }
        if !HEAD.has(class) {
            return cut;
        }
        at += length;
        if class != Class::Upper {
            cut = Some(at);
        }
    }
}

/// `HEAD+TAIL*` where `word` found nothing: capitals alone.
fn capitals(text: &[u8], start: usize) -> Option<usize> {
    let end = run(text, start, HEAD);
    (end > start).then_some(end)
}
