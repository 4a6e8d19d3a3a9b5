//! `cargo xtask test`: every suite in turn, one line each, and one closing line with the sums. A
//! suite that cannot run, for example because a runtime is missing, has failed. `--rest` runs the
//! suites' other cases.

mod counts;
pub mod examples;
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

/// Which of a suite's cases: one of each kind, or the others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    First,
    Rest,
}

type Run = fn(&Stage) -> Result<Counts>;

/// A suite: its name for `--only`, what it proves, and how its two parts run.
struct Suite {
    name: &'static str,
    about: &'static str,
    first: Option<Run>,
    rest: Option<Run>,
}

impl Suite {
    fn part(&self, part: Part) -> Option<Run> {
        match part {
            Part::First => self.first,
            Part::Rest => self.rest,
        }
    }
}

/// From the quickest answer to the slowest.
const SUITES: [Suite; 17] = [
    Suite {
        name: "format",
        about: "cargo fmt --check; Biome's formatter and linter; Knip's search for dead exports",
        first: Some(native::format),
        rest: None,
    },
    Suite {
        name: "native",
        about: "cargo test; the rest: each shape of the crate, the build flag",
        first: Some(native::tests),
        rest: Some(native::tests_of_other_shapes),
    },
    Suite {
        name: "package",
        about: "cargo publish --dry-run: what crates.io would get, built",
        first: None,
        rest: Some(native::package),
    },
    Suite {
        name: "tokens",
        about: "tests/tokens: every token beside the crate tiktoken-rs",
        first: None,
        rest: Some(native::tokens),
    },
    Suite {
        name: "clippy",
        about: "cargo clippy, warnings denied; the rest: each feature by itself",
        first: Some(native::clippy),
        rest: Some(native::clippy_of_other_shapes),
    },
    Suite {
        name: "docs",
        about: "cargo doc, warnings denied",
        first: Some(native::docs),
        rest: None,
    },
    Suite {
        name: "wasm-node",
        about: "tests/node.rs: the crate as wasm under Node.js",
        first: Some(wasm_tests::node),
        rest: None,
    },
    Suite {
        name: "wasm-browser",
        about: "tests/web.rs: the crate as wasm in headless Chromium",
        first: Some(wasm_tests::browser),
        rest: None,
    },
    Suite {
        name: "examples",
        about: "the Rust programs in examples/, for wasm; the rest: the size of the page in Rust",
        first: Some(examples::all),
        rest: Some(examples::page),
    },
    Suite {
        name: "pkg",
        about: "tests/pkg: the packed package and the key scan",
        first: Some(node_tests::pkg),
        rest: None,
    },
    Suite {
        name: "js",
        about: "tests/js: the packed package in Node.js",
        first: Some(node_tests::js),
        rest: None,
    },
    Suite {
        name: "worker",
        about: "tests/worker: client and proxy in real workerd",
        first: Some(node_tests::worker),
        rest: None,
    },
    Suite {
        name: "browser",
        about: "tests/browser: the page in headless Chromium",
        first: Some(node_tests::browser),
        rest: None,
    },
    Suite {
        name: "site",
        about: "cargo xtask docs: links, and tests/site: the site in headless Chromium",
        first: None,
        rest: Some(node_tests::site),
    },
    Suite {
        name: "runtimes",
        about: "tests/runtimes: the package in each runtime and browser",
        first: Some(|stage| node_tests::runtimes(stage, Part::First)),
        rest: Some(|stage| node_tests::runtimes(stage, Part::Rest)),
    },
    Suite {
        name: "bundlers",
        about: "tests/bundlers: the package in projects of each bundler",
        first: Some(|stage| node_tests::bundlers(stage, Part::First)),
        rest: Some(|stage| node_tests::bundlers(stage, Part::Rest)),
    },
    Suite {
        name: "demo",
        about: "cargo xtask demo --once: one answer through the whole path",
        first: Some(node_tests::demo),
        rest: None,
    },
];

/// `cargo xtask test --list`.
pub fn list() {
    for suite in &SUITES {
        println!("{:<14}{}", suite.name, suite.about);
    }
}

/// Runs a part of the suites, all of them or those named, and fails if one test did.
pub fn test(workspace: &Workspace, only: &[String], rest: bool) -> Result<()> {
    let part = if rest { Part::Rest } else { Part::First };
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
        let Some(run) = suite.part(part) else {
            continue;
        };
        say::step("suite", format!("{}: {}", suite.name, suite.about));
        let start = Instant::now();
        let counts = run(&stage).unwrap_or_else(|error| {
            say::failure(&error);
            Counts::failure()
        });
        rows.push(row(suite.name, counts, start.elapsed()));
        total += counts;
    }
    println!(
        "\n{}",
        say::table(&["suite", "passed", "failed", "skipped", "minutes"], &rows)
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
        format!("{:.1}", time.as_secs_f64() / 60.0),
    ]
}
