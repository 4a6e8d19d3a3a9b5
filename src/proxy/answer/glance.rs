//! One look at the JSON of an event or an answer, without building its values.

use memchr::memchr2;

use super::key_runs::{KeyRuns, Tail};

/// The members that hold what a model says, piece by piece in a stream.
const SAID: [&[u8]; 7] = [
    b"content",
    b"arguments",
    b"text",
    b"reasoning_content",
    b"reasoning",
    b"refusal",
    b"delta",
];

/// Types of the events that end a stream without choices: transcriptions and images.
const LAST: [&[u8]; 2] = [
    b"\"transcript.text.done\"",
    b"\"image_generation.completed\"",
];

/// How what was said in each of these members ended, so that a key is found over several events.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tails([Tail; SAID.len()]);

/// What was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Glance {
    /// `usage` is an object.
    pub usage: bool,
    /// `error` is there and not null.
    pub error: bool,
    /// `choices` is empty.
    pub no_choices: bool,
    /// Some `finish_reason` is a string, or the event's type is one of [`LAST`].
    pub finished: bool,
    /// How many bytes of text the members of [`SAID`] hold.
    pub said_bytes: usize,
    /// A part of the key is spelled with escapes, or over several events.
    pub echoes_key: bool,
}

impl Glance {
    /// Looks at a text that should be a JSON object; at another it sees less, and never fails.
    #[must_use]
    pub fn at(json: &[u8], key: &KeyRuns, tails: &mut Tails) -> Self {
        let mut seen = Self::default();
        let mut at = 0;
        let mut depth = 0_u32;
        // Whether each of the 64 outermost levels is an object.
        let mut objects = 0_u64;
        let mut name_next = false;
        let mut name: &[u8] = b"";
        while let Some(&byte) = json.get(at) {
            at += 1;
            match byte {
                b'{' | b'[' => {
                    depth += 1;
                    let bit = 1_u64.checked_shl(depth).unwrap_or_default();
                    name_next = byte == b'{';
                    objects = if name_next {
                        objects | bit
                    } else {
                        objects & !bit
                    };
                }
                b'}' | b']' => depth = depth.saturating_sub(1),
                b',' => name_next = objects.checked_shr(depth).unwrap_or_default() & 1 == 1,
                b':' => {
                    name_next = false;
                    seen.member(name, depth, json.get(at..).unwrap_or_default());
                }
                b'"' => {
                    let (text, escaped) = string(json.get(at..).unwrap_or_default());
                    at += text.len() + 1;
                    if name_next {
                        name = text;
                    } else {
                        seen.text(name, text, escaped, key, tails);
                    }
                }
                _ => {}
            }
        }
        seen
    }

    fn member(&mut self, name: &[u8], depth: u32, value: &[u8]) {
        let value = value.trim_ascii_start();
        let first = value.first().copied();
        match (depth, name) {
            (1, b"usage") => self.usage = first == Some(b'{'),
            (1, b"error") => self.error = first.is_some_and(|byte| byte != b'n'),
            (1, b"choices") => {
                let inside = value.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
                self.no_choices = inside.is_some_and(|inside| inside.starts_with(b"]"));
            }
            (1, b"type") => self.finished |= LAST.iter().any(|last| value.starts_with(last)),
            (_, b"finish_reason") => self.finished |= first == Some(b'"'),
            _ => {}
        }
    }

    fn text(&mut self, name: &[u8], text: &[u8], escaped: bool, key: &KeyRuns, tails: &mut Tails) {
        let mut own = Tail::default();
        let member = SAID.iter().position(|said| *said == name);
        if member.is_some() {
            self.said_bytes += text.len();
        }
        let tail = member
            .and_then(|at| tails.0.get_mut(at))
            .unwrap_or(&mut own);
        if escaped {
            self.echoes_key |= tail.feed(&unescaped(text), key);
        } else if member.is_some() {
            self.echoes_key |= tail.feed(text, key);
        }
    }
}

/// The string up to its closing quote, and whether it has escapes.
fn string(text: &[u8]) -> (&[u8], bool) {
    let mut at = 0;
    let mut escaped = false;
    while let Some(found) = text.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if text.get(at) == Some(&b'"') {
            return (text.get(..at).unwrap_or_default(), escaped);
        }
        escaped = true;
        at += 2;
    }
    (text, escaped)
}

