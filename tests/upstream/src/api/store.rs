//! Objects that clients made, kept in memory.

/// All of them; cheap to clone.
#[derive(Clone, Default)]
pub struct Store;
