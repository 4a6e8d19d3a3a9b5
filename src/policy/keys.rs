//! Keys in a request's JSON, form, path or query, where a keyless client must have none (threat table, row
//! C6).

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec;

use super::headers::{looks_like_a_key, percent_decoded};

/// Members that hold what people and tools say: theirs to choose, even if it looks like a key.
const SAID: [&str; 7] = [
    "content",
    "text",
    "input",
    "prompt",
    "arguments",
    "instructions",
    "output",
];

/// A longer string is a picture or a document, which holds a key's first characters by chance.
const LONGEST: usize = 512;

/// The name of a member of a JSON text without white space that holds a key: a string that is named like
/// one, or that is one word with a key in it, alone or in a list. Where the key is itself the name of a
/// member, the name of the object that has it.
#[must_use]
pub fn key_in(json: &str) -> Option<&str> {
    // The member that is being read, of each object that is open.
    let mut names = vec!["body"];
    let mut rest = json;
    loop {
        let at = rest.find(['"', '{', '}'])?;
        let after = rest.get(at + 1..)?;
        let name = *names.last()?;
        match rest.as_bytes().get(at)? {
            b'{' => names.push(name),
            b'}' => {
                names.pop();
            }
            _ => {
                let end = string_end(after)?;
                let (text, after) = (after.get(..end)?, after.get(end + 1..)?);
                rest = after;
                if after.starts_with(':') {
                    names.pop();
                    if is_a_key(&unescaped(text)) {
                        return names.last().copied();
                    }
                    names.push(text);
                } else if is_key(name, &unescaped(text)) {
                    return Some(name);
                }
                continue;
            }
        }
        rest = after;
    }
}

/// Does a field of a form hold a key? Its name is as it is sent: `user`, `extra[api_key]`, `tags[]`.
#[must_use]
pub fn is_key_in_form(name: &str, text: &str) -> bool {
    let member = name
        .split(['[', ']'])
        .rfind(|part| !part.is_empty())
        .unwrap_or_default();
    is_key(member, text)
}

/// What of a parameter of a query holds a key: its name, or `query` where the name itself is one. Nobody
/// speaks there, so the name may say less.
#[must_use]
pub fn key_in_query<'a>(name: &'a str, value: &str) -> Option<&'a str> {
    const CREDENTIALS: [&str; 6] = [
        "key",
        "secret",
        "organization",
        "organisation",
        "project",
        "admin",
    ];
    if looks_like_a_key(name) {
        return Some("query");
    }
    let lower = name.to_ascii_lowercase();
    let named = CREDENTIALS.iter().any(|word| lower.contains(word));
    (named || looks_like_a_key(value)).then_some(name)
}

/// What of a path holds a key: `path`, or what [`key_in_query`] says of its own query.
#[must_use]
pub fn key_in_path(path: &str) -> Option<String> {
    let (way, query) = path.split_once('?').unwrap_or((path, ""));
    if looks_like_a_key(way) {
        return Some("path".into());
    }
    query.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = String::from_utf8(percent_decoded(name.as_bytes())).ok()?;
        key_in_query(&name, value).map(Into::into)
    })
}

fn string_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// What a string of a JSON text says.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') || text.len() > LONGEST {
        return Cow::Borrowed(text);
    }
    let string = [r#"""#, text, r#"""#].concat();
    serde_json::from_str(&string).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn is_key(member: &str, text: &str) -> bool {
    is_named_like_a_key(member) || (!SAID.contains(&member) && is_a_key(text))
}

/// `api_key`, `x-api-key`, `OPENAI_API_KEY`, `authorization`.
fn is_named_like_a_key(name: &str) -> bool {
    ["apikey", "api_key", "api-key", "authorization"]
        .iter()
        .any(|ending| {
            let start = name.len().checked_sub(ending.len());
            start
                .and_then(|start| name.get(start..))
                .is_some_and(|end| end.eq_ignore_ascii_case(ending))
        })
}

/// Is a text one word, behind `Bearer` at most, and a key in it? Sentences may quote keys.
fn is_a_key(text: &str) -> bool {
    const SCHEME: &str = "bearer ";
    let word = match text.get(..SCHEME.len()) {
        Some(scheme) if scheme.eq_ignore_ascii_case(SCHEME) => {
            text.get(SCHEME.len()..).unwrap_or_default()
        }
        _ => text,
    };
    word.len() <= LONGEST && !word.contains(char::is_whitespace) && looks_like_a_key(word)
}
