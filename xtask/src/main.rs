//! `cargo xtask`: the project's commands. `setup` finds or installs what the others need, `pack`
//! makes the npm package, `demo` shows the whole path, `test` proves it, `bench` measures it.

mod command;
mod pack;
mod process;
mod say;
mod setup;
mod workspace;

use std::path::PathBuf;

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
    Setup,
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
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    process::kill_children_on_ctrl_c()?;
    let workspace = Workspace::find()?;
    match arguments.command {
        Task::Setup => setup::everything(&workspace),
        Task::Pack {
            proxy_url,
            out,
            leaky,
        } => {
            let order = pack::Order {
                out: out.unwrap_or_else(|| workspace.path("pkg")),
                proxy_url,
                leaky,
            };
            pack::pack(&workspace, &order)?;
            Ok(())
        }
    }
}
