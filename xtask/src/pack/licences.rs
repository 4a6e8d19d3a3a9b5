//! THIRD-PARTY.md: what others wrote of the package, under which licence. It is made from the crates that
//! cargo links into the WebAssembly files, and from the licence files that they bring.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::command;
use crate::pack::build::{CLIENT, EDGE, TOKENS};
use crate::setup::wasm_target::TARGET;
use crate::workspace::Workspace;

pub const FILE: &str = "THIRD-PARTY.md";

/// Which crates are in which file of the package.
const BUILDS: [(&str, &str); 3] = [(CLIENT, "client"), (EDGE, "edge"), (TOKENS, "tokens")];

/// Not linked: what it knows stands in the tokenizer's tables.
const TABLES: (&str, &str) = ("tiktoken-rs", "tokens/tables");

const HEAD: &str = "# Third-party software

Written by `cargo xtask pack`. The WebAssembly files of this package contain these crates, and the Rust
standard library (Copyright The Rust Project Contributors; MIT or Apache-2.0, whose text is in LICENSE-APACHE).
The tables of the tokenizer come from OpenAI's tiktoken (Copyright (c) 2022 OpenAI, Shantanu Jain; MIT), by the
crate tiktoken-rs.

| crate | version | licence | in |
|---|---|---|---|
";

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    authors: Vec<String>,
    manifest_path: String,
}

/// The whole file.
pub fn third_party(workspace: &Workspace) -> Result<String> {
    let metadata = command::read(
        command::cargo()
            .args(["metadata", "--all-features", "--format-version", "1"])
            .current_dir(workspace.root()),
    )?;
    let metadata: Metadata =
        serde_json::from_str(&metadata).context("cargo metadata printed no JSON")?;

    let mut used: BTreeMap<(String, String), BTreeSet<&str>> = BTreeMap::new();
    for (features, place) in BUILDS {
        for linked in linked(workspace, features)? {
            used.entry(linked).or_default().insert(place);
        }
    }
    let (name, place) = TABLES;
    used.entry((name.to_owned(), workspace.locked_version(name)?))
        .or_default()
        .insert(place);

    let mut table = HEAD.to_owned();
    let mut texts: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for ((name, version), places) in &used {
        let package = metadata
            .packages
            .iter()
            .find(|one| one.name == *name && one.version == *version)
            .with_context(|| format!("cargo metadata knows no {name} {version}"))?;
        let Some(licence) = &package.license else {
            bail!("the crate {name} names no licence: it cannot be in the package");
        };
        let places = places.iter().copied().collect::<Vec<_>>().join(", ");
        writeln!(table, "| {name} | {version} | {licence} | {places} |")?;
        for text in notices(package)? {
            texts.entry(text).or_default().push(name);
        }
    }
    let mut texts: Vec<_> = texts.into_iter().collect();
    texts.sort_by(|(_, one), (_, other)| one.cmp(other));
    for (text, mut crates) in texts {
        crates.dedup();
        write!(
            table,
            "\n## {}\n\n```text\n{text}\n```\n",
            crates.join(", ")
        )?;
    }
    Ok(table)
}

/// Names and versions of the crates that a build links, this one left out.
fn linked(workspace: &Workspace, features: &str) -> Result<BTreeSet<(String, String)>> {
    let tree = command::read(
        command::cargo()
            .args(["tree", "--package", "openai-wasm", "--target", TARGET])
            .args(["--edges", "normal,no-proc-macro", "--prefix", "none"])
            .args(["--no-default-features", "--features", features])
            .args(["--format", "{p}"])
            .current_dir(workspace.root()),
    )?;
    let linked = crates(&tree);
    if linked.is_empty() {
        bail!("cargo tree names no crate of the build {features}");
    }
    Ok(linked)
}

/// `serde v1.0.0`, one a line. A crate of this repository has its folder behind it, one that has come already `(*)`.
fn crates(tree: &str) -> BTreeSet<(String, String)> {
    tree.lines()
        .filter(|line| !line.contains(" ("))
        .filter_map(|line| {
            let mut words = line.split(' ');
            let name = words.next()?;
            let version = words.next()?.strip_prefix('v')?;
            Some((name.to_owned(), version.to_owned()))
        })
        .collect()
}

/// The licence files that a crate brings. Where it leaves the choice, that of MIT is taken.
fn notices(package: &Package) -> Result<Vec<String>> {
    let folder = Path::new(&package.manifest_path)
        .parent()
        .with_context(|| format!("{} has no folder", package.manifest_path))?;
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    let licence = package.license.as_deref().unwrap_or_default();
    let chosen = chosen(licence, &names);
    if chosen.is_empty() {
        if !licence.contains("MIT") {
            bail!("the crate {} brings no licence file", package.name);
        }
        return Ok(vec![mit(&package.authors)]);
    }
    chosen
        .into_iter()
        .map(|name| {
            let text = fs::read_to_string(folder.join(name))
                .with_context(|| format!("{name} of {} cannot be read", package.name))?;
            Ok(text.replace("\r\n", "\n").trim().to_owned())
        })
        .collect()
}

fn chosen<'a>(licence: &str, names: &'a [String]) -> Vec<&'a String> {
    let is_licence = |name: &&String| {
        let name = name.to_ascii_uppercase();
        ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "UNLICENSE"]
            .iter()
            .any(|start| name.starts_with(start))
    };
    let files: Vec<&String> = names.iter().filter(is_licence).collect();
    let of_mit = |name: &str| name.to_ascii_uppercase().contains("MIT");
    let has_choice = licence.contains("MIT") && files.iter().any(|name| of_mit(name));
    let is_other_choice = |name: &str| {
        let name = name.to_ascii_uppercase();
        name.contains("APACHE") || name.contains("UNLICENSE") || name == "COPYING"
    };
    files
        .into_iter()
        .filter(|name| !has_choice || !is_other_choice(name))
        .collect()
}

/// The licence's text, for crates that only name it.
fn mit(authors: &[String]) -> String {
    let holders = if authors.is_empty() {
        "the authors of this crate".to_owned()
    } else {
        authors.join(", ")
    };
    format!("Copyright (c) {holders}\n\n{MIT}")
}

const MIT: &str = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the \"Software\"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.";

#[cfg(test)]
mod tests {
    use super::{chosen, crates};

    #[test]
    fn the_linked_crates_are_named_once_and_without_this_one() {
        let tree = "openai-wasm v0.1.0 (/home/me/openai-wasm)\nserde v1.0.2\nserde v1.0.2 (*)\n";
        let expected = [("serde".to_owned(), "1.0.2".to_owned())];
        assert_eq!(crates(tree).into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn of_licences_to_choose_from_that_of_mit_is_taken_and_what_holds_besides_stays() {
        let cases: [(&str, &[&str], &[&str]); 5] = [
            (
                "MIT OR Apache-2.0",
                &["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT"],
                &["LICENSE-MIT"],
            ),
            (
                "(MIT OR Apache-2.0) AND Unicode-3.0",
                &["LICENSE-APACHE", "LICENSE-MIT", "LICENSE-UNICODE"],
                &["LICENSE-MIT", "LICENSE-UNICODE"],
            ),
            (
                "Unlicense OR MIT",
                &["COPYING", "LICENSE-MIT", "UNLICENSE"],
                &["LICENSE-MIT"],
            ),
            ("MIT", &["LICENSE", "src"], &["LICENSE"]),
            ("MIT OR Apache-2.0", &["Cargo.toml", "src"], &[]),
        ];
        for (licence, names, expected) in cases {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(chosen(licence, &names), expected, "{licence}");
        }
    }
}
