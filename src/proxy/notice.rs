//! What the operator reads of a refusal: the remedy, and no more of a stranger's words than fits on a
//! line.
//!
//! Whoever finds the proxy's address can make it write. So a line is short and in ASCII, and a kind of
//! line is written once a second at most.

use std::borrow::Cow;

use crate::policy::headers::looks_like_a_key;

/// The longest line.
const MAX_LINE_CHARS: usize = 200;

/// So much of a stranger's text goes into a line.
const MAX_SHOWN_CHARS: usize = 80;

/// So many kinds of line are told apart within a second; more are not written.
const MAX_KINDS: usize = 64;

/// For so long a line of the same kind is not written again.
const PAUSE_MS: u64 = 1000;

/// A line for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Lines of one kind are written once a second.
    pub kind: Cow<'static, str>,
    /// What was refused, and which option, variable, origin or host is concerned.
    pub text: String,
}

impl Notice {
    /// A line of a kind. What a stranger sent stands in it as [`shown`].
    #[must_use]
    pub const fn new(kind: &'static str, text: String) -> Self {
        Self {
            kind: Cow::Borrowed(kind),
            text,
        }
    }
}

/// Which lines were written lately.
#[derive(Debug, Default)]
pub struct LineLimit(Vec<(String, u64)>);

impl LineLimit {
    /// No line was written yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// May a line of this kind be written now?
    pub fn due(&mut self, kind: &str, now_ms: u64) -> bool {
        // After a clock that was set back, every line is due again.
        self.0
            .retain(|(_, at_ms)| *at_ms <= now_ms && now_ms - *at_ms < PAUSE_MS);
        if self.0.len() >= MAX_KINDS || self.0.iter().any(|(known, _)| known == kind) {
            return false;
        }
        self.0.push((kind.to_owned(), now_ms));
        true
    }
}

/// A stranger's text, fit for a line: in quotes, short, in ASCII, and no key or token.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut line = String::from("\"");
    for (index, c) in redacted(text).chars().enumerate() {
        if index == MAX_SHOWN_CHARS {
            line.push_str("...");
            break;
        }
        line.extend(c.escape_default());
    }
    line.push('"');
    line
}

/// The text, or `[redacted]` if a word of it is shaped like a key or a token.
pub(super) fn redacted(text: &str) -> &str {
    /// A JSON object's beginning in base64url, as every token begins.
    const TOKEN: &str = "eyJ";
    let telling = text
        .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))
        .any(|word| looks_like_a_key(word) || word.starts_with(TOKEN));
    if telling { "[redacted]" } else { text }
}

/// A line as it is written: cut, and on one line.
#[must_use]
pub fn line(text: &str) -> String {
    let mut line: String = "openai-wasm proxy: ".to_owned();
    for c in text.chars() {
        if c.is_control() {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    if let Some((cut, _)) = line.char_indices().nth(MAX_LINE_CHARS) {
        let kept = line.char_indices().nth(MAX_LINE_CHARS - 3);
        line.truncate(kept.map_or(cut, |(at, _)| at));
        line.push_str("...");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_line_is_written_once_a_second() {
        let mut limit = LineLimit::new();
        for (kind, now_ms, due) in [
            ("a", 5000, true),
            ("a", 5000, false),
            ("b", 5000, true),
            ("a", 5999, false),
            ("a", 6000, true),
            ("a", 6999, false),
            ("b", 6999, true),
            // The clock was set back.
            ("a", 10, true),
            ("a", 11, false),
        ] {
            assert_eq!(limit.due(kind, now_ms), due, "{kind} {now_ms}");
        }
    }

    #[test]
    fn many_kinds_are_not_remembered_without_end() {
        let mut limit = LineLimit::new();
        let written = (0..10_000).filter(|kind| limit.due(&kind.to_string(), 7));
        assert_eq!(written.count(), MAX_KINDS);
        assert_eq!(limit.0.len(), MAX_KINDS);
        assert!(limit.due("another", 7 + PAUSE_MS));
    }

    #[test]
    fn a_strangers_text_is_short_ascii_and_no_key() {
        for (text, expected) in [
            ("gpt-4o", r#""gpt-4o""#),
            (
                "a\r\nopenai-wasm proxy: b",
                r#""a\r\nopenai-wasm proxy: b""#,
            ),
            ("\u{1b}[31m\u{202e}x\0", r#""\u{1b}[31m\u{202e}x\u{0}""#),
            ("\"é\"", r#""\"\u{e9}\"""#),
            ("", r#""""#),
            ("sk-proj-abcdefghijklmnop0123", r#""[redacted]""#),
            ("/v1/sk-proj-abcdefghijklmnop0123/x", r#""[redacted]""#),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1In0.x", r#""[redacted]""#),
        ] {
            assert_eq!(shown(text), expected);
        }
        let long = shown(&"x".repeat(100_000));
        assert_eq!(long, format!("\"{}...\"", "x".repeat(MAX_SHOWN_CHARS)));
    }

    #[test]
    fn a_line_is_one_line_of_two_hundred_characters_at_most() {
        let most = line(&"\n\u{2028}x".repeat(1000));
        assert!(most.chars().count() <= MAX_LINE_CHARS && !most.contains('\n'));
        assert!(most.starts_with("openai-wasm proxy: ") && most.ends_with("..."));
        assert_eq!(line("a\nb"), r"openai-wasm proxy: a\nb");
    }
}
