//! The stand-in for an OpenAI-compatible server, as a running process.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::command;
use crate::process::Server;
use crate::workspace::Workspace;

/// Builds it.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    command::build(workspace, "upstream")
}

/// A running stand-in, which ends with this value.
pub struct Upstream {
    _server: Server,
    /// `http://127.0.0.1:<port>`, without `/v1`.
    pub url: String,
}

impl Upstream {
    /// Starts the program on a free port.
    pub fn start(program: &Path, arguments: &[&str]) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["--port", "0"]).args(arguments);
        let mut server = Server::start("the stand-in server", &mut command)?;
        let url = server.wait_for(|line| line.strip_prefix("listening on ").map(str::to_owned))?;
        Ok(Self {
            _server: server,
            url,
        })
    }
}
