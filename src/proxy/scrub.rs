//! An upstream's words without what they tell of its account, its key and its machines (threat table,
//! row K5).
//!
//! Strict rather than complete: what has the form of a name of something (a host, a path, an id, a
//! sum) goes, whatever it names. The names of parameters, of models and plain numbers stay.

use crate::policy::headers::looks_like_a_key;
use crate::proxy::auth::secrets::Secret;

const MAX_MESSAGE_CHARS: usize = 500;

/// What is looked at of a message. Some words of it may be left out.
const MAX_READ_CHARS: usize = 4 * MAX_MESSAGE_CHARS;

const REDACTED: &str = "[redacted]";

/// A message without the words that could name a key, an account or a machine, on one line, capped.
#[must_use]
pub fn scrub(message: &str, key: &Secret) -> String {
    let mut read: String = message
        .chars()
        .filter_map(plain)
        .take(MAX_READ_CHARS)
        .collect();
    if read.chars().count() == MAX_READ_CHARS {
        // The last word may be a part of one.
        let end = read.rfind(char::is_whitespace).unwrap_or_default();
        read.truncate(end);
    }
    let words: Vec<&str> = read.split_whitespace().collect();
    let key = Forms::of(key.expose());
    let mut telling: Vec<bool> = words.iter().map(|word| is_telling(word, &key)).collect();
    key.mark_spelled(&words, &mut telling);
    mark_sums(&words, &mut telling);
    let mut clean = String::new();
    for (index, (word, telling)) in words.iter().zip(telling).enumerate() {
        if index > 0 {
            clean.push(' ');
        }
        clean.push_str(if telling { REDACTED } else { word });
    }
    if let Some((cut, _)) = clean.char_indices().nth(MAX_MESSAGE_CHARS) {
        clean.truncate(cut);
        clean.push('…');
    }
    clean
}

/// Could it be the name of a code or a parameter: `messages[0].content`?
pub(super) fn is_name(text: &str, key: &Secret) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'[' | b']' | b'-'))
        && !is_telling(text, &Forms::of(key.expose()))
}

/// The character as a reader sees it: no disguised hyphens, nothing without a width, no control.
fn plain(c: char) -> Option<char> {
    match c {
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{e0000}'..='\u{e0fff}' => None,
        '\u{2010}'..='\u{2015}'
        | '\u{2043}'
        | '\u{2212}'
        | '\u{fe58}'
        | '\u{fe63}'
        | '\u{ff0d}' => Some('-'),
        // Letters, digits and marks of full width.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xFEE0),
        c if c.is_whitespace() => Some(' '),
        c if c.is_control() => None,
        c => Some(c),
    }
}

/// Does a word look like (a part of) a key, an account's id, an address, a path or a sum?
fn is_telling(word: &str, key: &Forms) -> bool {
    has_mark(word)
        || has_random_run(word)
        || is_place(trimmed(word))
        || is_sum(word)
        || key.is_in(word)
}

/// Without the quotes and stops around it.
fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| {
        matches!(
            c,
            '\'' | '"'
                | '`'
                | ','
                | ';'
                | ':'
                | '!'
                | '?'
                | '.'
                | '('
                | ')'
                | '<'
                | '>'
                | '{'
                | '}'
                | '…'
        ) || matches!(c, '\u{2018}'..='\u{201f}')
    })
}

fn has_mark(word: &str) -> bool {
    const MARKS: [&str; 14] = [
        "org-", "org_", "proj_", "proj-", "req_", "req-", "user-", "key_", "acct_", "arn:", "://",
        "@", "**", "\\",
    ];
    let lower: String = word.chars().map(look_alike).collect();
    let touches = |mark: char, other: char| {
        matches!(mark, '-' | '_') && !other.is_ascii() && other.is_alphanumeric()
    };
    let disguised = |pair: &[char]| match pair {
        [one, other] => touches(*one, *other) || touches(*other, *one),
        _ => false,
    };
    let letters: Vec<char> = lower.chars().collect();
    MARKS.iter().any(|mark| lower.contains(mark))
        || letters.windows(2).any(disguised)
        || (lower.contains(['-', '_']) && mixes_alphabets(&letters))
}

/// Does a letter that is read as a Latin one stand beside one?
fn mixes_alphabets(letters: &[char]) -> bool {
    let is_like = |c: &char| matches!(c, '\u{180}'..='\u{2af}' | '\u{370}'..='\u{58f}' | '\u{1d00}'..='\u{1dbf}');
    letters.windows(2).any(|pair| match pair {
        [one, other] => {
            (is_like(one) && other.is_ascii_alphabetic())
                || (one.is_ascii_alphabetic() && is_like(other))
        }
        _ => false,
    })
}

