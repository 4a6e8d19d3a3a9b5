//! Numbers come out as they went in: through the wire types, and through the proxy.

use openai_wasm::proxy::Caller;
use openai_wasm::proxy::request::params::check;
use openai_wasm::proxy::route::Route;
use openai_wasm::wire::chat::{ChatCompletion, ChatCompletionChunk, ChatCompletionRequest};
use openai_wasm::wire::responses::Response;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::proxy_params::{END_USER, config, sent};

/// Each is the same number afterwards, digit for digit where the second text is the first.
const KEPT: [(&str, &str); 21] = [
    ("0", "0"),
    ("7", "7"),
    // Beyond what a double counts one by one.
    ("9007199254740993", "9007199254740993"),
    ("-9007199254740993", "-9007199254740993"),
    ("9223372036854775807", "9223372036854775807"),
    ("-9223372036854775808", "-9223372036854775808"),
    ("18446744073709551615", "18446744073709551615"),
    // 17 digits, and what a reader that is one unit off would change.
    ("0.1", "0.1"),
    ("0.30000000000000004", "0.30000000000000004"),
    ("0.7", "0.7"),
    ("-7.588794e-05", "-0.00007588794"),
    ("92233720368540.17", "92233720368540.17"),
    ("1.7976931348623157e+308", "1.7976931348623157e+308"),
    ("5e-324", "5e-324"),
    ("2.225073858507201e-308", "2.225073858507201e-308"),
    // The same number in other digits.
    ("1.10", "1.1"),
    ("1e3", "1000.0"),
    ("1E+2", "100.0"),
    ("1.0", "1.0"),
    ("-0", "-0.0"),
    ("-0.0", "-0.0"),
];

/// More digits than a double or 64 bits hold become the nearest double, which is what a double's reader
/// makes of them anyway.
const NEAREST: [(&str, &str); 4] = [
    ("92233720368540.1775807", "92233720368540.17"),
    ("18446744073709551616", "1.8446744073709552e+19"),
    (
        "1234567890123456789012345678901234567890",
        "1.2345678901234568e+39",
    ),
    ("0.12345678901234567890123", "0.12345678901234568"),
];

/// The text that stands for the only number of `json`, which is named `x`.
fn number_of(json: &str) -> String {
    let (_, rest) = json.split_once("\"x\":").unwrap();
    let end = rest.find([',', '}', ']']).unwrap();
    rest[..end].to_owned()
}

fn rewritten<T: DeserializeOwned + Serialize>(json: &str) -> String {
    let object: T = serde_json::from_str(json).unwrap();
    number_of(&serde_json::to_string(&object).unwrap())
}

/// What becomes of a number in members that the types do not know, at several depths.
fn through_the_types(number: &str) -> Vec<String> {
    let member = format!(r#""x":{number}"#);
    vec![
        rewritten::<ChatCompletion>(&format!("{{{member}}}")),
        rewritten::<ChatCompletion>(&format!(
            r#"{{"choices":[{{"index":0,"message":{{"y":[{{{member}}}]}}}}]}}"#
        )),
        rewritten::<ChatCompletionChunk>(&format!(
            r#"{{"choices":[{{"index":0,"delta":{{{member}}}}}]}}"#
        )),
        rewritten::<ChatCompletionRequest>(&format!(
            r#"{{"tools":[{{"type":"function","function":{{"name":"f","parameters":{{{member}}}}}}}]}}"#
        )),
        rewritten::<Response>(&format!(r#"{{"output":[{{"type":"new",{member}}}]}}"#)),
    ]
}

/// What becomes of a number in a schema that the proxy passes on.
fn through_the_proxy(number: &str) -> String {
    let body = format!(
        r#"{{"model":"small","messages":[{{"role":"user","content":"a"}}],"tools":[{{"type":"function","function":{{"name":"f","parameters":{{"type":"object","properties":{{"a":{{"enum":[{{"x":{number}}}]}}}}}}}}}}]}}"#
    );
    let (config, caller) = (config(), Caller::default());
    let params = check(
        Route::ChatCompletions,
        body.as_bytes(),
        &config,
        &caller,
        END_USER,
    );
    let params = params.unwrap_or_else(|refusal| panic!("{number}: {refusal:?}"));
    assert!(sent(&params).is_object());
    number_of(&String::from_utf8(params.body.to_bytes()).unwrap())
}

#[test]
fn numbers_keep_their_value_and_what_is_written_is_not_changed_again() {
    for (number, written) in KEPT.into_iter().chain(NEAREST) {
        // A parser that reads every number as a double gets the same one from both texts.
        let value = |text: &str| text.parse::<f64>().unwrap().to_bits();
        assert_eq!(value(number), value(written), "{number}");
        for (from, to) in [(number, written), (written, written)] {
            assert_eq!(through_the_types(from), [to; 5], "{from}");
            assert_eq!(through_the_proxy(from), to, "{from}");
        }
    }
}

#[test]
fn numbers_of_known_members_keep_their_value() {
    for (number, written) in [
        ("0.30000000000000004", "0.30000000000000004"),
        ("5e-324", "5e-324"),
        ("1.10", "1.1"),
        ("1", "1.0"),
    ] {
        let json = format!(r#"{{"temperature":{number}}}"#);
        let request: ChatCompletionRequest = serde_json::from_str(&json).unwrap();
        let sent = serde_json::to_value(&request).unwrap();
        assert_eq!(sent["temperature"].to_string(), written, "{number}");
    }
    for number in ["9007199254740993", "-9223372036854775808"] {
        let json = format!(r#"{{"seed":{number}}}"#);
        let request: ChatCompletionRequest = serde_json::from_str(&json).unwrap();
        let sent = serde_json::to_value(&request).unwrap();
        assert_eq!(sent["seed"].to_string(), number);
    }
    // One that the type does not hold is written as it came.
    for (number, written) in [
        ("18446744073709551615", "18446744073709551615"),
        ("1e30", "1e+30"),
        ("1.5", "1.5"),
    ] {
        let json = format!(r#"{{"seed":{number}}}"#);
        let request: ChatCompletionRequest = serde_json::from_str(&json).unwrap();
        let sent = serde_json::to_value(&request).unwrap();
        assert_eq!(sent["seed"].to_string(), written);
    }
}

#[test]
fn a_number_that_no_double_holds_goes_nowhere_through_the_proxy() {
    for number in ["1e400", "-1e999"] {
        let body = format!(r#"{{"model":"small","messages":[],"seed":{number}}}"#);
        let refusal = check(
            Route::ChatCompletions,
            body.as_bytes(),
            &config(),
            &Caller::default(),
            END_USER,
        )
        .unwrap_err();
        assert_eq!((refusal.status, &*refusal.code), (400, "invalid_json"));
    }
}
