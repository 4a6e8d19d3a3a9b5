//! Embeddings: `POST /embeddings`.

use std::borrow::Cow;
use std::fmt;

use super::lenient::{Arrived, Field, Got, List, Node, whole};
use super::{ObjectKind, TextInput};

object! {
    /// The request for embeddings.
    request struct EmbeddingRequest as "EmbeddingCreateParams" {
        /// The model to ask.
        model: String,
        /// What to embed: a text, texts, tokens, or lists of tokens. Up to 8,192 tokens each
        /// (2023), up to 2,048 inputs (2026); none may be empty.
        #[ts(type = "string | Array<string> | Array<number> | Array<Array<number>>")]
        input: TextInput,
        /// How the vectors come; the server's default is `float` (2026).
        #[ts(optional)]
        encoding_format: Option<EncodingFormat>,
        /// How long the vectors are to be: 1 or more; only some models can shorten them (2026).
        #[ts(optional)]
        dimensions: Option<u32>,
        /// An identifier of the end user, against abuse.
        #[ts(optional)]
        user: Option<String>,
    }
}

impl EmbeddingRequest {
    /// A request with nothing but what every request needs.
    pub fn new(model: impl Into<String>, input: impl Into<TextInput>) -> Self {
        Self {
            model: model.into(),
            input: input.into(),
            ..Self::default()
        }
    }
}

open_enum! {
    /// How embedding vectors come (2026).
    enum EncodingFormat {
        /// As a list of numbers.
        Float = "float",
        /// As base64 of 32-bit floats, little-endian: a quarter of the size.
        Base64 = "base64",
    }
}

object! {
    /// Embeddings.
    response struct EmbeddingList as "CreateEmbeddingResponse" {
        /// Always `list`.
        #[ts(type = "\"list\"")]
        object: ObjectKind,
        /// One embedding an input.
        data: Vec<Embedding>,
        /// The model that made them.
        model: String,
        /// What they cost.
        usage: EmbeddingUsage,
    }
}

object! {
    /// What embeddings cost in tokens.
    response struct EmbeddingUsage {
        /// Tokens of the inputs.
        prompt_tokens: u64,
        /// The same, as nothing else is counted.
        total_tokens: u64,
    }
}

object! {
    /// The embedding of one input.
    response struct Embedding {
        /// Always `embedding`.
        #[ts(type = "\"embedding\"")]
        object: ObjectKind,
        /// The vector.
        #[ts(type = "Array<number>")]
        embedding: EmbeddingVector,
        /// The place of its input among the inputs, from 0.
        index: u32,
    }
}

/// An embedding vector as it came: servers that do not know `encoding_format` send numbers
/// whatever was asked, so what came decides, not what was asked.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum EmbeddingVector {
    /// A list of numbers, as 32-bit floats (2026: `format: float`).
    Floats(Vec<f32>),
    /// Base64 of 32-bit floats, little-endian.
    Base64(String),
}

impl EmbeddingVector {
    /// The numbers, decoded if they came as base64.
    ///
    /// # Errors
    /// [`NotBase64`] if the text is not base64 of whole 32-bit floats.
    pub fn floats(&self) -> Result<Cow<'_, [f32]>, NotBase64> {
        match self {
            Self::Floats(floats) => Ok(Cow::Borrowed(floats)),
            Self::Base64(text) => {
                let bytes = base64(text).ok_or(NotBase64)?;
                let (floats, rest) = bytes.as_chunks::<4>();
                if !rest.is_empty() {
                    return Err(NotBase64);
                }
                Ok(floats.iter().copied().map(f32::from_le_bytes).collect())
            }
        }
    }
}

impl Default for EmbeddingVector {
    /// No numbers.
    fn default() -> Self {
        Self::Floats(Vec::new())
    }
}

impl serde::Serialize for EmbeddingVector {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.node().serialize(s)
    }
}

impl<'de> serde::Deserialize<'de> for EmbeddingVector {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        whole(d, "a list of numbers or base64")
    }
}

