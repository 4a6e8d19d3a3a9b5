//! The suites that cargo runs on the host.

use std::process::Command;

use anyhow::Result;

use crate::command;
use crate::setup::npm;
use crate::suites::counts::Counts;
use crate::suites::runner;
use crate::suites::stage::Stage;

/// The shapes that the crate compiles in, besides its default one and `js,edge`. `proxy-only` bears no
/// `direct`.
const SHAPES: [&str; 14] = [
    "",
    "tokens",
    "client",
    "fetch",
    "reqwest",
    "schemars",
    "http",
    "validation",
    "direct",
    "proxy-only",
    "proxy-handler",
    "edge",
    "js",
    "js,proxy-only",
];

/// The tokenizer beside the reference: megabytes of text, which take minutes unless they are optimized.
const REFERENCE: &str = "tokens-reference";

/// The examples that run natively. They hold a key, so they are built apart: in one build with the crate's
/// own tests their feature `direct` would be everybody's, and what a keyless build lacks would not be
/// tested.
const EXAMPLES: [&str; 2] = [
    "openai-wasm-example-axum-server",
    "openai-wasm-example-cli-chat",
];

/// Compiles a shape with `proxy-only`; the other shapes do not read it.
const PROXY_URL: &str = "https://proxy.example/v1";

pub fn format(stage: &Stage) -> Result<Counts> {
    let mut sum = check(
        stage,
        "format",
        cargo(stage).args(["fmt", "--all", "--check"]),
    )?;
    stage.node()?;
    let root = stage.workspace.root();
    let mut biome = npm::node();
    biome
        .arg(root.join("tests/node_modules/@biomejs/biome/bin/biome"))
        .args(["check", "--error-on-warnings", "."])
        .current_dir(root);
    sum += check(stage, "format-js", &mut biome)?;
    let mut knip = npm::node();
    knip.arg(root.join("tests/node_modules/knip/bin/knip.js"))
        .args([
            "--config",
            "../tests/knip.json",
            "--include",
            "files,exports",
        ])
        .args(["--no-progress", "--no-config-hints"])
        .current_dir(root.join("pkg-template"));
    sum += check(stage, "dead-exports", &mut knip)?;
    Ok(sum)
}

pub fn tests(stage: &Stage) -> Result<Counts> {
    let mut workspace = cargo(stage);
    workspace.args(["test", "--workspace", "--no-fail-fast"]);
    for apart in ["bindings", REFERENCE].iter().chain(&EXAMPLES) {
        workspace.args(["--exclude", apart]);
    }
    let mut sum = counted(stage, "native", &mut workspace)?;
    let mut examples = cargo(stage);
    examples.args(["test", "--no-fail-fast"]);
    for example in EXAMPLES {
        examples.args(["--package", example]);
    }
    sum += counted(stage, "native-examples", &mut examples)?;
    sum += of_its_own(stage, "edge")?;
    // The proxy's tests stand beside the others, which have run already.
    let mut cargo = of_shape(stage, "test", "edge");
    cargo.args(["--test", "native", "--no-fail-fast", "proxy_"]);
    sum += counted(stage, "native-proxy", &mut cargo)?;
    Ok(sum)
}

/// The shapes that nobody deploys, and the tests that start cargo themselves.
pub fn tests_of_other_shapes(stage: &Stage) -> Result<Counts> {
    let mut sum = Counts::default();
    for shape in ["", "proxy-only"] {
        sum += of_its_own(stage, shape)?;
    }
    let mut ignored = cargo(stage);
    ignored.args(["test", "--test", "native", "--no-fail-fast", "build_flag"]);
    ignored.args(["--", "--ignored"]);
    sum += counted(stage, "native-build-flag", &mut ignored)?;
    // A million schedules take seconds once they are optimized.
    let mut ledger = cargo(stage);
    ledger.args(["test", "--profile", "tokens", "--package", "openai-wasm"]);
    ledger.args(["--lib", "ledger::schedules"]);
    ledger.env("LEDGER_CASES", "1000000");
    sum += counted(stage, "native-ledger", &mut ledger)?;
    Ok(sum)
}

