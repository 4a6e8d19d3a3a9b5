//! Running other programs: seen, unseen, or with a time limit; a failure names the command.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::Group;
use crate::workspace::Workspace;

/// Runs a program whose output the person sees.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("`{}` cannot be started", line(command)))?;
    if !status.success() {
        bail!("`{}` failed: {status}", line(command));
    }
    Ok(())
}

/// Runs a program unseen and returns what it wrote to stdout; a failure shows both ends of what it said.
pub fn read(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("`{}` cannot be started", line(command)))?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        let said = format!("{stdout}{}", String::from_utf8_lossy(&output.stderr));
        bail!(
            "`{}` failed: {}\n{}",
            line(command),
            output.status,
            ends(&said, 20, 40)
        );
    }
    Ok(stdout.into_owned())
}

/// How a program with a time limit ended.
pub enum Outcome {
    Succeeded,
    Failed,
    TooSlow,
}

/// Runs a program that may hang (a network that swallows packets), for `limit` at most.
pub fn run_within(limit: Duration, command: &mut Command) -> Result<Outcome> {
    let mut group = Group::start(command.stdin(Stdio::null()))?;
    let start = Instant::now();
    while start.elapsed() < limit {
        match group.child.try_wait()? {
            Some(status) if status.success() => return Ok(Outcome::Succeeded),
            Some(_) => return Ok(Outcome::Failed),
            None => thread::sleep(Duration::from_millis(100)),
        }
    }
    Ok(Outcome::TooSlow)
}

/// Where a program stands on PATH.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| is_program(file))
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.with_extension("exe").is_file() || file.with_extension("cmd").is_file()
}

/// The host's cargo: the one that runs this program, so that one toolchain does it all.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Builds a program of the workspace for the host, unoptimised, and asks cargo where it went.
pub fn build(workspace: &Workspace, package: &str) -> Result<PathBuf> {
    let mut cargo = cargo();
    cargo
        .args(["build", "--quiet", "--package", package])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(workspace.root());
    read(&mut cargo)?
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .next_back()
        .with_context(|| format!("cargo built {package} but named no program"))
}

/// The command as a person would type it: programs by name, whatever their folder.
pub fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    std::iter::once(program.file_name().unwrap_or(program.as_os_str()))
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The last lines of a text.
pub fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// The first and the last lines: npm gives the reason before its help, compilers give it last.
fn ends(text: &str, first: usize, last: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    if all.len() <= first + last {
        return text.trim_end().to_owned();
    }
    let left_out = all.len() - first - last;
    format!(
        "{}\n[{left_out} lines left out]\n{}",
        all[..first].join("\n"),
        all[all.len() - last..].join("\n")
    )
}
