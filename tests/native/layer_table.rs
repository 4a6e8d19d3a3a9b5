//! The layers of `src`, and the table of them in `src/README.md`.

use std::path::Path;
use std::{env, fs};

/// A module of the crate and the modules that it may import.
pub struct Layer {
    pub name: &'static str,
    level: u8,
    what: &'static str,
    pub may_import: &'static [&'static str],
}

/// From the lowest level to the highest. A module that is not listed may import nothing of the crate.
pub const LAYERS: &[Layer] = &[
    Layer {
        name: "wire",
        level: 0,
        what: "bodies of requests and responses, one API noun a file; the source of the TypeScript types",
        may_import: &[],
    },
    Layer {
        name: "sse",
        level: 0,
        what: "bytes → server-sent events, after the WHATWG rules",
        may_import: &[],
    },
    Layer {
        name: "models",
        level: 0,
        what: "what is known of models by name: encoding, window, prices; generated",
        may_import: &[],
    },
    Layer {
        name: "tokens",
        level: 0,
        what: "the offline tokenizer: packed tables, patterns, merges; conversations counted, fitted, priced",
        may_import: &["models"],
    },
    Layer {
        name: "stream",
        level: 1,
        what: "events → meaning: `[DONE]`, errors inside the stream, how it ended; batches for JavaScript",
        may_import: &["sse", "wire"],
    },
    Layer {
        name: "policy",
        level: 1,
        what: "where to send, which headers, whether to send again (`Attempts`); time and chance are arguments",
        may_import: &["wire"],
    },
    Layer {
        name: "validation",
        level: 1,
        what: "the ranges that a provider's documents give for parameters",
        may_import: &["wire"],
    },
    Layer {
        name: "ledger",
        level: 1,
        what: "a budget's book: reservations, fixed windows, what a request has cost; storage and clock are arguments",
        may_import: &["models"],
    },
    Layer {
        name: "streamlog",
        level: 1,
        what: "a stream that is kept so that a reader who was cut off can go on: numbers, rows, replay; storage and clock are arguments",
        may_import: &["sse"],
    },
    Layer {
        name: "transport",
        level: 2,
        what: "the trait `Transport`, and its two implementations: `fetch`, and reqwest for native programs",
        may_import: &["policy", "wire"],
    },
    Layer {
        name: "client",
        level: 3,
        what: "the public Rust API, generic over `Transport`",
        may_import: &["transport", "validation", "policy", "stream", "sse", "wire"],
    },
    Layer {
        name: "proxy",
        level: 3,
        what: "`routing` and `cors` decide by a request's head, `auth/` by who calls, `request/` by its body; `admission/` decides whether a request goes on, `response/` judges what comes back, `error` is what a caller is told and `notice` what the operator's log says; `worker/` runs the decisions in a Worker",
        may_import: &["ledger", "models", "policy", "streamlog", "wire"],
    },
    Layer {
        name: "js",
        level: 4,
        what: "the only `#[wasm_bindgen]` exports: convert, call, convert; the page's client compiles only `sse`, `stream::batch` and `policy` besides",
        may_import: &[
            "proxy",
            "client",
            "transport",
            "policy",
            "ledger",
            "models",
            "stream",
            "streamlog",
            "tokens",
            "sse",
            "wire",
        ],
    },
];

const START: &str = "<!-- layers: UPDATE_LAYERS=1 cargo test layer_table -->\n";
const END: &str = "<!-- /layers -->";

fn table() -> String {
    let mut table = String::from("| module | layer | what | may import |\n|---|---|---|---|\n");
    for layer in LAYERS {
        let imports = layer.may_import.join(", ");
        table += &format!(
            "| `{}` | {} | {} | {imports} |\n",
            layer.name, layer.level, layer.what
        );
    }
    table
}

#[test]
fn the_table_in_src_readme_is_this_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(START).expect("the table's start is marked");
    let (found, after) = rest.split_once(END).expect("the table's end is marked");
    if env::var_os("UPDATE_LAYERS").is_some() {
        fs::write(&path, [before, START, &table(), END, after].concat()).unwrap();
        return;
    }
    assert_eq!(
        found,
        table(),
        "UPDATE_LAYERS=1 cargo test layer_table writes it"
    );
}

#[test]
fn every_module_of_the_crate_has_a_row_and_imports_from_levels_below() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let mut modules: Vec<_> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ").or(line.strip_prefix("mod ")))
        .filter_map(|line| line.strip_suffix(';'))
        // `src/js/tokens.rs`, which the tokenizer's build has alone.
        .filter(|name| *name != "js_tokens")
        .collect();
    modules.sort_unstable();
    let mut listed: Vec<_> = LAYERS.iter().map(|layer| layer.name).collect();
    listed.sort_unstable();
    assert_eq!(modules, listed);
    for layer in LAYERS {
        for import in layer.may_import {
            let below = LAYERS.iter().find(|other| other.name == *import);
            let below = below.expect("an imported module has a row");
            assert!(below.level <= layer.level, "{} → {import}", layer.name);
        }
    }
}
