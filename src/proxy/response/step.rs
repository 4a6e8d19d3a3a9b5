//! What the driver of an [`Inspector`](super::Inspector) does next.

use crate::proxy::error::ProxyError;

/// What is to be done, by a driver that decides nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Read more of the upstream's body, or wait for what is due.
    Wait,
    /// Answer the caller with this error, and close the upstream's connection. It is the last step.
    Refuse(ProxyError),
    /// Answer the caller with 200.
    Respond(Reply),
    /// Of the bytes that were pushed and have not gone on, pass the first `len` on to the caller, and
    /// drop the `skip` bytes after them.
    Forward {
        /// How many bytes go on.
        len: usize,
        /// How many bytes after them are dropped.
        skip: usize,
    },
    /// Pass this text on to the caller. It goes between two events.
    Insert(String),
    /// The answer is whole: end the caller's. It is the last step. What is left of the upstream's body
    /// may be read for a second, so that the connection can be used again.
    Done,
    /// The answer ends here, with an error as its last event: end the caller's, and close the
    /// upstream's connection. It is the last step.
    Failed,
    /// The answer breaks off at a point where no error can be written: break the caller's connection, and
    /// close the upstream's. It is the last step.
    Broken,
}

/// The beginning of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The caller's `Content-Type`.
    pub content_type: &'static str,
    /// Its body.
    pub body: Body,
}

/// What an answer's body is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// What the steps that follow give: a stream in the making.
    Stream,
    /// The bytes that were pushed and not dropped: the answer has come whole. No step follows.
    Whole,
    /// This text. No step follows.
    Text(String),
    /// The upstream's body, which the inspector is not to see. No step follows.
    Untouched,
}
