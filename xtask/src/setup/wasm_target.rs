//! A toolchain that can build for `wasm32-unknown-unknown`, found or installed on four routes:
//! the target is there, rustup adds it, Debian's packages bring one, or the person is told how.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command::{self, Outcome};
use crate::say;
use crate::setup::apt;
use crate::workspace::Workspace;

pub const TARGET: &str = "wasm32-unknown-unknown";

/// Offline, rustup retries for minutes.
const RUSTUP_LIMIT: Duration = Duration::from_secs(60);
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// How to build for wasm on this machine.
pub struct Wasm {
    toolchain: Toolchain,
    target_dir: PathBuf,
}

enum Toolchain {
    /// The toolchain that runs this program has the target.
    Host,
    /// Debian's: it has the target but no built `std` and no `rust-lld`, so `std` is built from
    /// the sources in its sysroot and linked by Debian's own lld.
    Debian { linker: String },
}

impl Wasm {
    /// Tries the routes in order. Debian's route is remembered, since finding out again that rustup
    /// is offline would cost a minute each time.
    pub fn ready(workspace: &Workspace) -> Result<Self> {
        Ok(Self {
            toolchain: toolchain(workspace)?,
            target_dir: workspace.scratch("wasm")?,
        })
    }

    /// Which toolchain it is, for a person.
    pub fn description(&self) -> String {
        match &self.toolchain {
            Toolchain::Host => "the Rust toolchain in use has it".to_owned(),
            Toolchain::Debian { linker } => format!("Debian's {DEBIAN_RUSTC} with {linker}"),
        }
    }

    /// Where its builds go: apart from the host's, whose toolchain may be another one.
    pub fn target_dir(&self) -> &Path {
        &self.target_dir
    }

    /// `cargo <subcommand> --target wasm32-unknown-unknown`, ready for more arguments.
    pub fn cargo(&self, subcommand: &str) -> Command {
        let mut cargo = match &self.toolchain {
            Toolchain::Host => command::cargo(),
            Toolchain::Debian { linker } => {
                let mut cargo = Command::new(DEBIAN_CARGO);
                cargo
                    .env("RUSTC", DEBIAN_RUSTC)
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                    // rustup's cargo set these for this program; they belong to another toolchain.
                    .env_remove("CARGO")
                    .env_remove("RUSTUP_TOOLCHAIN")
                    .env_remove("RUSTDOC");
                cargo
            }
        };
        cargo
            .args([subcommand, "--target", TARGET])
            .env("CARGO_TARGET_DIR", &self.target_dir);
        cargo
    }

    /// The folder with the sources of `std`, whose paths must not stand in a packed file.
    pub fn sysroot(&self) -> Result<PathBuf> {
        let mut rustc = match self.toolchain {
            Toolchain::Host => host_rustc(),
            Toolchain::Debian { .. } => Command::new(DEBIAN_RUSTC),
        };
        let path = command::read(rustc.args(["--print", "sysroot"]))?;
        Ok(PathBuf::from(path.trim()))
    }
}

fn toolchain(workspace: &Workspace) -> Result<Toolchain> {
    if host_has_target() {
        return Ok(Toolchain::Host);
    }
    let decision = workspace.scratch("setup")?.join("wasm-target");
    if fs::read_to_string(&decision).is_ok_and(|text| text == "debian")
        && let Some(toolchain) = debian()
    {
        return Ok(toolchain);
    }
    if added_by_rustup()? {
        return Ok(Toolchain::Host);
    }
    let toolchain = match debian() {
        Some(toolchain) => toolchain,
        None => installed_by_apt()?,
    };
    fs::write(&decision, "debian").context("the decision cannot be kept")?;
    Ok(toolchain)
}

/// Route 1.
fn host_has_target() -> bool {
    command::read(host_rustc().args(["--print", "target-libdir", "--target", TARGET]))
        .is_ok_and(|folder| Path::new(folder.trim()).is_dir())
}

fn host_rustc() -> Command {
    Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

/// Route 2.
fn added_by_rustup() -> Result<bool> {
    if command::on_path("rustup").is_none() {
        return Ok(false);
    }
    say::step(
        "installing",
        format!(
            "the wasm target: rustup target add {TARGET} (about 10 s online; gives up after {} s)",
            RUSTUP_LIMIT.as_secs()
        ),
    );
    let mut rustup = Command::new("rustup");
    rustup
        .args(["--quiet", "target", "add", TARGET])
        .stderr(Stdio::null());
    match command::run_within(RUSTUP_LIMIT, &mut rustup)? {
        Outcome::Succeeded => return Ok(host_has_target()),
        Outcome::Failed => say::step("", "rustup could not (offline?); next: Debian's packages"),
        Outcome::TooSlow => say::step("", "rustup gave no answer; next: Debian's packages"),
    }
    Ok(false)
}

/// Route 3, if its packages are installed.
fn debian() -> Option<Toolchain> {
    if !Path::new(DEBIAN_CARGO).exists() || !Path::new(DEBIAN_RUSTC).exists() {
        return None;
    }
    let sysroot = command::read(Command::new(DEBIAN_RUSTC).args(["--print", "sysroot"])).ok()?;
    let std_sources = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/std");
    let linker = format!("wasm-ld-{}", debian_llvm().ok()?);
    let found = std_sources.is_dir() && command::on_path(&linker).is_some();
    found.then_some(Toolchain::Debian { linker })
}

/// LLVM's major version in Debian's rustc: the lld package bears the same number.
fn debian_llvm() -> Result<String> {
    let version = command::read(Command::new(DEBIAN_RUSTC).arg("-vV"))?;
    llvm_major(&version).context("Debian's rustc does not name its LLVM version")
}

fn llvm_major(version: &str) -> Option<String> {
    let version = version
        .lines()
        .find_map(|line| line.strip_prefix("LLVM version: "))?;
    Some(version.split('.').next()?.to_owned())
}

/// Route 3, and route 4 where there is no apt.
fn installed_by_apt() -> Result<Toolchain> {
    if !apt::usable() {
        bail!(
            "this machine cannot build for {TARGET}. One of these helps:\n  \
             rustup target add {TARGET}\n  \
             cargo xtask setup --system, as root on Debian 12 or later (it runs apt-get install {})\n  \
             a Rust toolchain with the {TARGET} target first on PATH",
            DEBIAN_PACKAGES.join(" "),
        );
    }
    apt::install("the wasm target", 15, &DEBIAN_PACKAGES)?;
    let lld = format!("lld-{}", debian_llvm()?);
    apt::install("the wasm target's linker", 5, &[&lld])?;
    debian().context("Debian's packages are installed, yet they cannot build for wasm")
}

#[cfg(test)]
mod tests {
    use super::llvm_major;

    #[test]
    fn the_lld_package_follows_the_llvm_that_rustc_names() {
        let said = "rustc 1.96.0\nrelease: 1.96.0\nLLVM version: 22.1.8\n";
        assert_eq!(llvm_major(said).as_deref(), Some("22"));
        assert_eq!(llvm_major("rustc 1.96.0\n"), None);
    }
}
