//! What the demo serves: the page built by Vite, the Worker bundled by esbuild, both from packed
//! packages as a user would have them.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::command;
use crate::pack::{self, package};
use crate::say;
use crate::setup::npm::Node;
use crate::workspace::Workspace;

/// The path that the demo's client is bound to.
const PROXY_PATH: &str = "/v1";

/// Everything that the demo serves and runs.
pub struct Site {
    /// The package whose client is bound to `/v1` on the page's own origin.
    pub bound_package: PathBuf,
    /// The package whose client takes its proxy's URL as an option: Node has no origin.
    pub open_package: PathBuf,
    /// The built page.
    pub page: PathBuf,
    /// The Worker's modules.
    pub worker: PathBuf,
}

impl Site {
    /// Packs both packages, builds the page and bundles the Worker. `quick` leaves optimisation out.
    pub fn build(workspace: &Workspace, quick: bool) -> Result<Self> {
        let folder = workspace.scratch(if quick { "demo" } else { "site" })?;
        let site = Self {
            bound_package: folder.join("pkg"),
            open_package: folder.join("pkg-open"),
            page: folder.join("site"),
            worker: folder.join("worker"),
        };
        let order = |out: &PathBuf, proxy_url: Option<&str>| pack::Order {
            out: out.clone(),
            proxy_url: proxy_url.map(str::to_owned),
            leaky: false,
            sizes: false,
            quick,
        };
        let shared = pack::pack(workspace, &order(&site.open_package, None), None)?;
        let bound = order(&site.bound_package, Some(PROXY_PATH));
        pack::pack(workspace, &bound, Some(shared))?;
        let www = Node::ready(workspace, "www")?;
        package::install_into(&site.bound_package, &workspace.path("www"))?;
        site.build_page(workspace, &www)?;
        site.bundle_worker(workspace, &www)?;
        Ok(site)
    }

    fn build_page(&self, workspace: &Workspace, www: &Node) -> Result<()> {
        say::step("building", "the page (vite build)");
        let mut vite = www.program("vite/bin/vite.js");
        vite.args(["build", "--logLevel", "warn", "--emptyOutDir", "--outDir"])
            .arg(&self.page)
            .current_dir(workspace.path("www"));
        command::run(&mut vite)
    }

    fn bundle_worker(&self, workspace: &Workspace, www: &Node) -> Result<()> {
        if self.worker.exists() {
            fs::remove_dir_all(&self.worker)?;
        }
        fs::create_dir_all(&self.worker)?;
        let mut esbuild = www.program("esbuild/bin/esbuild");
        esbuild
            .arg("worker.js")
            .args([
                "--bundle",
                "--format=esm",
                "--target=esnext",
                "--conditions=workerd,worker",
                "--external:cloudflare:workers",
                "--log-level=warning",
            ])
            // workerd compiles no wasm from bytes: the file stays a module beside the bundle.
            .args(["--loader:.wasm=copy", "--asset-names=[name]"])
            .arg(format!("--outdir={}", self.worker.display()))
            .current_dir(workspace.path("www"));
        command::run(&mut esbuild).context("www/worker.js cannot be bundled")?;
        fs::write(self.worker.join("assets.js"), include_str!("assets.js"))?;
        Ok(())
    }
}
