//! `cargo xtask test`: every suite in turn, one line each, and one closing line with the sums. A
//! suite that cannot run, for want of a runtime say, has failed.

mod counts;
mod examples;
mod native;
mod node_tests;
mod runner;
mod stage;
mod wasm_tests;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::say;
use crate::workspace::Workspace;
use counts::Counts;
use stage::Stage;

/// A suite: its name for `--only`, what it proves, and how it runs.
struct Suite {
    name: &'static str,
    about: &'static str,
    run: fn(&Stage) -> Result<Counts>,
}

/// From the quickest answer to the slowest.
const SUITES: [Suite; 14] = [
    Suite {
        name: "format",
        about: "cargo fmt --check",
        run: native::format,
    },
    Suite {
        name: "native",
        about: "cargo test, in each shape of the crate",
        run: native::tests,
    },
    Suite {
        name: "clippy",
        about: "cargo clippy, warnings denied, each feature by itself",
        run: native::clippy,
    },
    Suite {
        name: "docs",
        about: "cargo doc, warnings denied",
        run: native::docs,
    },
    Suite {
        name: "wasm-node",
        about: "tests/node.rs: the crate as wasm under Node.js",
        run: wasm_tests::node,
    },
    Suite {
        name: "wasm-browser",
        about: "tests/web.rs: the crate as wasm in headless Chromium",
        run: wasm_tests::browser,
    },
    Suite {
        name: "examples",
        about: "the Rust programs in examples/, for wasm",
        run: examples::all,
    },
    Suite {
        name: "pkg",
        about: "tests/pkg: the packed package and the key scan",
        run: node_tests::pkg,
    },
    Suite {
        name: "js",
        about: "tests/js: the packed package in Node.js",
        run: node_tests::js,
    },
    Suite {
        name: "worker",
        about: "tests/worker: client and proxy in real workerd",
        run: node_tests::worker,
    },
    Suite {
        name: "browser",
        about: "tests/browser: the page in headless Chromium",
        run: node_tests::browser,
    },
    Suite {
        name: "runtimes",
        about: "tests/runtimes: the package in each runtime and browser, one case of each kind",
        run: |stage| node_tests::runtimes(stage, false),
    },
    Suite {
        name: "bundlers",
        about: "tests/bundlers: the package in projects of each bundler, one case of each kind",
        run: |stage| node_tests::bundlers(stage, false),
    },
    Suite {
        name: "demo",
        about: "cargo xtask demo --once: one answer through the whole path",
        run: node_tests::demo,
    },
];

/// `cargo xtask test --list`.
pub fn list() {
    for suite in &SUITES {
        println!("{:<14}{}", suite.name, suite.about);
    }
}

/// Runs the suites, all of them or those named, and fails if one test did.
pub fn test(workspace: &Workspace, only: &[String]) -> Result<()> {
    if let Some(unknown) = only
        .iter()
        .find(|name| !SUITES.iter().any(|suite| suite.name == **name))
    {
        bail!("there is no suite {unknown}: see `cargo xtask test --list`");
    }
    let stage = Stage::new(workspace);
    let mut total = Counts::default();
    let mut rows = Vec::new();
    for suite in SUITES
        .iter()
        .filter(|suite| only.is_empty() || only.iter().any(|name| name == suite.name))
    {
        say::step("suite", format!("{}: {}", suite.name, suite.about));
        let start = Instant::now();
        let counts = (suite.run)(&stage).unwrap_or_else(|error| {
            say::failure(&error);
            Counts::failure()
        });
        rows.push(row(suite.name, counts, start.elapsed()));
        total += counts;
    }
    println!(
        "\n{}",
        say::table(&["suite", "passed", "failed", "skipped", "seconds"], &rows)
    );
    println!("{total}");
    if total.failed > 0 {
        std::process::exit(1);
    }
    Ok(())
}

fn row(name: &str, counts: Counts, time: Duration) -> Vec<String> {
    vec![
        name.to_owned(),
        counts.passed.to_string(),
        counts.failed.to_string(),
        counts.skipped.to_string(),
        format!("{:.1}", time.as_secs_f64()),
    ]
}
