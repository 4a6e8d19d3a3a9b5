//! The table in the other places that need it, and a test that fails when they say something else:
//! `pkg-template/lib/checks-table.js`, `table.md` and `docs/parameter-ranges.md`.

use std::{env, fs};

use serde_json::{Value, json};

use super::Row;
use super::rule::{Ends, Rule};
use super::table::ROWS;

const SCRIPT_HEAD: &str = "\
// Generated from src/validation by `UPDATE_CHECKS=1 cargo test --lib validation`. Do not edit.
// profiles, endpoints, parameter, rule, its argument, its words, when: [parameter, values, or if absent]
";

const PAGE_HEAD: &str = "\
<!-- Generated from src/validation by `UPDATE_CHECKS=1 cargo test --lib validation`. Do not edit. -->

# Checks before sending

Under a profile, a parameter that the provider's documents rule out is refused before anything is sent, by an
error that names it, its value and the range:

```text
InvalidOptionError: temperature: must be 0 to 2, not 3 (profile openai)
```

Compatible servers have other ranges, so there is no profile unless you choose one, or a client with a key
talks to `api.openai.com` or `api.fireworks.ai`. In JavaScript it is the option [`profile`](options.md), and a
page without it does not load the checks. In Rust it is `Builder::profile`, with the feature `validation`.
What the rules do not speak of is sent as it is.

";

/// The rule's name in `lib/checks.js`, and what it needs to know.
fn argument(rule: &Rule) -> (&'static str, Value) {
    let most_or_none = |most: usize| (most != usize::MAX).then_some(most);
    match *rule {
        Rule::Required => ("required", Value::Null),
        Rule::Number {
            least,
            most,
            ends,
            whole,
        } => {
            let open = match ends {
                Ends::Inside => 0,
                Ends::LeastOutside => 1,
                Ends::MostOutside => 2,
                Ends::Outside => 3,
            };
            let kind = if whole { "whole" } else { "number" };
            (kind, json!([number(least), most.map(number), open]))
        }
        Rule::Int64 => ("int64", Value::Null),
        Rule::OneOf(texts) => ("oneOf", json!(texts)),
        Rule::Name => ("name", Value::Null),
        Rule::Length { least, most } => ("length", json!([least, most_or_none(most)])),
        Rule::Items { least, most } => ("items", json!([least, most_or_none(most)])),
        Rule::Keys(most) => ("keys", json!([0, most])),
        Rule::AtLeast(other) => ("atLeast", json!(other)),
        Rule::Needs(others) => ("needs", json!(others)),
        Rule::NeedsValue(other, value) => ("needsValue", json!([other, value])),
        Rule::Excludes(other) => ("excludes", json!(other)),
        Rule::ExcludesValues(other, values) => ("excludesValues", json!([other, values])),
        Rule::Extension(endings) => ("extension", json!(endings)),
        Rule::Below { mebibytes } => ("below", json!(mebibytes << 20)),
        Rule::JsonLines => ("jsonLines", Value::Null),
        Rule::Png => ("png", Value::Null),
        Rule::Square => ("square", Value::Null),
        Rule::SizeOf(other) => ("sizeOf", json!(other)),
        Rule::Transparent { unless } => ("transparent", json!(unless)),
    }
}

/// `2`, not `2.0`: every bound of the table is whole.
fn number(bound: f64) -> i64 {
    assert_eq!(bound.fract(), 0.0, "{bound}");
    bound as i64
}

fn script() -> String {
    let row = |row: &Row| {
        let (kind, argument) = argument(&row.rule);
        let profiles: Vec<&str> = row.profiles.iter().map(|profile| profile.name()).collect();
        let mut cells = vec![
            json!(profiles),
            json!(row.endpoints),
            json!(row.param),
            json!(kind),
            argument,
            json!(row.rule.clause()),
        ];
        if let Some(when) = row.when {
            cells.push(json!([when.param, when.is, when.or_absent]));
        }
        format!("  {},\n", Value::from(cells))
    };
    let rows: String = ROWS.iter().map(row).collect();
    format!("{SCRIPT_HEAD}export default [\n{rows}];\n")
}

fn document() -> String {
    let code = |texts: &[&str]| -> String {
        let texts: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
        texts.join(", ")
    };
    let row = |row: &Row| {
        let when = row.when.map_or_else(String::new, |when| {
            let absent = if when.or_absent { "missing or " } else { "" };
            let (param, values) = (when.param, code(when.is));
            format!(", where `{param}` is {absent}{values}")
        });
        let profiles: Vec<&str> = row.profiles.iter().map(|profile| profile.name()).collect();
        format!(
            "| {} | `{}` | {}{when} | {} | {} |\n",
            code(row.endpoints),
            row.param,
            row.rule.clause(),
            profiles.join(", "),
            row.source,
        )
    };
    let rows: String = ROWS.iter().map(row).collect();
    format!("| endpoint | parameter | rule | profile | document |\n|---|---|---|---|---|\n{rows}")
}

#[test]
fn the_committed_tables_for_javascript_and_for_readers_are_those_of_the_rust_table() {
    for (file, rendered) in [
        ("pkg-template/lib/checks-table.js", script()),
        ("src/validation/table.md", document()),
        (
            "docs/parameter-ranges.md",
            format!("{PAGE_HEAD}{}", document()),
        ),
    ] {
        let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
        if env::var_os("UPDATE_CHECKS").is_some() {
            fs::write(&path, &rendered).unwrap();
        }
        assert!(
            fs::read_to_string(&path).unwrap_or_default() == rendered,
            "{file} is not what src/validation says. Rewrite it with: \
             UPDATE_CHECKS=1 cargo test --lib validation"
        );
    }
}
