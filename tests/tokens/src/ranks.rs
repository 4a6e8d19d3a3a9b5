//! OpenAI's lists of tokens, and the merges that they stand for.

use std::collections::HashMap;
use std::fmt::Write;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use tiktoken_rs::CoreBPE;

/// A list of tokens, as tiktoken publishes it.
pub struct Source {
    pub name: &'static str,
    /// Of the `.tiktoken` file, as tiktoken's `openai_public.py` has it.
    sha256: &'static str,
    load: fn() -> Result<CoreBPE>,
    /// The number after the last token.
    end: u32,
    /// A number that is not a token.
    gap: Option<u32>,
}

pub const SOURCES: [Source; 3] = [
    Source {
        name: "p50k_base",
        sha256: "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069",
        load: tiktoken_rs::p50k_base,
        end: 50_281,
        gap: Some(50_256),
    },
    Source {
        name: "cl100k_base",
        sha256: "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        load: tiktoken_rs::cl100k_base,
        end: 100_256,
        gap: None,
    },
    Source {
        name: "o200k_base",
        sha256: "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        load: tiktoken_rs::o200k_base,
        end: 199_998,
        gap: None,
    },
];

impl Source {
    /// Each token above 255 as the two that it was made of, by their places in the row.
    pub fn merges(&self) -> Result<Vec<(u32, u32)>> {
        let tokens = self.tokens()?;
        let places: HashMap<&[u8], u32> = tokens
            .iter()
            .enumerate()
            .map(|(place, bytes)| (bytes.as_slice(), place as u32))
            .collect();
        for (place, token) in tokens.iter().take(256).enumerate() {
            ensure!(token.len() == 1, "{}: token {place} is no byte", self.name);
        }
        let merges = tokens.iter().enumerate().skip(256);
        merges
            .map(|(place, bytes)| {
                halves(bytes, place as u32, &places)
                    .with_context(|| format!("{}: token {place} is no pair", self.name))
            })
            .collect()
    }

    /// The bytes of all tokens in their order, checked by the hash of the file that they came from.
    fn tokens(&self) -> Result<Vec<Vec<u8>>> {
        let reference = (self.load)()?;
        let (mut tokens, mut file) = (Vec::new(), String::new());
        for number in (0..self.end).filter(|number| Some(*number) != self.gap) {
            let bytes = reference.decode_bytes(&[number])?;
            writeln!(file, "{} {number}", BASE64_STANDARD.encode(&bytes))?;
            tokens.push(bytes);
        }
        let mut found = String::new();
        for byte in Sha256::digest(file) {
            write!(found, "{byte:02x}")?;
        }
        if found != self.sha256 {
            bail!("{}: the list's hash is {found}, not OpenAI's", self.name);
        }
        Ok(tokens)
    }
}

/// What merging the bytes of a token ends in when the token itself is left out: two tokens.
fn halves(bytes: &[u8], place: u32, places: &HashMap<&[u8], u32>) -> Option<(u32, u32)> {
    let mut cuts: Vec<usize> = (0..=bytes.len()).collect();
    let token = |from: usize, to: usize| bytes.get(from..to).and_then(|part| places.get(part));
    while cuts.len() > 3 {
        let lowest = cuts
            .windows(3)
            .enumerate()
            .filter_map(|(at, cut)| Some((*token(cut[0], cut[2])?, at)))
            .filter(|(joined, _)| *joined < place)
            .min()?;
        cuts.remove(lowest.1 + 1);
    }
    let [start, middle, end] = cuts[..] else {
        return None;
    };
    Some((*token(start, middle)?, *token(middle, end)?))
}
