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
/// Longer contexts within the text that the answer started from, and the share
/// each leaves: an answer mostly keeps to its subject, and wanders now and then.
const WITHIN_TEXT: [(usize, f64); 2] = [(START, 0.2), (CONTEXT, 0.4)];
/// Tags that start a text.
const START: usize = 8;
/// Added to every unigram count, so that no token is impossible.
const FLOOR: f64 = 0.001;
/// The same for bytes that are no printable ASCII: a hot model should ramble,
/// not emit broken characters.
const BYTE_FLOOR: f64 = 1e-12;
/// Words of a question that say nothing of its subject.
const IDLE_WORDS: [&str; 40] = [
    "a", "about", "an", "and", "are", "can", "could", "describe", "do", "doe", "for", "give",
    "how", "i", "in", "is", "it", "let", "like", "make", "me", "my", "of", "on", "one", "please",
    "say", "show", "some", "talk", "tell", "that", "the", "thing", "to", "what", "why", "with",
    "word", "write",
];
/// How much more a word counts among the first words of a text.
const HEADLINE: f64 = 4.0;
/// How many words those are.
const HEADLINE_WORDS: usize = 6;

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
    subjects: Vec<HashMap<String, f64>>,
}

impl Ngram {
    /// Counts the n-grams of `texts`.
    pub fn train(tokenizer: &Tokenizer, texts: &[&str]) -> Self {
        let end = tokenizer.len() as u32;
        let mut counts = vec![FLOOR; tokenizer.len() + 1];
        for (byte, count) in (0..=255_u8).zip(&mut counts) {
            if !byte.is_ascii_graphic() && byte != b' ' && byte != b'\n' {
                *count = BYTE_FLOOR;
            }
        }
        let mut contexts: HashMap<Vec<u32>, Followers> = HashMap::new();
        let mut document_frequency: HashMap<String, f64> = HashMap::new();
        let mut sets = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let tokens = tokenizer.encode(text);
            let mut seen: HashMap<String, f64> = HashMap::new();
            for (position, word) in words(text).enumerate() {
                let weight = if position < HEADLINE_WORDS {
                    HEADLINE
                } else {
                    1.0
                };
                *seen.entry(word).or_default() += weight;
            }
            for word in seen.keys() {
                *document_frequency.entry(word.clone()).or_default() += 1.0;
            }
            sets.push(seen);
            let mut window = vec![end + 1 + index as u32; START];
            for next in tokens.into_iter().chain([end]) {
                if let Some(count) = counts.get_mut(next as usize) {
                    *count += 1.0;
                }
                let tag = end + 1 + index as u32;
                let keys = (1..=CONTEXT)
                    .filter_map(|length| last(&window, length))
                    .chain(
                        WITHIN_TEXT
                            .iter()
                            .filter_map(|(length, _)| tagged(tag, &window, *length)),
                    );
                for context in keys {
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
                    .map(|(word, count)| {
                        let df = document_frequency.get(&word).copied().unwrap_or(1.0);
                        (word, (1.0 + count.ln()) * (number_of_texts / df).ln())
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

    /// log p of every dense token after `context` (dense tokens, oldest first). The
    /// tag of a text at its start keeps the answer near that text.
    pub fn log_probabilities(&self, context: &[u32]) -> Vec<f64> {
        let tag = context.first().copied().filter(|tag| *tag > self.end);
        let within = WITHIN_TEXT
            .iter()
            .filter_map(|(length, left)| Some((tagged(tag?, context, *length)?, *left)));
        let plain = (1..=CONTEXT)
            .rev()
            .zip(BACK_OFF)
            .filter_map(|(length, left)| Some((last(context, length)?, left)));
        let mut touched: BTreeMap<u32, f64> = BTreeMap::new();
        let mut share = 1.0_f64;
        for (key, left) in within.chain(plain) {
            let Some(followers) = self.contexts.get(&key) else {
                continue;
            };
            for (token, count) in &followers.counts {
                *touched.entry(*token).or_default() +=
                    share * (1.0 - left) * f64::from(*count) / f64::from(followers.total);
            }
            share *= left;
        }
        let rest = share.ln();
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
    pub fn nearest(&self, prompt: &str) -> Vec<(usize, f64)> {
        let words: Vec<String> = words(prompt)
            .filter(|word| !IDLE_WORDS.contains(&word.as_str()))
            .collect();
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
        vec![self.end + 1 + index as u32; START]
    }

    /// Number of texts in the corpus.
    pub fn texts(&self) -> usize {
        self.subjects.len()
    }
}

/// The last `length` tokens as a key.
fn last(context: &[u32], length: usize) -> Option<Vec<u32>> {
    context
        .get(context.len().checked_sub(length)?..)
        .map(<[u32]>::to_vec)
}

/// The same within one text. The tag in front keeps it apart from plain keys.
fn tagged(tag: u32, context: &[u32], length: usize) -> Option<Vec<u32>> {
    last(context, length).map(|mut key| {
        key.insert(0, tag);
        key
    })
}

/// The words of a text in lower case, plurals cut.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() > 1)
        .map(|word| {
            let word = word.to_lowercase();
            match word.strip_suffix('s') {
                Some(stem) if stem.len() > 2 && !stem.ends_with('s') => stem.to_owned(),
                _ => word,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> (Tokenizer, Ngram) {
        let texts = ["the cat sat on the mat", "the dog sat on the log"];
        let tokenizer = Tokenizer::train(&texts);
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
