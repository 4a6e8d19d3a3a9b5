//! `cargo xtask demo`: the whole path on one machine. A page and a Node program ask through the
//! keyless client; a Worker in real workerd holds the key; a stand-in server answers, or the server
//! that `OPENAI_API_KEY` and `OPENAI_BASE_URL` name.

pub mod site;

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::command;
use crate::pack::package;
use crate::say;
use crate::setup::npm::{self, Node};
use crate::upstream::{self, Upstream};
use crate::workerd::{Environment, Workerd};
use crate::workspace::Workspace;
use site::Site;

const PORT: u16 = 8787;
pub const QUESTION: &str = "Say this is a test";
/// About as fast as a person reads, so that the streaming is seen.
const READABLE_INTERVAL_MS: &str = "35";

/// Asks `question` through the whole path; then ends if `once`, else stays up.
pub fn demo(workspace: &Workspace, question: &str, once: bool) -> Result<()> {
    let site = Site::build(workspace, true)?;
    let node = Node::ready(workspace, "www")?;
    let server = Answering::start(workspace)?;
    let session_secret = random_hex()?;
    let usd_a_day = variable("USD_A_DAY");
    let storage = workspace.scratch("demo")?.join("objects");
    let environment = Environment {
        api_key: &server.api_key,
        session_secret: &session_secret,
        base_url: server.base_url.as_deref(),
        stand_in_url: server.stand_in.as_ref().map(|it| it.url.as_str()),
        has_budget: server.has_prices,
        storage: &storage,
        usd_a_day: usd_a_day.as_deref(),
    };
    let mut workerd = Workerd::start(&node, &site.worker, &site.page, PORT, &environment)?;
    say::step("page", &workerd.url);

    say::step("asking", question);
    ask(workspace, &site.open_package, &workerd.url, question)?;
    if once {
        return Ok(());
    }
    say::step("page", format!("{} (Ctrl-C ends the demo)", workerd.url));
    workerd.wait()
}

/// The server that answers in the end.
struct Answering {
    api_key: String,
    base_url: Option<String>,
    /// Whether what its models cost is known.
    has_prices: bool,
    stand_in: Option<Upstream>,
}

impl Answering {
    fn start(workspace: &Workspace) -> Result<Self> {
        if let Some(api_key) = variable("OPENAI_API_KEY") {
            let base_url = variable("OPENAI_BASE_URL");
            let host = base_url.as_deref().unwrap_or("OpenAI's own server");
            say::step("upstream", format!("{host}, with your OPENAI_API_KEY"));
            return Ok(Self {
                api_key,
                has_prices: base_url.is_none(),
                base_url,
                stand_in: None,
            });
        }
        say::step("building", "the stand-in server");
        let stand_in = Upstream::start(
            &upstream::build(workspace)?,
            &["--event-interval-ms", READABLE_INTERVAL_MS],
        )?;
        say::step(
            "upstream",
            format!("{} (a stand-in, no real model)", stand_in.url),
        );
        Ok(Self {
            api_key: format!("sk-demo-{}", random_hex()?),
            base_url: Some(format!("{}/v1", stand_in.url)),
            has_prices: true,
            stand_in: Some(stand_in),
        })
    }
}

/// An environment variable that holds something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Runs examples/ask with the packed package, as its user would.
fn ask(workspace: &Workspace, packed: &Path, origin: &str, question: &str) -> Result<()> {
    let example = workspace.path("examples/ask");
    package::install_into(packed, &example)?;
    let mut node = npm::node();
    node.arg(example.join("ask.mjs"))
        .arg(question)
        .env("PROXY_ORIGIN", origin)
        .env_remove("OPENAI_API_KEY");
    command::run(&mut node).context("no answer came through the whole path")
}

/// 32 random bytes.
fn random_hex() -> Result<String> {
    let mut bytes = [0; 32];
    if getrandom::fill(&mut bytes).is_err() {
        bail!("the system gives no random bytes");
    }
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
