//! One pass over the JSON of an event or an answer, as it comes: what it says of its cost, its end
//! and its errors, without building its values and in bounded memory.

use memchr::memchr2;

use super::key_detector::{KeyDetector, Tail, Tails};
use super::member::{Member, Place};
use super::seen::{Seen, Word};
use crate::wire::report::gave_up;

/// Of a top-level `usage` so much is kept. Real ones have a tenth of it.
const MAX_USAGE_BYTES: usize = 8 * 1024;

/// Levels of which the place and the name are known; deeper ones share the last.
const LEVELS: usize = 16;

#[derive(Debug, Clone, Copy)]
struct Level {
    place: Place,
    member: Member,
    /// Names the path to this level, and to the member on it.
    path: u64,
    name: u64,
}

const OUTSIDE: Level = Level {
    place: Place::Elsewhere,
    member: Member::Other,
    path: 0,
    name: 0,
};

/// What the next byte belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Structure, or a literal.
    Between,
    Name,
    Text,
    Number,
}

/// How a value begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begins {
    Object,
    List,
    Text,
    Number,
    True,
    /// `null` or `false`.
    Nothing,
}

/// How much of an escape has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    None,
    Begun,
    /// So many digits of `\uXXXX`, and their value.
    Code(u8, u16),
}

/// An object that is kept as it came.
#[derive(Debug, Default)]
struct Kept {
    bytes: Vec<u8>,
    /// Was there one in this event?
    there: bool,
    fits: bool,
    ended: bool,
}

impl Kept {
    fn json(&self) -> Option<&[u8]> {
        let json: &[u8] = if self.fits && self.ended {
            &self.bytes
        } else {
            b""
        };
        self.there.then_some(json)
    }
}

/// An object that is being kept: where its member stands, on which level.
#[derive(Debug, Clone, Copy)]
struct Keeping {
    place: Place,
    depth: usize,
}

/// Reads JSON in pieces. On what is no JSON it sees less, and never fails.
#[derive(Debug)]
pub(super) struct Scan {
    at: At,
    escape: Escape,
    depth: usize,
    /// Whether each of the 64 outermost levels is an object.
    objects: u64,
    name_next: bool,
    levels: [Level; LEVELS],
    name: Word,
    /// The word that the text goes to as well, if it matters.
    word: Word,
    /// Where the key is looked for over the pieces of the text: its slot in `tails`, and its end.
    slot: usize,
    tail: Tail,
    tails: Tails,
    keeping: Option<Keeping>,
    usage: Kept,
    response_usage: Kept,
    seen: Seen,
}

impl Scan {
    pub(super) fn new() -> Self {
        Self {
            at: At::Between,
            escape: Escape::None,
            depth: 0,
            objects: 0,
            name_next: false,
            levels: [OUTSIDE; LEVELS],
            name: Word::EMPTY,
            word: Word::EMPTY,
            slot: 0,
            tail: Tail::default(),
            tails: Tails::default(),
            keeping: None,
            usage: Kept::default(),
            response_usage: Kept::default(),
            seen: Seen::NOTHING,
        }
    }

    /// What was seen so far.
    pub(super) fn seen(&self) -> &Seen {
        &self.seen
    }

    /// The last top-level `usage` that is an object; an empty text if it is too long.
    pub(super) fn usage(&self) -> Option<&[u8]> {
        self.usage.json()
    }

    /// The same of the member `response`.
    pub(super) fn response_usage(&self) -> Option<&[u8]> {
        self.response_usage.json()
    }

    /// Another event begins. How the texts of the last one ended is remembered.
    pub(super) fn restart(&mut self) {
        self.at = At::Between;
        self.escape = Escape::None;
        self.depth = 0;
        self.objects = 0;
        self.name_next = false;
        self.keeping = None;
        self.usage.there = false;
        self.response_usage.there = false;
        self.seen = Seen::NOTHING;
    }

    /// The next piece. A key that lies in it as it stands is not looked for here.
    pub(super) fn feed(&mut self, json: &[u8], key: &KeyDetector) {
        let mut at = 0;
        let mut kept_from = 0;
        while let Some(rest) = json.get(at..).filter(|rest| !rest.is_empty()) {
            let kept = self.keeping;
            at += match self.at {
                At::Between => self.between(rest),
                At::Number => self.number(rest),
                At::Name | At::Text => self.text(rest, key),
            };
            match (kept, self.keeping) {
                (None, Some(_)) => kept_from = at - 1,
                (Some(keeping), None) => {
                    self.keep(keeping, json.get(kept_from..at).unwrap_or_default());
                    self.kept_mut(keeping).ended = true;
                }
                _ => {}
            }
        }
        if let Some(keeping) = self.keeping {
            self.keep(keeping, json.get(kept_from..).unwrap_or_default());
        }
    }

