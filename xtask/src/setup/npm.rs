//! Node.js and the npm packages of a folder, as its lock file says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::command;
use crate::say;
use crate::workspace::Workspace;

const OLDEST_NODE: u32 = 20;

/// Node.js with the packages of one folder.
pub struct Node {
    folder: PathBuf,
    version: String,
}

impl Node {
    /// Runs `npm ci` in the folder unless its node_modules is what the lock file says.
    pub fn ready(workspace: &Workspace, folder: &str) -> Result<Self> {
        let version = node_version()?;
        let path = workspace.path(folder);
        if !installed_as_locked(&path) {
            say::step(
                "installing",
                format!("npm packages: npm ci in {folder}/ (15 to 60 s)"),
            );
            command::read(
                npm()
                    .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
                    .current_dir(&path),
            )
            .with_context(|| format!("npm packages are missing; by hand: cd {folder} && npm ci"))?;
        }
        Ok(Self {
            folder: path,
            version,
        })
    }

    pub fn version(&self) -> &str {
        &self.version
    }

    /// A program that a package of the folder brings: a script for Node, unless the package's
    /// install script has put a native program in its place (esbuild's does).
    pub fn program(&self, file: &str) -> Command {
        let file = self.module(file);
        let is_script = fs::read(&file).is_ok_and(|bytes| bytes.starts_with(b"#!"));
        if !is_script && file.extension().is_none() {
            return Command::new(file);
        }
        let mut node = node();
        node.arg(file);
        node
    }

    /// A program that a package of the folder puts in `.bin`: a script, or a binary for this machine.
    pub fn bin(&self, name: &str) -> Command {
        let suffix = if cfg!(windows) { ".cmd" } else { "" };
        Command::new(self.module(&format!(".bin/{name}{suffix}")))
    }

    /// A file of a package of the folder.
    pub fn module(&self, file: &str) -> PathBuf {
        self.folder.join("node_modules").join(file)
    }
}

/// `node`, ready for arguments.
pub fn node() -> Command {
    Command::new("node")
}

fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

fn node_version() -> Result<String> {
    const HELP: &str = "Node.js 20 or later with npm is needed: https://nodejs.org/en/download";
    let said = command::read(node().arg("--version")).context(HELP)?;
    let version = said.trim().trim_start_matches('v');
    let major: u32 = version
        .split('.')
        .next()
        .unwrap_or_default()
        .parse()
        .context(HELP)?;
    if major < OLDEST_NODE {
        bail!("Node.js {version} is too old. {HELP}");
    }
    command::read(npm().arg("--version")).context(HELP)?;
    Ok(version.to_owned())
}

/// npm writes what it installed to `node_modules/.package-lock.json`, in the lock file's own form.
fn installed_as_locked(folder: &Path) -> bool {
    let read = |file: &str| -> Option<Value> {
        serde_json::from_str(&fs::read_to_string(folder.join(file)).ok()?).ok()
    };
    match (
        read("package-lock.json"),
        read("node_modules/.package-lock.json"),
    ) {
        (Some(locked), Some(installed)) => same_packages(&locked, &installed),
        _ => false,
    }
}

/// Every package that is not optional is there, and each that is there has the locked version.
fn same_packages(locked: &Value, installed: &Value) -> bool {
    let (Some(locked), Some(installed)) = (
        locked["packages"].as_object(),
        installed["packages"].as_object(),
    ) else {
        return false;
    };
    let complete = locked.iter().all(|(path, package)| {
        path.is_empty() || package["optional"] == true || installed.contains_key(path)
    });
    let right = installed.iter().all(|(path, package)| {
        locked
            .get(path)
            .is_some_and(|wanted| wanted["version"] == package["version"])
    });
    complete && right
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::same_packages;

    fn lock(packages: Value) -> Value {
        json!({ "packages": packages })
    }

    #[test]
    fn an_installation_counts_only_if_it_is_complete_and_of_the_locked_versions() {
        let locked = lock(json!({
            "": { "name": "tests" },
            "node_modules/a": { "version": "1.0.0" },
            "node_modules/a-darwin": { "version": "1.0.0", "optional": true },
        }));
        let cases = [
            (json!({ "node_modules/a": { "version": "1.0.0" } }), true),
            (json!({ "node_modules/a": { "version": "1.0.1" } }), false),
            (json!({ "node_modules/b": { "version": "1.0.0" } }), false),
            (json!({}), false),
        ];
        for (installed, expected) in cases {
            assert_eq!(
                same_packages(&locked, &lock(installed.clone())),
                expected,
                "{installed}"
            );
        }
    }
}
