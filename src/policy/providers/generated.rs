//! The tables in the places of the npm package that need them, and a test that fails when they differ:
//! `pkg-template/lib/key-shapes.js` for the page, `pkg-template/scan/provider-table.js` and
//! `pkg-template/edge/servers.js`.

use std::{env, fs};

use serde_json::{Value, json};

use super::{Alphabet, PROVIDERS, SERVERS, Server, Shape, TELLING, TELLING_LEAST, WEAK, server_of};

const HEAD: &str = "\
// Generated from src/policy/providers by `UPDATE_PROVIDERS=1 cargo test --lib policy::providers`. Do not edit.
";

/// One character of an alphabet, behind what must follow.
fn class(alphabet: Alphabet) -> &'static str {
    match alphabet {
        Alphabet::Alnum => "[A-Za-z0-9]",
        Alphabet::Lower => "[a-z0-9]",
        Alphabet::Hex => "[0-9a-f]",
        Alphabet::HexDash => "[0-9a-f-]",
        Alphabet::Url => r"[\w-]",
        Alphabet::UrlMixed => r"(?=[\w-]{0,40}\d)(?=[\w-]{0,40}[A-Z])[\w-]",
        Alphabet::Base64 => "[A-Za-z0-9+/=]",
        Alphabet::Dotted => r"[\w.-]",
    }
}

fn literal(prefix: &str) -> String {
    prefix.replace('.', r"\.")
}

/// A regular expression of what [`super::begins_like_a_key`] looks for.
fn page() -> String {
    let telling = str::from_utf8(&TELLING).unwrap();
    let telling = literal(telling.trim_end()).replace(' ', "|");
    let mut shapes = format!("(?:{telling})[\\w.-]{{{TELLING_LEAST}}}");
    let weak = |hex| -> Vec<_> { WEAK.iter().filter(|weak| weak.hex == hex).collect() };
    for weak in weak(true) {
        shapes += &format!(r"|{}[\da-f-]{{{}}}", literal(weak.prefix), weak.least);
    }
    for weak in weak(false).chunk_by(|a, b| a.least == b.least) {
        let prefixes: Vec<String> = weak.iter().map(|weak| literal(weak.prefix)).collect();
        let (prefixes, least) = (prefixes.join("|"), weak[0].least);
        let class = r"[\w.+/=-]";
        let with = |one| format!("(?={class}{{0,{}}}{one})", least - 1);
        let (digit, capital) = (with(r"\d"), with("[A-Z]"));
        shapes += &format!("|(?:{prefixes}){digit}{capital}{class}{{{least}}}");
    }
    let shapes = json!(format!("(?:{shapes})"));
    format!("{HEAD}export const SHAPES =\n  {shapes};\n")
}

fn scanner() -> String {
    let named = |row: fn(&super::Provider) -> Vec<Value>| -> String {
        let rows = PROVIDERS.iter().flat_map(row);
        rows.map(|row| format!("  {row},\n")).collect()
    };
    let mut shapes: Vec<(&str, &Shape, usize)> = PROVIDERS
        .iter()
        .flat_map(|provider| provider.shapes.iter().map(|shape| (provider.name, shape)))
        .map(|(name, shape)| {
            let longest = shape.prefixes.iter().map(|prefix| prefix.len()).max();
            (name, shape, longest.unwrap_or_default())
        })
        .collect();
    shapes.sort_by_key(|(_, shape, longest)| (usize::MAX - longest, !shape.exact));
    let shapes: String = shapes
        .iter()
        .map(|(name, shape, _)| {
            let prefixes: Vec<String> = shape.prefixes.iter().map(|p| literal(p)).collect();
            let more = if shape.exact { "" } else { "," };
            let body = format!("{}{{{}{more}}}", class(shape.alphabet), shape.least);
            format!(
                "  {},\n",
                json!([name, prefixes.join("|"), body, shape.exact])
            )
        })
        .collect();
    let names = named(|provider| {
        let row = json!([provider.name, provider.named]);
        (!provider.named.is_empty())
            .then_some(row)
            .into_iter()
            .collect()
    });
    let hosts = named(|provider| {
        let hosts = provider.hosts.iter();
        hosts.map(|host| json!([provider.name, host])).collect()
    });
    format!(
        "{HEAD}
/** `[provider, prefix, body, exact]`, from the particular to the general: the first that fits names the key. */
export const SHAPES = [\n{shapes}];

/** `[provider, what the names of its keys have in common]` */
export const NAMES = [\n{names}];

/** `[provider, host]`; `*` is a label, and what begins with `-` is the end of one. */
export const HOSTS = [\n{hosts}];
"
    )
}

fn servers() -> String {
    let rows = SERVERS.iter().map(|(host, server)| {
        let name = match server {
            Server::OpenAi => "openai",
            Server::Fireworks => "fireworks",
            Server::Azure => "azure",
        };
        format!("  {},\n", json!([host, name]))
    });
    let rows: String = rows.collect();
    format!(
        "{HEAD}
/** `[host, server]`: servers that the key-holding client knows; a host below one of these counts too. */
export const SERVERS = [\n{rows}];
"
    )
}

#[test]
fn a_server_is_a_providers_and_is_known_by_whole_labels() {
    for (host, server) in SERVERS {
        let ends_in = |end: &&str| host == *end || host.ends_with(&format!(".{end}"));
        assert!(
            PROVIDERS
                .iter()
                .any(|provider| provider.hosts.iter().any(ends_in)),
            "{host}"
        );
        for known in [host.to_owned(), format!("a.{}.", host.to_uppercase())] {
            assert_eq!(server_of(&known), Some(server), "{known}");
        }
        for other in [format!("x{host}"), format!("{host}.example.com")] {
            assert_eq!(server_of(&other), None, "{other}");
        }
    }
}

#[test]
fn the_committed_tables_for_javascript_are_those_of_the_rust_table() {
    for (file, rendered) in [
        ("pkg-template/lib/key-shapes.js", page()),
        ("pkg-template/scan/provider-table.js", scanner()),
        ("pkg-template/edge/servers.js", servers()),
    ] {
        let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
        if env::var_os("UPDATE_PROVIDERS").is_some() {
            fs::write(&path, &rendered).unwrap();
        }
        assert!(
            fs::read_to_string(&path).unwrap_or_default() == rendered,
            "{file} is not what src/policy/providers says. Rewrite it with: \
             UPDATE_PROVIDERS=1 cargo test --lib policy::providers"
        );
    }
}