/// Letters of other alphabets that are read as one of the small letters of the marks.
fn look_alike(c: char) -> char {
    match c {
        'а' | 'А' | 'α' | 'Α' => 'a',
        'с' | 'С' | 'ϲ' => 'c',
        'е' | 'Е' | 'Ε' | 'ε' => 'e',
        'к' | 'К' | 'κ' | 'Κ' => 'k',
        'о' | 'О' | 'ο' | 'Ο' => 'o',
        'р' | 'Р' | 'ρ' | 'Ρ' => 'p',
        'ѕ' | 'Ѕ' => 's',
        'ј' | 'Ј' => 'j',
        'у' | 'У' | 'γ' | 'Υ' => 'y',
        'ɡ' => 'g',
        'г' => 'r',
        c => c.to_ascii_lowercase(),
    }
}

/// Is some run of its letters and digits no word and no small number?
fn has_random_run(word: &str) -> bool {
    // `max_completion_tokens` has underscores.
    const LONGEST_WORD: usize = 24;
    const LONGEST_MIXED: usize = 8;
    const LONGEST_NUMBER: usize = 8;
    const HEX: usize = 16;
    let long = word
        .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '=')))
        .any(|run| run.len() >= LONGEST_WORD);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let random = |run: &str| {
        // The size of a picture.
        if let Some((width, height)) = run.split_once('x')
            && is_number(width)
            && is_number(height)
        {
            return run.len() > 2 * LONGEST_NUMBER;
        }
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        match run.len() {
            all if all == digits => all > LONGEST_NUMBER,
            all => digits > 0 && all > LONGEST_MIXED,
        }
    };
    let bare = trimmed(word);
    let is_hex = bare.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
        && bare.bytes().filter(u8::is_ascii_hexdigit).count() >= HEX;
    long || is_hex
        || word.split(|c: char| !c.is_ascii_alphanumeric()).any(random)
        || word
            .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))
            .any(looks_like_a_key)
}

/// Is it a host, an address or a path?
fn is_place(word: &str) -> bool {
    is_path(word) || has_port(word) || is_dotted(word)
}

fn is_path(word: &str) -> bool {
    const MEDIA: [&str; 6] = [
        "application",
        "audio",
        "image",
        "multipart",
        "text",
        "video",
    ];
    const BEHIND: [&str; 9] = [
        "or", "min", "minute", "s", "sec", "second", "hour", "day", "json",
    ];
    let parts: Vec<&str> = word.split('/').collect();
    let is_word = |part: &str, more: &[u8]| {
        part.bytes()
            .all(|b| b.is_ascii_lowercase() || more.contains(&b))
    };
    match parts.as_slice() {
        [] | [_] | ["", ""] => false,
        [kind, of] if MEDIA.contains(kind) => !is_word(of, b"*+-."),
        [first, last] if BEHIND.contains(last) => !first.bytes().all(|b| b.is_ascii_alphanumeric()),
        // A path of the API, or a model of Fireworks, whose ids are paths.
        ["", "v1", rest @ ..] | ["v1", rest @ ..] => !rest.iter().all(|part| is_word(part, b"_")),
        ["accounts", "fireworks", "models", model] => !model
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
        _ => true,
    }
}

