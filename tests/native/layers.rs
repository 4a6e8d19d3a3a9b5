//! The rules of the source tree, read from the files themselves: who may import whom, where
//! gates stand, how long a file may be. Each rule has a control that breaks it.

use std::path::{Path, PathBuf};
use std::{fs, iter};

use crate::layer_table::LAYERS;

/// Crates that a layer must not name.
const MUST_NOT_NAME: &[(&str, &[&str])] = &[
    ("src/wire/", WEB),
    (
        "src/sse/",
        &[
            "wasm_bindgen",
            "js_sys",
            "web_sys",
            "gloo_net",
            "wasm_streams",
            "serde",
            "serde_json",
        ],
    ),
    ("src/models/", WEB),
    ("src/tokens/", WEB),
    ("src/stream/", WEB),
    ("src/policy/", WEB),
    ("src/validation/", WEB),
    ("src/ledger/", WEB),
    ("src/client/", WEB),
    ("src/wire/", NATIVE),
    ("src/stream/", NATIVE),
    ("src/policy/", NATIVE),
    ("src/validation/", NATIVE),
    ("src/client/", NATIVE),
    ("src/proxy/", NATIVE),
];
/// The native transport alone names these.
const NATIVE: &[&str] = &["reqwest", "tokio", "http_body"];
const WEB: &[&str] = &[
    "wasm_bindgen",
    "wasm_bindgen_futures",
    "js_sys",
    "web_sys",
    "gloo_net",
    "wasm_streams",
];

const MAX_LINES: usize = 500;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every text file under these folders, with its path from the root; nothing that a tool put
/// there.
fn files(folders: &[&str]) -> Vec<(String, String)> {
    let mut waiting: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["node_modules", "dist", "target", ".wrangler"].contains(&name.as_str()) {
                waiting.extend(
                    fs::read_dir(&path)
                        .unwrap()
                        .map(|entry| entry.unwrap().path()),
                );
            }
        } else if let Ok(text) = fs::read_to_string(&path) {
            let path = path
                .strip_prefix(root())
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            found.push((path, text));
        }
    }
    found.sort();
    found
}

fn rust(folder: &str) -> Vec<(String, String)> {
    files(&[folder])
        .into_iter()
        .filter(|(path, _)| path.ends_with(".rs"))
        .collect()
}

/// The code of a file without its comments and without its unit tests, which stand last.
fn code(text: &str) -> String {
    let text = text
        .split_once("#[cfg(test)]\nmod tests")
        .map_or(text, |(code, _)| code);
    let lines = text
        .lines()
        .map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    lines.map(|line| format!("{line}\n")).collect()
}

/// The identifiers that follow each `prefix` in the code.
fn names_after<'a>(code: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    let mut rest = code;
    iter::from_fn(move || {
        let at = rest.find(prefix)?;
        let whole_word = !rest[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        rest = &rest[at + prefix.len()..];
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        Some(if whole_word { &rest[..end] } else { "" })
    })
    .filter(|name| !name.is_empty())
}

/// Reads a file's path and text, and tells what is wrong with it.
type Rule = fn(&str, &str) -> Vec<String>;

fn layer_faults(path: &str, text: &str) -> Vec<String> {
    let code = code(text);
    let mut faults = Vec::new();
    if let Some(module) = path
        .strip_prefix("src/")
        .and_then(|path| path.split_once('/'))
    {
        let own = module.0;
        let row = LAYERS.iter().find(|layer| layer.name == own);
        let allowed = row.map_or(&[][..], |layer| layer.may_import);
        for name in names_after(&code, "crate::") {
            // A brace list would hide names from this reading.
            if name != own && !allowed.contains(&name) {
                faults.push(format!("{path}: {own} must not use crate::{name}"));
            }
        }
        if code.contains("crate::{") {
            faults.push(format!(
                "{path}: one `use crate::` line a module, without a list"
            ));
        }
    }
    for (folder, crates) in MUST_NOT_NAME {
        for name in crates.iter().filter(|_| path.starts_with(folder)) {
            if code.contains(&format!("{name}::")) {
                faults.push(format!("{path}: {folder} must not use the crate {name}"));
            }
        }
    }
    if !path.starts_with("src/js/") {
        for text in ["serde_wasm_bindgen", "#[wasm_bindgen"] {
            if code.contains(text) {
                faults.push(format!("{path}: {text} belongs in src/js only"));
            }
        }
    }
    faults
}

