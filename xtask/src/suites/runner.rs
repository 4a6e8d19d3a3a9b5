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
const LIMIT: Duration = Duration::from_secs(60 * 60);
const SHOWN_LINES: usize = 150;

/// What a program did.
pub struct Ran {
    pub output: String,
    pub succeeded: bool,
}

/// Runs a program and keeps both its streams in `target/test/<name>.log`.
pub fn run(workspace: &Workspace, name: &str, program: &mut Command) -> Result<Ran> {
    let log: PathBuf = workspace.scratch("test")?.join(format!("{name}.log"));
    let file = File::create(&log).context("the log cannot be written")?;
    program
        .stdout(file.try_clone()?)
        .stderr(file)
        // A failed assertion says where it stands; a stack of each would bury the others.
        .env("RUST_BACKTRACE", "0");
    let outcome = command::run_within(LIMIT, program)?;
    let output = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    let succeeded = matches!(outcome, Outcome::Succeeded);
    if !succeeded {
        eprintln!("{}", worth_showing(&output));
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

/// From the list of failures on, if the program prints one, and the end of its output otherwise.
fn worth_showing(output: &str) -> String {
    match output.find("\nfailures:\n") {
        Some(start) => output[start..]
            .lines()
            .take(SHOWN_LINES)
            .collect::<Vec<_>>()
            .join("\n"),
        None => command::tail(output, SHOWN_LINES),
    }
}

#[cfg(test)]
mod tests {
    use super::worth_showing;

    #[test]
    fn a_list_of_failures_is_shown_rather_than_what_came_after_it() {
        let noise = "line\n".repeat(500);
        let shown = worth_showing(&format!("{noise}\nfailures:\n\n---- a ----\n{noise}"));
        assert!(shown.contains("---- a ----"));
        assert_eq!(worth_showing("error: x\n"), "error: x");
    }
}
