//! The names of fields, and which lines have a meaning.

use memchr::memchr;

/// A field that has a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
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

const NAMES: [(&[u8], Field); 5] = [
    (b"data", Field::Data),
    (b"event", Field::Event),
    (b"id", Field::Id),
    (b"retry", Field::Retry),
    (b"error", Field::Error),
];

impl Field {
    /// The field of a whole line, and where its value stands; `None` if the line has no meaning.
    pub(super) fn of(line: &[u8], watch_error: bool) -> Option<(Self, usize)> {
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
        let known = NAMES
            .iter()
            .filter(|(_, field)| *field != Self::Error || watch_error);
        for (name, _) in known {
            match line.strip_prefix(*name) {
                Some([b':', ..]) => return Begun::Field,
                Some([]) => return Begun::Open,
                _ if name.starts_with(line) => return Begun::Open,
                _ => {}
            }
        }
        Begun::Meaningless
    }

    fn named(name: &[u8]) -> Option<Self> {
        let row = NAMES.iter().find(|(known, _)| *known == name);
        row.map(|(_, field)| *field)
    }

    /// "If value starts with a U+0020 SPACE character, remove it from value."
    fn value(line: &[u8], at: usize) -> usize {
        at + usize::from(line.get(at) == Some(&b' '))
    }
}
