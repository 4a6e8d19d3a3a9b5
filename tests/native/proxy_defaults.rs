//! One set of defaults: those of the crate's proxy, of the package's, and of README.md.

use std::fs;

use openai_wasm::proxy::Config;

fn text(path: &str) -> String {
    fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The options of `createProxy` that a `Config` has, too, with the crate's defaults.
fn defaults() -> Vec<(&'static str, u64)> {
    let config = Config::default();
    vec![
        ("allowShortKey", u64::from(config.allow_short_key)),
        ("maxOutputTokens", config.max_output_tokens.into()),
        ("maxMessages", config.max_messages.into()),
        ("maxInputChars", config.max_input_chars.into()),
        ("maxImageBytes", config.max_image_bytes.into()),
        ("imageUrls", u64::from(config.image_urls)),
        ("maxConcurrent", config.max_concurrent.into()),
        ("maxBodyBytes", config.max_body_bytes.into()),
        ("maxUploadBytes", config.max_upload_bytes.into()),
        ("maxTokenSeconds", config.max_token_seconds.into()),
        ("timeout", config.timeout_ms.into()),
        ("inspectAnswers", u64::from(config.inspect_answers)),
        ("idleTimeout", config.idle_timeout_ms.into()),
        ("maxDuration", config.max_duration_ms.into()),
        ("maxAnswerBytes", config.max_answer_bytes),
        ("heartbeatMs", config.heartbeat_ms.into()),
    ]
}

/// `2048`, `600_000`, `25 * 2 ** 20`, `true`.
fn value(expression: &str) -> u64 {
    let number = |text: &str| -> u64 {
        match text.trim() {
            "true" => 1,
            "false" => 0,
            digits => digits.replace('_', "").parse().unwrap(),
        }
    };
    let factors = expression.replace("**", "^");
    let factor = |factor: &str| match factor.split_once('^') {
        Some((base, exponent)) => number(base).pow(u32::try_from(number(exponent)).unwrap()),
        None => number(factor),
    };
    factors.split('*').map(factor).product()
}

#[test]
fn the_package_and_the_crate_have_the_same_defaults() {
    let package = ["proxy.js", "answer.js"].map(|name| text(&format!("pkg-template/edge/{name}")));
    for (option, expected) in defaults() {
        let places = [format!("options.{option} ?? "), format!(" {option} = ")];
        let found = package
            .iter()
            .flat_map(|text| places.iter().map(move |place| text.split_once(place)));
        let (_, rest) = found.flatten().next().unwrap_or_else(|| panic!("{option}"));
        let expression = rest.split([',', ';', '}', '\n']).next().unwrap();
        assert_eq!(value(expression), expected, "{option}");
    }
}

#[test]
fn the_readme_gives_these_defaults() {
    let readme = text("README.md");
    let (_, table) = readme.split_once("`createProxy` takes:").unwrap();
    for (option, expected) in defaults() {
        let (_, row) = table.split_once(&format!("| `{option}` | ")).unwrap();
        let (cell, _) = row.split_once(" |").unwrap();
        let given: String = match cell.strip_prefix('`') {
            Some(word) => word.trim_end_matches('`').to_owned(),
            None => cell
                .chars()
                .take_while(|c| c.is_ascii_digit() || *c == ' ')
                .filter(|c| *c != ' ')
                .collect(),
        };
        assert_eq!(value(&given), expected, "{option}: {cell}");
    }
}
