//! The package as files: assembled beside its place, checked, then put there in one move.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::pack::build::Built;
use crate::pack::{licences, write};
use crate::workspace::Workspace;

const NAME: &str = "openai-wasm";
const DOCUMENTS: [&str; 4] = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// Where the package keeps what `init` copies.
const START: &str = "init/start";

/// What is put into the template.
pub struct Parts<'a> {
    pub client: &'a Built,
    pub edge: &'a Built,
    pub tokens: &'a Built,
    /// The wasm files again, as modules that carry them.
    pub client_string: &'a str,
    pub edge_string: &'a str,
    pub tokens_string: &'a str,
    pub proxy_url: Option<&'a str>,
}

/// Fills `folder`.
pub fn assemble(workspace: &Workspace, parts: &Parts, folder: &Path) -> Result<()> {
    let template = workspace.path("pkg-template");
    for file in files(&template)? {
        copy(&template.join(&file), &folder.join(&file))?;
    }
    start(workspace, folder)?;
    write(
        &folder.join(licences::FILE),
        licences::third_party(workspace)?,
    )?;
    for document in DOCUMENTS {
        let from = workspace.path(document);
        if from.exists() {
            copy(&from, &folder.join(document))?;
        }
    }
    copy(&parts.client.wasm, &folder.join("client/client.wasm"))?;
    copy(&parts.client.glue, &folder.join("client/glue.js"))?;
    copy(&parts.edge.wasm, &folder.join("edge/edge.wasm"))?;
    copy(&parts.edge.glue, &folder.join("edge/glue.js"))?;
    write(&folder.join("client/wasm.js"), parts.client_string)?;
    write(&folder.join("edge/wasm.js"), parts.edge_string)?;
    copy(&parts.tokens.wasm, &folder.join("tokens/tokens.wasm"))?;
    copy(&parts.tokens.glue, &folder.join("tokens/glue.js"))?;
    write(&folder.join("tokens/wasm.js"), parts.tokens_string)?;
    let tables = workspace.path("src/tokens/tables");
    for file in files(&tables)? {
        let table = fs::read(tables.join(&file)).with_context(|| format!("{file} is missing"))?;
        let module = Path::new("tokens/tables").join(&file).with_extension("js");
        write(&folder.join(module), table_module(&table))?;
    }
    write(
        &folder.join("client/build.js"),
        build_module(parts.proxy_url),
    )?;
    write(
        &folder.join("client/build.d.ts"),
        build_types(parts.proxy_url),
    )?;

    let manifest = folder.join("package.json");
    let text = with_version(
        &workspace.read("pkg-template/package.json")?,
        &workspace.locked_version(NAME)?,
    )?;
    write(&manifest, text)?;
    Ok(())
}

/// What `npx openai-wasm init` copies: examples/start as its repository has it.
fn start(workspace: &Workspace, folder: &Path) -> Result<()> {
    let example = workspace.path("examples/start");
    for file in files(&example)? {
        if is_made(&file) {
            continue;
        }
        // npm reads a file `.gitignore` as its own, and publishes none.
        let name = if file == ".gitignore" {
            "gitignore"
        } else {
            &file
        };
        copy(&example.join(&file), &folder.join(START).join(name))?;
    }
    Ok(())
}

/// What the example's own commands make, secrets among it: git ignores it.
fn is_made(file: &str) -> bool {
    const MADE: [&str; 7] = [
        "node_modules/",
        ".wrangler/",
        "public/vendor/",
        "package-lock.json",
        ".dev.vars",
        ".deploy.vars",
        ".env",
    ];
    MADE.iter().any(|start| file.starts_with(start))
}

/// Fails when an export of the finished package points to nothing.
pub fn check_exports(folder: &Path) -> Result<()> {
    let text = fs::read_to_string(folder.join("package.json"))?;
    let package: Value = serde_json::from_str(&text).context("package.json is not JSON")?;
    for file in named_files(&package) {
        if !folder.join(&file).is_file() {
            bail!("package.json names {file}, which the package does not have");
        }
    }
    Ok(())
}

/// The crate's version is the package's; the template's place-holder gives way to it.
fn with_version(manifest: &str, version: &str) -> Result<String> {
    const PLACE: &str = "\"version\": \"0.0.0\"";
    if manifest.matches(PLACE).count() != 1 {
        bail!(
            "pkg-template/package.json must hold {PLACE} once: the crate's version takes its place"
        );
    }
    Ok(manifest.replace(PLACE, &format!("\"version\": \"{version}\"")))
}

fn table_module(table: &[u8]) -> String {
    format!(
        "// Written by `cargo xtask pack`: the packed merges of an encoding in base64.\nexport const TABLE =\n  \"{}\";\n",
        BASE64_STANDARD.encode(table)
    )
}

fn build_module(proxy_url: Option<&str>) -> String {
    let value = Value::from(proxy_url);
    format!(
        "// Written by `cargo xtask pack`: the proxy that this build is bound to, if any.\nexport const PROXY_URL = {value};\n"
    )
}

