//! The offline tokenizer: how many tokens a text has, and which, exactly as OpenAI's counts them; and
//! what follows from it for a conversation: counted, fitted into a window, priced.
//!
//! The build for npm leaves conversations out: their JSON would bring serde_json and the standard library
//! with it. The rules for conversations stand here and in `pkg-template/tokens/`; both languages run the cases of
//! `tests/fixtures/conversation.json`.

mod bytes;
mod cache;
#[cfg(test)]
mod cases;
#[cfg(not(feature = "__npm-tokens"))]
mod chat;
mod classes;
#[cfg(not(feature = "__npm-tokens"))]
mod conversation_error;
mod counter;
#[cfg(test)]
mod documents;
mod encoding;
mod error;
#[cfg(not(feature = "__npm-tokens"))]
mod fit;
#[cfg(not(feature = "__npm-tokens"))]
mod lookup;
mod merge;
mod merges;
mod output;
#[cfg(not(feature = "__npm-tokens"))]
mod price;
mod scan;
mod specials;
mod table;
mod tables;
mod tokenizer;
mod window;

#[cfg(not(feature = "__npm-tokens"))]
pub use chat::{ChatRules, Count, Counted, count_chat};
#[cfg(not(feature = "__npm-tokens"))]
pub use conversation_error::ConversationError;
pub use counter::Counter;
pub use encoding::Encoding;
pub use error::{DecodeError, TableError, UnknownSpecial};
#[cfg(not(feature = "__npm-tokens"))]
pub use fit::{Fit, Fitted, fit};
#[cfg(not(feature = "__npm-tokens"))]
pub use price::{WorstPrice, price, worst_price};
pub use tables::{cl100k_base, o200k_base, p50k_base, table};
pub use tokenizer::Tokenizer;
