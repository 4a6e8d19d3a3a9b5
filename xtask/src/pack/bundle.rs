//! Bundles of packed modules, minified by esbuild: what a page's build would make of them, and the
//! package's single-file build.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::command;
use crate::setup::npm::Node;
use crate::workspace::Workspace;

/// The file for import maps and CDNs.
pub const SINGLE_FILE: &str = "openai-wasm.min.js";

pub struct Bundler<'a> {
    pub workspace: &'a Workspace,
    pub node: &'a Node,
}

impl Bundler<'_> {
    /// Everything that a page can load, as one module.
    pub fn single_file(&self, packed: &Path) -> Result<Vec<u8>> {
        let mut text = b"/*! openai-wasm: MIT OR Apache-2.0 */\n".to_vec();
        text.extend(self.bundle(&packed.join("static.js"), &[])?);
        Ok(text)
    }

    /// A module and its imports, but for those `left_out`.
    pub fn bundle(&self, entry: &Path, left_out: &[&str]) -> Result<Vec<u8>> {
        let bundle = self
            .workspace
            .scratch("pack")?
            .join(format!("bundle-{}.js", std::process::id()));
        let mut esbuild = self.node.bin("esbuild");
        esbuild
            .arg(entry)
            .args(["--bundle", "--minify", "--format=esm", "--log-level=error"])
            .args(left_out.iter().map(|path| format!("--external:{path}")))
            .arg(format!("--outfile={}", bundle.display()));
        command::read(&mut esbuild)?;
        let script = fs::read(&bundle).context("esbuild wrote no bundle")?;
        fs::remove_file(&bundle)?;
        Ok(script)
    }
}
