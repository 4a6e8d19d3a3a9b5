//! The offline tokenizer: how many tokens a text has, and which, exactly as OpenAI's counts them; and
//! what follows from it for a conversation: counted, fitted into a window, priced.
//!
//! The rules for conversations stand here and in `pkg-template/tokens/`; both languages run the cases of
//! `tests/fixtures/conversation.json`.

mod bytes;
mod cache;
#[cfg(test)]
mod cases;
mod chat;
mod classes;
mod conversation_error;
mod counter;
#[cfg(test)]
mod documents;
mod encoding;
mod error;
mod fit;
mod merge;
mod merges;
mod output;
mod price;
mod scan;
mod specials;
mod table;
mod tables;
mod tokenizer;
mod window;

pub use chat::{ChatRules, Count, Counted, count_chat};
pub use conversation_error::ConversationError;
pub use counter::Counter;
pub use encoding::Encoding;
pub use error::{DecodeError, TableError, UnknownSpecial};
pub use fit::{Fit, Fitted, fit};
pub use price::{WorstPrice, price, worst_price};
pub use tables::{cl100k_base, o200k_base, p50k_base, table};
pub use tokenizer::Tokenizer;

use alloc::string::String;

use crate::models::{Catalog, Found};

impl Count for Tokenizer {
    fn count(&mut self, text: &str) -> usize {
        Tokenizer::count(self, text)
    }
}

/// The model that the parameters name.
fn lookup<'a>(
    catalog: &'a Catalog,
    params: &serde_json::Value,
) -> Result<Found<'a>, ConversationError> {
    let model = params.get("model").and_then(serde_json::Value::as_str);
    let model = model.unwrap_or_default();
    catalog
        .find(model)
        .ok_or_else(|| ConversationError::UnknownModel {
            model: String::from(model),
        })
}
