//! The offline tokenizer: how many tokens a text has, and which, exactly as OpenAI's counts them.

mod bytes;
mod cache;
mod classes;
mod counter;
mod encoding;
mod error;
mod merge;
mod merges;
mod output;
mod scan;
mod specials;
mod table;
mod tables;
mod tokenizer;
mod window;

pub use counter::Counter;
pub use encoding::Encoding;
pub use error::{DecodeError, TableError, UnknownSpecial};
pub use tables::{cl100k_base, o200k_base, p50k_base, table};
pub use tokenizer::Tokenizer;
