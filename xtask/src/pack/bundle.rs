//! Bundles of packed modules, minified by esbuild: what a page's build would make of them, and the
//! package's single-file build.

use std::path::Path;

use anyhow::Result;

use crate::command;
use crate::setup::npm::Node;

/// The file for import maps and CDNs.
pub const SINGLE_FILE: &str = "openai-wasm.min.js";

pub struct Bundler<'a> {
    pub node: &'a Node,
}

impl Bundler<'_> {
    /// Writes everything that a page can load as one module.
    pub fn single_file(&self, packed: &Path) -> Result<()> {
        self.bundle(&packed.join("static.js"), &[], &packed.join(SINGLE_FILE))
    }

    /// Writes a module and its imports, but for those `left_out`.
    pub fn bundle(&self, entry: &Path, left_out: &[&str], out: &Path) -> Result<()> {
        let mut esbuild = self.node.bin("esbuild");
        esbuild
            .arg(entry)
            .args(["--bundle", "--minify", "--format=esm", "--log-level=error"])
            .arg("--banner:js=/*! openai-wasm: MIT OR Apache-2.0 */")
            .args(left_out.iter().map(|path| format!("--external:{path}")))
            .arg(format!("--outfile={}", out.display()));
        command::read(&mut esbuild)?;
        Ok(())
    }
}
