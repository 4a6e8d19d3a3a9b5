//! JSON that the standard allows and `serde_json` does not read: RFC 8259.
//!
//! Half of a surrogate pair (`"\ud83d"`: servers cut tokens inside an emoji), a number that no double
//! holds (`1e999`), and unknown members that are nested deeply. `JSON.parse` reads all of them. None
//! is frequent, so the text is looked at only when reading has failed.

use serde::de::{DeserializeOwned, IgnoredAny};

/// From this depth on, lists and objects are read as `null`. `serde_json` stops at 128.
const MAX_DEPTH: usize = 100;

/// Reads JSON.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str(text).or_else(|error| match readable(text) {
        Some(text) => serde_json::from_str(&text),
        None => Err(error),
    })
}

/// Reads JSON that came as bytes. What is not UTF-8 in a string becomes U+FFFD.
pub(crate) fn of_bytes<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    serde_json::from_str(&String::from_utf8_lossy(json)).ok()
}

/// The same JSON in the form that `serde_json` reads; `None` if the text is no JSON, or has that form.
///
/// Half a surrogate pair becomes U+FFFD, a number that is too large the largest one.
pub(crate) fn readable(text: &str) -> Option<String> {
    // This looks at the form alone: it knows no depth, no surrogates and no sizes.
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let mut out = String::with_capacity(text.len());
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        let len = match first {
            b'"' => string_len(rest),
            b'-' | b'0'..=b'9' => number_len(rest),
            // Any other character: the text's length if it stands alone at the end.
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        let (token, after) = rest.split_at_checked(len)?;
        rest = after;
        depth = match first {
            b'[' | b'{' => depth + 1,
            b']' | b'}' => depth.checked_sub(1)?,
            _ => depth,
        };
        let closes = matches!(first, b']' | b'}');
        if depth > MAX_DEPTH || (closes && depth == MAX_DEPTH) {
            if depth == MAX_DEPTH + 1 && matches!(first, b'[' | b'{') {
                out.push_str("null");
            }
            continue;
        }
        match first {
            b'"' => push_string(&mut out, token),
            b'-' | b'0'..=b'9' => out.push_str(number(token)),
            _ => out.push_str(token),
        }
    }
    (out != text).then_some(out)
}

/// The length of the string that the text starts with.
fn string_len(text: &str) -> usize {
    let mut bytes = text.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return at + 1,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
    text.len()
}

fn number_len(text: &str) -> usize {
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '.' | 'e' | 'E' | '+' | '-'));
    end.unwrap_or(text.len())
}

fn number(text: &str) -> &str {
    match serde_json::from_str::<f64>(text) {
        Ok(_) => text,
        Err(_) if text.starts_with('-') => "-1.7976931348623157e308",
        Err(_) => "1.7976931348623157e308",
    }
}

fn push_string(out: &mut String, string: &str) {
    let mut rest = string;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let len = match (
            surrogate(escape),
            surrogate(escape.get(6..).unwrap_or_default()),
        ) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(_), _) => {
                out.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            (None, _) => 2,
        };
        let (kept, after) = escape.split_at_checked(len).unwrap_or((escape, ""));
        out.push_str(kept);
        rest = after;
    }
    out.push_str(rest);
}

/// The half of a surrogate pair that the text starts with, as an escape.
fn surrogate(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let code = u32::from_str_radix(digits, 16).ok()?;
    (0xd800..=0xdfff).contains(&code).then_some(code)
}

/// What JSON is framed in that some servers send as if it were the one event of a stream, with `data:`
/// before it or `[DONE]` behind it; `None` if it is not.
#[cfg_attr(not(feature = "client"), allow(dead_code))]
pub(crate) fn unframed(text: &str) -> Option<&str> {
    let text = text.trim();
    let whole = match text.strip_suffix("[DONE]").map(str::trim_end) {
        Some(rest) => rest.strip_suffix("data:").unwrap_or(rest).trim_end(),
        None => text,
    };
    let begun = match whole.strip_prefix("event:") {
        Some(named) => named.split_once('\n').map_or("", |(_, rest)| rest),
        None => whole,
    };
    let inner = begun.strip_prefix("data:").unwrap_or(whole).trim();
    (inner != text).then_some(inner)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_the_standard_allows_is_read() {
        for (text, expected) in [
            (r#""\ud83d""#, json!("\u{fffd}")),
            (r#""a\ude00b""#, json!("a\u{fffd}b")),
            (r#""\ud83d\ud83d\ude00\ude00""#, json!("\u{fffd}😀\u{fffd}")),
            (r#""\uD83Dx\\ud83d\n""#, json!("\u{fffd}x\\ud83d\n")),
            (
                r#"{"\udc00":["\ud800"],"b":"é\u00e9"}"#,
                json!({"\u{fffd}": ["\u{fffd}"], "b": "éé"}),
            ),
            (
                r#"[1e999,-1e999,1,"1e999"]"#,
                json!([f64::MAX, f64::MIN, 1, "1e999"]),
            ),
        ] {
            assert_eq!(read::<Value>(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn json_is_taken_out_of_its_frame() {
        for (text, inner) in [
            ("{}\n\ndata: [DONE]\n\n", Some("{}")),
            ("{}[DONE]", Some("{}")),
            ("data: {}", Some("{}")),
            ("data:{}\n\ndata: [DONE]", Some("{}")),
            ("event: x\r\ndata: {}\r\n\r\n", Some("{}")),
            (" {}\n", None),
            ("event: x", None),
            ("{\"a\":\"data: [DONE]\"}", None),
        ] {
            assert_eq!(unframed(text), inner, "{text:?}");
        }
    }

    #[test]
    fn what_is_nested_too_deeply_is_read_as_null() {
        for (open, close) in [
            ("[", "]"),
            ("{\"a\":", "}"),
            ("[{\"a\":[1,\"]\"],\"b\":", "},2]"),
        ] {
            let text = format!(
                r#"{{"before":"a","x":{}1{},"after":[1]}}"#,
                open.repeat(5000),
                close.repeat(5000)
            );
            let value: Value = read(&text).unwrap();
            assert_eq!(
                (&value["before"], &value["after"]),
                (&json!("a"), &json!([1])),
                "{open}"
            );
            assert!(value["x"].is_array() || value["x"].is_object());
        }
    }

    #[test]
    fn what_is_no_json_stays_an_error_and_what_is_readable_stays_as_it_is() {
        for text in [
            "",
            "{",
            "[NaN]",
            "[Infinity]",
            "[-Infinity]",
            "\"\\ud83\"",
            "[1e]",
            "[01]",
            "[\"\\ud83d\"",
            "[1,]",
        ] {
            assert!(read::<Value>(text).is_err(), "{text}");
        }
        // An error of the type, not of the text.
        assert!(read::<Vec<u8>>("[1000]").is_err());
        assert_eq!(
            readable(r#"{"a":["\ud83d\ude00",1.5e3,-0,true,null,"\\"]}"#),
            None
        );
    }
}
