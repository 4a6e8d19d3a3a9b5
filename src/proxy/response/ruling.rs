//! What becomes of bytes that were pushed.

use crate::proxy::error::ProxyError;

/// What becomes of the bytes that were pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// So many bytes go on.
    pub forward: usize,
    /// So many bytes behind them are left out. What follows is to be pushed again with what comes.
    pub skip: usize,
    /// What then.
    pub then: Then,
}

/// What comes after a [`Ruling`].
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

pub(super) const fn ruling(forward: usize, then: Then) -> Ruling {
    Ruling {
        forward,
        skip: 0,
        then,
    }
}
