//! How the encodings' patterns cut a text into pieces, each of which is merged for itself. The
//! patterns are written out by hand: what OpenAI's regular expressions find, without one.

mod cl100k;
mod gpt2;
mod o200k;

use super::classes::{Class, Set, class_at};

/// One of the patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Of `r50k_base` and `p50k_base`.
    Gpt2,
    /// Of `cl100k_base`, as PyPI's tiktoken 0.14 has it: blanks that end a text are one piece.
    Cl100k,
    /// Of `o200k_base` and `o200k_harmony`.
    O200k,
}

impl Pattern {
    /// The end of the piece that begins at `start`: greater than `start`, unless the text ends there.
    #[inline]
    pub fn end_of_piece(self, text: &[u8], start: usize) -> usize {
        match self {
            Self::Gpt2 => gpt2::end(text, start),
            Self::Cl100k => cl100k::end(text, start),
            Self::O200k => o200k::end(text, start),
        }
    }

    /// Does the piece that ends here end here whatever is appended to the text?
    ///
    /// After a piece, a pattern looks at a run of blanks or of what a word begins with and the character
    /// after it, or at three bytes of a contraction.
    pub fn is_settled(self, text: &[u8], end: usize) -> bool {
        let (class, _) = class_at(text, end);
        let seen = if BLANKS.has(class) {
            run(text, end, BLANKS)
        } else {
            run(text, end, o200k::HEAD)
        };
        seen + 4 <= text.len()
    }
}

const LETTERS: Set = Set::of(&[Class::Upper, Class::Lower, Class::Letter]);
const NUMBERS: Set = Set::of(&[Class::Number]);
/// `[^\s\p{L}\p{N}]`
const SIGNS: Set = Set::of(&[Class::Other, Class::Mark]);
const BLANKS: Set = Set::of(&[Class::Blank, Class::Newline]);

/// Where a run of characters of a set ends.
#[inline]
fn run(text: &[u8], mut at: usize, set: Set) -> usize {
    loop {
        let (class, length) = class_at(text, at);
        if !set.has(class) {
            return at;
        }
        at += length;
    }
}

/// `\p{N}{1,3}`, whose first one has been seen.
fn up_to_three_numbers(text: &[u8], start: usize) -> usize {
    let mut at = start;
    for _ in 0..3 {
        let (class, length) = class_at(text, at);
        if class != Class::Number {
            break;
        }
        at += length;
    }
    at
}

/// The end of a contraction after an apostrophe: `[sdmt]|ll|ve|re`.
fn contraction(text: &[u8], at: usize, any_case: bool) -> Option<usize> {
    let lower = |place: usize| {
        let byte = text.get(place).copied().unwrap_or_default();
        if any_case {
            byte.to_ascii_lowercase()
        } else {
            byte
        }
    };
    if text.get(at) != Some(&b'\'') {
        return None;
    }
    match (lower(at + 1), lower(at + 2)) {
        (b's' | b'd' | b'm' | b't', _) => Some(at + 2),
        (b'l', b'l') | (b'v' | b'r', b'e') => Some(at + 3),
        // ſ is an s in any case.
        (0xc5, 0xbf) if any_case => Some(at + 3),
        _ => None,
    }
}

/// What the patterns do with blanks before other text, and with those that end a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AtEnd {
    /// `\s++$` comes first: they are one piece.
    Whole,
    /// `\s*[\r\n]+` comes first: a piece ends after the last line.
    Lines,
}

/// `\s*[\r\n]|\s+(?!\S)|\s`, whose first blank has been seen.
fn blanks(text: &[u8], start: usize, at_end: AtEnd, by_lines: bool) -> usize {
    let (mut at, mut last, mut behind_line) = (start, start, None);
    loop {
        let (class, length) = class_at(text, at);
        if !BLANKS.has(class) {
            if class == Class::End && at_end == AtEnd::Whole {
                return at;
            }
            if let Some(line) = behind_line {
                return line;
            }
            // The last one goes with what follows, unless it stands alone.
            return if class == Class::End || last == start {
                at
            } else {
                last
            };
        }
        last = at;
        at += length;
        if class == Class::Newline && by_lines {
            behind_line = Some(at);
        }
    }
}
