//! The transport that a build without the feature `fetch` names by default, which cannot be used.

/// Not a transport: without the feature `fetch` a client names its own.
#[derive(Debug, Clone, Copy)]
pub enum NoTransport {}
