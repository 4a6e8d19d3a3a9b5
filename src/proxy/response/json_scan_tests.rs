//! What the scan sees, however the JSON is cut.

use super::*;
use crate::proxy::auth::secrets::Secret;

const KEY: &str = "sk-0123456789abcdefGHIJ";

fn key() -> KeyDetector {
    KeyDetector::of(&Secret::new(KEY))
}

/// The scan of a text, which is the same however it is cut.
fn scan(json: &str) -> Scan {
    let mut whole = Scan::new();
    whole.feed(json.as_bytes(), &key());
    for size in [1, 2, 3, 7] {
        let mut cut = Scan::new();
        for piece in json.as_bytes().chunks(size) {
            cut.feed(piece, &key());
        }
        assert_eq!(
            format!("{:?}", cut.seen),
            format!("{:?}", whole.seen),
            "{json}"
        );
        assert_eq!(cut.usage(), whole.usage(), "{json}");
        assert_eq!(cut.response_usage(), whole.response_usage(), "{json}");
    }
    whole
}

#[test]
fn a_usage_is_a_member_of_the_top_and_nothing_else() {
    for (json, usage, response) in [
        (
            r#"{"usage":{"a":1},"choices":[]}"#,
            Some(r#"{"a":1}"#),
            None,
        ),
        (r#"{ "usage" : { } , "x" : 1 }"#, Some("{ }"), None),
        (
            r#"{"u\u0073age":{"a":{"b":[1]}}}"#,
            Some(r#"{"a":{"b":[1]}}"#),
            None,
        ),
        (
            r#"{"usage":{"a":1},"usage":{"a":2}}"#,
            Some(r#"{"a":2}"#),
            None,
        ),
        (r#"{"usage":{"a":"}"}}"#, Some(r#"{"a":"}"}"#), None),
        (r#"{"usage":{"a":1"#, Some(""), None),
        (r#"{"usage":null}"#, None, None),
        (r#"{"usage":[{"a":1}]}"#, None, None),
        (r#"{"choices":[{"usage":{"a":1}}]}"#, None, None),
        (r#"{"schema":{"usage":{"a":1}}}"#, None, None),
        (
            r#"{"choices":[{"delta":{"content":"\"usage\":{\"a\":1}"}}]}"#,
            None,
            None,
        ),
        (r#"["usage",{"usage":{"a":1}}]"#, None, None),
        (
            r#"{"type":"response.completed","response":{"usage":{"a":1},"x":{"usage":{}}}}"#,
            None,
            Some(r#"{"a":1}"#),
        ),
    ] {
        let scan = scan(json);
        assert_eq!(
            scan.usage().map(String::from_utf8_lossy).as_deref(),
            usage,
            "{json}"
        );
        let nested = scan.response_usage().map(String::from_utf8_lossy);
        assert_eq!(nested.as_deref(), response, "{json}");
    }
    let long = format!(r#"{{"usage":{{"a":"{}"}}}}"#, "x".repeat(MAX_USAGE_BYTES));
    assert_eq!(scan(&long).usage(), Some(&b""[..]));
}

#[test]
fn a_finish_is_a_text_of_a_choice() {
    for (json, finished, gave_up) in [
        (r#"{"choices":[{"finish_reason":"stop"}]}"#, true, false),
        (
            r#"{"choices":[{"index":0},{"finish_reason":"st\u006fp"}]}"#,
            true,
            false,
        ),
        (
            r#"{"choices":[{"finish_reason":"anything else"}]}"#,
            true,
            false,
        ),
        (r#"{"choices":[{"finish_reason":null}]}"#, false, false),
        (r#"{"choices":[{"finish_reason":""}]}"#, false, false),
        (
            r#"{"choices":[{"finish_reason":{"a":"stop"}}]}"#,
            false,
            false,
        ),
        (
            r#"{"choices":[{"delta":{"finish_reason":"stop"}}]}"#,
            false,
            false,
        ),
        (r#"{"finish_reason":"stop"}"#, false, false),
        (r#"{"choices":{"finish_reason":"stop"}}"#, false, false),
        (r#"{"choices":[[{"finish_reason":"stop"}]]}"#, false, false),
        (r#"{"choices":[{"finish_reason":"abort"}]}"#, false, true),
        (
            r#"{"choices":[{"finish_reason":"stop"},{"finish_reason":"error"}]}"#,
            true,
            true,
        ),
    ] {
        let seen = scan(json).seen;
        assert_eq!(
            (seen.finish_reason, seen.gave_up),
            (finished, gave_up),
            "{json}"
        );
    }
}

#[test]
fn what_may_be_an_error_is_looked_at_again_and_ordinary_events_are_not() {
    for (json, expected) in [
        (r#"{"error":{"message":"m"}}"#, true),
        (r#"{"err\u006fr":{"message":"m"}}"#, true),
        (r#"{"choices":[],"error":"m"}"#, true),
        (r#"{"choices":[],"error":true}"#, true),
        (r#"{"choices":[],"error":[1]}"#, true),
        (r#"{"error":{}}"#, true),
        (r#"{"error":""}"#, true),
        (r#"{"object":"error","message":"m"}"#, true),
        (r#"{"type":"error","message":"m"}"#, true),
        (r#"{"type":"response.failed"}"#, true),
        (r#"{"detail":"m"}"#, true),
        (r#"[{"error":{"message":"m"}}]"#, true),
        (r#"{"choices":[{"error":{"code":502}}]}"#, true),
        (r#"{"choices":[{"finish_reason":"abort"}]}"#, true),
        (r#"{"choices":[],"error":{"details":[{"code":7}]}}"#, true),
        (r#"{"choices":[],"error":{"retry":true}}"#, true),
        (
            r#"{"choices":[],"error":{"message":"","code":0,"details":[{}],"x":null,"y":false}}"#,
            false,
        ),
        (r#"{"choices":[],"error":0}"#, false),
        (r#"{"error":null}"#, false),
        (r#"{"error":null,"choices":[]}"#, false),
        (r#"{"error":{},"choices":[]}"#, false),
        (r#"{"error":"","choices":[]}"#, false),
        (
            r#"{"choices":[{"error":null,"delta":{"error":{"message":"m"}}}]}"#,
            false,
        ),
        (
            r#"{"choices":[{"delta":{"content":"\"error\":{\"a\":1}"}}]}"#,
            false,
        ),
        (r#"{"detail":"high","choices":[]}"#, false),
        (r#"{"type":"errors"}"#, false),
        ("{}", false),
    ] {
        assert_eq!(scan(json).seen.may_be_error(), expected, "{json}");
    }
}

#[test]
fn everything_costs_but_the_servers_own_words_at_the_top() {
    for (json, bytes) in [
        (
            r#"{"content":"four","id":"12345","model":"m","created":17}"#,
            4,
        ),
        (r#"{"custom":{"input":"fo\u0075r"}}"#, 4),
        (
            r#"{"choices":[{"delta":{"a":["four",12.5,true,null]}}]}"#,
            8,
        ),
        (r#"{"nobody knows it":"four"}"#, 4),
        (r#"{"c\u006fntent":"four"}"#, 4),
        (r#"{"x":{"id":"12345"}}"#, 5),
        (r#"{"id":["12345"]}"#, 5),
        (r#"{"x":"\u4f60\ud83d\ude00\n\u00e9"}"#, 3 + 4 + 1 + 2),
        (
            r#"{"obfuscation":"aaaa","sequence_number":7,"item_id":"i","x":-1e3}"#,
            4,
        ),
        (r#""text""#, 4),
    ] {
        assert_eq!(scan(json).seen.said_bytes, bytes, "{json}");
    }
}

#[test]
fn choices_are_counted() {
    for (json, choices) in [
        (r#"{"choices":[]}"#, Some(0)),
        (r#"{"choices" : [ {"a":[1,2]} , {} ]}"#, Some(2)),
        (r#"{"choices":null}"#, None),
        (r#"{"x":{"choices":[1]}}"#, None),
    ] {
        assert_eq!(scan(json).seen.choices, choices, "{json}");
    }
}

#[test]
fn a_key_is_put_together_from_escapes_and_from_the_pieces_of_any_member() {
    assert!(scan(r#"{"x":"\u0030123456\u00379abcdef"}"#).seen.echoes_key);
    assert!(scan(r#"{"\u0030123456\u00379abcdef":1}"#).seen.echoes_key);
    assert!(!scan(r#"{"x":"\u0031123456\u00379zbcdef"}"#).seen.echoes_key);
    for frame in [
        r#"{"choices":[{"delta":{"content":"@"}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"custom":{"input":"@"}}]}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"function":{"name":"@"}}]}}]}"#,
        r#"{"choices":[{"delta":{"audio":{"transcript":"@"}}}]}"#,
        r#"{"choices":[{"logprobs":{"content":[{"token":"@","top_logprobs":[{"token":"x"}]}]}}]}"#,
        r#"{"choices":[{"delta":{"content":[{"thinking":"@"}]}}],"obfuscation":"xyz"}"#,
        r#"{"id":"7","obfuscation":"@"}"#,
        r#"{"a":{"b":{"c":{"d":{"e":["@"]}}}}}"#,
        r#"{"anyth\u0069ng":"@"}"#,
    ] {
        let mut scan = Scan::new();
        for (piece, found) in [("0123", false), ("45", false), ("67", true)] {
            scan.restart();
            scan.feed(frame.replace('@', piece).as_bytes(), &key());
            assert_eq!(scan.seen.echoes_key, found, "{frame} {piece}");
        }
    }
    // Different members are different texts.
    let mut scan = Scan::new();
    for json in [
        r#"{"a":"0123"}"#,
        r#"{"b":"4567"}"#,
        r#"{"c":{"a":"4567"}}"#,
    ] {
        scan.restart();
        scan.feed(json.as_bytes(), &key());
        assert!(!scan.seen.echoes_key, "{json}");
    }
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
        ":::,,,",
        "{,\"",
        "-",
        "tfn",
    ] {
        scan(json);
    }
    let mut deep = Scan::new();
    deep.feed("[{\"a\":".repeat(100_000).as_bytes(), &key());
    deep.feed("}".repeat(300_000).as_bytes(), &key());
    deep.feed(br#"{"usage":{"a":1}}"#, &key());
}
