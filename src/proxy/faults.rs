//! The reasons of this layer as errors.

use std::error::Error;
use std::fmt;

use super::refusal::Refusal;

impl Error for Refusal {}

/// The status and what a caller reads; what the operator reads stays in the log.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.code, self.message)
    }
}