fn key_faults(path: &str, text: &str) -> Vec<String> {
    const HOME: &str = "src/client/auth.rs";
    let code = code(text);
    let mut faults = Vec::new();
    if path != HOME {
        for kind in ["struct ", "enum ", "type ", "trait ", "const ", "static "] {
            for name in names_after(&code, kind) {
                if name.contains("ApiKey")
                    || name.contains("API_KEY")
                    || name == "KEY_HOLDING_BUILD"
                {
                    faults.push(format!("{path}: {name} belongs in {HOME} only"));
                }
            }
        }
    }
    let may_name = ["src/client/", "src/js/keyed.rs", "src/proxy/worker"];
    if code.contains("client::auth") && !may_name.iter().any(|place| path.starts_with(place)) {
        faults.push(format!("{path}: only {may_name:?} may name client::auth"));
    }
    faults
}

fn gate_faults(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let code = code(text);
    if code.contains("cfg(target_")
        || code.contains("cfg_attr(target_")
        || code.contains("target_arch")
    {
        faults.push(format!(
            "{path}: features alone cut the code, not cfg(target_…)"
        ));
    }
    if code.contains("cfg!(") {
        faults.push(format!("{path}: cfg! hides a gate in the code"));
    }
    let mut rest = code.as_str();
    while let Some(at) = rest.find("#[cfg(").or_else(|| rest.find("#![cfg(")) {
        rest = &rest[at..];
        let (attribute, after) = rest.split_once(")]").unwrap_or((rest, ""));
        rest = after;
        let mut item = after.trim_start();
        while item.starts_with("#[") {
            item = item
                .split_once(']')
                .map_or("", |(_, after)| after.trim_start());
        }
        let on_mod = [
            "mod ",
            "pub mod ",
            "pub(crate) mod ",
            "pub(super) mod ",
            "use ",
            "pub use ",
            "pub(crate) use ",
            "compile_error!",
        ]
        .iter()
        .any(|start| item.starts_with(start));
        if attribute.contains("feature") && !on_mod {
            let item = item.lines().next().unwrap_or_default();
            faults.push(format!(
                "{path}: a gate stands on a mod line (or its re-export), not on `{item}`"
            ));
        }
    }
    // A lint may be silenced by feature, and the whole crate may do without `std`; nothing else.
    for tail in code
        .split("cfg_attr(")
        .skip(1)
        .filter(|tail| tail.contains("feature"))
    {
        let attribute = tail
            .split_once(")]")
            .map_or(tail, |(attribute, _)| attribute);
        if attribute.contains("feature")
            && !attribute.contains("allow(")
            && !attribute.contains("expect(")
            && (path != "src/lib.rs"
                || !(attribute.ends_with(", no_std") || attribute.ends_with("feature(doc_cfg)")))
        {
            faults.push(format!(
                "{path}: cfg_attr by feature is for lints and `no_std` only: `{attribute}`"
            ));
        }
    }
    faults
}

fn length_faults(path: &str, text: &str) -> Vec<String> {
    let generated = path == "pkg-template/types.d.ts"
        || path.ends_with("package-lock.json")
        || path.ends_with("Cargo.lock")
        || path.starts_with("tests/fixtures/")
        || path.starts_with("benches/record/");
    let lines = text.lines().count();
    if generated || lines <= MAX_LINES {
        return Vec::new();
    }
    vec![format!(
        "{path}: {lines} lines; {MAX_LINES} at most, a file is about one thing"
    )]
}

fn all_faults(files: &[(String, String)], rule: Rule) -> String {
    let faults: Vec<String> = files
        .iter()
        .flat_map(|(path, text)| rule(path, text))
        .collect();
    faults.join("\n")
}

#[test]
fn a_module_imports_only_from_the_layers_below_it() {
    let sources = rust("src");
    assert!(sources.len() > 20, "the scan sees the sources");
    assert_eq!(all_faults(&sources, layer_faults), "");
}

#[test]
fn only_client_auth_holds_a_key_type() {
    assert_eq!(all_faults(&rust("src"), key_faults), "");
}

