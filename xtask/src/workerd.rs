//! workerd, the runtime that Cloudflare runs, serving one Worker and a built page.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::Server;
use crate::setup::npm::Node;

const COMPATIBILITY_DATE: &str = "2026-10-01";

/// What the Worker learns from its environment. It travels through workerd's own environment, so
/// that no key is written to a file.
pub struct Environment<'a> {
    pub api_key: &'a str,
    pub session_secret: &'a str,
    pub base_url: Option<&'a str>,
    /// The stand-in, if that is what answers: the page can make its answers break.
    pub stand_in_url: Option<&'a str>,
    /// Whether there is a budget: what the server's models cost is known.
    pub has_budget: bool,
    /// Where the Durable Objects keep what they have.
    pub storage: &'a Path,
    /// The most US dollars a day; the Worker has a default.
    pub usd_a_day: Option<&'a str>,
}

impl<'a> Environment<'a> {
    /// The variables that are set, by name.
    fn optional(&self) -> impl Iterator<Item = (&'static str, &'a str)> {
        [
            ("OPENAI_BASE_URL", self.base_url),
            ("STAND_IN_URL", self.stand_in_url),
            ("USD_A_DAY", self.usd_a_day),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }
}

/// A running workerd, which ends with this value.
pub struct Workerd {
    server: Server,
    /// `http://localhost:<port>`
    pub url: String,
}

impl Workerd {
    /// Serves the Worker whose modules stand in `worker` (its main one is `worker.js`) with `site`
    /// as its `ASSETS`, on the wanted port if that is free and on another one otherwise.
    pub fn start(
        node: &Node,
        worker: &Path,
        site: &Path,
        port: u16,
        environment: &Environment,
    ) -> Result<Self> {
        let config = worker.join("config.capnp");
        fs::write(&config, text(worker, site, environment)?)
            .context("workerd's configuration cannot be written")?;
        let port = if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            port
        } else {
            0
        };
        let mut command = Command::new(program(node)?);
        command
            .args(["serve", "--control-fd=1"])
            .arg(format!("--socket-addr=http=127.0.0.1:{port}"))
            .arg(&config)
            .env("OPENAI_API_KEY", environment.api_key)
            .env("SESSION_SECRET", environment.session_secret);
        for (name, value) in environment.optional() {
            command.env(name, value);
        }
        let mut server = Server::start("workerd", &mut command)?;
        let port = server.wait_for(listening_port)?;
        Ok(Self {
            server,
            url: format!("http://localhost:{port}"),
        })
    }

    /// Waits for ever, or until workerd ends.
    pub fn wait(&mut self) -> Result<()> {
        self.server.wait()
    }
}

/// The control channel's line about the one socket.
fn listening_port(line: &str) -> Option<u64> {
    let event: Value = serde_json::from_str(line).ok()?;
    (event["event"] == "listen" && event["socket"] == "http")
        .then(|| event["port"].as_u64())
        .flatten()
}

/// npm's platform package holds the program itself; without install scripts `workerd/bin/workerd`
/// may be a Node script that looks for it.
fn program(node: &Node) -> Result<PathBuf> {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let processor = match std::env::consts::ARCH {
        "aarch64" => "arm64",
        _ => "64",
    };
    let suffix = std::env::consts::EXE_SUFFIX;
    let program = node.module(&format!(
        "@cloudflare/workerd-{system}-{processor}/bin/workerd{suffix}"
    ));
    if !program.exists() {
        bail!(
            "workerd has no program for this machine at {}: cd www && npm ci",
            program.display()
        );
    }
    Ok(program)
}