/// What crates.io would get, built from its own files alone, and asked of its index. Nothing is uploaded.
pub fn package(stage: &Stage) -> Result<Counts> {
    let mut cargo = cargo(stage);
    cargo.args(["publish", "--dry-run", "--package", "openai-wasm"]);
    cargo.arg("--allow-dirty");
    check(stage, "package", &mut cargo)
}

pub fn tokens(stage: &Stage) -> Result<Counts> {
    let mut cargo = cargo(stage);
    cargo.args(["test", "--profile", "tokens", "--package", REFERENCE]);
    cargo.arg("--no-fail-fast");
    counted(stage, "tokens", &mut cargo)
}

/// A shape's own tests, which a plain `cargo test` does not compile.
fn of_its_own(stage: &Stage, shape: &str) -> Result<Counts> {
    let mut sum = Counts::default();
    for (kind, name) in [("--lib", "native"), ("--doc", "doctests")] {
        let mut cargo = of_shape(stage, "test", shape);
        cargo.args([kind, "--no-fail-fast"]);
        sum += counted(stage, &named(name, shape), &mut cargo)?;
    }
    Ok(sum)
}

pub fn clippy(stage: &Stage) -> Result<Counts> {
    let mut workspace = cargo(stage);
    workspace.args(["clippy", "--workspace", "--exclude", "bindings"]);
    workspace.args(["--all-targets", "--", "--deny", "warnings"]);
    let mut sum = check(stage, "clippy", &mut workspace)?;
    sum += lint(stage, "js,edge")?;
    Ok(sum)
}

pub fn clippy_of_other_shapes(stage: &Stage) -> Result<Counts> {
    let mut bindings = cargo(stage);
    bindings.args([
        "clippy",
        "--package",
        "bindings",
        "--",
        "--deny",
        "warnings",
    ]);
    let mut sum = check(stage, "clippy-bindings", &mut bindings)?;
    for shape in SHAPES {
        sum += lint(stage, shape)?;
    }
    Ok(sum)
}

fn lint(stage: &Stage, shape: &str) -> Result<Counts> {
    let mut cargo = of_shape(stage, "clippy", shape);
    cargo.args(["--lib", "--", "--deny", "warnings"]);
    check(stage, &named("clippy", shape), &mut cargo)
}

pub fn docs(stage: &Stage) -> Result<Counts> {
    let mut sum = Counts::default();
    for features in ["fetch", "js,edge"] {
        let mut cargo = of_shape(stage, "doc", features);
        cargo
            .arg("--no-deps")
            .env("RUSTDOCFLAGS", "--deny warnings");
        sum += check(stage, &named("docs", features), &mut cargo)?;
    }
    Ok(sum)
}

fn cargo(stage: &Stage) -> Command {
    let mut cargo = command::cargo();
    cargo
        .current_dir(stage.workspace.root())
        .env("OPENAI_PROXY_URL", PROXY_URL);
    cargo
}

fn of_shape(stage: &Stage, subcommand: &str, features: &str) -> Command {
    let mut cargo = cargo(stage);
    cargo.args([
        subcommand,
        "--package",
        "openai-wasm",
        "--no-default-features",
        "--features",
        features,
    ]);
    cargo
}

fn named(suite: &str, shape: &str) -> String {
    let shape = if shape.is_empty() { "pure" } else { shape };
    format!("{suite}-{}", shape.replace(',', "-"))
}

/// One command, one check.
pub fn check(stage: &Stage, name: &str, command: &mut Command) -> Result<Counts> {
    let ran = runner::run(stage.workspace, name, command)?;
    Ok(if ran.succeeded {
        Counts::success()
    } else {
        Counts::failure()
    })
}

/// A test program that counts its tests itself.
pub fn counted(stage: &Stage, name: &str, command: &mut Command) -> Result<Counts> {
    let ran = runner::run(stage.workspace, name, command)?;
    Ok(Counts::of_cargo(&ran.output).of_program(ran.succeeded))
}
