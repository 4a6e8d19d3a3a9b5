//! The options in the places that need them: the package's checks and types, and `docs/options.md`.

use std::fmt::Write as _;
use std::{env, fs};

use serde_json::{Value, json};

use super::{Kind, ROWS, Row};
use crate::ledger::Window;
use crate::proxy::admission::TIMEOUT_MS;
use crate::proxy::auth::anonymous::Anonymous;
use crate::proxy::auth::caller::Caller;
use crate::proxy::bounds::{BOUNDS, Bounds};
use crate::proxy::budget::{EVERYONE, written as budget};
use crate::proxy::config::{Config, Resumable};
use crate::proxy::route::Route;

const SOURCE: &str = "Generated from src/proxy/options by `UPDATE_OPTIONS=1 cargo test --lib --features edge proxy::options`. Do not edit.";

fn routes() -> Vec<String> {
    let all = Route::ALL.into_iter();
    let more = all.filter(|route| *route != Route::ChatCompletions);
    more.map(Route::name).collect()
}

fn bounds(option: &str) -> &'static Bounds {
    let found = BOUNDS.iter().find(|bounds| bounds.option == option);
    found.unwrap_or_else(|| panic!("{option} has no bounds"))
}

/// The name of the check in `proxy-options.js`, and what it needs to know.
fn check(row: &Row) -> Value {
    match row.kind {
        Kind::Whole => whole(row.name),
        Kind::Driver(unit, [least, most], value) => json!(["driver", unit, least, most, value]),
        Kind::Flag => json!(["flag"]),
        Kind::Text => json!(["text"]),
        Kind::Function(_) => json!(["func"]),
        Kind::Own(name, _) => json!([name]),
    }
}

fn whole(option: &str) -> Value {
    let Bounds {
        unit, least, most, ..
    } = bounds(option);
    let mut cells = vec![json!("whole"), json!(unit), json!(least), json!(most)];
    let config = Config {
        anonymous: Some(Anonymous::default()),
        resumable: Some(Resumable::default()),
        ..Config::default()
    };
    let value = serde_json::to_value(config).unwrap();
    let value = option.split('.').fold(&value, |value, name| &value[name]);
    if !value.is_null() {
        cells.push(value.clone());
    }
    Value::from(cells)
}

fn script() -> String {
    let mut text = format!(
        "// {SOURCE}\n\n/** The check of each option and its arguments; of a number the unit, the bounds and the default. */\nexport const OPTIONS = {{\n"
    );
    for row in ROWS {
        let _ = writeln!(text, "  {}: {},", row.name, check(row));
    }
    text.push_str("};\n\n/** The same for numbers of `anonymousSessions`, of tokens, and of `resumable`. */\nexport const NUMBERS = {\n");
    for option in [
        "anonymousSessions.ttlSeconds",
        "anonymousSessions.maxTokens",
        "resumable.graceMs",
        "resumable.keepMs",
        "resumable.maxStreams",
        "resumable.maxBytes",
    ] {
        let name = option.rsplit('.').next().unwrap_or_default();
        let _ = writeln!(text, "  {name}: {},", whole(option));
    }
    let defaults = serde_json::to_value(Config::default()).unwrap();
    let _ = write!(
        text,
        "}};\n\n/** What can be switched on besides chat completions. */\nexport const ROUTES = {};\n\n\
         /** How slowly a request's body may come. */\nexport const BODY_PACE = {};\n\n\
         /** The members of a caller that `authenticate` gives. */\nexport const CALLER = {};\n\n\
         /** For so long an answer to a question is waited for, in milliseconds. */\n\
         export const QUESTION_MS = {};\n\n\
         /** The words and the bounds of a budget, in US dollars. */\n\
         export const BUDGET = {};\n",
        json!(routes()),
        defaults["bodyPace"],
        json!(Caller::MEMBERS),
        TIMEOUT_MS,
        json!({
            "least": budget::LEAST_USD,
            "most": budget::MOST_USD,
            "per": budget::PER,
            "everyone": EVERYONE,
            "windows": Window::ALL.map(Window::name),
            "prices": budget::price_names().collect::<Vec<_>>(),
        }),
    );
    text
}

