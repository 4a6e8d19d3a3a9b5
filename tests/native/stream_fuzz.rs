//! Random bytes under random cuts: the decoders against the oracle and against themselves.
//!
//! `STREAM_FUZZ_CASES` makes these runs as long as one likes, `STREAM_FUZZ_SEED` makes them others.

use openai_wasm::sse;
use openai_wasm::stream::{Decoder, StreamError, StreamErrorKind, Truncation};
use serde_json::Value;

use crate::sse_oracle::{decode, oracle};

/// xorshift64*: the cases must be the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit
    }

    fn soup(&mut self, parts: &[&[u8]], length: usize) -> Vec<u8> {
        let length = self.below(length);
        let mut soup = Vec::new();
        for _ in 0..length {
            soup.extend_from_slice(parts[self.below(parts.len())]);
        }
        soup
    }

    fn cut<'a>(&mut self, mut bytes: &'a [u8]) -> Vec<&'a [u8]> {
        let largest = [1, 2, 5, 20, 100][self.below(5)];
        let mut pieces = Vec::new();
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(self.below(largest + 1).min(bytes.len()));
            pieces.push(piece);
            bytes = rest;
        }
        pieces
    }
}

fn cases(default: u64) -> impl Iterator<Item = Random> {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|value| value.parse().ok())
    };
    let seed: u64 = number("STREAM_FUZZ_SEED").unwrap_or(1);
    (0..number("STREAM_FUZZ_CASES").unwrap_or(default)).map(move |case| {
        let mut random = Random(((seed << 40) | case).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        random.below(2);
        random
    })
}

#[test]
fn the_event_decoder_agrees_with_the_oracle_on_any_bytes() {
    const PARTS: &[&[u8]] = &[
        b"data",
        b"data:",
        b"data: ",
        b"event:",
        b"id:",
        b"id: 1",
        b"retry: 7",
        b":",
        b" ",
        b"\n",
        b"\n",
        b"\n\n",
        b"\r",
        b"\r\n",
        b"x",
        b"\0",
        b"\xEF\xBB\xBF",
        b"\xEF\xBB",
        b"\xC3",
        b"\xA9",
        b"\xF0\x9F",
        b"\xFF",
        b"\xE2\x80\xA8",
    ];
    let mut events = 0;
    for mut random in cases(20_000) {
        let bytes = random.soup(PARTS, 40);
        let expected = oracle(&bytes);
        events += expected.len();
        let pieces = random.cut(&bytes);
        let shown = String::from_utf8_lossy(&bytes);
        assert_eq!(decode(pieces.iter().copied()), expected, "{shown:?}");
    }
    assert!(events > 1000, "the control: the soup holds events");
}

#[test]
fn the_event_decoder_survives_any_order_of_calls() {
    const PARTS: &[&[u8]] = &[
        b"data: a",
        b"data",
        b"event: e",
        b"id",
        b": c",
        b"x: y",
        b"error: e",
        b"retry: 1",
        b"\n",
        b"\n\n",
        b"\r",
        b"\r\n",
        b"\xEF\xBB\xBF",
        b"\xEF",
        b"",
    ];
    let (mut refused, mut events) = (0, 0);
    for mut random in cases(20_000) {
        let limit = [1, 4, 10, 30, usize::MAX][random.below(5)];
        let mut decoder = sse::Decoder::with_max_event_bytes(limit);
        let mut too_large = false;
        for _ in 0..random.below(40) {
            let soup = random.soup(PARTS, 6);
            let event = match random.below(5) {
                0 | 1 => {
                    decoder.push(&soup);
                    continue;
                }
                2 | 3 => decoder.next_event(),
                _ => decoder.take_unterminated(),
            };
            assert!(
                !too_large || event.is_none(),
                "nothing comes after the error"
            );
            match event {
                Some(Ok(event)) => events += event.data_bytes().len().min(1),
                Some(Err(error)) => {
                    assert_eq!(error.max_event_bytes, limit);
                    too_large = true;
                    refused += 1;
                }
                None => {}
            }
        }
    }
    assert!(
        refused > 1000 && events > 1000,
        "the control: {refused} {events}"
    );
}

