//! The wasm-bindgen command line of exactly the crate's version: the two must agree, so one that a
//! person has installed globally is never used.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;
use crate::say;
use crate::workspace::Workspace;

/// The installed tools.
pub struct Bindgen {
    bin: PathBuf,
    version: String,
}

impl Bindgen {
    /// Installs it under `target/tools`, once for a version.
    pub fn ready(workspace: &Workspace) -> Result<Self> {
        let version = workspace.locked_version("wasm-bindgen")?;
        let root = workspace
            .scratch("tools")?
            .join(format!("wasm-bindgen-{version}"));
        let bindgen = Self {
            bin: root.join("bin"),
            version,
        };
        if bindgen.program("wasm-bindgen").exists() && bindgen.test_runner().exists() {
            return Ok(bindgen);
        }
        say::step(
            "installing",
            format!(
                "wasm-bindgen {} under target/tools (about 2.5 min, once)",
                bindgen.version
            ),
        );
        // Without --locked: its lock file can name a version that a mirror does not hold yet.
        let mut install = command::cargo();
        install
            .args(["install", "--quiet", "wasm-bindgen-cli", "--version"])
            .arg(format!("={}", bindgen.version))
            .arg("--root")
            .arg(&root)
            .env_remove("CARGO_TARGET_DIR");
        command::run(&mut install).with_context(|| {
            format!(
                "wasm-bindgen cannot be built; by hand: {}",
                command::line(&install)
            )
        })?;
        Ok(bindgen)
    }

    pub fn version(&self) -> &str {
        &self.version
    }

    pub fn command(&self) -> Command {
        Command::new(self.program("wasm-bindgen"))
    }

    /// What cargo calls to run a test that was built for wasm.
    pub fn test_runner(&self) -> PathBuf {
        self.program("wasm-bindgen-test-runner")
    }

    fn program(&self, name: &str) -> PathBuf {
        self.bin
            .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }
}
