//! `cargo xtask pack`: the npm package from `pkg-template/` and three wasm builds, two that cannot hold
//! a key (the client, the tokenizer) and one that can (edge/). What stands outside edge/ is scanned for keys before
//! it reaches the target folder: a leak leaves no package behind. The client's wasm is scanned before
//! it is compressed into JavaScript, where no scan could look into it.

mod budgets;
pub mod build;
mod bundle;
mod embed;
mod glue;
mod leaks;
mod licences;
pub mod package;
mod scan;
pub mod sizes;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::say;
use crate::setup::bindgen::Bindings;
use crate::setup::npm::Node;
use crate::setup::wasm_target::Wasm;
use crate::workspace::Workspace;
use build::{Builder, Built, Client};
use bundle::{Bundler, SINGLE_FILE};

/// What to pack and where to.
pub struct Order {
    pub out: PathBuf,
    /// Given: a `proxy-only` client with this URL baked in.
    pub proxy_url: Option<String>,
    /// A client that can hold a key, which the scan must refuse.
    pub leaky: bool,
    /// Print what a page would load.
    pub sizes: bool,
    /// Leave optimisation out: for the demo, which is to start soon.
    pub quick: bool,
}

/// What packages with different clients have in common.
pub struct Shared {
    edge: Built,
    tokens: Built,
}

/// Packs, or leaves what stood at `order.out` as it was. Returns what the next package, of another
/// client and the same kind of build, can share.
pub fn pack(workspace: &Workspace, order: &Order, shared: Option<Shared>) -> Result<Shared> {
    let wasm = Wasm::ready(workspace)?;
    let bindings = Bindings::ready(workspace)?;
    // Both folders have esbuild. The demo's page needs www/ anyway, and the optimizer is in tests/.
    let tools = if order.quick { "www" } else { "tests" };
    let node = Node::ready(workspace, tools)?;
    package::check_replaceable(&order.out)?;

    let secrets = leaks::Secrets::from_environment()?;
    let builder = Builder {
        workspace,
        wasm: &wasm,
        bindings: &bindings,
        optimizer: (!order.quick).then_some(&node),
        canaries: secrets.canaries(),
    };
    let client = builder.client(&match (&order.proxy_url, order.leaky) {
        (Some(url), _) => Client::ProxyOnly(url.clone()),
        (None, true) => Client::Leaky,
        (None, false) => Client::Open,
    })?;
    let scanner = leaks::Scanner::new(workspace, &secrets)?;
    refuse(&scanner.file("client/client.wasm", &client.wasm)?)?;
    let shared = match shared {
        Some(shared) => shared,
        None => Shared {
            tokens: builder.tokens()?,
            edge: builder.edge()?,
        },
    };
    let Shared { edge, tokens } = &shared;
    refuse(&scanner.file("tokens/tokens.wasm", &tokens.wasm)?)?;

    let effort = if order.quick {
        embed::Effort::Server
    } else {
        embed::Effort::Page
    };
    let parts = package::Parts {
        client: &client,
        edge,
        tokens,
        client_string: &embed::module(&client.wasm, effort)?,
        edge_string: &embed::module(&edge.wasm, embed::Effort::Server)?,
        tokens_string: &embed::module(&tokens.wasm, effort)?,
        proxy_url: order.proxy_url.as_deref(),
    };
    let staging = package::Staging::new(workspace, &order.out)?;
    package::assemble(workspace, &parts, staging.path())?;

    let bundler = Bundler { node: &node };
    bundler.single_file(staging.path())?;
    package::check_exports(staging.path())?;
    refuse(&scanner.package(staging.path())?)?;
    for (file, wasm) in [
        ("client/wasm.js", &client.wasm),
        (SINGLE_FILE, &client.wasm),
        ("edge/wasm.js", &edge.wasm),
        ("tokens/wasm.js", &tokens.wasm),
    ] {
        let text = fs::read_to_string(staging.path().join(file))?;
        embed::check(file, &text, &fs::read(wasm)?)?;
    }
    say::step(
        "scanned",
        "no key, provider host or builder path outside edge/",
    );

    // A quick build is larger, and a bound one smaller by little.
    if !order.quick && order.proxy_url.is_none() && !order.leaky {
        budgets::check(workspace, &node, staging.path())?;
    }
    if order.sizes {
        eprint!("{}", sizes::table(&bundler, staging.path())?);
    }
    staging.publish()?;
    let shown = order
        .out
        .strip_prefix(workspace.root())
        .unwrap_or(&order.out);
    say::step("packed", shown.display());
    Ok(shared)
}

/// Ends the pack if something was found.
fn refuse(findings: &[leaks::Finding]) -> Result<()> {
    for finding in findings {
        say::step("leak", finding);
    }
    match findings.len() {
        0 => Ok(()),
        count => bail!("{count} leaks in the client side of the package: nothing was packed"),
    }
}

/// Writes a file, naming it if that fails.
fn write(path: &std::path::Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}
