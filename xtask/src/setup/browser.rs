//! Chromium and its driver: only the tests and the benchmarks ask for them.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::command;
use crate::setup::apt;

/// A browser that tests can drive.
pub struct Browser {
    pub chromium: PathBuf,
    pub driver: PathBuf,
}

impl Browser {
    /// Finds both (`CHROMIUM` and `CHROMEDRIVER` come first), or installs Debian's.
    pub fn ready() -> Result<Self> {
        if let Some(browser) = find() {
            return Ok(browser);
        }
        apt::install("Chromium with its driver", 40, &apt::BROWSERS).context(
            "elsewhere set CHROMIUM and CHROMEDRIVER to the two programs, of one version",
        )?;
        find().context("Chromium is installed, yet `chromium` and `chromedriver` are not on PATH")
    }
}

fn find() -> Option<Browser> {
    Some(Browser {
        chromium: program(
            "CHROMIUM",
            &["chromium", "chromium-browser", "google-chrome"],
        )?,
        driver: program("CHROMEDRIVER", &["chromedriver"])?,
    })
}

fn program(variable: &str, names: &[&str]) -> Option<PathBuf> {
    match std::env::var_os(variable) {
        Some(path) => Some(PathBuf::from(path)),
        None => names.iter().find_map(|name| command::on_path(name)),
    }
}
