//! `cargo xtask bench`: benches/run.mjs over a freshly packed package, in every runtime.

use anyhow::Result;

use crate::command;
use crate::pack;
use crate::say;
use crate::setup::browser::Browser;
use crate::setup::npm::{self, Node};
use crate::workspace::Workspace;

/// Runs every benchmark, or what `arguments` choose; the tables also go to benches/record/.
pub fn bench(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    Node::ready(workspace, "tests")?;
    let browser = Browser::ready()?;
    let packed = workspace.scratch("bench")?.join("pkg");
    let order = pack::Order {
        out: packed.clone(),
        proxy_url: None,
        leaky: false,
        sizes: true,
    };
    pack::pack(workspace, &order)?;
    say::step(
        "measuring",
        "on an otherwise idle machine the figures are steadier",
    );
    let mut node = npm::node();
    node.arg("benches/run.mjs")
        .args(arguments)
        .env("OPENAI_WASM_PKG", &packed)
        .env("CHROMIUM", &browser.chromium)
        .env("OUT", workspace.path("benches/record"))
        .current_dir(workspace.root());
    command::run(&mut node)
}
