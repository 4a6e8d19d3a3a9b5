//! What the suites share, each made when the first suite asks for it.

use std::cell::OnceCell;
use std::path::PathBuf;

use anyhow::Result;

use crate::demo::site::Site;
use crate::setup::bindgen::TestRunner;
use crate::setup::browser::Browser;
use crate::setup::npm::Node;
use crate::setup::wasm_target::Wasm;
use crate::suites::examples;
use crate::upstream;
use crate::workspace::Workspace;

pub struct Stage<'a> {
    pub workspace: &'a Workspace,
    wasm: OnceCell<Wasm>,
    test_runner: OnceCell<TestRunner>,
    node: OnceCell<Node>,
    browser: OnceCell<Browser>,
    upstream: OnceCell<PathBuf>,
    site: OnceCell<Site>,
    rust_worker: OnceCell<PathBuf>,
    rust_page: OnceCell<PathBuf>,
}

impl<'a> Stage<'a> {
    pub fn new(workspace: &'a Workspace) -> Self {
        Self {
            workspace,
            wasm: OnceCell::new(),
            test_runner: OnceCell::new(),
            node: OnceCell::new(),
            browser: OnceCell::new(),
            upstream: OnceCell::new(),
            site: OnceCell::new(),
            rust_worker: OnceCell::new(),
            rust_page: OnceCell::new(),
        }
    }

    pub fn wasm(&self) -> Result<&Wasm> {
        once(&self.wasm, || Wasm::ready(self.workspace))
    }

    pub fn test_runner(&self) -> Result<&TestRunner> {
        once(&self.test_runner, || TestRunner::ready(self.workspace))
    }

    pub fn node(&self) -> Result<&Node> {
        once(&self.node, || Node::ready(self.workspace, "tests"))
    }

    pub fn browser(&self) -> Result<&Browser> {
        once(&self.browser, Browser::ready)
    }

    /// The program of the stand-in server.
    pub fn upstream(&self) -> Result<&PathBuf> {
        once(&self.upstream, || upstream::build(self.workspace))
    }

    /// Both packed packages, the built page and the bundled Worker.
    pub fn site(&self) -> Result<&Site> {
        once(&self.site, || Site::build(self.workspace, false))
    }

    /// The folder of the example Worker in Rust.
    pub fn rust_worker(&self) -> Result<&PathBuf> {
        once(&self.rust_worker, || examples::worker(self))
    }

    /// The folder of the example page in Rust.
    pub fn rust_page(&self) -> Result<&PathBuf> {
        once(&self.rust_page, || examples::built_page(self))
    }
}

/// `OnceCell::get_or_try_init`, which is not stable yet.
fn once<T>(cell: &OnceCell<T>, make: impl FnOnce() -> Result<T>) -> Result<&T> {
    if let Some(made) = cell.get() {
        return Ok(made);
    }
    let made = make()?;
    Ok(cell.get_or_init(|| made))
}
