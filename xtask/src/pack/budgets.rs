//! What each entry of the package may weigh: bundled by esbuild and gzipped, without the WebAssembly files and
//! the tokenizer's tables that it loads later. Each has a row in tests/fixtures/size-budgets.json.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::command;
use crate::pack::package::{files, named_files};
use crate::pack::sizes;
use crate::say;
use crate::setup::npm::Node;
use crate::workspace::Workspace;

const TABLE: &str = "tests/fixtures/size-budgets.json";
/// Writes the table anew, from what the entries weigh and this much more, in per cent.
const UPDATE: &str = "UPDATE_SIZES";
const ROOM: usize = 5;

/// Not bundled with an entry: files of their own, peers, and what Node.js brings.
const APART: [&str; 8] = [
    "*.wasm",
    "*.wasm?module",
    "./tables/*",
    "jose",
    "unplugin",
    "zod",
    "node:*",
    "cloudflare:*",
];

/// File to gzipped bytes.
type Sizes = BTreeMap<String, usize>;

/// Fails if an entry weighs more than its row allows, or has no row.
pub fn check(workspace: &Workspace, node: &Node, packed: &Path) -> Result<()> {
    let weighed = weigh(workspace, node, packed)?;
    if std::env::var_os(UPDATE).is_some() {
        let table: Sizes = weighed
            .iter()
            .map(|(file, bytes)| (file.clone(), bytes + bytes * ROOM / 100))
            .collect();
        let text = format!("{}\n", serde_json::to_string_pretty(&table)?);
        fs::write(workspace.path(TABLE), text)?;
    }
    let table: Sizes = serde_json::from_str(&workspace.read(TABLE)?)
        .with_context(|| format!("{TABLE} is not a table of files and bytes"))?;
    let wrong = compare(&weighed, &table);
    for line in &wrong {
        say::step("size", line);
    }
    if !wrong.is_empty() {
        bail!(
            "{} entries do not match {TABLE}: if that is meant, {UPDATE}=1 writes it anew",
            wrong.len()
        );
    }
    Ok(())
}

fn compare(weighed: &Sizes, table: &Sizes) -> Vec<String> {
    let too_much = weighed
        .iter()
        .filter_map(|(file, bytes)| match table.get(file) {
            None => Some(format!("{file} weighs {bytes} bytes and has no row")),
            Some(most) if bytes > most => Some(format!(
                "{file} weighs {bytes} bytes gzipped, {most} are allowed"
            )),
            Some(_) => None,
        });
    let gone = table
        .keys()
        .filter(|file| !weighed.contains_key(*file))
        .map(|file| format!("{file} has a row and is no entry"));
    too_much.chain(gone).collect()
}

fn weigh(workspace: &Workspace, node: &Node, packed: &Path) -> Result<Sizes> {
    let manifest: Value = serde_json::from_str(&fs::read_to_string(packed.join("package.json"))?)?;
    let mut entries: Vec<String> = named_files(&manifest["exports"])
        .into_iter()
        .filter(|file| file.ends_with(".js") && !file.ends_with("refused.js"))
        .collect();
    entries.sort();
    entries.dedup();

    let out = workspace.scratch("pack")?.join("sizes");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    let mut esbuild = node.bin("esbuild");
    esbuild
        .args(entries.iter().map(|file| packed.join(file)))
        .args(["--bundle", "--minify", "--format=esm", "--log-level=error"])
        .args(APART.map(|name| format!("--external:{name}")))
        .arg(format!("--outbase={}", packed.display()))
        .arg(format!("--outdir={}", out.display()));
    command::read(&mut esbuild)?;

    let mut weighed = Sizes::new();
    for file in entries {
        let (_, bytes) = sizes::of_file(&out.join(&file))?;
        weighed.insert(file, bytes);
    }
    for file in files(packed)? {
        if file.ends_with(".wasm") {
            let (_, bytes) = sizes::of_file(&packed.join(&file))?;
            weighed.insert(file, bytes);
        }
    }
    Ok(weighed)
}

#[cfg(test)]
mod tests {
    use super::{Sizes, compare};

    fn sizes(rows: &[(&str, usize)]) -> Sizes {
        rows.iter()
            .map(|(file, bytes)| ((*file).to_owned(), *bytes))
            .collect()
    }

    #[test]
    fn an_entry_that_has_grown_or_has_no_row_is_named_and_so_is_a_row_without_entry() {
        let table = sizes(&[("index.js", 100), ("edge.js", 200)]);
        assert_eq!(
            compare(&sizes(&[("index.js", 100), ("edge.js", 150)]), &table),
            Vec::<String>::new()
        );
        let weighed = sizes(&[("index.js", 101), ("new.js", 5)]);
        assert_eq!(
            compare(&weighed, &table),
            [
                "index.js weighs 101 bytes gzipped, 100 are allowed",
                "new.js weighs 5 bytes and has no row",
                "edge.js has a row and is no entry",
            ]
        );
    }
}
