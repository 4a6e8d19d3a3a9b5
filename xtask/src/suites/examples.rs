//! The Rust programs in examples/, built for wasm.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::command;
use crate::pack::sizes;
use crate::say;
use crate::setup::bindgen::Bindings;
use crate::setup::wasm_target::TARGET;
use crate::suites::counts::Counts;
use crate::suites::native::check;
use crate::suites::runner;
use crate::suites::stage::Stage;

pub const WORKER: &str = "worker-rust";
const PAGE: &str = "page-rust";
const PAGE_CRATE: &str = "openai_wasm_example_page_rust";
/// What its server sends.
const PAGE_SMALL: &str = "pkg/page.wasm";
/// A few per cent above what it is.
const PAGE_GZIP_BYTES: usize = 159_000;
/// The Workers of its crate: what the glue of each is called, and where cargo puts it.
pub const WORKERS: [(&str, &str); 2] = [
    ("glue", "openai_wasm_example_worker_rust.wasm"),
    ("responses", "examples/responses.wasm"),
];

/// Each example that is a crate of its own.
pub fn all(stage: &Stage) -> Result<Counts> {
    let mut sum = Counts::default();
    let mut folders: Vec<_> = fs::read_dir(stage.workspace.path("examples"))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|folder| is_a_workspace(folder))
        .collect();
    folders.sort();
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        sum += check(
            stage,
            &format!("examples-{name}"),
            &mut build(stage, &folder)?,
        )?;
        // Programs that its README or the documentation shows.
        if folder.join("examples").is_dir() {
            let log = format!("examples-{name}-examples");
            sum += check(stage, &log, build(stage, &folder)?.arg("--examples"))?;
        }
    }
    Ok(sum)
}

/// What a server sends of the page in Rust may not grow unseen.
pub fn page(stage: &Stage) -> Result<Counts> {
    let (raw, gzip) = sizes::of_file(&stage.rust_page()?.join(PAGE_SMALL))?;
    let (raw, gzip_kb) = (sizes::kilobytes(raw), sizes::kilobytes(gzip));
    say::step(
        "page",
        format!("{raw} KB, {gzip_kb} KB of them sent (gzip)"),
    );
    if gzip > PAGE_GZIP_BYTES {
        bail!("the page in Rust has grown past {PAGE_GZIP_BYTES} bytes gzipped");
    }
    Ok(Counts::success())
}

/// The folder of the page in Rust, built as its README says: `pkg/` has its JavaScript and WebAssembly.
pub fn built_page(stage: &Stage) -> Result<PathBuf> {
    let folder = stage.workspace.path("examples").join(PAGE);
    let mut cargo = build(stage, &folder)?;
    let built = runner::run(
        stage.workspace,
        &format!("examples-{PAGE}"),
        cargo.arg("--release"),
    )?;
    if !built.succeeded {
        bail!("{} does not compile", folder.display());
    }
    let out = stage.workspace.scratch("examples")?.join(PAGE);
    let wasm = target_dir(stage)
        .join(TARGET)
        .join("release")
        .join(PAGE_CRATE)
        .with_extension("wasm");
    Bindings::ready(stage.workspace)?.write("web", PAGE_CRATE, &wasm, &out.join("pkg"))?;
    let mut optimize = stage.node()?.program("binaryen/bin/wasm-opt");
    optimize.args(["-Oz", "--output"]).arg(out.join(PAGE_SMALL));
    command::read(optimize.arg(out.join("pkg").join(format!("{PAGE_CRATE}_bg.wasm"))))?;
    Ok(out)
}

/// The native examples are members of the repository's workspace; the suite `native` runs them.
fn is_a_workspace(folder: &Path) -> bool {
    let manifest = fs::read_to_string(folder.join("Cargo.toml"));
    manifest.is_ok_and(|text| text.lines().any(|line| line == "[workspace]"))
}

/// The Workers in Rust with their glue, `<name>.js` and `<name>_bg.wasm`, for the tests in workerd.
/// `wrangler` would call worker-build, which does the same.
pub fn worker(stage: &Stage) -> Result<PathBuf> {
    let folder = stage.workspace.path("examples").join(WORKER);
    let log = format!("examples-{WORKER}");
    let mut cargo = build(stage, &folder)?;
    let built = runner::run(stage.workspace, &log, cargo.args(["--lib", "--examples"]))?;
    if !built.succeeded {
        bail!("{} does not compile", folder.display());
    }
    let out = stage.workspace.scratch("examples")?.join(WORKER);
    let built = target_dir(stage).join(TARGET).join("debug");
    let bindings = Bindings::ready(stage.workspace)?;
    for (name, wasm) in WORKERS {
        bindings.write("web", name, &built.join(wasm), &out)?;
    }
    Ok(out)
}

fn build(stage: &Stage, folder: &Path) -> Result<Command> {
    let mut cargo = stage.wasm()?.cargo("build");
    cargo
        .env("CARGO_TARGET_DIR", target_dir(stage))
        .current_dir(folder);
    Ok(cargo)
}

/// Apart from the crate's own builds: cargo gives the crate one file name in both, and would link
/// whichever was built last.
fn target_dir(stage: &Stage) -> PathBuf {
    stage.workspace.path("target/examples")
}