fn text(worker: &Path, site: &Path, environment: &Environment) -> Result<String> {
    let mut modules = String::new();
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(worker)? {
        names.extend(entry?.file_name().to_str().map(str::to_owned));
    }
    // workerd starts the module that is listed first.
    names.sort_by_key(|name| (name != "worker.js", name.clone()));
    for name in names.iter().filter(|name| *name != "assets.js") {
        let kind = match Path::new(name)
            .extension()
            .and_then(|ending| ending.to_str())
        {
            Some("js") => "esModule",
            Some("wasm") => "wasm",
            _ => continue,
        };
        let name = quoted(name);
        modules.push_str(&format!("    (name = {name}, {kind} = embed {name}),\n"));
    }
    let optional: String = environment
        .optional()
        .map(|(name, _)| format!("    (name = \"{name}\", fromEnvironment = \"{name}\"),\n"))
        .collect();
    let objects = Objects::of(environment)?;
    let site = quoted(site.to_str().context("the site's path is no UTF-8")?);
    Ok(format!(
        r#"using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "assets", worker = .assets),
    (name = "site", disk = (path = {site}, writable = false, allowDotfiles = false)),
    (name = "objects", disk = (path = {storage}, writable = true)),
    (name = "internet", network = (
      allow = ["public", "private"],
      tlsOptions = (trustBrowserCas = true),
    )),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);

const worker :Workerd.Worker = (
  compatibilityDate = "{COMPATIBILITY_DATE}",
  compatibilityFlags = ["enable_request_signal"],
  globalOutbound = "internet",
  durableObjectNamespaces = [
{namespaces}  ],
  durableObjectStorage = (localDisk = "objects"),
  modules = [
{modules}  ],
  bindings = [
    (name = "OPENAI_API_KEY", fromEnvironment = "OPENAI_API_KEY"),
    (name = "SESSION_SECRET", fromEnvironment = "SESSION_SECRET"),
{optional}{bindings}    (name = "ASSETS", service = "assets"),
  ],
);

const assets :Workerd.Worker = (
  compatibilityDate = "{COMPATIBILITY_DATE}",
  modules = [(name = "assets.js", esModule = embed "assets.js")],
  bindings = [(name = "SITE", service = "site")],
);
"#,
        storage = objects.storage,
        namespaces = objects.namespaces,
        bindings = objects.bindings,
    ))
}

/// A class of Durable Objects that the Worker exports.
struct Class {
    name: &'static str,
    binding: &'static str,
    /// By which its objects are found again.
    unique_key: &'static str,
}

const STREAMS: Class = Class {
    name: "StreamLog",
    binding: "STREAMS",
    unique_key: "demo-streams",
};
const BUDGET: Class = Class {
    name: "BudgetLedger",
    binding: "BUDGET",
    unique_key: "demo-budget",
};

/// What the configuration says of the Durable Objects.
struct Objects {
    storage: String,
    namespaces: String,
    bindings: String,
}

impl Objects {
    fn of(environment: &Environment) -> Result<Self> {
        let folder = environment.storage;
        fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        let classes = [Some(STREAMS), environment.has_budget.then_some(BUDGET)];
        let mut objects = Self {
            storage: quoted(folder.to_str().context("the storage's path is no UTF-8")?),
            namespaces: String::new(),
            bindings: String::new(),
        };
        for Class {
            name,
            binding,
            unique_key,
        } in classes.into_iter().flatten()
        {
            objects.namespaces.push_str(&format!(
                "    (className = \"{name}\", uniqueKey = \"{unique_key}\", enableSql = true),\n"
            ));
            objects.bindings.push_str(&format!(
                "    (name = \"{binding}\", durableObjectNamespace = \"{name}\"),\n"
            ));
        }
        Ok(objects)
    }
}

/// A Cap'n Proto text literal.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::{listening_port, quoted};

    #[test]
    fn the_port_is_that_of_the_http_socket() {
        let line = r#"{"event":"listen","socket":"http","port":8787}"#;
        assert_eq!(listening_port(line), Some(8787));
        for other in [r#"{"event":"listen-inspector","port":9229}"#, "ready", "{}"] {
            assert_eq!(listening_port(other), None, "{other}");
        }
    }

    #[test]
    fn a_path_is_quoted_for_the_configuration() {
        assert_eq!(quoted(r#"C:\a "b""#), r#""C:\\a \"b\"""#);
    }
}
