//! One answer, token by token, lazily: a client that leaves stops the work.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use super::{
    Model,
    sampler::{Random, Sampling, top},
    tokenizer::{END_OF_TEXT, Token},
};

/// What to generate.
#[derive(Clone, Default)]
pub struct Options {
    /// How tokens are picked.
    pub sampling: Sampling,
    /// At most this many tokens.
    pub max_tokens: usize,
    /// Sequences that end the answer and are not part of it.
    pub stop: Vec<String>,
    /// Same seed and options, same answer.
    pub seed: u64,
    /// How many alternatives to report at each position.
    pub top_logprobs: usize,
    /// Tokens of the prompt, for the repetition penalty.
    pub prompt: Vec<Token>,
    /// The text whose subject the answer takes up.
    pub subject: String,
    /// Whether the answer goes on where the prompt ends (completions).
    pub continues: bool,
    /// A fixed answer instead of a sampled one; it is counted and cut all the same.
    pub fixed: Option<Vec<Token>>,
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// End of text or a stop sequence.
    Stop,
    /// `max_tokens` reached.
    Length,
}

impl Finish {
    /// The API's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Finish::Stop => "stop",
            Finish::Length => "length",
        }
    }
}

/// One generated token with its log-probability and the alternatives.
#[derive(Clone, Debug)]
pub struct Sampled {
    /// Its id.
    pub token: Token,
    /// log p after penalties and bias, before temperature and truncation.
    pub logprob: f64,
    /// The likeliest tokens at this place.
    pub top: Vec<(Token, f64)>,
}

/// Text that can be sent: whole characters, no part of a stop sequence.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// The tokens it came from.
    pub tokens: Vec<Sampled>,
}

/// The running answer: an iterator of [`Piece`].
pub struct Generation {
    model: Arc<Model>,
    options: Options,
    random: Random,
    context: Vec<u32>,
    prompt: Vec<u32>,
    counts: HashMap<u32, u32>,
    fixed: Option<VecDeque<Token>>,
    produced: usize,
    undecoded: (Vec<u8>, Vec<Sampled>),
    pending: VecDeque<Piece>,
    finish: Option<Finish>,
}

impl Generation {
    /// Starts an answer.
    pub fn new(model: Arc<Model>, options: Options) -> Self {
        let mut random = Random::new(options.seed);
        let prompt: Vec<u32> = options
            .prompt
            .iter()
            .filter_map(|token| model.ngram.dense(*token))
            .collect();
        let context = if options.continues && model.ngram.can_continue(&prompt) {
            prompt.clone()
        } else {
            start(&model, &options, &mut random)
        };
        Self {
            fixed: options.fixed.clone().map(VecDeque::from),
            model,
            options,
            random,
            context,
            prompt,
            counts: HashMap::new(),
            produced: 0,
            undecoded: Default::default(),
            pending: VecDeque::new(),
            finish: None,
        }
    }

    /// Why the answer ended, once it has.
    pub fn finish(&self) -> Finish {
        self.finish.unwrap_or(Finish::Stop)
    }

    /// Tokens generated so far.
    pub fn completion_tokens(&self) -> usize {
        self.produced
    }

    /// The next token, or why there is none.
    fn sample(&mut self) -> Result<Sampled, Finish> {
        if self.fixed.as_ref().is_some_and(VecDeque::is_empty) {
            return Err(Finish::Stop);
        }
        if self.produced >= self.options.max_tokens {
            return Err(Finish::Length);
        }
        let mut logs = self.model.ngram.log_probabilities(&self.context);
        let dense = match self.fixed.as_mut().and_then(VecDeque::pop_front) {
            Some(token) => {
                // A fixed answer is what a bias of 100 on each of its tokens would give.
                let dense = self.model.ngram.dense(token).unwrap_or_default();
                let sampling = Sampling {
                    logit_bias: vec![(dense, 100.0)],
                    ..Sampling::default()
                };
                sampling.adjust(&mut logs, &HashMap::new(), &[]);
                dense
            }
            None => {
                self.options
                    .sampling
                    .adjust(&mut logs, &self.counts, &self.prompt);
                self.options.sampling.pick(&logs, &mut self.random)
            }
        };
        let token = self.model.ngram.public(dense);
        if token == END_OF_TEXT {
            return Err(Finish::Stop);
        }
        self.produced += 1;
        *self.counts.entry(dense).or_default() += 1;
        self.context.push(dense);
        let ngram = &self.model.ngram;
        Ok(Sampled {
            token,
            logprob: logs
                .get(dense as usize)
                .copied()
                .unwrap_or(f64::NEG_INFINITY),
            top: top(&logs, self.options.top_logprobs)
                .into_iter()
                .map(|(dense, log)| (ngram.public(dense), log))
                .collect(),
        })
    }