    fn kept_mut(&mut self, keeping: Keeping) -> &mut Kept {
        match keeping.place {
            Place::Response => &mut self.response_usage,
            _ => &mut self.usage,
        }
    }

    fn keep(&mut self, keeping: Keeping, json: &[u8]) {
        let kept = self.kept_mut(keeping);
        kept.fits &= kept.bytes.len() + json.len() <= MAX_USAGE_BYTES;
        if kept.fits {
            kept.bytes.extend_from_slice(json);
        }
    }

    fn level(&self) -> &Level {
        let last = self.depth.min(LEVELS - 1);
        self.levels.get(last).unwrap_or(&OUTSIDE)
    }

    fn level_mut(&mut self) -> Option<&mut Level> {
        self.levels.get_mut(self.depth.min(LEVELS - 1))
    }

    fn is_object(&self) -> bool {
        let depth = u32::try_from(self.depth).unwrap_or(u32::MAX);
        self.objects.checked_shr(depth).unwrap_or_default() & 1 == 1
    }

    /// Takes structure up to a text, a number, or where something begins or ends; gives its length.
    fn between(&mut self, json: &[u8]) -> usize {
        for (index, byte) in json.iter().enumerate() {
            match byte {
                b'{' => self.open(Begins::Object),
                b'[' => self.open(Begins::List),
                b'}' | b']' => self.close(),
                b'"' if self.name_next => self.begin_name(),
                b'"' => self.begin_text(),
                b'-' | b'0'..=b'9' => {
                    self.begin(Begins::Number);
                    self.at = At::Number;
                    return index;
                }
                byte => {
                    match byte {
                        b',' => self.name_next = self.is_object(),
                        b':' => self.name_next = false,
                        b't' => self.begin(Begins::True),
                        // The letters behind these begin no value themselves.
                        b'n' | b'f' => self.begin(Begins::Nothing),
                        _ => {}
                    }
                    continue;
                }
            }
            return index + 1;
        }
        json.len()
    }

    fn begin_name(&mut self) {
        self.at = At::Name;
        self.name.clear();
        self.tail = Tail::default();
        if let Some(level) = self.level_mut() {
            level.name = NAME_SEED;
        }
    }

    fn begin_text(&mut self) {
        self.begin(Begins::Text);
        self.at = At::Text;
        self.word.clear();
        (self.slot, self.tail) = self.tails.find(self.path());
    }

