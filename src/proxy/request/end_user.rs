//! What the provider learns of a caller.

use serde::Deserialize;

/// As which parameter the provider learns a keyed hash of the caller's subject. Callers never choose
/// it themselves. In JSON it is the parameter's name, or false.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(try_from = "Written")]
#[non_exhaustive]
pub enum EndUser {
    /// `user`, which every server knows.
    #[default]
    User,
    /// `safety_identifier`, OpenAI's newer name.
    SafetyIdentifier,
    /// Not at all.
    Hidden,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Name(String),
    Hidden(bool),
}

impl TryFrom<Written> for EndUser {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        [Self::User, Self::SafetyIdentifier, Self::Hidden]
            .into_iter()
            .find(|known| match (&written, known.param()) {
                (Written::Name(name), Some(param)) => name == param,
                (Written::Hidden(is), None) => !is,
                _ => false,
            })
            .ok_or("endUserParam must be \"user\", \"safety_identifier\" or false")
    }
}

impl EndUser {
    pub(super) const fn param(self) -> Option<&'static str> {
        match self {
            Self::User => Some("user"),
            Self::SafetyIdentifier => Some("safety_identifier"),
            Self::Hidden => None,
        }
    }
}