/// A host with its port, or more than one colon: an IPv6 address, a resource's name.
fn has_port(word: &str) -> bool {
    let mut parts = word.split(':');
    let (Some(host), Some(port)) = (parts.next(), parts.next()) else {
        return false;
    };
    let is_port = (2..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
    let is_host = host
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_'));
    parts.next().is_some() || (is_port && is_host)
}

/// A dot makes a host, a file or an address of a word, but not of a number, of a model's version or
/// of a parameter's path.
fn is_dotted(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    match parts.as_slice() {
        [] | [_] => false,
        [whole, part] if part.starts_with(|c: char| c.is_ascii_digit()) => {
            // 3.5 and gpt-3.5-turbo.
            let is_number = whole.is_empty() && all_digits(part);
            !is_number && !whole.ends_with(|c: char| c.is_ascii_digit())
        }
        parts if parts.iter().all(|part| part.len() == 1) => {
            parts.iter().any(|part| all_digits(part))
        }
        _ => !is_parameter(word),
    }
}

/// Is it the path of a parameter that holds others: `messages[0].content`?
fn is_parameter(word: &str) -> bool {
    const OUTER: [&str; 17] = [
        "audio",
        "body",
        "choices",
        "function_call",
        "functions",
        "image",
        "input",
        "logit_bias",
        "messages",
        "metadata",
        "prediction",
        "prompt",
        "response_format",
        "stream_options",
        "tool_choice",
        "tools",
        "web_search_options",
    ];
    let name = |segment: &str| segment.split('[').next().unwrap_or_default().to_owned();
    let fits = |segment: &str| {
        let mut pieces = segment.split('[');
        let name = pieces.next().unwrap_or_default();
        name.len() <= 40
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            && pieces.all(|index| {
                let digits = index.strip_suffix(']').unwrap_or("x");
                digits.len() <= 4 && digits.bytes().all(|b| b.is_ascii_digit())
            })
    };
    let mut segments = word.split('.');
    segments.clone().all(fits)
        && segments
            .next()
            .is_some_and(|first| OUTER.contains(&name(first).as_str()))
}

/// Names and signs of money.
const MONEY: [&str; 22] = [
    "$", "€", "£", "¥", "₹", "usd", "us$", "eur", "gbp", "jpy", "cny", "rmb", "inr", "dollar",
    "dollars", "euro", "euros", "cents", "yuan", "元", "credit", "credits",
];

/// Is it a sum of money, sign and number in one word?
fn is_sum(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let is_digit = |c: char| c.is_ascii_digit();
    let around =
        lower.split(|c: char| is_digit(c) || matches!(c, '.' | ',' | '-' | '+' | '(' | ')' | ':'));
    lower.contains(is_digit) && around.into_iter().any(|part| MONEY.contains(&part))
}

/// The number of a sum stands beside its sign.
fn mark_sums(words: &[&str], telling: &mut [bool]) {
    let is_money = |at: Option<usize>| {
        let word = at
            .and_then(|at| words.get(at))
            .map(|word| trimmed(word).to_ascii_lowercase());
        word.is_some_and(|word| MONEY.contains(&word.as_str()))
    };
    for (index, (word, telling)) in words.iter().zip(telling).enumerate() {
        let is_number = word.contains(|c: char| c.is_ascii_digit())
            && trimmed(word)
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-' | b'+'));
        *telling |= is_number && (is_money(index.checked_sub(1)) || is_money(Some(index + 1)));
    }
}

/// A key as it is, and in disguise.
struct Forms {
    key: Vec<u8>,
    backwards: Vec<u8>,
    hex: Vec<u8>,
    percent: Vec<u8>,
    base64: [Vec<u8>; 3],
}

/// So many characters in a row of a key tell it.
const RUN: usize = 8;
/// So many characters of base64 are told by eight bytes wherever these begin.
const BASE64_RUN: usize = 9;

impl Forms {
    fn of(key: &str) -> Self {
        let hex = |before: &str| -> Vec<u8> {
            let coded = key.bytes().map(|byte| format!("{before}{byte:02x}"));
            coded.collect::<String>().into_bytes()
        };
        let from = |at| base64(key.as_bytes().get(at..).unwrap_or_default());
        Self {
            key: key.as_bytes().to_vec(),
            backwards: key.bytes().rev().collect(),
            hex: hex(""),
            percent: hex("%"),
            base64: [from(0), from(1), from(2)],
        }
    }

    /// Do they have eight characters in a row in common: as they are, backwards, in hexadecimal, in
    /// percent-encoding or in base64?
    fn is_in(&self, word: &str) -> bool {
        if self.key.len() < RUN {
            let is_there = |part: &[u8]| part == self.key;
            return !self.key.is_empty() && word.as_bytes().windows(self.key.len()).any(is_there);
        }
        let small = word.to_ascii_lowercase();
        let standard = word.replace('-', "+").replace('_', "/");
        share(word.as_bytes(), &self.key, RUN)
            || share(word.as_bytes(), &self.backwards, RUN)
            || share(small.as_bytes(), &self.hex, RUN * 2)
            || share(small.as_bytes(), &self.percent, RUN * 3)
            || self
                .base64
                .iter()
                .any(|key| share(standard.as_bytes(), key, BASE64_RUN))
    }

    /// Marks the words over which a part of the key is spelled out, in groups or letter by letter.
    fn mark_spelled(&self, words: &[&str], telling: &mut [bool]) {
        let key: Vec<u8> = self
            .key
            .iter()
            .copied()
            .filter(u8::is_ascii_alphanumeric)
            .collect();
        if key.len() < 2 * RUN {
            return;
        }
        let mut letters = Vec::new();
        let mut word_of = Vec::new();
        for (index, word) in words.iter().enumerate() {
            for byte in word.bytes().filter(u8::is_ascii_alphanumeric) {
                letters.push(byte);
                word_of.push(index);
            }
        }
        for key in [key.clone(), key.into_iter().rev().collect()] {
            for (part, words) in letters.windows(RUN).zip(word_of.windows(RUN)) {
                if key.windows(RUN).any(|own| own == part) {
                    for word in words {
                        if let Some(telling) = telling.get_mut(*word) {
                            *telling = true;
                        }
                    }
                }
            }
        }
    }
}

fn share(text: &[u8], key: &[u8], run: usize) -> bool {
    let mut runs = text.windows(run);
    runs.any(|part| key.windows(run).any(|own| own == part))
}

/// The base64 of whole groups of three bytes (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = Vec::with_capacity(bytes.len() / 3 * 4);
    for group in bytes.chunks_exact(3) {
        let bits = group
            .iter()
            .fold(0, |bits, byte| bits << 8 | usize::from(*byte));
        text.extend(
            [18, 12, 6, 0]
                .iter()
                .filter_map(|shift| ALPHABET.get(bits >> shift & 63)),
        );
    }
    text
}