/// A text as lines of at most 100 characters.
fn wrapped(text: &str, before: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().unwrap();
        if !line.is_empty() && before.len() + line.chars().count() + word.chars().count() >= 100 {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    let lines = lines.iter().map(|line| format!("{before}{line}\n"));
    lines.collect()
}

fn doc(row: &Row) -> String {
    let list: Vec<String> = routes()
        .iter()
        .map(|name| format!("`\"{name}\"`"))
        .collect();
    row.doc.replace("ROUTES", &list.join(", "))
}

/// `600,000 ms`.
fn default(row: &Row) -> String {
    if !row.default.is_empty() {
        return row.default.to_owned();
    }
    if let Kind::Driver(unit, _, value) = row.kind {
        return format!("{}{}", grouped(value.into()), suffix(unit));
    }
    let defaults = serde_json::to_value(Config::default()).unwrap();
    match &defaults[row.name] {
        Value::Null => panic!("{} has no default", row.name),
        Value::Number(number) => {
            let number = grouped(number.as_u64().unwrap());
            format!("{number}{}", suffix(bounds(row.name).unit))
        }
        other => format!("`{}`", other.to_string().replace("\"User\"", "\"user\"")),
    }
}

fn suffix(unit: &str) -> &'static str {
    match unit {
        "milliseconds" => " ms",
        "seconds" => " s",
        "bytes" => " bytes",
        _ => "",
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn types() -> String {
    let mut text = format!(
        "// {SOURCE}\n\nimport type {{\n  AnonymousSessions,\n  BudgetOptions,\n  Caller,\n  RateLimits,\n  RequestCounter,\n  \
         ResumableOptions,\n  SessionFacts,\n  UsageEvent,\n}} from \"./proxy.js\";\n\n\
         /** What can be switched on besides chat completions. */\nexport type ProxyRoute =\n"
    );
    for name in routes() {
        let _ = writeln!(text, "  | \"{name}\"");
    }
    text.truncate(text.trim_end().len());
    text.push_str(";\n\nexport interface ProxyOptions {\n");
    for row in ROWS {
        let ty = match row.kind {
            Kind::Whole | Kind::Driver(..) => "number".to_owned(),
            Kind::Flag => "boolean".to_owned(),
            Kind::Text => "string".to_owned(),
            Kind::Function(ty) => format!("({ty})"),
            Kind::Own(_, ty) => ty.to_owned(),
        };
        let doc = format!("{} Default: {}.", doc(row), default(row));
        let _ = write!(
            text,
            "  /**\n{}   */\n  {}?: {ty} | undefined;\n",
            wrapped(&doc, "   * "),
            row.name
        );
    }
    text.push_str("}\n");
    text
}

const TABLE: [&str; 2] = [
    "<!-- The options of createProxy, generated from src/proxy/options: UPDATE_OPTIONS=1 cargo test --lib --features edge proxy::options -->\n\n",
    "\n<!-- The end of the options of createProxy. -->",
];

fn table() -> String {
    let mut text = "| option | default | what |\n|---|---|---|\n".to_owned();
    for row in ROWS {
        let doc = doc(row);
        let doc = match row.more {
            "" => doc,
            more => format!("{doc} {more}"),
        };
        let (name, default) = (row.name, default(row));
        let _ = writeln!(text, "| `{name}` | {default} | {doc} |");
    }
    text
}

/// The file with the text between the two marks replaced.
fn between(text: &str, [from, to]: [&str; 2], new: &str) -> String {
    let (before, rest) = text.split_once(from).expect("the mark before the table");
    let (_, after) = rest.split_once(to).expect("the mark after the table");
    format!("{before}{from}{new}{to}{after}")
}

#[test]
fn the_committed_files_say_what_the_table_of_options_says() {
    let root = env!("CARGO_MANIFEST_DIR");
    let page = fs::read_to_string(format!("{root}/docs/options.md")).unwrap();
    for (path, rendered) in [
        ("pkg-template/edge/proxy-option-table.js", script()),
        ("pkg-template/edge/proxy-option-types.d.ts", types()),
        ("docs/options.md", between(&page, TABLE, &table())),
    ] {
        let file = format!("{root}/{path}");
        if env::var_os("UPDATE_OPTIONS").is_some() {
            fs::write(&file, &rendered).unwrap();
        }
        assert!(
            fs::read_to_string(&file).unwrap_or_default() == rendered,
            "{path} is not what src/proxy/options says. Rewrite it with: UPDATE_OPTIONS=1 cargo test \
             --lib proxy::options"
        );
    }
}

#[test]
fn every_member_of_the_configuration_is_an_option_or_the_packages_own() {
    let Value::Object(config) = serde_json::to_value(Config::default()).unwrap() else {
        panic!("a configuration is an object");
    };
    for (name, _) in &config {
        let is_option = ROWS.iter().any(|row| row.name == name);
        // The package sets these two: one by a variable, one by its table.
        assert!(
            is_option || ["sessionEpoch", "bodyPace"].contains(&name.as_str()),
            "{name}"
        );
    }
    for bounds in BOUNDS {
        let name = bounds.option.split('.').next().unwrap_or_default();
        assert!(
            ROWS.iter().any(|row| row.name == name) && config.contains_key(name),
            "{name}"
        );
    }
}

#[test]
fn a_configuration_is_read_by_the_names_of_the_options() {
    let config: Config = serde_json::from_value(json!({
        "models": "*",
        "routes": ["models", "images.generations"],
        "endUserParam": false,
        "maxDuration": 5,
        "anonymousSessions": { "hostnames": ["a.example.com"] },
    }))
    .unwrap();
    config.check().unwrap();
    assert_eq!(config.max_duration_ms, 5);
    assert_eq!(config.routes, [Route::Models, Route::ImageGenerations]);
    assert_eq!(config.anonymous.unwrap().ttl_seconds, 900);
    for wrong in [
        json!({ "maxDuratoin": 5 }),
        json!({ "models": "gpt-4o" }),
        json!({ "endUserParam": true }),
        json!({ "routes": ["files"] }),
        json!({ "maxMessages": -1 }),
    ] {
        assert!(
            serde_json::from_value::<Config>(wrong.clone()).is_err(),
            "{wrong}"
        );
    }
}
