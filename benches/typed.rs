//! The Rust engine of the benchmarks: chunks as typed structs.
//!
//! `benches/run.mjs` calls it with a file of a stream and the sizes of its reads, so that it decodes
//! the very bytes that the JavaScript engines decode: `typed FILE TEXT_BYTES SIZES ROUNDS`, the sizes
//! separated by commas. It prints the median of the rounds in nanoseconds a stream.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Instant;

use openai_wasm::stream::Decoder;
use openai_wasm::wire::chat::ChatCompletionChunk;

/// The length of choice 0's text.
fn decode(stream: &[u8], sizes: &[usize]) -> usize {
    let mut decoder = Decoder::<ChatCompletionChunk>::new();
    let (mut rest, mut length) = (stream, 0);
    for size in sizes.iter().cycle() {
        let (read, after) = rest.split_at((*size).min(rest.len()));
        decoder.push(read);
        while let Some(chunk) = decoder.next_chunk() {
            length += chunk.unwrap().text().len();
        }
        if after.is_empty() {
            break;
        }
        rest = after;
    }
    assert!(decoder.is_done(), "the stream is whole");
    length
}

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench");
    let Some(file) = arguments.next() else {
        return; // `cargo test --all-targets` runs it without any.
    };
    let stream = std::fs::read(file).unwrap();
    let expected: usize = arguments.next().unwrap().parse().unwrap();
    let sizes = arguments.next().unwrap();
    let sizes: Vec<usize> = sizes.split(',').map(|size| size.parse().unwrap()).collect();
    let rounds: usize = arguments.next().unwrap().parse().unwrap();
    assert_eq!(
        decode(&stream, &sizes),
        expected,
        "a wrong answer is not timed"
    );
    let mut times: Vec<_> = (0..rounds.max(1))
        .map(|_| {
            let start = Instant::now();
            decode(&stream, &sizes);
            start.elapsed().as_nanos()
        })
        .collect();
    times.sort_unstable();
    println!("{}", times.get(times.len() / 2).unwrap());
}
