//! `cargo xtask bench`: benches/run.mjs over the packed package, with what a fair run needs ready.

use anyhow::Result;

use crate::command;
use crate::demo::site::Site;
use crate::say;
use crate::setup::browser::Browser;
use crate::setup::npm::{self, Node};
use crate::upstream;
use crate::workspace::Workspace;

/// Runs every benchmark, or what `arguments` choose; the tables also go to benches/record/.
pub fn bench(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let site = Site::build(workspace)?;
    Node::ready(workspace, "tests")?;
    let browser = Browser::ready()?;
    let upstream = upstream::build(workspace)?;
    say::step(
        "measuring",
        "on an otherwise idle machine the figures are steadier",
    );
    let mut node = npm::node();
    node.arg("benches/run.mjs")
        .args(arguments)
        .env("OPENAI_WASM_PKG", &site.open_package)
        .env("OPENAI_WASM_DEMO_PKG", &site.bound_package)
        .env("UPSTREAM_BIN", upstream)
        .env("CHROMIUM", &browser.chromium)
        .env("OUT", workspace.path("benches/record"))
        .current_dir(workspace.root());
    command::run(&mut node)
}
