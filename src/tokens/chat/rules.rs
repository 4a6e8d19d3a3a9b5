//! What a model adds to the tokens of a conversation's texts, after OpenAI's cookbook.

use crate::models::Encoding;

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
    pub(super) image: Image,
}

/// Tokens of a picture whose size is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Image {
    /// With `detail: "low"`.
    pub low: i64,
    /// A picture of 1024 by 1024.
    pub usual: i64,
    /// The most that any picture can have.
    pub most: i64,
}

/// 85 and 170 for each of at most 8 tiles.
const TILES: Image = Image {
    low: 85,
    usual: 765,
    most: 1_445,
};
/// 2,833 and 5,667 for each tile.
const TILES_MINI: Image = Image {
    low: 2_833,
    usual: 25_501,
    most: 48_169,
};
/// At most 1,536 patches, times at most 2.46.
const PATCHES: Image = Image {
    low: 630,
    usual: 2_520,
    most: 3_779,
};
/// At most 10,000 patches, times at most 2.46.
const MANY_PATCHES: Image = Image {
    low: 630,
    usual: 2_520,
    most: 24_600,
};

/// The first beginning of a name that fits decides.
const IMAGES: &[(&str, Image)] = &[
    ("gpt-4o-mini", TILES_MINI),
    ("gpt-4.1-mini", PATCHES),
    ("gpt-4.1-nano", PATCHES),
    ("gpt-4", TILES),
    ("o1", TILES),
    ("o3", TILES),
    ("o4-mini", PATCHES),
];

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
            image: MANY_PATCHES,
        }
    }

    /// Those of a model.
    pub fn of_model(id: &str) -> Self {
        let id = id.strip_prefix("ft:").unwrap_or(id);
        let encoding = Encoding::of_model(id).unwrap_or(Encoding::O200kBase);
        let mut rules = Self::of_encoding(encoding);
        rules.documented = DOCUMENTED.iter().any(|start| id.starts_with(start))
            && !VARIANTS.iter().any(|variant| id.contains(variant));
        let image = IMAGES.iter().find(|(start, _)| id.starts_with(start));
        rules.image = image.map_or(MANY_PATCHES, |(_, image)| *image);
        if id.starts_with("gpt-3.5-turbo-0301") {
            rules.per_message = 4;
            rules.per_name = -1;
        }
        rules
    }
}
