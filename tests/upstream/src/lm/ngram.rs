//! The language model: 4-grams with interpolated back-off.
//!
//! Inside, tokens are dense indices: the tokenizer's ids, then the end of text,
//! then one never-predicted tag per text of the corpus, so that an answer can
//! start on the subject of the question.

use std::collections::{BTreeMap, HashMap};

use super::tokenizer::{END_OF_TEXT, Token, Tokenizer};

/// Longest context, in tokens.
const CONTEXT: usize = 3;
/// Share of the probability that each order leaves to the shorter context:
/// little, so that the text reads well at temperature 1.
const BACK_OFF: [f64; CONTEXT] = [0.02, 0.06, 0.12];
/// Added to every unigram count, so that no token is impossible.
const FLOOR: f64 = 0.001;

/// Follower counts of one context.
#[derive(Default)]
struct Followers {
    total: u32,
    counts: BTreeMap<u32, u32>,
}

/// The trained model.
pub struct Ngram {
    /// log p of every dense token without context.
    unigram: Vec<f64>,
    contexts: HashMap<Vec<u32>, Followers>,
    end: u32,
    /// Words of each text that are rare enough to tell what it is about.
    subjects: Vec<HashMap<Token, f64>>,
}

impl Ngram {
    /// Counts the n-grams of `texts`.
    pub fn train(tokenizer: &Tokenizer, texts: &[&str]) -> Self {
        let end = tokenizer.len() as u32;
        let mut counts = vec![FLOOR; tokenizer.len() + 1];
        let mut contexts: HashMap<Vec<u32>, Followers> = HashMap::new();
        let mut document_frequency: HashMap<Token, f64> = HashMap::new();
        let mut sets = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let tokens = tokenizer.encode(text);
            let mut seen: HashMap<Token, f64> = HashMap::new();
            for token in word_tokens(tokenizer, text) {
                *seen.entry(token).or_default() += 1.0;
            }
            for token in seen.keys() {
                *document_frequency.entry(*token).or_default() += 1.0;
            }
            sets.push(seen);
            let mut window = vec![end + 1 + index as u32; CONTEXT];
            for next in tokens.into_iter().chain([end]) {
                if let Some(count) = counts.get_mut(next as usize) {
                    *count += 1.0;
                }
                for from in 0..CONTEXT {
                    let context = window.get(from..).unwrap_or_default().to_vec();
                    let followers = contexts.entry(context).or_default();
                    followers.total += 1;
                    *followers.counts.entry(next).or_default() += 1;
                }
                window.remove(0);
                window.push(next);
            }
        }
        let total: f64 = counts.iter().sum();
        let number_of_texts = texts.len() as f64;
        let subjects = sets
            .into_iter()
            .map(|set| {
                set.into_iter()
                    .map(|(token, count)| {
                        let df = document_frequency.get(&token).copied().unwrap_or(1.0);
                        (token, (1.0 + count.ln()) * (number_of_texts / df).ln())
                    })
                    .collect()
            })
            .collect();
        Self {
            unigram: counts.iter().map(|count| (count / total).ln()).collect(),
            contexts,
            end,
            subjects,
        }
    }

    /// Number of predictable tokens, the end of text included.
    pub fn vocabulary(&self) -> usize {
        self.unigram.len()
    }

    /// Dense index of a public id.
    pub fn dense(&self, token: Token) -> Option<u32> {
        match token {
            END_OF_TEXT => Some(self.end),
            token if token < self.end => Some(token),
            _ => None,
        }
    }

    /// Public id of a dense index.
    pub fn public(&self, dense: u32) -> Token {
        if dense >= self.end {
            END_OF_TEXT
        } else {
            dense
        }
    }

    /// log p of every dense token after `context` (dense tokens, oldest first).
    pub fn log_probabilities(&self, context: &[u32]) -> Vec<f64> {
        let mut rest = 0.0_f64;
        let mut touched: BTreeMap<u32, f64> = BTreeMap::new();
        let mut share = 1.0_f64;
        for (length, left) in (1..=CONTEXT).rev().zip(BACK_OFF) {
            let Some(from) = context.len().checked_sub(length) else {
                continue;
            };
            let Some(followers) = context.get(from..).and_then(|key| self.contexts.get(key)) else {
                continue;
            };
            for (token, count) in &followers.counts {
                *touched.entry(*token).or_default() +=
                    share * (1.0 - left) * f64::from(*count) / f64::from(followers.total);
            }
            share *= left;
        }
        rest += share.ln();
        let mut logs: Vec<f64> = self.unigram.iter().map(|log| log + rest).collect();
        for (token, probability) in touched {
            if let Some(log) = logs.get_mut(token as usize) {
                *log = (log.exp() + probability).ln();
            }
        }
        logs
    }

    /// Whether the model has seen the last two tokens of `context` in a row.
    pub fn can_continue(&self, context: &[u32]) -> bool {
        context
            .len()
            .checked_sub(2)
            .and_then(|from| context.get(from..))
            .is_some_and(|pair| self.contexts.contains_key(pair))
    }

    /// The texts nearest to `prompt`, best first, each with its score. Texts
    /// without a common word come last, with a score of 0.
    pub fn nearest(&self, tokenizer: &Tokenizer, prompt: &str) -> Vec<(usize, f64)> {
        let words = word_tokens(tokenizer, prompt);
        let mut scored: Vec<(usize, f64)> = self
            .subjects
            .iter()
            .map(|subject| words.iter().filter_map(|word| subject.get(word)).sum())
            .enumerate()
            .collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        scored
    }

    /// The context that starts text number `index`.
    pub fn start_of(&self, index: usize) -> Vec<u32> {
        vec![self.end + 1 + index as u32; CONTEXT]
    }

    /// Number of texts in the corpus.
    pub fn texts(&self) -> usize {
        self.subjects.len()
    }
}

/// The words of a text as single lower-case tokens; unknown words are left out.
fn word_tokens(tokenizer: &Tokenizer, text: &str) -> Vec<Token> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() > 2)
        .filter_map(|word| {
            match tokenizer
                .encode(&format!(" {}", word.to_lowercase()))
                .as_slice()
            {
                [single] => Some(*single),
                _ => None,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> (Tokenizer, Ngram) {
        let texts = ["the cat sat on the mat", "the dog sat on the log"];
        let tokenizer = Tokenizer::train(&texts.join("\n"));
        let ngram = Ngram::train(&tokenizer, &texts);
        (tokenizer, ngram)
    }

    #[test]
    fn probabilities_sum_to_one_in_every_context() {
        let (tokenizer, ngram) = model();
        for context in ["", " sat", " sat on the", "unseen zzz"] {
            let context = tokenizer.encode(context);
            let sum: f64 = ngram
                .log_probabilities(&context)
                .iter()
                .map(|log| log.exp())
                .sum();
            assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        }
    }

    #[test]
    fn a_longer_context_that_was_seen_decides() {
        let (tokenizer, ngram) = model();
        let context = tokenizer.encode("the dog sat");
        let logs = ngram.log_probabilities(&context);
        let best = (0..logs.len())
            .max_by(|a, b| logs[*a].total_cmp(&logs[*b]))
            .unwrap();
        assert_eq!(tokenizer.bytes(best as u32), b" on");
    }
}
