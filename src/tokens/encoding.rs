//! The encodings, by OpenAI's names.

use core::fmt;

/// How text becomes tokens: one of OpenAI's encodings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// `r50k_base`: GPT-3.
    R50kBase,
    /// `p50k_base`: Codex and `text-davinci-003`.
    P50kBase,
    /// `cl100k_base`: GPT-3.5, GPT-4 and the embedding models.
    Cl100kBase,
    /// `o200k_base`: GPT-4o and later.
    O200kBase,
    /// `o200k_harmony`: the models of gpt-oss. The tokens of `o200k_base` with other special ones.
    O200kHarmony,
}

impl Encoding {
    /// Every encoding, oldest first.
    pub const ALL: [Self; 5] = [
        Self::R50kBase,
        Self::P50kBase,
        Self::Cl100kBase,
        Self::O200kBase,
        Self::O200kHarmony,
    ];

    /// OpenAI's name.
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
}

impl fmt::Display for Encoding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Encoding;

    #[test]
    fn every_encoding_is_found_by_its_own_name_alone() {
        for encoding in Encoding::ALL {
            assert_eq!(Encoding::from_name(encoding.name()), Some(encoding));
        }
        assert_eq!(Encoding::from_name("O200K_BASE"), None);
        assert_eq!(Encoding::from_name(""), None);
    }
}
