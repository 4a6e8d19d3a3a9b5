//! `cargo xtask bench`: benches/run.mjs over a freshly packed package, in every runtime.

use std::path::PathBuf;

use anyhow::Result;

use crate::command;
use crate::pack;
use crate::say;
use crate::setup::bindgen::Bindings;
use crate::setup::browser::Browser;
use crate::setup::npm::{self, Node};
use crate::setup::wasm_target::{TARGET, Wasm};
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
        quick: false,
    };
    pack::pack(workspace, &order)?;
    let naive = naive(workspace)?;
    say::step(
        "measuring",
        "on an otherwise idle machine the figures are steadier",
    );
    let mut node = npm::node();
    node.arg("benches/run.mjs")
        .args(arguments)
        .env("OPENAI_WASM_PKG", &packed)
        .env("NAIVE", &naive)
        .env("CHROMIUM", &browser.chromium)
        .env("OUT", workspace.path("benches/record"))
        .current_dir(workspace.root());
    command::run(&mut node)
}

/// Builds the naive engine (benches/naive) for Node.
fn naive(workspace: &Workspace) -> Result<PathBuf> {
    say::step("building", "the naive engine");
    let wasm = Wasm::ready(workspace)?;
    command::run(
        wasm.cargo("build")
            .args(["--package", "naive", "--release", "--quiet"])
            .current_dir(workspace.root()),
    )?;
    let folder = workspace.scratch("bench/naive")?;
    let built = wasm.target_dir().join(TARGET).join("release/naive.wasm");
    Bindings::ready(workspace)?.write("nodejs", "naive", &built, &folder)?;
    Ok(folder.join("naive.js"))
}