impl Field for EmbeddingVector {
    fn set(&mut self, arrived: Arrived<'_>) -> Got {
        match arrived {
            Arrived::Str(v) => *self = Self::Base64(v.to_owned()),
            other => return other.odd(),
        }
        Got::Value
    }
    fn as_list(&mut self) -> Option<&mut dyn List> {
        *self = Self::default();
        Some(self)
    }
    fn node(&self) -> Node<'_> {
        match self {
            Self::Floats(_) => Node::List(self),
            Self::Base64(text) => Node::Str(text),
        }
    }
}

impl List for EmbeddingVector {
    fn push(&mut self) -> Option<&mut dyn Field> {
        let Self::Floats(floats) = self else {
            return None;
        };
        // A gap would shift every number after it: what is not a number is NaN.
        floats.push(f32::NAN);
        floats.last_mut().map(|float| float as &mut dyn Field)
    }
    fn pop(&mut self) {
        if let Self::Floats(floats) = self {
            floats.pop();
        }
    }
    fn len(&self) -> usize {
        match self {
            Self::Floats(floats) => floats.len(),
            Self::Base64(_) => 0,
        }
    }
    fn item(&self, at: usize) -> Option<Node<'_>> {
        match self {
            Self::Floats(floats) => floats.get(at).map(Field::node),
            Self::Base64(_) => None,
        }
    }
    fn keeps_original(&self) -> bool {
        false
    }
}

/// An embedding's text is not base64 of whole 32-bit floats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotBase64;

impl fmt::Display for NotBase64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the embedding is not base64 of whole 32-bit floats")
    }
}

impl std::error::Error for NotBase64 {}

/// Decodes base64 (RFC 4648, section 4), with or without padding.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=').as_bytes();
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for group in text.chunks(4) {
        let mut bits = 0_u32;
        for &letter in group {
            let value = match letter {
                b'A'..=b'Z' => letter - b'A',
                b'a'..=b'z' => letter - b'a' + 26,
                b'0'..=b'9' => letter - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            bits = (bits << 6) | u32::from(value);
        }
        // 2 letters hold one byte, 3 two, 4 three; one letter holds none.
        let [_, first, second, third] = (bits << (6 * (4 - group.len()))).to_be_bytes();
        match group.len() {
            2 => bytes.push(first),
            3 => bytes.extend([first, second]),
            4 => bytes.extend([first, second, third]),
            _ => return None,
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded_with_and_without_padding_and_refused_when_it_is_none() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("Zg==", b"f"),
            ("Zg", b"f"),
            ("Zm8=", b"fo"),
            ("Zm9v", b"foo"),
            ("Zm9vYmFy", b"foobar"),
            ("+/+/", &[0xfb, 0xff, 0xbf]),
        ] {
            assert_eq!(base64(text).as_deref(), Some(bytes), "{text}");
        }
        for text in ["Z", "Zm9vY", "Zm 9", "Zm9-", "é", "Zg=A"] {
            assert_eq!(base64(text), None, "{text}");
        }
    }

    #[test]
    fn a_vector_reads_alike_from_numbers_and_from_base64() {
        let floats = [0.002_306_425_5_f32, -1.0, 0.0, 3.5];
        // The bytes of those four floats, little-endian, by another encoder.
        let coded = EmbeddingVector::Base64("ZicXOwAAgL8AAAAAAABgQA==".to_owned());
        assert_eq!(coded.floats().unwrap().as_ref(), floats);
        let listed: EmbeddingVector = serde_json::from_str("[0.0023064255,-1,0.0,3.5]").unwrap();
        assert_eq!(listed.floats().unwrap().as_ref(), floats);
        for cut in ["ZicXOwA=", "ZicXOwAA", "not base64"] {
            assert_eq!(
                EmbeddingVector::Base64(cut.to_owned()).floats(),
                Err(NotBase64),
                "{cut}"
            );
        }
    }
}
