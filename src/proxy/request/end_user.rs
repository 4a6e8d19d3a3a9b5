//! What the provider learns of a caller.

/// As which parameter the provider learns a keyed hash of the caller's subject. Callers never choose
/// it themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EndUser {
    /// `user`, which every server knows.
    #[default]
    User,
    /// `safety_identifier`, OpenAI's newer name.
    SafetyIdentifier,
    /// Not at all.
    Hidden,
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
