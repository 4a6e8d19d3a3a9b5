//! Runs a test program into a log file; a person sees the log's end only where something failed.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::command::{self, Outcome};
use crate::say;
use crate::workspace::Workspace;

/// Nothing here takes half as long; what does, hangs.
const LIMIT: Duration = Duration::from_secs(15 * 60);
const SHOWN_LINES: usize = 120;

/// What a program did.
pub struct Ran {
    pub output: String,
    pub succeeded: bool,
}

/// Runs a program and keeps both its streams in `target/test/<name>.log`.
pub fn run(workspace: &Workspace, name: &str, program: &mut Command) -> Result<Ran> {
    let log: PathBuf = workspace.scratch("test")?.join(format!("{name}.log"));
    let file = File::create(&log).context("the log cannot be written")?;
    program.stdout(file.try_clone()?).stderr(file);
    let outcome = command::run_within(LIMIT, program)?;
    let output = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    let succeeded = matches!(outcome, Outcome::Succeeded);
    if !succeeded {
        eprintln!("{}", command::tail(&output, SHOWN_LINES));
        let ended = match outcome {
            Outcome::TooSlow => format!("was ended after {} minutes", LIMIT.as_secs() / 60),
            _ => "failed".to_owned(),
        };
        say::step(
            "failed",
            format!(
                "`{}` {ended}; all of it: {}",
                command::line(program),
                log.display()
            ),
        );
    }
    Ok(Ran { output, succeeded })
}
