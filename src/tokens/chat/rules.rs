//! What a model adds to the tokens of a conversation's texts, after OpenAI's cookbook.

use crate::models::{Encoding, ImageTokens};

/// The numbers by which a conversation is counted.
///
/// They are those of OpenAI's cookbook ("How to count tokens with tiktoken"), which gives them for
/// GPT-3.5, GPT-4, GPT-4o and GPT-4.1; other models are counted alike, and the count is an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChatRules {
    /// For each message.
    pub(super) per_message: i64,
    /// For each `name`.
    pub(super) per_name: i64,
    /// For each function.
    pub(super) per_function: i64,
    /// Whether the documents give the numbers for this model.
    pub(super) documented: bool,
    pub(super) image: ImageTokens,
}

/// Models whose chat format the cookbook gives.
const DOCUMENTED: &[&str] = &["gpt-3.5-turbo", "gpt-35-turbo", "gpt-4"];
/// Variants of them for which it does not.
const VARIANTS: &[&str] = &["audio", "realtime", "search", "transcribe", "tts", "4.5"];

impl ChatRules {
    /// Those of an encoding, where the model is not known: of the models that read it and are
    /// documented.
    pub fn of_encoding(encoding: Encoding) -> Self {
        Self {
            per_message: 3,
            per_name: 1,
            per_function: if encoding == Encoding::Cl100kBase {
                10
            } else {
                7
            },
            documented: matches!(encoding, Encoding::Cl100kBase | Encoding::O200kBase),
            image: ImageTokens::default(),
        }
    }

    /// Those of a model.
    pub fn of_model(id: &str) -> Self {
        let id = id.strip_prefix("ft:").unwrap_or(id);
        let encoding = Encoding::of_model(id).unwrap_or(Encoding::O200kBase);
        let mut rules = Self::of_encoding(encoding);
        rules.documented = DOCUMENTED.iter().any(|start| id.starts_with(start))
            && !VARIANTS.iter().any(|variant| id.contains(variant));
        rules.image = ImageTokens::of_model(id);
        if id.starts_with("gpt-3.5-turbo-0301") {
            rules.per_message = 4;
            rules.per_name = -1;
        }
        rules
    }
}