/// A string's ASCII characters, escapes resolved; what is no ASCII character becomes NUL.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        let (byte, after) = match rest {
            [] => break,
            [b'\\', b'u', after @ ..] => {
                let digits = after.get(..4).unwrap_or_default();
                let code = std::str::from_utf8(digits)
                    .ok()
                    .and_then(|digits| u8::from_str_radix(digits, 16).ok());
                let ascii = code.filter(u8::is_ascii).unwrap_or_default();
                (ascii, after.get(4..).unwrap_or_default())
            }
            [b'\\', byte @ (b'"' | b'\\' | b'/'), after @ ..] => (*byte, after),
            [b'\\', _, after @ ..] => (0, after),
            [byte, after @ ..] => (*byte, after),
        };
        plain.push(byte);
        rest = after;
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::secret::Secret;

    fn glance(json: &str) -> Glance {
        let key = KeyRuns::of(&Secret::new("sk-0123456789abcdefGHIJ"));
        Glance::at(json.as_bytes(), &key, &mut Tails::default())
    }

    #[test]
    fn the_top_level_is_told_from_what_lies_deeper_and_from_text() {
        for (json, usage, error, no_choices, finished) in [
            (
                r#"{"usage":{"a":1},"choices":[]}"#,
                true,
                false,
                true,
                false,
            ),
            (r#"{"usage":null,"error":null}"#, false, false, false, false),
            (
                r#"{ "usage" : { } , "error" : "x" }"#,
                true,
                true,
                false,
                false,
            ),
            (
                r#"{"choices":[{"delta":{"content":"\"usage\":{"}}]}"#,
                false,
                false,
                false,
                false,
            ),
            (
                r#"{"choices":[{"usage":{},"error":{}}]}"#,
                false,
                false,
                false,
                false,
            ),
            (
                r#"{"type":"transcript.text.done","text":"a"}"#,
                false,
                false,
                false,
                true,
            ),
            (
                r#"{"type": "image_generation.completed"}"#,
                false,
                false,
                false,
                true,
            ),
            (
                r#"{"type":"transcript.text.delta","delta":"\"type\":\"transcript.text.done\""}"#,
                false,
                false,
                false,
                false,
            ),
            (
                r#"{"choices":[{"finish_reason":"stop"}]}"#,
                false,
                false,
                false,
                true,
            ),
            (
                r#"{"choices":[{"finish_reason":null}]}"#,
                false,
                false,
                false,
                false,
            ),
            (r#"["usage",{"a":"error"}]"#, false, false, false, false),
        ] {
            let seen = glance(json);
            assert_eq!(
                (seen.usage, seen.error, seen.no_choices, seen.finished),
                (usage, error, no_choices, finished),
                "{json}"
            );
        }
    }

    #[test]
    fn escapes_and_pieces_of_a_key_are_put_together() {
        assert!(glance(r#"{"x":"\u0030123456\u00379abcdef"}"#).echoes_key);
        assert!(!glance(r#"{"x":"\u0031123456\u00379zbcdef"}"#).echoes_key);
        let key = KeyRuns::of(&Secret::new("sk-0123456789abcdefGHIJ"));
        let mut tails = Tails::default();
        for piece in ["0123", "45"] {
            let json = format!(r#"{{"id":"7","delta":{{"content":"{piece}"}}}}"#);
            assert!(!Glance::at(json.as_bytes(), &key, &mut tails).echoes_key);
        }
        assert!(Glance::at(br#"{"delta":{"content":"67"}}"#, &key, &mut tails).echoes_key);
    }

    #[test]
    fn anything_can_be_looked_at() {
        for json in [
            "",
            "{",
            "\"",
            "\"\\",
            "\\",
            "]]]}",
            "{\"a\":\"\\u00",
            "{\"a\":\"\\u",
            ":::,,,",
        ] {
            glance(json);
        }
        glance(&"[{".repeat(100_000));
        glance(&"}".repeat(100_000));
    }

    #[test]
    fn what_is_said_is_counted_without_names() {
        assert_eq!(glance(r#"{"content":"four","id":"12345"}"#).said_bytes, 4);
    }
}
