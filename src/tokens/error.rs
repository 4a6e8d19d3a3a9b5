//! What can go wrong with a table, a special token or a row of tokens.

use alloc::string::String;
use core::fmt;

use super::encoding::Encoding;

/// The bytes are not the table of this encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableError {
    /// They are the table of another encoding.
    OtherEncoding {
        /// What was wanted.
        wanted: Encoding,
    },
    /// They are no table, or were changed.
    Malformed,
}

impl fmt::Display for TableError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherEncoding { wanted } => {
                write!(out, "table: of another encoding; give the one of {wanted}")
            }
            Self::Malformed => out.write_str(
                "table: not a table of merges, or changed on its way; give it as the package has it",
            ),
        }
    }
}

impl core::error::Error for TableError {}

/// A special token was allowed that the encoding does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSpecial {
    /// The name that was given.
    pub name: String,
    /// The encoding that does not know it.
    pub encoding: Encoding,
}

impl fmt::Display for UnknownSpecial {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, encoding } = self;
        write!(
            out,
            "allowed: {encoding} has no special token {name:?}; leave it out"
        )
    }
}

impl core::error::Error for UnknownSpecial {}

/// A number is not a token of the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Its place in the row, from 0.
    pub index: usize,
    /// The number.
    pub token: u32,
    /// The encoding that does not have it.
    pub encoding: Encoding,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            index,
            token,
            encoding,
        } = self;
        write!(
            out,
            "tokens[{index}]: {encoding} has no token {token}; decode with the encoding that made it"
        )
    }
}

impl core::error::Error for DecodeError {}
