//! `cargo xtask`: the project's commands. `setup` finds or installs what the others need, `pack`
//! makes the npm package, `demo` shows the whole path, `docs` builds the documentation, `test` proves it
//! all, `bench` measures it, `release` prepares a new version.

mod bench;
mod command;
mod demo;
mod docs;
mod pack;
mod process;
mod release;
mod say;
mod setup;
mod suites;
mod upstream;
mod workerd;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The commands of openai-wasm", version)]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Find or install everything that the other commands need
    Setup {
        /// Only what the system's packages bring; root's part of the work
        #[arg(long)]
        system: bool,
    },
    /// Build the npm package, ready to publish, into pkg/
    Pack {
        /// Bake this proxy URL in: the client is then a `proxy-only` build
        #[arg(long, value_name = "URL")]
        proxy_url: Option<String>,
        /// Where the package goes
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// The control of the key scan: a client that can hold a key, which the scan must refuse
        #[arg(long, hide = true, requires = "out", conflicts_with = "proxy_url")]
        leaky: bool,
    },
    /// Show the whole path: page, wasm client, Worker with the key, answering server
    Demo {
        /// End after the answer to one question
        #[arg(
            long,
            value_name = "QUESTION",
            num_args = 0..=1,
            default_missing_value = demo::QUESTION
        )]
        once: Option<String>,
    },
    /// Build the documentation site into target/docs/, and check its links
    Docs {
        /// Where the site goes
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Run one case of each kind; with --rest, every other case
    Test {
        /// Run this suite only; may be given more than once
        #[arg(long, value_name = "SUITE")]
        only: Vec<String>,
        /// Run what `cargo xtask test` leaves out: every case beyond the first of its kind
        #[arg(long)]
        rest: bool,
        /// Name the suites
        #[arg(long)]
        list: bool,
    },
    /// Write a new version and date its changes, for the commit and the tag that publish it
    Release {
        /// For example 0.2.0
        #[arg(required_unless_present = "check")]
        version: Option<String>,
        /// Change nothing: hold this tag against the version, and print the release's notes
        #[arg(long, value_name = "TAG", conflicts_with = "version")]
        check: Option<String>,
    },
    /// Run the benchmarks and record their tables in benches/record/
    Bench {
        /// Passed on to benches/run.mjs
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::failure(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    process::kill_children_on_ctrl_c()?;
    let workspace = Workspace::find()?;
    match arguments.command {
        Task::Setup { system: true } => setup::system(&workspace),
        Task::Setup { system: false } => setup::everything(&workspace),
        Task::Pack {
            proxy_url,
            out,
            leaky,
        } => {
            let order = pack::Order {
                out: out.unwrap_or_else(|| workspace.path("pkg")),
                proxy_url,
                leaky,
                sizes: true,
                quick: false,
            };
            pack::pack(&workspace, &order, None)?;
            Ok(())
        }
        Task::Demo { once } => {
            let question = once.as_deref().unwrap_or(demo::QUESTION);
            demo::demo(&workspace, question, once.is_some())
        }
        Task::Docs { out } => docs::docs(&workspace, out).map(drop),
        Task::Test { list: true, .. } => {
            suites::list();
            Ok(())
        }
        Task::Test { only, rest, .. } => suites::test(&workspace, &only, rest),
        Task::Release {
            check: Some(tag), ..
        } => release::check(&workspace, &tag),
        Task::Release { version, .. } => {
            release::release(&workspace, version.as_deref().unwrap_or_default())
        }
        Task::Bench { arguments } => bench::bench(&workspace, &arguments),
    }
}
