//! Writes what the tokenizer of `src/tokens` reads: `classes` its table of characters, `tables` the packed
//! merges of each encoding.
//!
//! The merges come from the crate tiktoken-rs (MIT), which has OpenAI's files; each is held against the
//! hash by which OpenAI's own tiktoken knows it. The characters come from the crate regex-syntax, of
//! Unicode 16.

extern crate alloc;

mod classes;
mod pack;
mod ranks;
mod table;

use std::path::Path;

use anyhow::{Context, Result, bail};

fn main() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/tokens");
    match std::env::args().nth(1).as_deref() {
        Some("classes") => {
            let bytes = classes::table()?;
            println!("classes.bin: {} bytes", bytes.len());
            std::fs::write(folder.join("classes.bin"), bytes)?;
        }
        Some("tables") => {
            for (number, source) in ranks::SOURCES.iter().enumerate() {
                let merges = source.merges()?;
                let bytes = pack::pack(number as u8, &merges)?;
                println!(
                    "{}.bin: {} merges, {} bytes",
                    source.name,
                    merges.len(),
                    bytes.len()
                );
                let file = folder.join("tables").join(format!("{}.bin", source.name));
                std::fs::write(&file, bytes).with_context(|| file.display().to_string())?;
            }
        }
        _ => bail!("say what to write: classes or tables"),
    }
    Ok(())
}
