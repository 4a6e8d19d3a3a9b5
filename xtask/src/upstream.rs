//! The stand-in for an OpenAI-compatible server, as a running process.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command;
use crate::process::Server;
use crate::workspace::Workspace;

/// Builds it with the host's cargo and asks cargo where the program went.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    let mut cargo = command::cargo();
    cargo
        .args([
            "build",
            "--quiet",
            "--package",
            "upstream",
            "--message-format",
            "json-render-diagnostics",
        ])
        .current_dir(workspace.root());
    let messages = command::read(&mut cargo)?;
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .next_back()
        .context("cargo built the stand-in server but named no program")
}

/// A running stand-in, which ends with this value.
pub struct Upstream {
    _server: Server,
    /// `http://127.0.0.1:<port>`, without `/v1`.
    pub url: String,
}

impl Upstream {
    /// Starts the program on a free port, with so long a pause between the events of a stream.
    pub fn start(program: &Path, event_interval_ms: u32) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["--port", "0", "--event-interval-ms"]);
        command.arg(event_interval_ms.to_string());
        let mut server = Server::start("the stand-in server", &mut command)?;
        let url = server.wait_for(|line| line.strip_prefix("listening on ").map(str::to_owned))?;
        Ok(Self {
            _server: server,
            url,
        })
    }
}
