//! Counting a conversation: its texts, and what the model's format adds.

mod message;
mod rules;
mod schema;
mod tally;

pub use rules::ChatRules;
pub(super) use tally::Tally;

use alloc::vec::Vec;

use serde_json::Value;

use super::{ConversationError, Tokenizer};

/// Something that counts the tokens of a text: a tokenizer, or a stand-in for tests.
pub trait Count {
    /// The tokens of the text.
    fn count(&mut self, text: &str) -> usize;
}

impl Count for Tokenizer {
    fn count(&mut self, text: &str) -> usize {
        Self::count(self, text)
    }
}

/// How many tokens a conversation has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The tokens that the server will count as its input.
    pub tokens: u64,
    /// Whether the documents say so. Tools, pictures, sound, files, schemas of the answer and models
    /// that OpenAI's cookbook does not name are estimated.
    pub exact: bool,
}

/// Counts `messages` with `tools`, `functions`, `tool_choice` and `response_format` of a request.
///
/// # Errors
/// [`ConversationError::NoMessages`], [`ConversationError::NotAMessage`] and
/// [`ConversationError::TooDeep`].
pub fn count_chat(
    counter: &mut impl Count,
    rules: &ChatRules,
    params: &Value,
) -> Result<Counted, ConversationError> {
    let mut tally = Tally::new(counter, rules);
    tally.frame(params)?;
    for (at, message) in messages(params)?.iter().enumerate() {
        tally.message(message, at)?;
    }
    Ok(tally.counted())
}

pub(super) fn messages(params: &Value) -> Result<&Vec<Value>, ConversationError> {
    params
        .get("messages")
        .and_then(Value::as_array)
        .ok_or(ConversationError::NoMessages)
}
