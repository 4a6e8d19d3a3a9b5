//! Finds or installs what the commands need. A part that is there costs a few file look-ups, so
//! every command asks for its parts each time; a part that cannot be installed ends in one message
//! with the command that would.

mod apt;
pub mod bindgen;
pub mod browser;
pub mod npm;
pub mod wasm_target;

use anyhow::Result;

use crate::say;
use crate::workspace::Workspace;

/// `cargo xtask setup --system`: the parts that the system's packages bring, as root.
pub fn system(workspace: &Workspace) -> Result<()> {
    let wasm = wasm_target::Wasm::ready(workspace)?;
    say::step("wasm target", wasm.description());
    browsers()
}

fn browsers() -> Result<()> {
    let browser = browser::Browser::ready()?;
    say::step("browser", browser.chromium.display());
    let others = browser::Others::ready()?;
    say::step("browser", others.firefox.display());
    say::step("browser", others.webkit_driver.display());
    Ok(())
}

/// `cargo xtask setup`: every part.
pub fn everything(workspace: &Workspace) -> Result<()> {
    let wasm = wasm_target::Wasm::ready(workspace)?;
    say::step("wasm target", wasm.description());
    let bindings = bindgen::Bindings::ready(workspace)?;
    say::step("wasm-bindgen", bindings.version());
    bindgen::TestRunner::ready(workspace)?;
    let node = npm::Node::ready(workspace, "tests")?;
    say::step("Node.js", node.version());
    for folder in ["www", "docs"] {
        npm::Node::ready(workspace, folder)?;
    }
    browsers()?;
    say::step("ready", "try `cargo xtask demo`");
    Ok(())
}
