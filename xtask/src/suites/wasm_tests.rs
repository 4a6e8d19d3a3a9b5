//! The crate's own tests as wasm, under Node.js and in headless Chromium, against the stand-in
//! server, whose URL they learn at compile time.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::json;

use crate::setup::browser::Browser;
use crate::suites::counts::Counts;
use crate::suites::native::counted;
use crate::suites::stage::Stage;
use crate::upstream::Upstream;

/// Quiet and alone: no first-run page, no updates, no QUIC that a proxy would swallow.
const CHROMIUM_ARGUMENTS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

pub fn node(stage: &Stage) -> Result<Counts> {
    stage.node()?;
    let upstream = Upstream::start(stage.upstream()?, &["--seed", "1"])?;
    counted(stage, "wasm-node", &mut cargo(stage, "node", &upstream)?)
}

pub fn browser(stage: &Stage) -> Result<Counts> {
    let browser = stage.browser()?;
    let upstream = Upstream::start(stage.upstream()?, &["--seed", "1"])?;
    let mut cargo = cargo(stage, "web", &upstream)?;
    cargo.env("CHROMEDRIVER", &browser.driver).env(
        "WASM_BINDGEN_TEST_WEBDRIVER_JSON",
        capabilities(stage, browser)?,
    );
    counted(stage, "wasm-browser", &mut cargo)
}

fn cargo(stage: &Stage, test: &str, upstream: &Upstream) -> Result<Command> {
    let mut cargo = stage.wasm()?.cargo("test");
    cargo
        .args([
            "--package",
            "openai-wasm",
            "--features",
            "edge",
            "--test",
            test,
        ])
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            stage.test_runner()?.program(),
        )
        .env("WASM_BINDGEN_TEST_TIMEOUT", "120")
        .env("UPSTREAM_URL", &upstream.url)
        .current_dir(stage.workspace.root());
    Ok(cargo)
}

fn capabilities(stage: &Stage, browser: &Browser) -> Result<PathBuf> {
    let file = stage.workspace.scratch("test")?.join("webdriver.json");
    let options = json!({ "args": CHROMIUM_ARGUMENTS, "binary": browser.chromium });
    fs::write(&file, json!({ "goog:chromeOptions": options }).to_string())
        .context("webdriver.json cannot be written")?;
    Ok(file)
}
