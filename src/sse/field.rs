//! The names of fields, and which lines have a meaning.

use memchr::memchr;

/// A field that has a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Data,
    Event,
    Id,
    Retry,
    /// No WHATWG field: see `Decoder::watch_error_field`.
    Error,
}

/// What is known of a line whose end has not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begun {
    /// Its name is not whole.
    Open,
    /// It is a field that has a meaning.
    Field,
    /// It is a comment, or a field that has no meaning.
    Meaningless,
}

/// The longest name of a field that has a meaning.
const MAX_NAME: usize = 5;

impl Field {
    /// The field of a whole line, and where its value stands; `None` if the line has no meaning.
    pub(crate) fn of(line: &[u8], watch_error: bool) -> Option<(Self, usize)> {
        let (field, value_at) = match line {
            [b'd', b'a', b't', b'a', b':', ..] => return Some((Self::Data, Self::value(line, 5))),
            _ => match memchr(b':', line) {
                Some(colon) => (Self::named(line.get(..colon)?)?, colon + 1),
                None => (Self::named(line)?, line.len()),
            },
        };
        (field != Self::Error || watch_error).then(|| (field, Self::value(line, value_at)))
    }

    /// What a line is of which these bytes have come.
    pub(super) fn begun(line: &[u8], watch_error: bool) -> Begun {
        if line.iter().take(MAX_NAME + 1).any(|byte| *byte == b':') {
            match Self::of(line, watch_error) {
                Some(_) => Begun::Field,
                None => Begun::Meaningless,
            }
        } else if line.len() > MAX_NAME {
            Begun::Meaningless
        } else {
            Begun::Open
        }
    }

    fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"data" => Self::Data,
            b"event" => Self::Event,
            b"id" => Self::Id,
            b"retry" => Self::Retry,
            b"error" => Self::Error,
            _ => return None,
        })
    }

    /// "If value starts with a U+0020 SPACE character, remove it from value."
    fn value(line: &[u8], at: usize) -> usize {
        at + usize::from(line.get(at) == Some(&b' '))
    }
}
