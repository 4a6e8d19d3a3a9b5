//! Keys in a request's JSON, form, path or query, where a keyless client must have none (threat table, row
//! C6).

use super::headers::looks_like_a_key;

/// Members that hold what people say: theirs to choose, even if it looks like a key.
const SAID: [&str; 5] = ["content", "text", "input", "prompt", "arguments"];

/// The name of a member of a JSON text without white space that holds a key: a string that is named
/// like one, or that is nothing but one, alone or in a list.
#[must_use]
pub fn key_in(json: &str) -> Option<&str> {
    let mut rest = json;
    let mut name = "body";
    loop {
        let (before, after) = rest.split_once('"')?;
        let end = string_end(after)?;
        let (text, after) = (after.get(..end)?, after.get(end + 1..)?);
        rest = after;
        if after.starts_with(':') {
            name = text;
            continue;
        }
        // Behind an object or a list inside its list the member is another one: which, is not known.
        let own = !before.contains(['}', ']']);
        let named = own && is_named_like_a_key(name);
        if named || ((!own || !SAID.contains(&name)) && is_a_key(text)) {
            return Some(name);
        }
    }
}

/// Does a field of a form hold a key? Its name is as it is sent: `user`, `extra[api_key]`, `tags[]`.
#[must_use]
pub fn is_key_in_form(name: &str, text: &str) -> bool {
    let member = name
        .split(['[', ']'])
        .rfind(|part| !part.is_empty())
        .unwrap_or_default();
    is_named_like_a_key(member) || (!SAID.contains(&member) && is_a_key(text))
}

/// Does a parameter of a query hold a key? Nobody speaks there, so the name may say less.
#[must_use]
pub fn is_key_in_query(name: &str, value: &str) -> bool {
    const CREDENTIALS: [&str; 6] = [
        "key",
        "secret",
        "organization",
        "organisation",
        "project",
        "admin",
    ];
    let name = name.to_ascii_lowercase();
    CREDENTIALS.iter().any(|word| name.contains(word)) || looks_like_a_key(value)
}

/// What of a path holds a key: `path`, or the parameter of its own query that does.
#[must_use]
pub fn key_in_path(path: &str) -> Option<&str> {
    let (way, query) = path.split_once('?').unwrap_or((path, ""));
    if way.split('/').any(looks_like_a_key) {
        return Some("path");
    }
    query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .find(|(name, value)| is_key_in_query(name, value))
        .map(|(name, _)| name)
}

fn string_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
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

fn is_a_key(text: &str) -> bool {
    looks_like_a_key(text)
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_holds_a_key_is_named_at_any_depth() {
        for (json, expected) in [
            (r#"{"model":"m","api_key":"x"}"#, Some("api_key")),
            (
                r#"{"a":[{"b":{"X-Goog-Api-Key":"x"}}]}"#,
                Some("X-Goog-Api-Key"),
            ),
            (r#"{"OPENAI_API_KEY":""}"#, Some("OPENAI_API_KEY")),
            (r#"{"Authorization":"Bearer x"}"#, Some("Authorization")),
            (r#"{"user":"sk-proj-0123456789"}"#, Some("user")),
            (r#"{"user":"u","x":"gsk_0123456789"}"#, Some("x")),
            (r#"{"content":"sk-proj-0123456789"}"#, None),
            (r#"{"content":"\"api_key\":\"x\""}"#, None),
            (r#"{"content":"\\","api_key":"x"}"#, Some("api_key")),
            (
                r#"{"properties":{"api_key":{"type":"string"}},"required":["api_key"]}"#,
                None,
            ),
            (
                r#"{"api_key":null,"n":1,"stop":["a","sk-proj-0123456789"]}"#,
                Some("stop"),
            ),
            (r#"{"a":{"b":[[7,"sk-proj-0123456789"]]}}"#, Some("b")),
            (
                r#"{"a":[{"content":"b"},"sk-proj-0123456789"]}"#,
                Some("content"),
            ),
            (r#"{"api-key":["x"]}"#, Some("api-key")),
            (r#"["sk-proj-0123456789"]"#, Some("body")),
            (r#"{"input":["a","sk-proj-0123456789"]}"#, None),
            (r#"{"api_key":{"type":"string"}}"#, None),
            (r#"{"api_key":null,"stop":["x"]}"#, None),
            (r#"{"user":"my key is sk-proj-0123456789"}"#, None),
            (r#"{"user":"task-0123456789"}"#, None),
            ("", None),
            ("\"", None),
            ("\"\\", None),
        ] {
            assert_eq!(key_in(json), expected, "{json}");
        }
    }

    #[test]
    fn a_path_holds_no_key() {
        for (path, expected) in [
            ("/models", None),
            ("/models?limit=1&after", None),
            ("/models/task-0123456789", None),
            ("/models?x=sk-proj-0123456789", Some("x")),
            ("/models?x=Bearer+y;gsk_0123456789", Some("x")),
            ("/models?a=b&key=c", Some("key")),
            ("/models/sk-proj-0123456789", Some("path")),
        ] {
            assert_eq!(key_in_path(path), expected, "{path}");
        }
    }

    #[test]
    fn a_field_of_a_form_that_holds_a_key_is_found_by_the_name_of_its_innermost_member() {
        for (name, text, expected) in [
            ("api_key", "x", true),
            ("extra[api_key]", "x", true),
            ("extra[keys][x-api-key]", "x", true),
            ("Authorization", "Bearer x", true),
            ("user", "sk-proj-0123456789", true),
            ("tags[]", "gsk_0123456789", true),
            ("prompt", "sk-proj-0123456789", false),
            ("extra[content]", "sk-proj-0123456789", false),
            ("model", "whisper-1", false),
            ("user", "task-0123456789", false),
            ("[]", "x", false),
            ("", "", false),
        ] {
            assert_eq!(is_key_in_form(name, text), expected, "{name}={text}");
        }
    }

    #[test]
    fn a_parameter_of_a_query_that_holds_a_key_is_found() {
        for (name, value, expected) in [
            ("key", "x", true),
            ("api_key", "x", true),
            ("API-KEY", "x", true),
            ("client_secret", "x", true),
            ("x", "sk-proj-0123456789", true),
            ("after", "file-0123456789", false),
            ("limit", "20", false),
            ("", "", false),
        ] {
            assert_eq!(is_key_in_query(name, value), expected, "{name}={value}");
        }
    }
}
