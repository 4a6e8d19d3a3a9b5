//! Numbers and JSON at the edge of the standard, as servers send them: read, kept, sent back.

use openai_wasm::stream::Decoder;
use openai_wasm::wire::chat::ChatCompletionChunk;
use serde_json::Value;

fn chunk(unknown: &str) -> String {
    format!(
        r#"{{"choices":[{{"index":0,"delta":{{"content":"x"}},"finish_reason":"stop"}}],"unknown":{unknown}}}"#
    )
}

#[test]
fn a_number_that_no_type_names_keeps_its_value_when_it_is_sent_back() {
    for number in [
        "0",
        "0.1",
        "-0.1",
        "92233720368540.1775807",
        "2.2250738585072014e-308",
        "5e-324",
        "1.7976931348623157e308",
        "0.30000000000000004",
        "123456.78901234567",
        "-9.8765432109876543e-7",
    ] {
        let read: ChatCompletionChunk = serde_json::from_str(&chunk(number)).unwrap();
        let written = serde_json::to_value(&read).unwrap()["unknown"].to_string();
        let (came, went): (f64, f64) = (number.parse().unwrap(), written.parse().unwrap());
        assert_eq!(came.to_bits(), went.to_bits(), "{number} became {written}");
        let again: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(again.to_string(), written, "and is the same the next time");
    }
    for number in [
        "18446744073709551615",
        "-9223372036854775808",
        "9007199254740993",
    ] {
        let read: ChatCompletionChunk = serde_json::from_str(&chunk(number)).unwrap();
        assert_eq!(read.extra["unknown"].to_string(), number);
    }
}

#[test]
fn what_the_standard_allows_in_a_chunk_never_ends_a_stream() {
    let deep = format!("{}1{}", "[".repeat(400), "]".repeat(400));
    for unknown in [
        r#""\ud83d""#,
        "1e999",
        "-1e999",
        "123456789012345678901234567890",
        &deep,
    ] {
        let mut decoder = Decoder::<ChatCompletionChunk>::new();
        decoder.push(format!("data: {}\n\ndata: [DONE]\n\n", chunk(unknown)).as_bytes());
        let chunk = decoder
            .next_chunk()
            .unwrap()
            .unwrap_or_else(|error| panic!("{unknown}: {error}"));
        assert_eq!(chunk.text(), "x", "{unknown}");
        assert!(
            decoder.next_chunk().is_none() && decoder.is_done(),
            "{unknown}"
        );
    }
    // The control: what is not JSON ends it.
    for unknown in ["NaN", "Infinity", "01", "\"\\ud83\""] {
        let mut decoder = Decoder::<ChatCompletionChunk>::new();
        decoder.push(format!("data: {}\n\n", chunk(unknown)).as_bytes());
        assert!(decoder.next_chunk().unwrap().is_err(), "{unknown}");
    }
}
