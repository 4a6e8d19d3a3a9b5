//! wasm-bindgen's two programs, both of exactly the crate's version, since the two must agree; one
//! that a person has installed globally is never used. Its library writes JavaScript (`bindings`,
//! built with the workspace), its test runner runs tests (`TestRunner`, installed when they are).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;
use crate::say;
use crate::workspace::Workspace;

/// Writes `<name>.js` and `<name>_bg.wasm` for a WebAssembly file.
pub struct Bindings {
    program: PathBuf,
    version: String,
}

impl Bindings {
    /// Builds it, unoptimised: it takes a second or two for the largest of our files.
    pub fn ready(workspace: &Workspace) -> Result<Self> {
        say::step("building", "wasm-bindgen's library (about 1 min, once)");
        Ok(Self {
            program: command::build(workspace, "bindings")?,
            version: workspace.locked_version("wasm-bindgen")?,
        })
    }

    pub fn version(&self) -> &str {
        &self.version
    }

    /// `target` is wasm-bindgen's word: `no-modules`, `web` or `nodejs`.
    pub fn write(&self, target: &str, name: &str, wasm: &Path, out: &Path) -> Result<()> {
        let mut bindings = Command::new(&self.program);
        command::read(bindings.args([target, name]).arg(out).arg(wasm))?;
        Ok(())
    }
}

/// What cargo calls to run a test that was built for wasm.
pub struct TestRunner(PathBuf);

impl TestRunner {
    /// Installs it under `target/tools`, once for a version.
    pub fn ready(workspace: &Workspace) -> Result<Self> {
        let version = workspace.locked_version("wasm-bindgen")?;
        let root = workspace
            .scratch("tools")?
            .join(format!("wasm-bindgen-{version}"));
        let program = root.join("bin").join(format!(
            "wasm-bindgen-test-runner{}",
            std::env::consts::EXE_SUFFIX
        ));
        if program.exists() {
            return Ok(Self(program));
        }
        say::step(
            "installing",
            format!("wasm-bindgen's test runner {version} under target/tools (about 2 min, once)"),
        );
        // Without --locked: its lock file can name a version that a mirror does not hold yet.
        let mut install = command::cargo();
        install
            .args(["install", "--quiet", "wasm-bindgen-cli", "--version"])
            .arg(format!("={version}"))
            .args(["--bin", "wasm-bindgen-test-runner", "--debug", "--root"])
            .arg(&root)
            .env_remove("CARGO_TARGET_DIR");
        command::run(&mut install).with_context(|| {
            format!(
                "wasm-bindgen's test runner cannot be built; by hand: {}",
                command::line(&install)
            )
        })?;
        Ok(Self(program))
    }

    pub fn program(&self) -> &Path {
        &self.0
    }
}
