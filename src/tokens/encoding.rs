//! The encodings, by OpenAI's names.

pub use crate::models::Encoding;
