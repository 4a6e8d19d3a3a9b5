//! Files on their way to a server.

use super::lenient::{Arrived, Field, Got, Node};

/// A file to send in a form. It has no place in JSON, where it is left out.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Upload {
    /// The file's name. Servers tell an audio format by its ending.
    pub filename: String,
    /// The media type, for instance `image/png`. `None` leaves it to the platform.
    pub content_type: Option<String>,
    /// The content.
    pub bytes: Vec<u8>,
}

impl Upload {
    /// A file of this name and content.
    pub fn new(filename: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            filename: filename.into(),
            content_type: None,
            bytes: bytes.into(),
        }
    }
}

impl std::fmt::Debug for Upload {
    /// Tells the size, not the content.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload")
            .field("filename", &self.filename)
            .field("content_type", &self.content_type)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

impl serde::Serialize for Upload {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_unit()
    }
}

impl Field for Upload {
    fn set(&mut self, arrived: Arrived<'_>) -> Got {
        arrived.odd()
    }
    fn node(&self) -> Node<'_> {
        Node::Null
    }
    fn is_set(&self) -> bool {
        false
    }
}

#[cfg(test)]
impl ts_rs::TS for Upload {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn name(_: &ts_rs::Config) -> String {
        "Uploadable".to_owned()
    }
    fn inline(cfg: &ts_rs::Config) -> String {
        Self::name(cfg)
    }
}
