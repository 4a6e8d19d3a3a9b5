//! One request in the book.

use serde::{Deserialize, Serialize};

/// A request and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The request's id.
    pub id: String,
    /// What was reserved, in nano-dollars.
    pub reserved: u64,
    /// When it was reserved, in milliseconds since 1970: its windows are those of this time.
    pub reserved_at_ms: u64,
    /// When it is charged unless it was settled, in milliseconds since 1970.
    pub expires_at_ms: u64,
    /// Whether it still waits.
    pub phase: Phase,
    /// What it was charged, in nano-dollars; 0 as long as it is held.
    pub cost: u64,
}

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Its reservation is held.
    Held,
    /// It was charged in full, since it was not settled in time.
    Expired,
    /// Its cost is known and charged.
    Settled,
}
