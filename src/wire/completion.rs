//! Completions: `POST /completions`.

use std::collections::BTreeMap;

use serde_json::Number;

use super::chat::{ContextLengthExceededBehavior, FinishReason, StopSequences, StreamOptions};
use super::{CompletionUsage, ObjectKind, TextInput};

object! {
    /// The request for a completion.
    request struct CompletionRequest as "CompletionCreateParamsBase" {
        /// The model to ask.
        model: String,
        /// What to complete: a text, texts, tokens, or lists of tokens. Left out (2023) it is
        /// `<|endoftext|>`, the beginning of a new document.
        #[ts(optional = nullable, type = "string | Array<string> | Array<number> | Array<Array<number>> | null")]
        prompt: Option<TextInput>,
        /// What follows the text to insert.
        suffix: Option<String>,
        /// The most tokens to make: 0 or more; default 16.
        max_tokens: Option<u32>,
        /// How freely the model chooses: 0 to 2; default 1. Change this or `top_p`, not both.
        temperature: Option<f64>,
        /// Chooses among the tokens that together have this probability: 0 to 1; default 1.
        top_p: Option<f64>,
        /// How many completions to make for each prompt: 1 to 128; default 1. Each is billed.
        n: Option<u32>,
        /// Whether the completion comes in pieces, as server-sent events. Default `false`.
        stream: Option<bool>,
        /// What a stream carries besides; only with `stream` (2026).
        stream_options: Option<StreamOptions>,
        /// How many of the likeliest tokens to report at each place, besides the chosen one: 0
        /// to 5.
        logprobs: Option<u32>,
        /// Whether to repeat the prompt before the completion. Default `false`.
        echo: Option<bool>,
        /// Where to stop: up to 4 sequences.
        #[ts(optional = nullable, type = "string | Array<string> | null")]
        stop: Option<StopSequences>,
        /// Makes tokens that appeared already less likely (or more, below 0): −2 to 2; default
        /// 0.
        presence_penalty: Option<f64>,
        /// Makes tokens less likely (or more, below 0) the oftener they appeared already: −2 to
        /// 2; default 0.
        frequency_penalty: Option<f64>,
        /// Makes this many completions and returns the best: 0 to 20; default 1. At least `n`;
        /// cannot be streamed. All are billed.
        best_of: Option<u32>,
        /// Bias by token id: −100 (never) to 100 (only), added to the logits.
        #[ts(optional = nullable, type = "{ [key: string]: number } | null")]
        logit_bias: Option<BTreeMap<String, Number>>,
        /// Makes equal requests with an equal seed give equal completions, as far as the server
        /// can (2026): a 64-bit integer. Watch the completion's `system_fingerprint`.
        #[ts(optional = nullable, type = "number | bigint | string | null")]
        seed: Option<i64>,
        /// An identifier of the end user, against abuse.
        #[ts(optional)]
        user: Option<String>,
        /// Chooses among this many of the likeliest tokens (Fireworks).
        #[ts(optional)]
        top_k: Option<u32>,
        /// Leaves out tokens that are less likely than this share of the likeliest one
        /// (Fireworks): 0 to 1.
        #[ts(optional)]
        min_p: Option<f64>,
        /// Penalty on tokens that repeat (Fireworks): above 0, below 2; 1 is none.
        #[ts(optional)]
        repetition_penalty: Option<f64>,
        /// What to do when prompt and `max_tokens` exceed the context (Fireworks).
        #[ts(optional)]
        context_length_exceeded_behavior: Option<ContextLengthExceededBehavior>,
    }
}

impl CompletionRequest {
    /// A request with nothing but what every request needs.
    pub fn new(model: impl Into<String>, prompt: impl Into<TextInput>) -> Self {
        Self {
            model: model.into(),
            prompt: Some(prompt.into()),
            ..Self::default()
        }
    }
}

object! {
    /// A completion, and also each piece of a streamed one: its texts are then to append.
    response struct Completion {
        /// The completion's identifier.
        id: String,
        /// Always `text_completion`.
        #[ts(type = "\"text_completion\"")]
        object: ObjectKind,
        /// When it was made, Unix time in seconds.
        created: u64,
        /// The model that made it.
        model: String,
        /// The completions: for each prompt as many as the request's `n`.
        choices: Vec<CompletionChoice>,
        /// What it cost; in a stream, in the last piece, if the request asked.
        usage: Option<CompletionUsage>,
        /// Which backend configuration made it (2026): completions of equal requests with an
        /// equal `seed` may differ when this differs.
        system_fingerprint: Option<String>,
    }
}

impl Completion {
    /// The text of choice 0; empty if there is none.
    #[must_use]
    pub fn text(&self) -> &str {
        let first = self.choices.iter().find(|choice| choice.index == 0);
        first.map_or("", |choice| &choice.text)
    }
}

object! {
    /// One of the completions.
    response struct CompletionChoice {
        /// The text, or in a stream what is new of it.
        text: String,
        /// Its place among the completions, from 0.
        index: u32,
        /// Log probabilities, if the request asked.
        #[ts(optional = false)]
        logprobs: Option<CompletionLogprobs>,
        /// Why the model stopped; `None` until it did, in a stream.
        #[ts(type = "FinishReason")]
        finish_reason: Option<FinishReason>,
    }
}

object! {
    /// Log probabilities of a completion's tokens. The lists run side by side.
    response struct CompletionLogprobs {
        /// The tokens' texts.
        tokens: Option<Vec<String>>,
        /// The natural logarithm of each token's probability; the first of an echoed prompt has
        /// none.
        #[ts(optional, type = "Array<number>")]
        token_logprobs: Option<Vec<Option<f64>>>,
        /// For each place the likeliest tokens and their log probabilities.
        #[ts(optional, type = "Array<{ [key: string]: number }>")]
        top_logprobs: Option<Vec<Option<BTreeMap<String, f64>>>>,
        /// Where each token begins in the text, in characters.
        text_offset: Option<Vec<u64>>,
    }
}
