//! What a page loads: wasm, glue and library, as they are and as a bundler and a server send them.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::command;
use crate::say;
use crate::setup::npm::Node;
use crate::workspace::Workspace;

/// The client's parts and their sum, minified by esbuild and gzipped.
pub fn table(workspace: &Workspace, node: &Node, packed: &Path) -> Result<String> {
    let wasm = fs::read(packed.join("client/client.wasm"))?;
    let glue = fs::read(packed.join("client/glue.js"))?;
    // Bundlers of pages put what is imported dynamically into a file of its own.
    let script = bundle(
        workspace,
        node,
        &packed.join("index.js"),
        &["*/checks.js", "*/multipart.js", "*/odd-body.js"],
    )?;
    let checks = bundle(workspace, node, &packed.join("lib/checks.js"), &[])?;
    let multipart = bundle(workspace, node, &packed.join("lib/multipart.js"), &[])?;
    let odd_body = bundle(workspace, node, &packed.join("lib/odd-body.js"), &[])?;
    let edge = fs::read(packed.join("edge/edge.wasm"))?;

    let small = [gzipped(&wasm)?, gzipped(&script)?];
    let row = |name: &str, raw: usize, gzip: usize| {
        vec![name.to_owned(), kilobytes(raw), kilobytes(gzip)]
    };
    let rows = [
        row("client.wasm", wasm.len(), small[0]),
        row("entry + glue + lib, minified", script.len(), small[1]),
        row(
            "what a page loads",
            wasm.len() + script.len(),
            small[0] + small[1],
        ),
        row(
            "(checks, loaded under a profile only)",
            checks.len(),
            gzipped(&checks)?,
        ),
        row(
            "(multipart, loaded for an upload only)",
            multipart.len(),
            gzipped(&multipart)?,
        ),
        row(
            "(odd-body, loaded for a stream of another type)",
            odd_body.len(),
            gzipped(&odd_body)?,
        ),
        row("(glue.js alone, as it is)", glue.len(), gzipped(&glue)?),
        row(
            "(edge/edge.wasm, never in a page)",
            edge.len(),
            gzipped(&edge)?,
        ),
    ];
    Ok(say::table(&["", "KB", "gzip KB"], &rows))
}

/// What a bundler makes of a module and its imports, but for those `left_out`.
fn bundle(workspace: &Workspace, node: &Node, entry: &Path, left_out: &[&str]) -> Result<Vec<u8>> {
    let bundle = workspace
        .scratch("pack")?
        .join(format!("bundle-{}.js", std::process::id()));
    let mut esbuild = node.bin("esbuild");
    esbuild
        .arg(entry)
        .args([
            "--bundle",
            "--minify",
            "--format=esm",
            "--log-level=error",
            "--external:*.wasm",
        ])
        .args(left_out.iter().map(|path| format!("--external:{path}")))
        .arg(format!("--outfile={}", bundle.display()));
    command::read(&mut esbuild)?;
    let script = fs::read(&bundle).context("esbuild wrote no bundle")?;
    fs::remove_file(&bundle)?;
    Ok(script)
}

fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

fn kilobytes(bytes: usize) -> String {
    format!("{}.{}", bytes / 1000, bytes % 1000 / 100)
}
