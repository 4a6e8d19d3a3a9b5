//! The suites that `node --test` runs on the packed packages.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::docs;
use crate::setup::browser::Others;
use crate::setup::npm;
use crate::suites::Part;
use crate::suites::counts::Counts;
use crate::suites::runner;
use crate::suites::stage::Stage;

pub fn pkg(stage: &Stage) -> Result<Counts> {
    run(stage, "pkg", &mut program(stage)?)
}

pub fn js(stage: &Stage) -> Result<Counts> {
    run(stage, "js", &mut program(stage)?)
}

pub fn worker(stage: &Stage) -> Result<Counts> {
    let mut node = program(stage)?;
    node.env("RUST_WORKER", stage.rust_worker()?);
    run(stage, "worker", &mut node)
}

pub fn browser(stage: &Stage) -> Result<Counts> {
    let mut node = program(stage)?;
    node.env("CHROMIUM", &stage.browser()?.chromium)
        .env("RUST_PAGE", stage.rust_page()?);
    run(stage, "browser", &mut node)
}

/// The documentation site, built for this, in Chromium.
pub fn site(stage: &Stage) -> Result<Counts> {
    let out = stage.workspace.scratch("docs-test")?;
    let site = docs::docs(stage.workspace, Some(out))?;
    stage.node()?;
    let mut node = npm::node();
    node.env("DOCS_SITE", site)
        .env("CHROMIUM", &stage.browser()?.chromium)
        .current_dir(stage.workspace.root());
    run(stage, "site", &mut node)
}

/// The folders of tests/bundlers whose tools the first cases use, and those of the others.
const FIRST_TOOLS: [&str; 5] = ["vite", "packers", "next", "cloudflare", "hono"];
const OTHER_TOOLS: [&str; 3] = ["astro", "nuxt", "sveltekit"];

/// The packed package in Node.js, Deno, Bun, workerd, edge-runtime and three browsers: one case of
/// each kind, or the others.
pub fn runtimes(stage: &Stage, part: Part) -> Result<Counts> {
    let others = Others::ready()?;
    let mut node = cases_program(stage, part)?;
    node.env("CHROMIUM", &stage.browser()?.chromium)
        .env("FIREFOX", &others.firefox)
        .env("WEBKIT_DRIVER", &others.webkit_driver)
        .env("XVFB", &others.xvfb);
    run_within(stage, "runtimes", &mut node, CASES_LIMIT_MS)
}

/// Projects that bundlers and frameworks build from the package's tarball, in the same two parts.
pub fn bundlers(stage: &Stage, part: Part) -> Result<Counts> {
    let mut node = cases_program(stage, part)?;
    let others: &[&str] = match part {
        Part::First => &[],
        Part::Rest => &OTHER_TOOLS,
    };
    for tools in FIRST_TOOLS.iter().chain(others) {
        npm::Node::ready(stage.workspace, &format!("tests/bundlers/{tools}"))?;
    }
    node.env("CHROMIUM", &stage.browser()?.chromium);
    run_within(stage, "bundlers", &mut node, CASES_LIMIT_MS)
}

/// `program` with the other Node.js versions beside it.
fn cases_program(stage: &Stage, part: Part) -> Result<Command> {
    npm::Node::ready(stage.workspace, "tests/runtimes")?;
    let mut node = program(stage)?;
    let cases = match part {
        Part::First => "first",
        Part::Rest => "rest",
    };
    node.env("CASES", cases);
    Ok(node)
}

/// The README's first command: it passes if an answer comes and all ends by itself.
pub fn demo(stage: &Stage) -> Result<Counts> {
    stage.site()?;
    let mut demo = Command::new(std::env::current_exe()?);
    demo.args(["demo", "--once", "Say this is a test"])
        .env_remove("OPENAI_API_KEY")
        .env_remove("OPENAI_BASE_URL")
        .current_dir(stage.workspace.root());
    let ran = runner::run(stage.workspace, "demo", &mut demo)?;
    let answered = ran.output.contains("This is a test!");
    if ran.succeeded && !answered {
        bail!(
            "the demo ended well, yet printed another answer:\n{}",
            ran.output
        );
    }
    Ok(if answered && ran.succeeded {
        Counts::success()
    } else {
        Counts::failure()
    })
}

/// `node`, with what tests/support reads from the environment.
fn program(stage: &Stage) -> Result<Command> {
    stage.node()?;
    let site = stage.site()?;
    let mut node = npm::node();
    node.env("UPSTREAM_BIN", stage.upstream()?)
        .env("OPENAI_WASM_PKG", &site.open_package)
        .env("OPENAI_WASM_DEMO_PKG", &site.bound_package)
        .env("DEMO_SITE", &site.page)
        .env("DEMO_WORKER", &site.worker)
        .env("CARGO_XTASK", std::env::current_exe()?)
        .env_remove("OPENAI_API_KEY")
        .env_remove("OPENAI_BASE_URL")
        .current_dir(stage.workspace.root());
    Ok(node)
}

/// What hangs is ended after so long; a file counts as a test, too.
const TEST_LIMIT_MS: u32 = 900_000;
/// A file of cases starts a tool for each of them.
const CASES_LIMIT_MS: u32 = 3_000_000;

fn run(stage: &Stage, name: &str, node: &mut Command) -> Result<Counts> {
    run_within(stage, name, node, TEST_LIMIT_MS)
}

/// Runs `tests/<name>/*.test.mjs`: a report for people in the log, TAP for the counts.
fn run_within(stage: &Stage, name: &str, node: &mut Command, limit_ms: u32) -> Result<Counts> {
    let files = test_files(stage, name)?;
    let tap = stage.workspace.scratch("test")?.join(format!("{name}.tap"));
    let _ = fs::remove_file(&tap);
    node.arg("--test")
        .arg(format!("--test-timeout={limit_ms}"))
        .args([
            "--test-reporter=spec",
            "--test-reporter-destination=stdout",
            "--test-reporter=tap",
        ])
        .arg(format!("--test-reporter-destination={}", tap.display()))
        .args(files);
    let ran = runner::run(stage.workspace, name, node)?;
    let report = fs::read_to_string(&tap).unwrap_or_default();
    Ok(Counts::of_tap(&report).of_program(ran.succeeded))
}

fn test_files(stage: &Stage, name: &str) -> Result<Vec<PathBuf>> {
    let folder = stage.workspace.path(&format!("tests/{name}"));
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|file| file.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    if files.is_empty() {
        bail!("{} has no *.test.mjs", folder.display());
    }
    files.sort();
    Ok(files)
}
