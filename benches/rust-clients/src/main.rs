//! The Rust clients of the benchmarks: each reads one stream of a chat as its users do, from the call
//! to the last chunk, and joins the text.
//!
//! `benches/rust.mjs` runs it: `rust-clients ENGINE FILE SIZES TIMES` reads the file's bytes TIMES times
//! in pieces of SIZES (separated by commas) and prints the length of the text, the allocations of one
//! stream and their bytes. Both clients get the pieces from memory, at the place where reqwest would
//! stand, so that nothing of the network is counted.

mod async_openai_client;
mod openai_wasm_client;

use std::error::Error;
use std::fs;

use bytes::Bytes;

type Failure = Box<dyn Error + Send + Sync>;

/// The bytes of a stream, one item a read.
fn pieces(file: &str, sizes: &str) -> Result<Vec<Bytes>, Failure> {
    let mut rest = Bytes::from(fs::read(file)?);
    let sizes: Vec<usize> = sizes.split(',').map(str::parse).collect::<Result<_, _>>()?;
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        pieces.push(rest.split_to((*size).clamp(1, rest.len())));
    }
    Ok(pieces)
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [engine, file, sizes, times] = arguments.as_slice() else {
        return Err("usage: rust-clients ENGINE FILE SIZES TIMES".into());
    };
    let pieces = pieces(file, sizes)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    let mut text = Ok(0);
    let mut counted = allocation_counter::AllocationInfo::default();
    for _ in 0..times.parse::<u32>()? {
        let pieces = pieces.clone();
        counted = allocation_counter::measure(|| {
            text = runtime.block_on(async {
                match engine.as_str() {
                    "openai-wasm" => openai_wasm_client::read(pieces).await,
                    "async-openai" => async_openai_client::read(pieces).await,
                    _ => Err("ENGINE is openai-wasm or async-openai".into()),
                }
            });
        });
    }
    println!("{} {} {}", text?, counted.count_total, counted.bytes_total);
    Ok(())
}
