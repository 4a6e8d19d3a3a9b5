//! What the key scan looks for in the packed client: keys of the environment and canaries, the mark
//! of a key-holding build, providers' hosts, and paths of the machine that packed.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result};

use crate::pack::package;
pub use crate::pack::scan::Finding;
use crate::pack::scan::{Needle, scan as scan_bytes};
use crate::say;
use crate::workspace::Workspace;

/// The crate's own list of providers, which is data alone.
#[allow(dead_code)]
#[path = "../../../src/policy/providers/table.rs"]
mod providers;

const CANARY_VARIABLES: [&str; 6] = [
    "OPENAI_API_KEY",
    "AZURE_OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "FIREWORKS_API_KEY",
    "GROQ_API_KEY",
    "OPENROUTER_API_KEY",
];

/// A shorter value would be found by chance.
const SHORTEST_SECRET: usize = 8;

/// Keys that must not reach the client: made-up ones for the builds to see, and the caller's own.
pub struct Secrets {
    canaries: Vec<(String, String)>,
    own: Vec<(String, String)>,
}

impl Secrets {
    pub fn from_environment() -> Result<Self> {
        let own = std::env::vars()
            .filter(|(name, _)| name.ends_with("_API_KEY") || name == "SESSION_SECRET")
            .filter(|(name, value)| {
                let scanned = value.len() >= SHORTEST_SECRET;
                if !scanned && !value.is_empty() {
                    say::step("note", format!("{name} is too short to be scanned for"));
                }
                scanned
            })
            .collect();
        let canaries = CANARY_VARIABLES
            .iter()
            .map(|name| ((*name).to_owned(), canary()))
            .collect();
        Ok(Self { canaries, own })
    }

    /// The variables that the builds run under, in place of the caller's.
    pub fn canaries(&self) -> &[(String, String)] {
        &self.canaries
    }

    fn needles(&self) -> Vec<Needle> {
        let named = |kind: &str, keys: &[(String, String)]| -> Vec<Needle> {
            keys.iter()
                .flat_map(|(name, key)| Needle::secret(&format!("{kind} {name}"), key))
                .collect()
        };
        let mut needles = named("the canary of", &self.canaries);
        needles.extend(named("the value of", &self.own));
        needles
    }
}

/// A key of the usual look that nobody else has. std's hasher seeds are random by process; a canary
/// needs to be unlikely, not secret.
fn canary() -> String {
    let word = || RandomState::new().build_hasher().finish();
    format!("sk-canary/{:016x}+{:016x}", word(), word())
}

/// What must not stand in the client side of the package.
pub struct Scanner {
    everywhere: Vec<Needle>,
    hosts: Vec<Needle>,
}

impl Scanner {
    pub fn new(workspace: &Workspace, secrets: &Secrets) -> Result<Self> {
        Ok(Self {
            everywhere: everywhere(workspace, secrets)?,
            hosts: hosts(),
        })
    }

    /// Scans one file, which the package has as `name`.
    pub fn file(&self, name: &str, path: &Path) -> Result<Vec<Finding>> {
        let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let mut findings = scan_bytes(name, &bytes, &self.everywhere);
        // Prose, the scanner and the start's own commands may name a provider; what a page runs and
        // what it is typed with may not.
        let off_the_page = ["scan/", "init/start/tools/"];
        if !name.ends_with(".md") && !off_the_page.iter().any(|one| name.starts_with(one)) {
            findings.extend(scan_bytes(name, &bytes, &self.hosts));
        }
        Ok(findings)
    }

    /// Scans every file outside edge/.
    pub fn package(&self, packed: &Path) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        for file in package::files(packed)? {
            if !file.starts_with("edge/") {
                findings.extend(self.file(&file, &packed.join(&file))?);
            }
        }
        Ok(findings)
    }
}

/// A client talks to its proxy only, so no provider has business in it.
fn hosts() -> Vec<Needle> {
    let hosts = providers::PROVIDERS.iter().flat_map(|one| one.hosts);
    hosts
        .map(|host| Needle::host(format!("the provider host {host}"), host))
        .collect()
}

fn everywhere(workspace: &Workspace, secrets: &Secrets) -> Result<Vec<Needle>> {
    let mut needles = secrets.needles();
    needles.push(Needle::text(
        "the mark of a key-holding build",
        &key_mark(workspace)?,
    ));
    for path in ["/home/", "/Users/", ".cargo/registry", "rustlib/src"] {
        needles.push(Needle::text(format!("the builder's path {path}"), path));
    }
    // `/` is the home of some containers' users, and stands everywhere.
    if let Some(home) = env::home_dir().filter(|home| home.parent().is_some())
        && let Some(home) = home.to_str()
    {
        needles.push(Needle::text("the builder's home", home));
    }
    if let Some(root) = workspace.root().to_str() {
        needles.push(Needle::text("the path of the repository", root));
    }
    Ok(needles)
}

/// The text that stands in src/client/auth.rs alone.
fn key_mark(workspace: &Workspace) -> Result<String> {
    const HOME: &str = "src/client/auth.rs";
    let source = workspace.read(HOME)?;
    quoted_after(&source, "KEY_HOLDING_BUILD")
        .with_context(|| format!("{HOME} defines no KEY_HOLDING_BUILD: the scan has lost its mark"))
}

fn quoted_after(source: &str, name: &str) -> Option<String> {
    let definition = source.split_once(&format!("const {name}"))?.1;
    let (text, _) = definition.split_once('"')?.1.split_once('"')?;
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{canary, hosts, quoted_after};
    use crate::pack::scan::scan;

    #[test]
    fn the_mark_is_read_from_the_source_that_defines_it() {
        let source = "/// Why.\npub const KEY_HOLDING_BUILD: &str =\n    \"a mark\";\n";
        assert_eq!(
            quoted_after(source, "KEY_HOLDING_BUILD").as_deref(),
            Some("a mark")
        );
        assert_eq!(quoted_after(source, "OTHER"), None);
    }

    #[test]
    fn every_providers_host_is_found_and_nothing_that_only_looks_like_it() {
        let hosts = hosts();
        let found = |text: &str| scan("a.js", text.as_bytes(), &hosts).len();
        for text in [
            "https://api.openai.com/v1",
            "'api.x.ai'",
            "bedrock-runtime.eu-central-1.amazonaws.com",
            "europe-west4-aiplatform.googleapis.com",
        ] {
            assert_eq!(found(text), 1, "{text}");
        }
        for text in ["https://max.ai", "api-openai-com", "x.aim", "my-z.ai"] {
            assert_eq!(found(text), 0, "{text}");
        }
    }

    #[test]
    fn no_canary_comes_twice() {
        assert_ne!(canary(), canary());
    }
}