    fn number(&mut self, json: &[u8]) -> usize {
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'+' | b'-' | b'e' | b'E');
        let len = json.iter().position(|byte| !is_part(byte));
        if len.is_some() {
            self.at = At::Between;
        }
        let len = len.unwrap_or(json.len());
        let number = json.get(..len).unwrap_or_default();
        self.seen.error_says |=
            self.is_in_error() && number.iter().any(|byte| matches!(byte, b'1'..=b'9'));
        self.cost(len as u64);
        len
    }

    /// Takes a text up to its end or an escape; gives the length.
    fn text(&mut self, json: &[u8], key: &KeyDetector) -> usize {
        if self.escape != Escape::None {
            if let Some(byte) = json.first() {
                self.escaped(*byte, key);
            }
            return 1;
        }
        let found = memchr2(b'"', b'\\', json);
        let plain = json.get(..found.unwrap_or(json.len())).unwrap_or(json);
        self.say(plain, plain.len() as u64, key);
        let Some(found) = found else {
            return json.len();
        };
        if json.get(found) == Some(&b'\\') {
            self.escape = Escape::Begun;
        } else {
            self.end_text();
        }
        found + 1
    }

    fn escaped(&mut self, byte: u8, key: &KeyDetector) {
        self.escape = match self.escape {
            Escape::Begun if byte == b'u' => Escape::Code(0, 0),
            Escape::Code(digits, code) => {
                let digit = char::from(byte).to_digit(16).unwrap_or_default();
                let code = code << 4 | u16::try_from(digit).unwrap_or_default();
                if digits == 3 {
                    // As many bytes as in UTF-8; both halves of a pair have two.
                    let bytes = match code {
                        0..=0x7F => 1,
                        0x80..=0x7FF | 0xD800..=0xDFFF => 2,
                        _ => 3,
                    };
                    let plain = u8::try_from(code).ok().filter(u8::is_ascii);
                    self.say(&[plain.unwrap_or_default()], bytes, key);
                    Escape::None
                } else {
                    Escape::Code(digits + 1, code)
                }
            }
            _ => {
                let plain = matches!(byte, b'"' | b'\\' | b'/').then_some(byte);
                self.say(&[plain.unwrap_or_default()], 1, key);
                Escape::None
            }
        };
    }

    /// A piece of the text or the name that is being read.
    fn say(&mut self, plain: &[u8], bytes: u64, key: &KeyDetector) {
        if plain.is_empty() {
            return;
        }
        self.seen.echoes_key |= self.tail.join(plain, key);
        if self.at == At::Name {
            self.name.push(plain);
            if let Some(level) = self.level_mut() {
                level.name = plain.iter().fold(level.name, |name, byte| mix(name, *byte));
            }
            return;
        }
        if matches!(
            self.level().member,
            Member::Kind | Member::Object | Member::FinishReason
        ) {
            self.word.push(plain);
        }
        self.seen.error_says |= self.is_in_error();
        self.cost(bytes);
    }

    /// Is the value an `error`, or a part of one?
    fn is_in_error(&self) -> bool {
        let level = self.level();
        level.place == Place::Error || level.member == Member::Error
    }

    fn cost(&mut self, bytes: u64) {
        if !self.level().member.is_free() {
            self.seen.said_bytes += bytes;
        }
    }

    fn end_text(&mut self) {
        let was = std::mem::replace(&mut self.at, At::Between);
        if was == At::Name {
            let member = Member::of(self.level().place, &self.name);
            if let Some(level) = self.level_mut() {
                level.member = member;
            }
            if self.level().place == Place::Top {
                self.seen.members += 1;
                self.seen.detail |= member == Member::Detail;
            }
            return;
        }
        self.tails.put(self.slot, self.tail);
        match self.level().member {
            Member::Kind => self.seen.kind = self.word,
            Member::Object => self.seen.object = self.word,
            Member::FinishReason => match self.word.get() {
                Some([]) => {}
                Some(_) if gave_up(self.word.text()) => {
                    self.seen.gave_up = true;
                }
                _ => self.seen.finish_reason = true,
            },
            _ => {}
        }
    }

    /// A value begins.
    fn begin(&mut self, value: Begins) {
        let level = *self.level();
        self.seen.error_says |= value == Begins::True && self.is_in_error();
        match (level.place, level.member) {
            (Place::Choices, _) => {
                self.seen.choices = self.seen.choices.map(|choices| choices + 1);
            }
            (Place::Top | Place::Choice, Member::Error) if value != Begins::Nothing => {
                self.seen.error |= level.place == Place::Top;
            }
            (Place::Top, Member::Choices) if value == Begins::List => {
                self.seen.choices = Some(0);
            }
            _ => {}
        }
    }

    fn open(&mut self, value: Begins) {
        self.begin(value);
        let outer = *self.level();
        let is_object = value == Begins::Object;
        self.seen.list |= self.depth == 0 && !is_object;
        let place = match (outer.place, outer.member) {
            _ if self.depth == 0 && is_object => Place::Top,
            (Place::Top, Member::Choices) if !is_object => Place::Choices,
            (Place::Choices, _) if is_object => Place::Choice,
            (Place::Top, Member::Response) if is_object => Place::Response,
            (Place::Top | Place::Choice, Member::Error) | (Place::Error, _) => Place::Error,
            _ => Place::Elsewhere,
        };
        if is_object && outer.member == Member::Usage && self.keeping.is_none() {
            let keeping = Keeping {
                place: outer.place,
                depth: self.depth,
            };
            self.keeping = Some(keeping);
            let kept = self.kept_mut(keeping);
            kept.bytes.clear();
            (kept.there, kept.fits, kept.ended) = (true, true, false);
        }
        let path = self.path();
        self.depth += 1;
        let bit = u32::try_from(self.depth)
            .ok()
            .and_then(|depth| 1_u64.checked_shl(depth))
            .unwrap_or_default();
        self.objects = if is_object {
            self.objects | bit
        } else {
            self.objects & !bit
        };
        self.name_next = is_object;
        if let Some(level) = self.level_mut() {
            *level = Level {
                place,
                member: Member::Other,
                path,
                name: 0,
            };
        }
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.name_next = false;
        self.keeping = self.keeping.filter(|keeping| keeping.depth < self.depth);
    }

    /// Names the place of the value that begins, whatever its indexes are.
    fn path(&self) -> u64 {
        let level = self.level();
        (level.path ^ level.name).wrapping_mul(PATH_PRIME)
    }
}

const NAME_SEED: u64 = 0xCBF2_9CE4_8422_2325;
const PATH_PRIME: u64 = 0x9E37_79B9_7F4A_7C15;

/// FNV-1a.
const fn mix(name: u64, byte: u8) -> u64 {
    (name ^ byte as u64).wrapping_mul(0x100_0000_01B3)
}

#[cfg(test)]
#[path = "json_scan_tests.rs"]
mod tests;
