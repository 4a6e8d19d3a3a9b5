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
        apt::install(
            "Chromium with its driver",
            40,
            &["chromium", "chromium-driver"],
        )
        .context("elsewhere set CHROMIUM and CHROMEDRIVER to the two programs, of one version")?;
        find().context("Chromium is installed, yet `chromium` and `chromedriver` are not on PATH")
    }
}

/// Firefox, and WebKit with the screen that it needs, for the suite `runtimes`.
pub struct Others {
    pub firefox: PathBuf,
    pub webkit_driver: PathBuf,
    pub xvfb: PathBuf,
}

impl Others {
    /// Finds them (`FIREFOX`, `WEBKIT_DRIVER` and `XVFB` come first), or installs Debian's.
    pub fn ready() -> Result<Self> {
        if let Some(others) = Self::find() {
            return Ok(others);
        }
        apt::install(
            "Firefox and WebKit",
            40,
            &["firefox-esr", "webkit2gtk-driver", "xvfb"],
        )
        .context("elsewhere set FIREFOX, WEBKIT_DRIVER and XVFB to the programs")?;
        Self::find().context(
            "Firefox and WebKit are installed, yet `firefox-esr`, `WebKitWebDriver` and `Xvfb` are not on PATH",
        )
    }

    fn find() -> Option<Self> {
        Some(Self {
            firefox: program("FIREFOX", &["firefox-esr", "firefox"])?,
            webkit_driver: program("WEBKIT_DRIVER", &["WebKitWebDriver"])?,
            xvfb: program("XVFB", &["Xvfb"])?,
        })
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
