//! `cargo xtask release`: writes a version where it has its one home, Cargo.toml, and dates the changelog's section.
//! With `--check` it changes nothing: it holds a tag against both, and prints the section as the release's notes.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::command;
use crate::say;
use crate::setup::npm::node;
use crate::workspace::Workspace;

const NAME: &str = "openai-wasm";
const UNRELEASED: &str = "## [Unreleased]\n";
/// Folders with a lock file that names the crate.
const LOCKED: [&str; 3] = [".", "examples/page-rust", "examples/worker-rust"];

/// Prepares a release; the commit and the tag are the maintainer's.
pub fn release(workspace: &Workspace, version: &str) -> Result<()> {
    let last = workspace.locked_version(NAME)?;
    if numbers(version)? < numbers(&last)? {
        bail!("{version} is older than {last}, which Cargo.toml has");
    }
    let manifest = with_version(&workspace.read("Cargo.toml")?, version)?;
    let today = command::read(node().args(["-p", "new Date().toISOString().slice(0, 10)"]))?;
    let changelog = with_section(&workspace.read("CHANGELOG.md")?, version, today.trim())?;
    fs::write(workspace.path("Cargo.toml"), manifest)?;
    fs::write(workspace.path("CHANGELOG.md"), changelog)?;
    for folder in LOCKED {
        command::run(
            command::cargo()
                .args(["update", "--workspace", "--quiet", "--offline"])
                .current_dir(workspace.path(folder)),
        )?;
    }
    say::step("prepared", format!("{version}. Look at the change, then:"));
    println!("git commit --all --message \"Release {version}\"");
    println!("git tag v{version}");
    println!("git push origin main v{version}");
    Ok(())
}

/// Fails unless a tag is that of the version and the changelog; prints the notes.
pub fn check(workspace: &Workspace, tag: &str) -> Result<()> {
    let version = workspace.locked_version(NAME)?;
    if tag.strip_prefix('v') != Some(&version) {
        bail!(
            "the tag {tag} is not v{version}, the version of Cargo.toml: `cargo xtask release` writes it"
        );
    }
    println!("{}", notes(&workspace.read("CHANGELOG.md")?, &version)?);
    Ok(())
}

/// Three numbers. Others, `1.0.0-rc.1` for example, are not released by this command.
fn numbers(version: &str) -> Result<[u64; 3]> {
    let parts: Option<Vec<u64>> = version.split('.').map(|part| part.parse().ok()).collect();
    parts
        .and_then(|parts| parts.try_into().ok())
        .with_context(|| format!("{version} is not a version such as 1.2.3"))
}

/// The first version of Cargo.toml is that of `[workspace.package]`.
fn with_version(manifest: &str, version: &str) -> Result<String> {
    let (head, rest) = manifest
        .split_once("[workspace.package]\nversion = \"")
        .context("Cargo.toml must begin [workspace.package] with the version")?;
    let (_, tail) = rest
        .split_once('"')
        .context("Cargo.toml's version has no end")?;
    Ok(format!(
        "{head}[workspace.package]\nversion = \"{version}\"{tail}"
    ))
}

fn with_section(changelog: &str, version: &str, date: &str) -> Result<String> {
    let (head, rest) = changelog
        .split_once(UNRELEASED)
        .context("CHANGELOG.md has no section [Unreleased]")?;
    let (changes, _) = rest.split_once("\n## ").unwrap_or((rest, ""));
    if changes.trim().is_empty() {
        bail!("CHANGELOG.md says nothing of what is new: fill its section [Unreleased]");
    }
    Ok(format!(
        "{head}{UNRELEASED}\n## [{version}] - {date}\n{rest}"
    ))
}

fn notes<'a>(changelog: &'a str, version: &str) -> Result<&'a str> {
    let (_, section) = changelog
        .split_once(&format!("\n## [{version}] - "))
        .with_context(|| format!("CHANGELOG.md has no section [{version}]"))?;
    let (_date, section) = section.split_once('\n').unwrap_or((section, ""));
    let (section, _) = section.split_once("\n## ").unwrap_or((section, ""));
    Ok(section.trim())
}

#[cfg(test)]
mod tests {
    use super::{notes, numbers, with_section, with_version};

    const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- One.\n\n## [0.1.0] - 2026-01-01\n\n- Nil.\n";

    #[test]
    fn a_version_has_three_numbers() {
        assert!(numbers("0.10.0").unwrap() > numbers("0.9.9").unwrap());
        for wrong in ["1.0", "v1.0.0", "1.0.0-rc.1", "1.0.0.0", "", "1.-1.0"] {
            assert!(numbers(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_version_is_written_where_the_workspace_has_it_and_nowhere_else() {
        let manifest = "[workspace.package]\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\na = { version = \"0.1.0\" }\n";
        let expected = "[workspace.package]\nversion = \"0.2.0\"\nedition = \"2024\"\n[dependencies]\na = { version = \"0.1.0\" }\n";
        assert_eq!(with_version(manifest, "0.2.0").unwrap(), expected);
        assert!(with_version("[package]\nversion = \"0.1.0\"\n", "0.2.0").is_err());
    }

    #[test]
    fn what_was_unreleased_becomes_the_versions_section_and_its_notes() {
        let released = with_section(CHANGELOG, "0.2.0", "2026-12-24").unwrap();
        assert!(
            released
                .contains("## [Unreleased]\n\n## [0.2.0] - 2026-12-24\n\n### Added\n\n- One.\n")
        );
        assert_eq!(notes(&released, "0.2.0").unwrap(), "### Added\n\n- One.");
        assert_eq!(notes(&released, "0.1.0").unwrap(), "- Nil.");
        assert!(notes(&released, "0.3.0").is_err());
        assert!(with_section(&released, "0.3.0", "2026-12-25").is_err());
    }
}
