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
    /// The words of the corpus in lower case.
    pub fn corpus_words() -> impl Iterator<Item = String> {
        CORPUS
            .split(|c: char| !c.is_alphabetic())
            .map(str::to_lowercase)
    }

    /// Trains on the corpus in this repository.
    pub fn train() -> Arc<Self> {
        let texts: Vec<String> = CORPUS.split("\n\n").map(paragraph).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let tokenizer = Tokenizer::train(&texts);
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

/// One text of the corpus as a single paragraph. Lists and code keep their lines.
fn paragraph(text: &str) -> String {
    let mut joined = String::new();
    let mut in_code = false;
    let mut after_block = false;
    for line in text.trim().lines() {
        let fence = line.starts_with("```");
        let item = line.starts_with("- ") || line.get(1..3) == Some(". ");
        let block = in_code || fence || item;
        if !joined.is_empty() {
            joined.push_str(match (block, after_block) {
                (false, false) => " ",
                (true, true) => "\n",
                _ => "\n\n",
            });
        }
        joined.push_str(line);
        in_code ^= fence;
        after_block = block;
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::paragraph;

    #[test]
    fn sentences_join_and_lists_and_code_stand_alone() {
        let text = "Two.\nLines.\n- a\n- b\nEnd.\n```js\nf();\n\n```\n";
        assert_eq!(
            paragraph(text),
            "Two. Lines.\n\n- a\n- b\n\nEnd.\n\n```js\nf();\n\n```"
        );
    }
}