    /// Moves whole characters from the undecoded bytes to the pending pieces.
    fn decode(&mut self, at_end: bool) {
        let (bytes, tokens) = &mut self.undecoded;
        if bytes.is_empty() {
            return;
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            // An incomplete character waits for its other bytes.
            Err(error) if error.error_len().is_none() && !at_end => return,
            Err(_) => String::from_utf8_lossy(bytes).into_owned(),
        };
        bytes.clear();
        self.pending.push_back(Piece {
            text,
            tokens: std::mem::take(tokens),
        });
    }

    /// Ends the answer at a stop sequence in the pending text, if there is one.
    fn cut_at_stop(&mut self) {
        let text: String = self
            .pending
            .iter()
            .map(|piece| piece.text.as_str())
            .collect();
        let Some(at) = self
            .options
            .stop
            .iter()
            .filter(|stop| !stop.is_empty())
            .filter_map(|stop| text.find(stop.as_str()))
            .min()
        else {
            return;
        };
        self.finish = Some(Finish::Stop);
        let mut left = at;
        self.pending.retain_mut(|piece| {
            let keep = left.min(piece.text.len());
            left -= keep;
            piece.text.truncate(keep);
            keep > 0
        });
    }

    /// Bytes at the end of the pending text that may begin a stop sequence.
    fn held_back(&self) -> usize {
        if self.options.stop.is_empty() {
            return 0;
        }
        let text: String = self
            .pending
            .iter()
            .map(|piece| piece.text.as_str())
            .collect();
        self.options
            .stop
            .iter()
            .flat_map(|stop| (1..stop.len()).filter_map(|length| stop.get(..length)))
            .filter(|prefix| text.ends_with(prefix))
            .map(str::len)
            .max()
            .unwrap_or(0)
    }
}

impl Iterator for Generation {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            if self.finish.is_some() {
                return self.pending.pop_front();
            }
            let waiting: usize = self
                .pending
                .iter()
                .skip(1)
                .map(|piece| piece.text.len())
                .sum();
            if !self.pending.is_empty() && waiting >= self.held_back() {
                return self.pending.pop_front();
            }
            match self.sample() {
                Ok(sampled) => {
                    self.undecoded
                        .0
                        .extend_from_slice(self.model.tokenizer.bytes(sampled.token));
                    self.undecoded.1.push(sampled);
                    self.decode(false);
                    self.cut_at_stop();
                }
                Err(finish) => {
                    self.decode(true);
                    self.cut_at_stop();
                    self.finish.get_or_insert(finish);
                }
            }
        }
    }
}

/// Chooses the text of the corpus to start from: the nearest to the subject, or
/// by chance one of the near ones unless the temperature is 0.
fn start(model: &Model, options: &Options, random: &mut Random) -> Vec<u32> {
    let nearest = model.ngram.nearest(&options.subject);
    let best = nearest.first().map_or(0.0, |(_, score)| *score);
    let choice = if best <= 0.0 {
        // Nothing in common: any text, but the same for the same subject at temperature 0.
        let seed = if options.sampling.temperature <= 0.0 {
            super::sampler::hash(options.subject.as_bytes())
        } else {
            random.bits()
        };
        Random::new(seed).below(model.ngram.texts())
    } else if options.sampling.temperature <= 0.0 {
        nearest.first().map_or(0, |(text, _)| *text)
    } else {
        let near: Vec<usize> = nearest
            .iter()
            .take_while(|(_, score)| *score > best * 0.75)
            .map(|(text, _)| *text)
            .collect();
        near.get(random.below(near.len())).copied().unwrap_or(0)
    };
    model.ngram.start_of(choice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(text: &str, stop: &[&str], max_tokens: usize) -> (Vec<String>, Finish) {
        let model = Model::train();
        let mut generation = Generation::new(
            model.clone(),
            Options {
                max_tokens,
                stop: stop.iter().map(|stop| (*stop).to_owned()).collect(),
                fixed: Some(model.tokenizer.encode(text)),
                ..Options::default()
            },
        );
        let pieces = generation.by_ref().map(|piece| piece.text).collect();
        (pieces, generation.finish())
    }

    #[test]
    fn a_stop_sequence_over_several_tokens_is_held_back_and_not_sent() {
        let (pieces, finish) = fixed("one two STOPPED here", &["O STOP", "STOPPED"], 99);
        assert_eq!(pieces.concat(), "one two ");
        assert_eq!(finish, Finish::Stop);
    }

    #[test]
    fn what_only_begins_like_a_stop_sequence_is_sent() {
        let (pieces, _) = fixed("one two STO and on STO", &["STOPPED"], 99);
        assert_eq!(pieces.concat(), "one two STO and on STO");
    }

    #[test]
    fn a_piece_never_splits_a_character() {
        let (pieces, _) = fixed("héllo 😀 wörld", &[], 99);
        assert_eq!(pieces.concat(), "héllo 😀 wörld");
        assert!(pieces.iter().all(|piece| !piece.contains('\u{FFFD}')));
    }

    #[test]
    fn max_tokens_ends_with_length() {
        let (pieces, finish) = fixed("a b c d e f", &[], 3);
        assert_eq!(pieces.concat().len(), 5);
        assert_eq!(finish, Finish::Length);
    }
}
