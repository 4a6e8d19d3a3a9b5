//! Paths with ids in them.

use super::Error;
use crate::policy::endpoint::encode_component;

/// A path below the base URL, or why it cannot be one.
pub(super) struct Path(Result<String, Error>);

impl Path {
    pub(super) fn new(path: impl Into<String>) -> Self {
        Self(Ok(path.into()))
    }

    /// Appends `/` and the id, percent-encoded: it never leaves its segment. `field` names it in the
    /// error for an id that could not stand there: an empty one, `.` or `..`.
    pub(super) fn id(self, field: &'static str, id: &str) -> Self {
        Self(self.0.and_then(|mut path| {
            if matches!(id, "" | "." | "..") {
                return Err(Error::option(field, "must be an id"));
            }
            path.push('/');
            encode_component(id, &mut path);
            Ok(path)
        }))
    }

    /// Appends what follows an id, `/cancel` say.
    pub(super) fn then(self, tail: &str) -> Self {
        Self(self.0.map(|path| path + tail))
    }

    pub(super) fn into_result(self) -> Result<String, Error> {
        self.0
    }
}

impl From<&str> for Path {
    fn from(path: &str) -> Self {
        Self::new(path)
    }
}
