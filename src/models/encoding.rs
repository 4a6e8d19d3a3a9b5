//! The encodings, and which of them a model reads.

use core::fmt;

/// How a model cuts text into tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// GPT-3: `davinci`, `curie`, `babbage`, `ada`.
    R50kBase,
    /// `text-davinci-003`, `text-davinci-002` and the models of Codex.
    P50kBase,
    /// GPT-3.5, GPT-4 and the embeddings.
    Cl100kBase,
    /// GPT-4o and what came after it.
    O200kBase,
    /// `gpt-oss`: the tokens of [`Encoding::O200kBase`] with more special ones.
    O200kHarmony,
}

impl Encoding {
    /// Every encoding.
    pub const ALL: [Self; 5] = [
        Self::R50kBase,
        Self::P50kBase,
        Self::Cl100kBase,
        Self::O200kBase,
        Self::O200kHarmony,
    ];

    /// The name by which libraries know it: `cl100k_base`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::R50kBase => "r50k_base",
            Self::P50kBase => "p50k_base",
            Self::Cl100kBase => "cl100k_base",
            Self::O200kBase => "o200k_base",
            Self::O200kHarmony => "o200k_harmony",
        }
    }

    /// The encoding of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|encoding| encoding.name() == name)
    }

    /// The encoding of a model, of which nothing else need be known: a variant of a known family
    /// (`gpt-4o-2031-01-01`), or a fine-tuned model (`ft:gpt-4o-mini:org::id`).
    #[must_use]
    pub fn of_model(id: &str) -> Option<Self> {
        let base = super::id::base(id).unwrap_or(id);
        let family = FAMILIES.iter().find(|(family, _)| {
            base.strip_prefix(family).is_some_and(|rest| {
                family.ends_with(['.', '-']) || rest.is_empty() || rest.starts_with(['-', '.', ':'])
            })
        });
        family.map(|(_, encoding)| *encoding)
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// The families by the beginning of their names, after tiktoken's list. The first that fits decides;
/// a whole word fits, or a beginning that ends in a dot or a hyphen.
pub const FAMILIES: &[(&str, Encoding)] = &[
    ("gpt-oss", Encoding::O200kHarmony),
    ("gpt-4o", Encoding::O200kBase),
    ("gpt-4.", Encoding::O200kBase),
    ("gpt-5", Encoding::O200kBase),
    ("gpt-6", Encoding::O200kBase),
    ("chatgpt-4o", Encoding::O200kBase),
    ("chat-latest", Encoding::O200kBase),
    ("o1", Encoding::O200kBase),
    ("o3", Encoding::O200kBase),
    ("o4", Encoding::O200kBase),
    ("gpt-4", Encoding::Cl100kBase),
    ("gpt-3.5", Encoding::Cl100kBase),
    ("gpt-35", Encoding::Cl100kBase),
    ("text-embedding-", Encoding::Cl100kBase),
    ("davinci-002", Encoding::Cl100kBase),
    ("babbage-002", Encoding::Cl100kBase),
    ("text-davinci-001", Encoding::R50kBase),
    ("text-davinci-", Encoding::P50kBase),
    ("code-search-", Encoding::R50kBase),
    ("code-", Encoding::P50kBase),
    ("davinci-codex", Encoding::P50kBase),
    ("cushman-codex", Encoding::P50kBase),
    ("text-curie-", Encoding::R50kBase),
    ("text-babbage-", Encoding::R50kBase),
    ("text-ada-", Encoding::R50kBase),
    ("text-similarity-", Encoding::R50kBase),
    ("text-search-", Encoding::R50kBase),
    ("davinci", Encoding::R50kBase),
    ("curie", Encoding::R50kBase),
    ("babbage", Encoding::R50kBase),
    ("ada", Encoding::R50kBase),
    ("gpt2", Encoding::R50kBase),
];
