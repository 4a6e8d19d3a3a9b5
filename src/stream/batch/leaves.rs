//! Where the leaves of a chunk's JSON stand: the values that may differ from event to event.
//!
//! This is no JSON parser. It only serves to learn a template from a chunk that JavaScript parses
//! anyway, and it gives up on whatever is unusual.

use alloc::vec::Vec;

use crate::stream::payload::TEXT_EVENTS;

/// What a leaf means for the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing: it may differ.
    Free,
    /// It decides what the chunk is, so it must be the same in each event of a template.
    Pinned,
    /// The text of choice 0.
    Text,
    /// The text of another choice.
    OtherText,
}

/// A scalar, or an array of scalars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) role: Role,
}

const MAX_DEPTH: u32 = 12;
const MAX_LEAVES: usize = 128;
const MAX_KEYS: usize = 32;

/// Lists the leaves of `json` in their order, or nothing when the chunk is no case for a template:
/// it holds an error, several choices or none, repeated or unusual keys, or is simply not sound.
pub(super) fn leaves(json: &[u8], found: &mut Vec<Leaf>) -> Option<()> {
    found.clear();
    let mut scan = Scan {
        json,
        at: 0,
        found,
        other_choice: false,
        root_delta: None,
        says_text: false,
    };
    scan.object(Place::Root, 0)?;
    if scan.at != json.len() {
        return None;
    }
    if scan.says_text
        && let Some(delta) = scan.root_delta.and_then(|at| scan.found.get_mut(at))
    {
        delta.role = Role::Text;
    }
    // Two texts in one choice: it takes a closer look to tell which one counts.
    if scan
        .found
        .iter()
        .filter(|leaf| leaf.role == Role::Text)
        .count()
        > 1
    {
        return None;
    }
    if scan.other_choice {
        for leaf in found {
            if leaf.role == Role::Text {
                leaf.role = Role::OtherText;
            }
        }
    }
    Some(())
}

/// The end of the leaf that starts at `at`, if it is sound JSON and all there.
pub(super) fn leaf_end(json: &[u8], at: usize) -> Option<usize> {
    match json.get(at)? {
        b'[' => flat_array_end(json, at),
        _ => scalar_end(json, at),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Choices,
    Choice,
    Delta,
    Text,
    Pinned,
    Index,
    /// The type of an event.
    Type,
    /// `delta` where there are no choices: text, if the type says so.
    RootDelta,
    Free,
}

impl Place {
    /// Where the value of `key` stands, or `None` if no template may hold it.
    fn of(self, key: &[u8]) -> Option<Self> {
        Some(match (self, key) {
            (Self::Root, b"error" | b"detail") | (Self::Choice, b"error") => return None,
            (Self::Root, b"choices") => Self::Choices,
            // The latter say which part of a response an event adds to.
            (
                Self::Root,
                b"object" | b"item_id" | b"output_index" | b"content_index" | b"summary_index"
                | b"command_index",
            ) => Self::Pinned,
            (Self::Root, b"type") => Self::Type,
            (Self::Root, b"delta") => Self::RootDelta,
            (Self::Choice, b"delta") => Self::Delta,
            (Self::Choice, b"text") | (Self::Delta, b"content") => Self::Text,
            (Self::Choice, b"index") => Self::Index,
            (Self::Choice, b"finish_reason") => Self::Pinned,
            // A whole message where a piece belongs: rare, and its text would be missed.
            (Self::Choice, b"message") => return None,
            _ => Self::Free,
        })
    }
}

struct Scan<'a> {
    json: &'a [u8],
    at: usize,
    found: &'a mut Vec<Leaf>,
    /// The choice's index is not 0.
    other_choice: bool,
    /// Which leaf is the `delta` beside the type.
    root_delta: Option<usize>,
    /// The type says that this `delta` is text.
    says_text: bool,
}

