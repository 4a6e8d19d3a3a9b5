//! What a page loads, as a bundler and a server send it.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::pack::bundle::{Bundler, SINGLE_FILE};
use crate::say;

/// The client and its parts, minified by esbuild and gzipped.
pub fn table(bundler: &Bundler, packed: &Path) -> Result<String> {
    // Bundlers of pages put what is imported dynamically into a file of its own.
    let page = bundler.bundle(&packed.join("index.js"), &["*/checks.js", "*/multipart.js"])?;
    let rows = [
        row("what a page loads", &page)?,
        row(
            "  of it WebAssembly",
            &fs::read(packed.join("client/wasm.js"))?,
        )?,
        row(
            "(checks, loaded under a profile only)",
            &bundler.bundle(&packed.join("lib/checks.js"), &[])?,
        )?,
        row(
            "(multipart, loaded for an upload only)",
            &bundler.bundle(&packed.join("lib/multipart.js"), &[])?,
        )?,
        row(
            "(the single file, all in one)",
            &fs::read(packed.join(SINGLE_FILE))?,
        )?,
        row(
            "(client.wasm, for Workers)",
            &fs::read(packed.join("client/client.wasm"))?,
        )?,
        row(
            "(edge.wasm, never in a page)",
            &fs::read(packed.join("edge/edge.wasm"))?,
        )?,
    ];
    Ok(say::table(&["", "KB", "gzip KB"], &rows))
}

fn row(name: &str, bytes: &[u8]) -> Result<Vec<String>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    let gzipped = encoder.finish()?.len();
    Ok(vec![
        name.to_owned(),
        kilobytes(bytes.len()),
        kilobytes(gzipped),
    ])
}

fn kilobytes(bytes: usize) -> String {
    format!("{}.{}", bytes / 1000, bytes % 1000 / 100)
}
