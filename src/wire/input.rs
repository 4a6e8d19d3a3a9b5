//! Text as text, or as the tokens that it is made of.

use serde_json::Value;

use super::lenient::{Arrived, Field, Got, Node, whole};

/// What to complete or to embed: one input or several, as text or as token ids.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(untagged))]
pub enum TextInput {
    /// One text.
    Text(String),
    /// Several texts.
    Texts(Vec<String>),
    /// One text as its tokens.
    Tokens(Vec<u32>),
    /// Several texts as their tokens.
    TokenLists(Vec<Vec<u32>>),
}

impl Default for TextInput {
    /// An empty text.
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl From<&str> for TextInput {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for TextInput {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<String>> for TextInput {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

impl From<Vec<u32>> for TextInput {
    fn from(tokens: Vec<u32>) -> Self {
        Self::Tokens(tokens)
    }
}

impl From<Vec<Vec<u32>>> for TextInput {
    fn from(lists: Vec<Vec<u32>>) -> Self {
        Self::TokenLists(lists)
    }
}

impl serde::Serialize for TextInput {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.node().serialize(s)
    }
}

impl<'de> serde::Deserialize<'de> for TextInput {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        whole(d, "a string, or a list of strings, tokens or token lists")
    }
}

impl Field for TextInput {
    fn set(&mut self, arrived: Arrived<'_>) -> Got {
        let list = match arrived {
            Arrived::Str(v) => {
                *self = v.into();
                return Got::Value;
            }
            Arrived::Whole(list @ Value::Array(_)) => list,
            other => return other.odd(),
        };
        *self = if let Ok(texts) = serde_json::from_value(list.clone()) {
            Self::Texts(texts)
        } else if let Ok(tokens) = serde_json::from_value(list.clone()) {
            Self::Tokens(tokens)
        } else if let Ok(lists) = serde_json::from_value(list.clone()) {
            Self::TokenLists(lists)
        } else {
            return Got::Odd(list);
        };
        Got::Value
    }
    fn node(&self) -> Node<'_> {
        match self {
            Self::Text(text) => Node::Str(text),
            Self::Texts(texts) => Node::List(texts),
            Self::Tokens(tokens) => Node::List(tokens),
            Self::TokenLists(lists) => Node::List(lists),
        }
    }
}
