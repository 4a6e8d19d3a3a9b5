//! `tests/fixtures/key-shapes.json`, played; `tests/js/key-shapes.test.mjs` plays it in JavaScript.

use openai_wasm::policy::endpoint::{UrlFault, check_proxy_url};
use openai_wasm::policy::headers::{
    HeaderFault, check_keyless, looks_like_a_key, session_authorization,
};
use openai_wasm::policy::keys::{is_key_in_form, key_in, key_in_path, key_in_query};
use openai_wasm::policy::providers::{Alphabet, PROVIDERS, Shape};
use serde_json::Value;

fn fixture() -> Value {
    serde_json::from_str(include_str!("../fixtures/key-shapes.json")).unwrap()
}

/// The rows of a list, which is not empty.
fn rows<'a>(fixture: &'a Value, path: &str) -> &'a [Value] {
    let rows = fixture.pointer(path).and_then(Value::as_array).unwrap();
    assert!(!rows.is_empty(), "{path}");
    rows
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn what_is_shaped_like_a_key_is_neither_a_token_nor_a_headers_value() {
    let fixture = fixture();
    for (list, refused) in [("/texts/key", true), ("/texts/none", false)] {
        for case in rows(&fixture, list).iter().map(text) {
            assert_eq!(looks_like_a_key(case), refused, "{case:?}");
            let header = check_keyless("x-trace", case);
            assert_eq!(header == Err(HeaderFault::Credential), refused, "{case:?}");
            let token = session_authorization(case);
            let clause = "`token` looks like a model provider's key; a session token goes there";
            assert_eq!(token == Err(clause), refused, "{case:?}");
        }
    }
}

#[test]
fn a_header_that_is_named_like_a_credential_is_refused_by_its_ending() {
    let fixture = fixture();
    for (list, refused) in [("/headers/key", true), ("/headers/none", false)] {
        for name in rows(&fixture, list).iter().map(text) {
            let checked = check_keyless(name, "1");
            assert_eq!(checked == Err(HeaderFault::Credential), refused, "{name}");
        }
    }
}

#[test]
fn a_key_in_a_query_a_path_a_body_or_a_form_is_refused_by_the_name_of_its_member() {
    let fixture = fixture();
    for row in rows(&fixture, "/queries") {
        let named = key_in_query(text(&row[0]), text(&row[1]));
        assert_eq!(named, row[2].as_str(), "{row}");
    }
    for row in rows(&fixture, "/paths") {
        let named = key_in_path(text(&row[0]));
        assert_eq!(named.as_deref(), row[1].as_str(), "{row}");
    }
    for row in rows(&fixture, "/bodies") {
        let json = row[0].to_string();
        assert_eq!(key_in(&json), row[1].as_str(), "{json}");
    }
    for row in rows(&fixture, "/forms") {
        let refused = is_key_in_form(text(&row[0]), text(&row[1]));
        assert_eq!(Some(refused), row[2].as_bool(), "{row}");
    }
}

#[test]
fn a_body_that_is_not_whole_ends_the_look() {
    for json in [
        "",
        "\"",
        "\"\\",
        "{\"a\":",
        "}}}\"x\":\"sk-proj-0123456789\"",
    ] {
        assert_eq!(key_in(json), None, "{json}");
    }
    let deep = format!(
        "{}\"sk-proj-0123456789\"{}",
        "{\"a\":".repeat(5000),
        "}".repeat(5000)
    );
    assert_eq!(key_in(&deep), Some("a"));
}

#[test]
fn a_providers_host_is_no_proxys() {
    let fixture = fixture();
    for (list, refused) in [("/hosts/key", true), ("/hosts/none", false)] {
        for host in rows(&fixture, list).iter().map(text) {
            let checked = check_proxy_url(&format!("https://{host}/v1"));
            assert_eq!(checked == Err(UrlFault::Provider), refused, "{host}");
        }
    }
}

/// A key of the shape that nobody has: the characters of its alphabet in turn.
fn sample(prefix: &str, shape: &Shape) -> String {
    let all = b"7Qa2Zb9Xc4Wd_f6-";
    let body = all.iter().cycle().filter(|byte| shape.alphabet.has(**byte));
    let body = body.take(shape.least).map(|byte| char::from(*byte));
    format!("{prefix}{}", body.collect::<String>())
}

#[test]
fn every_provider_of_the_table_is_refused_by_its_keys_and_its_hosts() {
    for provider in PROVIDERS {
        assert!(!provider.name.is_empty() && !provider.hosts.is_empty());
        for shape in provider.shapes {
            for prefix in shape.prefixes {
                let key = sample(prefix, shape);
                assert!(looks_like_a_key(&key), "{}: {key}", provider.name);
            }
        }
        for host in provider.hosts {
            let host = host.replace('*', "eu-central-1");
            let url = format!(
                "https://eu{}{host}/v1",
                if host.starts_with('-') { "" } else { "." }
            );
            assert_eq!(check_proxy_url(&url), Err(UrlFault::Provider), "{url}");
        }
    }
    // The control: an alphabet refuses what is not its own.
    assert!(!Alphabet::Hex.wrote(b"0g") && !Alphabet::UrlMixed.wrote(b"a-b"));
}