#[test]
fn the_stream_decoder_survives_any_order_of_calls_and_ends_once() {
    const PARTS: &[&[u8]] = &[
        b"data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}",
        b"data: {\"choices\":[{\"finish_reason\":\"stop\"}]}",
        b"data: {\"choices\":[{\"finish_reason\":\"abort\"}]}",
        b"data: {\"error\":{}}",
        b"data: \"\\ud83d\"",
        b"data: [DONE]",
        b"event: error",
        b": c",
        b"\n",
        b"\n\n",
        b"{",
    ];
    let mut ended = 0;
    for mut random in cases(10_000) {
        let limit = [20, 60, usize::MAX][random.below(3)];
        let mut decoder = Decoder::<Value>::with_options(limit, Truncation::Error);
        let mut errors = 0;
        for _ in 0..random.below(40) {
            let soup = random.soup(PARTS, 4);
            match random.below(20) {
                0..10 => decoder.push(&soup),
                10..18 => {
                    let over = decoder.is_ended();
                    let item = decoder.next_chunk();
                    assert!(!over || item.is_none(), "nothing comes after the end");
                    errors += usize::from(item.is_some_and(|item| item.is_err()));
                }
                18 => decoder.finish(),
                _ => drop(decoder.stop(StreamErrorKind::Aborted)),
            }
            ended += u64::from(decoder.is_ended());
        }
        assert!(errors <= 1 && !(errors == 1 && decoder.is_done()));
    }
    assert!(ended > 1000, "the control: some streams end");
}

type Outcome = (Vec<Value>, Option<StreamError>, String);

fn run(pieces: &[&[u8]]) -> Outcome {
    let mut decoder = Decoder::<Value>::new();
    let (mut chunks, mut error) = (Vec::new(), None);
    for piece in pieces.iter().map(Some).chain([None]) {
        match piece {
            Some(piece) => decoder.push(piece),
            None => decoder.finish(),
        }
        while let Some(item) = decoder.next_chunk() {
            match item {
                Ok(chunk) => chunks.push(chunk),
                Err(failure) => error = Some(failure),
            }
        }
    }
    assert!(decoder.is_ended() && decoder.is_done() == error.is_none());
    (chunks, error, decoder.text().to_owned())
}

#[test]
fn an_answer_is_the_same_however_it_is_cut_and_always_ends_in_one_way() {
    const PARTS: &[&[u8]] = &[
        b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n",
        b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"b\"}}]}\r\n\r\n",
        b"data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
        b"data: {\"choices\":[]}\n\n",
        b"data: {\"choices\":\ndata: []}\n\n",
        b"data: {\"choices\":[{\"delta\":{\"content\":\"\xE2\x82\"}}]}\n\n",
        b"data: {\"error\":null}\n\n",
        b"data: {\"error\":\"x\"}\n\n",
        b"data: {\"choices\":[{\"delta\":{\"content\":\"c\"},\"finish_reason\":\"abort\"}]}\n\n",
        b"data: {\"created\":268435456,\"choices\":[{\"delta\":{\"content\":\"536870911\"}}]}\n\n",
        b"data: {\"choices\":[{\"delta\":{\"content\":\"\\ud83d\"}}]}\n\n",
        b"event: ping\ndata: x\n\n",
        b"event: error\n",
        b"error: {}\n\n",
        b": comment\n\n",
        b"data: [DONE]\n\n",
        b"data: {\n\n",
        b"data: {\"a\":",
        b"\n\n",
        b"data:\n\n",
        b"id: 1\n",
    ];
    let mut whole = 0;
    for mut random in cases(5_000) {
        let mut bytes = random.soup(PARTS, 12);
        bytes.truncate(bytes.len() - random.below(bytes.len().min(8) + 1));
        let expected = run(&[&bytes]);
        whole += u64::from(expected.1.is_none());
        let shown = String::from_utf8_lossy(&bytes);
        assert_eq!(run(&random.cut(&bytes)), expected, "{shown:?}");
    }
    assert!(whole > 100, "the control: some answers are whole");
}
