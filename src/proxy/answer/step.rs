//! What becomes of bytes that were pushed, and why an answer ends.

use crate::proxy::error::ProxyError;

/// Why an answer ends before its own end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// The connection was lost, or closed without an end of the answer.
    Truncated,
    /// Nothing came for too long.
    Idle,
    /// It took too long as a whole.
    Duration,
    /// It is too long.
    Size,
}

/// What becomes of the bytes that were pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// So many bytes go on.
    pub forward: usize,
    /// So many bytes behind them are left out. What follows is to be pushed again with what comes.
    pub skip: usize,
    /// What then.
    pub then: Then,
}

/// What comes after a [`Step`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// More bytes are needed.
    Wait,
    /// The rest has to be pushed at once.
    Again,
    /// The answer is whole. Nothing more goes on.
    Done,
    /// The answer ends with this error.
    Fail(ProxyError),
}

pub(super) const fn step(forward: usize, then: Then) -> Step {
    Step {
        forward,
        skip: 0,
        then,
    }
}
