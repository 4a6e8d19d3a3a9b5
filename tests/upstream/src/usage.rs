//! Usage as OpenAI's tokenizers count it, under a switch. Without it the stand-in counts the tokens of its
//! own small model, which say nothing of a real one's.

use std::sync::{Arc, Mutex, PoisonError};

use openai_wasm::tokens::{ChatRules, Encoding, Tokenizer, count_chat, table};
use serde_json::Value;

/// Counts texts and conversations, or leaves the stand-in's own counts as they are.
#[derive(Clone, Default)]
pub struct Meter(Option<Arc<Mutex<Tokenizer>>>);

impl Meter {
    /// With an encoding, its tokens.
    pub fn new(encoding: Option<Encoding>) -> Self {
        let tokenizer = encoding.and_then(|name| Tokenizer::new(name, table(name)).ok());
        Self(tokenizer.map(|tokenizer| Arc::new(Mutex::new(tokenizer))))
    }

    /// The tokens of a conversation, as OpenAI's cookbook counts them.
    pub fn chat(&self, params: &Value, own: usize) -> usize {
        let Some(tokenizer) = &self.0 else {
            return own;
        };
        let mut tokenizer = tokenizer.lock().unwrap_or_else(PoisonError::into_inner);
        let rules = ChatRules::of_encoding(tokenizer.encoding());
        let counted = count_chat(&mut *tokenizer, &rules, params);
        counted.map_or(own, |counted| {
            usize::try_from(counted.tokens).unwrap_or(own)
        })
    }

    /// The tokens of a text.
    pub fn text(&self, text: &str, own: usize) -> usize {
        let Some(tokenizer) = &self.0 else {
            return own;
        };
        let mut tokenizer = tokenizer.lock().unwrap_or_else(PoisonError::into_inner);
        tokenizer.count(text)
    }
}