impl<'a> Scan<'a> {
    fn object(&mut self, place: Place, depth: u32) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.byte(b'{')?;
        if self.skip(b'}') {
            return Some(());
        }
        let mut keys = [&[][..]; MAX_KEYS];
        for seen in 0..MAX_KEYS {
            let key = self.key()?;
            if keys.get(..seen)?.contains(&key) {
                return None;
            }
            *keys.get_mut(seen)? = key;
            self.byte(b':')?;
            self.value(place.of(key)?, depth)?;
            if self.skip(b'}') {
                return Some(());
            }
            self.byte(b',')?;
        }
        None
    }

    /// Keys that JavaScript keeps in their order and gives no meaning of its own.
    fn key(&mut self) -> Option<&'a [u8]> {
        self.blank();
        let start = self.at + 1;
        self.at = scalar_end(self.json, self.at).filter(|_| self.peek() == Some(b'"'))?;
        let key = self.json.get(start..self.at - 1)?;
        let plain = key.first().is_some_and(u8::is_ascii_alphabetic)
            && key.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'_');
        plain.then_some(key)
    }

    fn value(&mut self, place: Place, depth: u32) -> Option<()> {
        self.blank();
        match (self.peek()?, place) {
            (b'{', Place::Root | Place::RootDelta | Place::Free) => {
                self.object(Place::Free, depth + 1)
            }
            (b'{', Place::Delta | Place::Choice) => self.object(place, depth + 1),
            (b'{', _) => None,
            (b'[', Place::Choices) => {
                self.at += 1;
                // One choice: with several or none it is not clear whose text the chunk holds.
                self.value(Place::Choice, depth + 1)?;
                self.byte(b']')
            }
            // Not of a text's place: a list there would make a hole that later holds texts unheard.
            (b'[', Place::Free) => match flat_array_end(self.json, self.at) {
                Some(end) => self.leaf(end, Role::Free),
                None => self.array(depth + 1),
            },
            (b'[', _) | (_, Place::Choices | Place::Choice) => None,
            (_, Place::Text) => {
                let end = scalar_end(self.json, self.at)?;
                self.leaf(end, Role::Text)
            }
            (_, Place::Index) => {
                let end = scalar_end(self.json, self.at)?;
                let index = self.json.get(self.at..end)?;
                if index != b"null" && !index.iter().all(u8::is_ascii_digit) {
                    return None;
                }
                self.other_choice = index != b"0" && index != b"null";
                self.leaf(end, Role::Pinned)
            }
            (_, Place::Pinned) => {
                let end = scalar_end(self.json, self.at)?;
                self.leaf(end, Role::Pinned)
            }
            // `"delta": null` says nothing that may change.
            (_, Place::Delta) => {
                let end = scalar_end(self.json, self.at)?;
                self.leaf(end, Role::Pinned)
            }
            (_, Place::Type) => {
                let end = scalar_end(self.json, self.at)?;
                let kind = inside(self.json.get(self.at..end)?);
                self.says_text = TEXT_EVENTS.iter().any(|name| name.as_bytes() == kind);
                self.leaf(end, Role::Pinned)
            }
            (_, Place::RootDelta) => {
                let end = scalar_end(self.json, self.at)?;
                self.root_delta = Some(self.found.len());
                self.leaf(end, Role::Free)
            }
            (_, Place::Root | Place::Free) => {
                let end = scalar_end(self.json, self.at)?;
                self.leaf(end, Role::Free)
            }
        }
    }

    /// An array that holds more than scalars.
    fn array(&mut self, depth: u32) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.byte(b'[')?;
        loop {
            self.value(Place::Free, depth)?;
            if self.skip(b']') {
                return Some(());
            }
            self.byte(b',')?;
        }
    }

    fn leaf(&mut self, end: usize, role: Role) -> Option<()> {
        if self.found.len() == MAX_LEAVES {
            return None;
        }
        let start = self.at;
        self.found.push(Leaf { start, end, role });
        self.at = end;
        Some(())
    }

    fn peek(&self) -> Option<u8> {
        self.json.get(self.at).copied()
    }

    fn blank(&mut self) {
        self.at = blank_end(self.json, self.at);
    }

    fn skip(&mut self, byte: u8) -> bool {
        self.blank();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn byte(&mut self, byte: u8) -> Option<()> {
        self.skip(byte).then_some(())
    }
}

/// A string without its quotes.
pub(super) fn inside(string: &[u8]) -> &[u8] {
    let end = string.len().saturating_sub(1);
    string.get(1..end).unwrap_or_default()
}

fn blank_end(json: &[u8], mut at: usize) -> usize {
    while matches!(json.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

fn scalar_end(json: &[u8], at: usize) -> Option<usize> {
    match json.get(at)? {
        b'"' => string_end(json, at + 1),
        b't' => word_end(json, at, b"true"),
        b'f' => word_end(json, at, b"false"),
        b'n' => word_end(json, at, b"null"),
        _ => number_end(json, at),
    }
}

fn word_end(json: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    let end = at + word.len();
    (json.get(at..end)? == word).then_some(end)
}

/// The end of a string whose opening quote stands before `at`: RFC 8259, section 7.
fn string_end(json: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match json.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => match json.get(at + 1)? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at += 2,
                b'u' => {
                    let digits = json.get(at + 2..at + 6)?;
                    if !digits.iter().all(u8::is_ascii_hexdigit) {
                        return None;
                    }
                    at += 6;
                }
                _ => return None,
            },
            0..=0x1f => return None,
            _ => at += 1,
        }
    }
}

/// The end of a number: RFC 8259, section 6. One that the bytes end in is not all there.
fn number_end(json: &[u8], mut at: usize) -> Option<usize> {
    at += usize::from(json.get(at) == Some(&b'-'));
    at = match json.get(at)? {
        b'0' => at + 1,
        b'1'..=b'9' => digits_end(json, at),
        _ => return None,
    };
    if json.get(at) == Some(&b'.') {
        at = some_digits_end(json, at + 1)?;
    }
    if matches!(json.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(json.get(at + 1), Some(b'+' | b'-')));
        at = some_digits_end(json, at)?;
    }
    json.get(at).map(|_| at)
}

fn digits_end(json: &[u8], mut at: usize) -> usize {
    while json.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

fn some_digits_end(json: &[u8], at: usize) -> Option<usize> {
    let end = digits_end(json, at);
    (end > at).then_some(end)
}

fn flat_array_end(json: &[u8], at: usize) -> Option<usize> {
    let mut at = blank_end(json, at + 1);
    if json.get(at) == Some(&b']') {
        return Some(at + 1);
    }
    loop {
        at = blank_end(json, scalar_end(json, at)?);
        match json.get(at)? {
            b']' => return Some(at + 1),
            b',' => at = blank_end(json, at + 1),
            _ => return None,
        }
    }
}
