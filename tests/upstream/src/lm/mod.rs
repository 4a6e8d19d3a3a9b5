//! A small, real language model: enough that every sampling parameter does what
//! the documents say, and small enough to train while the server starts.

pub mod generation;
pub mod ngram;
pub mod sampler;
pub mod structured;
pub mod tokenizer;

use std::sync::Arc;

use ngram::Ngram;
use tokenizer::Tokenizer;

const CORPUS: &str = include_str!("corpus.txt");

/// Tokenizer and n-gram model, trained together.
pub struct Model {
    /// Text to tokens and back.
    pub tokenizer: Tokenizer,
    /// Next-token probabilities.
    pub ngram: Ngram,
    /// Changes when the corpus, and so any answer, can change.
    pub fingerprint: String,
}

impl Model {
    /// Trains on the corpus in this repository.
    pub fn train() -> Arc<Self> {
        let tokenizer = Tokenizer::train(CORPUS);
        let texts: Vec<&str> = CORPUS
            .split("\n\n")
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .collect();
        let ngram = Ngram::train(&tokenizer, &texts);
        let fingerprint = format!(
            "fp_{:010x}",
            sampler::hash(CORPUS.as_bytes()) & 0xFF_FFFF_FFFF
        );
        Arc::new(Self {
            tokenizer,
            ngram,
            fingerprint,
        })
    }
}