/// The constructor's option for the proxy: required, or gone when the URL is baked in.
fn build_types(proxy_url: Option<&str>) -> &'static str {
    if proxy_url.is_some() {
        "// Written by `cargo xtask pack`: this build is bound to its proxy.\nexport interface ProxyOption {}\n"
    } else {
        "// Written by `cargo xtask pack`.\nexport interface ProxyOption {\n  /** Your proxy's URL with its path: `https://example.com/v1`, or `/v1` on the same origin. */\n  proxyUrl: string;\n}\n"
    }
}

/// Every `./file` that an export points to.
pub fn named_files(package: &Value) -> Vec<String> {
    match package {
        Value::String(text) => text
            .strip_prefix("./")
            .map(str::to_owned)
            .into_iter()
            .collect(),
        Value::Object(map) => map.values().flat_map(named_files).collect(),
        Value::Array(list) => list.iter().flat_map(named_files).collect(),
        _ => Vec::new(),
    }
}

/// The files under a folder, as sorted relative paths with `/`.
pub fn files(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    collect(folder, "", &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<String>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name
            .to_str()
            .with_context(|| format!("{} is no UTF-8 name", entry.path().display()))?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{prefix}{name}/"), found)?;
        } else {
            found.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    write(
        to,
        fs::read(from).with_context(|| format!("{} cannot be read", from.display()))?,
    )
}

/// Puts a packed folder where a program that imports `openai-wasm` finds it.
pub fn install_into(packed: &Path, program: &Path) -> Result<()> {
    let place = program.join("node_modules").join(NAME);
    check_replaceable(&place)?;
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    for file in files(packed)? {
        copy(&packed.join(&file), &place.join(&file))?;
    }
    Ok(())
}

/// Refuses to replace a folder that holds something else than this package.
pub fn check_replaceable(folder: &Path) -> Result<()> {
    let Ok(mut entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    let ours = fs::read_to_string(folder.join("package.json"))
        .ok()
        .and_then(|text| serde_json::from_str::<Value>(&text).ok())
        .is_some_and(|package| package["name"] == NAME);
    if !ours && entries.next().is_some() {
        bail!(
            "{} holds something else: name an empty folder, or one that `pack` made",
            folder.display()
        );
    }
    Ok(())
}

/// A folder beside the package's place; gone with its handle unless published.
pub struct Staging {
    folder: PathBuf,
    place: PathBuf,
}

impl Staging {
    pub fn new(workspace: &Workspace, place: &Path) -> Result<Self> {
        let folder = workspace
            .scratch("pack")?
            .join(format!("staging-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        Ok(Self {
            folder,
            place: place.to_path_buf(),
        })
    }

    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Replaces what stands at the package's place.
    pub fn publish(self) -> Result<()> {
        if self.place.exists() {
            fs::remove_dir_all(&self.place)?;
        }
        if let Some(parent) = self.place.parent() {
            fs::create_dir_all(parent)?;
        }
        if fs::rename(&self.folder, &self.place).is_err() {
            // Another file system.
            for file in files(&self.folder)? {
                copy(&self.folder.join(&file), &self.place.join(&file))?;
            }
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{build_module, is_made, named_files, with_version};

    #[test]
    fn the_package_bears_the_crates_version() {
        let manifest = "{\n  \"name\": \"openai-wasm\",\n  \"version\": \"0.0.0\"\n}\n";
        let expected = "{\n  \"name\": \"openai-wasm\",\n  \"version\": \"1.2.3\"\n}\n";
        assert_eq!(with_version(manifest, "1.2.3").unwrap(), expected);
        assert!(with_version("{ \"version\": \"1.0.0\" }", "1.2.3").is_err());
    }

    #[test]
    fn what_an_examples_commands_made_is_not_packed() {
        for made in [
            ".dev.vars",
            ".dev.vars.production",
            ".deploy.vars",
            ".env.local",
            "node_modules/a/b.js",
            "public/vendor/a.js",
        ] {
            assert!(is_made(made), "{made}");
        }
        for kept in [".gitignore", "public/_headers", "tools/dev.js"] {
            assert!(!is_made(kept), "{kept}");
        }
    }

    #[test]
    fn every_file_that_an_export_names_is_found() {
        let package = json!({
            "name": "openai-wasm",
            "exports": { ".": { "types": "./index.d.ts", "default": "./index.js" }, "./edge": { "browser": null } },
        });
        assert_eq!(named_files(&package), ["index.js", "index.d.ts"]);
    }

    #[test]
    fn the_build_module_quotes_its_url() {
        assert!(build_module(None).ends_with("export const PROXY_URL = null;\n"));
        let module = build_module(Some("/v1\"+alert(1)+\""));
        assert!(
            module.ends_with("PROXY_URL = \"/v1\\\"+alert(1)+\\\"\";\n"),
            "{module}"
        );
    }
}
