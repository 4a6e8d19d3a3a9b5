//! Debian's packages, where there is apt and the right to use it.

use std::process::Command;

use anyhow::{Result, bail};

use crate::command;
use crate::say;

/// A way to run apt-get: as root, or through a sudo that asks no password.
pub struct Apt {
    sudo: bool,
}

impl Apt {
    /// `None` where there is no apt-get, or no right to install.
    pub fn find() -> Option<Self> {
        command::on_path("apt-get")?;
        let root = command::read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
        if root {
            return Some(Self { sudo: false });
        }
        command::on_path("sudo")?;
        let sudo = command::read(Command::new("sudo").args(["-n", "true"])).is_ok();
        sudo.then_some(Self { sudo })
    }

    /// Installs packages after a fresh look at the lists. It never removes one that is there.
    pub fn install(&self, packages: &[&str]) -> Result<()> {
        command::read(self.apt_get().args(["update", "--quiet"]))?;
        let mut install = self.apt_get();
        install.args([
            "install",
            "--yes",
            "--quiet",
            "--no-install-recommends",
            "--no-remove",
        ]);
        command::read(install.args(packages))?;
        Ok(())
    }

    fn apt_get(&self) -> Command {
        let mut command = if self.sudo {
            let mut sudo = Command::new("sudo");
            sudo.args(["-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
            sudo
        } else {
            Command::new("apt-get")
        };
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    }
}

/// Installs packages, or says which command would.
pub fn install(what: &str, seconds: u32, packages: &[&str]) -> Result<()> {
    let line = packages.join(" ");
    let Some(apt) = Apt::find() else {
        bail!("{what} is missing. On Debian or Ubuntu: sudo apt-get install {line}");
    };
    say::step(
        "installing",
        format!("{what}: apt-get install {line} (about {seconds} s)"),
    );
    apt.install(packages)
}
