//! The members of an event or an answer that say what it costs and how it ends.

use super::seen::Word;

/// Members at the top of an event that cost nothing: the server's own words about it.
const FREE: [&[u8]; 10] = [
    b"id",
    b"object",
    b"type",
    b"created",
    b"model",
    b"system_fingerprint",
    b"service_tier",
    b"sequence_number",
    b"item_id",
    b"obfuscation",
];

/// Where a value stands, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the outermost object.
    Top,
    /// In the list `choices`.
    Choices,
    /// In one of its objects.
    Choice,
    /// In the object `response`.
    Response,
    /// In a value of `error`, at the top or of a choice.
    Error,
    Elsewhere,
}

/// A name that matters where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Member {
    Free,
    Kind,
    Object,
    Usage,
    Error,
    Detail,
    Choices,
    Response,
    FinishReason,
    Other,
}

impl Member {
    pub(super) fn of(place: Place, name: &Word) -> Self {
        let Some(name) = name.get() else {
            return Self::Other;
        };
        match (place, name) {
            (Place::Top, b"type") => Self::Kind,
            (Place::Top, b"object") => Self::Object,
            (Place::Top | Place::Response, b"usage") => Self::Usage,
            (Place::Top | Place::Choice, b"error") => Self::Error,
            (Place::Top, b"detail") => Self::Detail,
            (Place::Top, b"choices") => Self::Choices,
            (Place::Top, b"response") => Self::Response,
            (Place::Choice, b"finish_reason") => Self::FinishReason,
            (Place::Top, name) if FREE.contains(&name) => Self::Free,
            _ => Self::Other,
        }
    }

    /// Does a value of it cost nothing?
    pub(super) fn is_free(self) -> bool {
        matches!(self, Self::Free | Self::Kind | Self::Object)
    }
}
