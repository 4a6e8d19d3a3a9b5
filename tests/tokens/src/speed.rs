//! Counts files by `o200k_base`, ours and the native peers, each file once: a line of JSON for each. Called
//! by `cargo xtask bench --only tokens`.

use std::time::Instant;

use anyhow::{Context, Result};
use openai_wasm::tokens::{Encoding, Tokenizer, o200k_base};

fn main() -> Result<()> {
    let texts: Vec<String> = std::env::args()
        .skip(1)
        .map(std::fs::read_to_string)
        .collect::<Result<_, _>>()?;
    let mut ours = Tokenizer::new(Encoding::O200kBase, o200k_base())?;
    measure("openai-wasm", &texts, |text| ours.count(text));
    let tiktoken = tiktoken_rs::o200k_base()?;
    measure("tiktoken-rs 0.12.1", &texts, |text| {
        tiktoken.encode_ordinary(text).len()
    });
    let bpe = bpe_openai::o200k_base();
    measure("bpe-openai 0.3.2", &texts, |text| bpe.count(text));
    let other = tiktoken::get_encoding("o200k_base").context("tiktoken has no o200k_base")?;
    measure("tiktoken 4.1.2", &texts, |text| other.count(text));
    Ok(())
}

fn measure(name: &str, texts: &[String], mut count: impl FnMut(&str) -> usize) {
    count("ChatGPT is great!");
    let found: Vec<String> = texts
        .iter()
        .map(|text| {
            let start = Instant::now();
            let tokens = count(text);
            let ms = start.elapsed().as_secs_f64() * 1000.0;
            format!(
                "{{\"tokens\":{tokens},\"ms\":{ms:.3},\"bytes\":{}}}",
                text.len()
            )
        })
        .collect();
    println!("{{\"name\":\"{name}\",\"texts\":[{}]}}", found.join(","));
}
