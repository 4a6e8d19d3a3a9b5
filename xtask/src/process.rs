//! Programs that start others: servers beside a command, test programs. Each has its own process
//! group, which dies with its handle, on Ctrl-C and on a termination signal: no port stays taken.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command;

static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn running() -> MutexGuard<'static, Vec<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on Ctrl-C ends the servers first, then this program.
pub fn kill_children_on_ctrl_c() -> Result<()> {
    ctrlc::set_handler(|| {
        for group in running().drain(..) {
            kill_group(group);
        }
        std::process::exit(130);
    })
    .context("the Ctrl-C handler cannot be set")
}

/// A program with all that it starts; nothing of it outlives this value.
pub struct Group {
    pub child: Child,
}

impl Group {
    pub fn start(command: &mut Command) -> Result<Self> {
        own_group(command);
        let child = command
            .spawn()
            .with_context(|| format!("`{}` cannot be started", command::line(command)))?;
        running().push(child.id());
        Ok(Self { child })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let leader = self.child.id();
        kill_group(leader);
        // Where there are no groups these two do it; elsewhere they only collect what is dead.
        let _ = self.child.kill();
        let _ = self.child.wait();
        running().retain(|other| *other != leader);
    }
}

/// A running server and the lines that it writes to stdout.
pub struct Server {
    group: Group,
    name: String,
    lines: Receiver<String>,
}

impl Server {
    pub fn start(name: &str, command: &mut Command) -> Result<Self> {
        let mut group = Group::start(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
        let stdout = group.child.stdout.take().context("stdout is not piped")?;
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Nobody listens once the server is up: the pipe is still read, so it never fills.
                let _ = sender.send(line);
            }
        });
        Ok(Self {
            group,
            name: name.to_owned(),
            lines,
        })
    }

    /// Waits until the server prints a line that `wanted` understands.
    pub fn wait_for<T>(&mut self, wanted: impl Fn(&str) -> Option<T>) -> Result<T> {
        const LIMIT: Duration = Duration::from_secs(60);
        let start = Instant::now();
        while let Some(left) = LIMIT.checked_sub(start.elapsed()) {
            match self.lines.recv_timeout(left) {
                Ok(line) => match wanted(&line) {
                    Some(found) => return Ok(found),
                    None => eprintln!("{line}"),
                },
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.group.child.wait()?;
                    bail!("{} ended before it was ready: {status}", self.name);
                }
            }
        }
        bail!("{} was not ready within {} s", self.name, LIMIT.as_secs())
    }

    /// Waits until the server ends by itself.
    pub fn wait(&mut self) -> Result<()> {
        let status = self.group.child.wait()?;
        bail!("{} ended: {status}", self.name)
    }
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(unix)]
fn kill_group(leader: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}

/// Elsewhere the handle kills the process itself.
#[cfg(not(unix))]
fn kill_group(_: u32) {}
