//! `cargo xtask docs`: the documentation site, built by VitePress and checked.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::command;
use crate::say;
use crate::setup::npm::{self, Node};
use crate::workspace::Workspace;

/// Builds the site into `target/docs`, or into `out`. A link or an anchor that leads nowhere is a
/// failure.
pub fn docs(workspace: &Workspace, out: Option<PathBuf>) -> Result<PathBuf> {
    let out = match out {
        Some(out) => std::path::absolute(out)?,
        None => workspace.path("target/docs"),
    };
    let node = Node::ready(workspace, "docs")?;
    say::step("building", "the documentation site (vitepress build)");
    let mut vitepress = node.program("vitepress/bin/vitepress.js");
    vitepress
        .arg("build")
        .env("DOCS_OUT", &out)
        .current_dir(workspace.path("docs"));
    command::read(&mut vitepress).context("the documentation does not build")?;
    let mut check = npm::node();
    check
        .arg("check.mjs")
        .env("DOCS_OUT", &out)
        .current_dir(workspace.path("docs"));
    let checked = command::read(&mut check).context("the documentation has broken links")?;
    say::step("built", format!("{}: {}", out.display(), checked.trim()));
    Ok(out)
}