#[test]
fn gates_are_features_on_mod_lines_and_nothing_asks_for_the_target() {
    assert_eq!(all_faults(&rust("src"), gate_faults), "");
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let files = files(&[
        "src",
        "xtask",
        "pkg-template",
        "www",
        "tests",
        "benches",
        "examples",
    ]);
    assert!(files.len() > 40, "the scan sees the files");
    assert_eq!(all_faults(&files, length_faults), "");
}

#[test]
fn a_text_that_breaks_a_rule_is_caught() {
    let controls: &[(Rule, &str, &str)] = &[
        (layer_faults, "src/sse/x.rs", "use crate::wire::Model;\n"),
        (
            layer_faults,
            "src/wire/x.rs",
            "fn f() { crate::stream::f() }\n",
        ),
        (
            layer_faults,
            "src/policy/x.rs",
            "pub(crate) use crate::transport::Fault;\n",
        ),
        (layer_faults, "src/client/x.rs", "use crate::{js, wire};\n"),
        (
            layer_faults,
            "src/proxy/routing.rs",
            "use crate::client::Client;\n",
        ),
        (
            layer_faults,
            "src/stream/x.rs",
            "use wasm_bindgen::JsValue;\n",
        ),
        (
            layer_faults,
            "src/client/x.rs",
            "use reqwest::Client as Http;\n",
        ),
        (layer_faults, "src/sse/x.rs", "use serde_json::Value;\n"),
        (
            layer_faults,
            "src/client/x.rs",
            "#[wasm_bindgen]\npub struct X;\n",
        ),
        (
            layer_faults,
            "src/transport/x.rs",
            "let v = serde_wasm_bindgen::to_value(&x);\n",
        ),
        (
            key_faults,
            "src/client/token.rs",
            "pub struct ApiKey(String);\n",
        ),
        (
            key_faults,
            "src/js/client.rs",
            "use crate::client::auth::ApiKey;\n",
        ),
        (
            key_faults,
            "src/policy/x.rs",
            "const OPENAI_API_KEY: &str = \"\";\n",
        ),
        (
            gate_faults,
            "src/client/x.rs",
            "#[cfg(target_arch = \"wasm32\")]\nmod x;\n",
        ),
        (
            gate_faults,
            "src/client/x.rs",
            "#[cfg(feature = \"js\")]\nfn f() {}\n",
        ),
        (
            gate_faults,
            "src/client/x.rs",
            "#[cfg(feature = \"js\")]\n#[inline]\npub fn f() {}\n",
        ),
        (
            gate_faults,
            "src/client/x.rs",
            "if cfg!(feature = \"js\") {}\n",
        ),
        (
            gate_faults,
            "src/client/x.rs",
            "#[cfg_attr(feature = \"js\", derive(Debug))]\nstruct X;\n",
        ),
        (length_faults, "src/x.rs", &"\n".repeat(MAX_LINES + 1)),
    ];
    for (rule, path, text) in controls {
        assert!(
            !rule(path, text).is_empty(),
            "not caught in {path}: {text:.80}"
        );
    }
}

#[test]
fn a_text_that_keeps_the_rules_is_let_through() {
    let controls: &[(Rule, &str, &str)] = &[
        (
            layer_faults,
            "src/stream/x.rs",
            "use crate::sse::Event; // not crate::client::X\n",
        ),
        (
            layer_faults,
            "src/sse/x.rs",
            "//! See crate::wire::Model.\nuse crate::sse::Event;\n",
        ),
        (
            layer_faults,
            "src/wire/x.rs",
            "$crate::wire::lenient::Got::Null\n",
        ),
        (
            layer_faults,
            "src/js/x.rs",
            "#[wasm_bindgen]\npub struct X;\n",
        ),
        (
            key_faults,
            "src/client/auth.rs",
            "pub struct ApiKey(String);\n",
        ),
        (
            gate_faults,
            "src/client/mod.rs",
            "#[cfg(feature = \"direct\")]\n#[path = \"a.rs\"]\npub mod auth;\n",
        ),
        (
            gate_faults,
            "src/client/mod.rs",
            "#[cfg(test)]\nfn f() {}\n",
        ),
        (length_faults, "src/x.rs", &"\n".repeat(MAX_LINES)),
    ];
    for (rule, path, text) in controls {
        assert_eq!(rule(path, text), Vec::<String>::new(), "{path}: {text:.80}");
    }
}
