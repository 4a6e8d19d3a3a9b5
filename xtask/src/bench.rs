//! `cargo xtask bench`: benches/run.mjs over a freshly packed package, in every runtime.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::command;
use crate::pack;
use crate::say;
use crate::setup::bindgen::Bindings;
use crate::setup::browser::Browser;
use crate::setup::npm::{self, Node};
use crate::setup::wasm_target::{TARGET, Wasm};
use crate::suites::examples::{WORKER, WORKERS};
use crate::workspace::Workspace;

/// Runs every benchmark, or what `arguments` choose; the tables also go to benches/record/.
pub fn bench(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    if let [only, what, rest @ ..] = arguments
        && only == "--only"
    {
        if what != "tokens" {
            bail!("--only {what}: there is only `tokens`");
        }
        return tokens(workspace, rest);
    }
    Node::ready(workspace, "tests")?;
    let browser = Browser::ready()?;
    let packed = packed(workspace)?;
    let naive = naive(workspace)?;
    let rust_worker = rust_worker(workspace)?;
    say::step(
        "measuring",
        "on an otherwise idle machine the figures are steadier",
    );
    let mut node = npm::node();
    node.arg("benches/run.mjs")
        .args(arguments)
        .env("OPENAI_WASM_PKG", &packed)
        .env("NAIVE", &naive)
        .env("RUST_WORKER", &rust_worker)
        .env("CHROMIUM", &browser.chromium)
        .env("OUT", workspace.path("benches/record"))
        .current_dir(workspace.root());
    command::run(&mut node)
}

/// The tokenizer beside its peers, in Node and natively.
fn tokens(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    Node::ready(workspace, "tests")?;
    Node::ready(workspace, "benches/tokens")?;
    let packed = packed(workspace)?;
    say::step("building", "the native tokenizers");
    command::run(
        command::cargo()
            .args(["build", "--quiet", "--profile", "tokens"])
            .args(["--package", "tokens-reference", "--features", "peers"])
            .args(["--bin", "tokens-speed"])
            .current_dir(workspace.root()),
    )?;
    say::step("measuring", "each tokenizer in processes of its own");
    command::run(
        npm::node()
            .arg("benches/tokens/run.mjs")
            .args(arguments)
            .env("OPENAI_WASM_PKG", &packed)
            .env(
                "TOKENS_NATIVE",
                workspace.path("target/tokens/tokens-speed"),
            )
            .env("OUT", workspace.path("benches/record"))
            .current_dir(workspace.root()),
    )
}

/// A freshly packed package.
fn packed(workspace: &Workspace) -> Result<PathBuf> {
    let packed = workspace.scratch("bench")?.join("pkg");
    let order = pack::Order {
        out: packed.clone(),
        proxy_url: None,
        leaky: false,
        sizes: true,
        quick: false,
    };
    pack::pack(workspace, &order, None)?;
    Ok(packed)
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

/// Builds examples/worker-rust as it is deployed: optimised.
fn rust_worker(workspace: &Workspace) -> Result<PathBuf> {
    say::step("building", "the Worker in Rust");
    let wasm = Wasm::ready(workspace)?;
    let target = workspace.scratch("bench/worker-rust-target")?;
    command::run(
        wasm.cargo("build")
            .args(["--release", "--quiet"])
            .env("CARGO_TARGET_DIR", &target)
            .current_dir(workspace.path("examples").join(WORKER)),
    )?;
    let folder = workspace.scratch("bench/worker-rust")?;
    let built = target.join(TARGET).join("release").join(WORKERS[0].1);
    Bindings::ready(workspace)?.write("web", "glue", &built, &folder)?;
    Ok(folder)
}
