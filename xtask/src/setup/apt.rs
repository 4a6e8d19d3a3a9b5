//! Debian's packages. Only root installs them, and nothing here asks to become root: who is not is told
//! which command to run.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command;
use crate::say;

/// Is there an apt-get, and may this process use it?
pub fn usable() -> bool {
    command::on_path("apt-get").is_some() && is_root()
}

fn is_root() -> bool {
    command::read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// Installs packages as root, or stops with the command that would. It never removes one that is there.
pub fn install(what: &str, seconds: u32, packages: &[&str]) -> Result<()> {
    let line = packages.join(" ");
    if command::on_path("apt-get").is_none() {
        bail!("{what} is missing, and this system has no apt-get to install it: {line}");
    }
    if !is_root() {
        bail!(
            "{what} is missing. As root: cargo xtask setup --system (it runs apt-get install {line})"
        );
    }
    say::step(
        "installing",
        format!("{what}: apt-get install {line} (about {seconds} s)"),
    );
    command::read(apt_get().args(["update", "--quiet"]))?;
    command::read(
        apt_get()
            .args(["install", "--yes", "--quiet"])
            .args(["--no-install-recommends", "--no-remove"])
            .args(packages),
    )
    .with_context(|| format!("{what} cannot be installed"))?;
    Ok(())
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
