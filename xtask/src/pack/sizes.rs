//! What a page loads, as a bundler and a server send it. The server's zlib is Node's: other gzips cut
//! their blocks elsewhere, which is worth a kilobyte where code and a long string meet.

use std::path::Path;

use anyhow::{Context, Result};

use crate::command;
use crate::pack::bundle::{Bundler, SINGLE_FILE};
use crate::pack::write;
use crate::say;
use crate::setup::npm::node;

const ZIP: &str = "const { readFileSync } = require('fs'), { gzipSync } = require('zlib');
for (const file of process.argv.slice(1)) {
  const bytes = readFileSync(file);
  console.log(bytes.length, gzipSync(bytes, { level: 9 }).length);
}";

/// The client and its parts, minified by esbuild and gzipped.
pub fn table(bundler: &Bundler, packed: &Path) -> Result<String> {
    let [page, chat, checks, multipart] =
        ["page", "chat", "checks", "multipart"].map(|name| packed.join(format!("{name}.size")));
    // Bundlers of pages put what is imported dynamically into a file of its own.
    let apart = [
        "*/chat-run.js",
        "*/checks.js",
        "*/more.js",
        "*/multipart.js",
        "*/response-run.js",
        "*/tool-run.js",
    ];
    // A chat page imports the client alone.
    let imports = packed.join("page.js");
    write(&imports, "export { default } from \"./index.js\";\n")?;
    bundler.bundle(&imports, &apart, &page)?;
    bundler.bundle(&packed.join("lib/chat-run.js"), &[], &chat)?;
    bundler.bundle(&packed.join("lib/checks.js"), &[], &checks)?;
    bundler.bundle(&packed.join("lib/multipart.js"), &[], &multipart)?;
    let files = [
        ("what a page loads", page.clone()),
        ("  of it WebAssembly", packed.join("client/wasm.js")),
        ("(chat-run, loaded for `.stream()` only)", chat.clone()),
        ("(checks, loaded under a profile only)", checks.clone()),
        ("(multipart, loaded for an upload only)", multipart.clone()),
        ("(the single file, all in one)", packed.join(SINGLE_FILE)),
        (
            "(client.wasm, for Workers)",
            packed.join("client/client.wasm"),
        ),
        (
            "(edge.wasm, never in a page)",
            packed.join("edge/edge.wasm"),
        ),
    ];
    let mut sizes = node();
    sizes
        .args(["-e", ZIP])
        .args(files.iter().map(|(_, file)| file));
    let sizes = command::read(&mut sizes)?;
    let mut rows = Vec::new();
    for ((name, _), line) in files.iter().zip(sizes.lines()) {
        let (raw, gzip) = line.split_once(' ').context("node printed no two sizes")?;
        rows.push(vec![
            (*name).to_owned(),
            kilobytes(raw.parse()?),
            kilobytes(gzip.parse()?),
        ]);
    }
    for bundle in [imports, page, chat, checks, multipart] {
        std::fs::remove_file(bundle)?;
    }
    Ok(say::table(&["", "KB", "gzip KB"], &rows))
}

/// The bytes of a file, and what a server sends of it.
pub fn of_file(file: &Path) -> Result<(usize, usize)> {
    let sizes = command::read(node().args(["-e", ZIP]).arg(file))?;
    let (raw, gzip) = sizes
        .trim()
        .split_once(' ')
        .context("node printed no two sizes")?;
    Ok((raw.parse()?, gzip.parse()?))
}

pub fn kilobytes(bytes: usize) -> String {
    format!("{}.{}", bytes / 1000, bytes % 1000 / 100)
}
