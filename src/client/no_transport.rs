//! The default transport of a build that has no default one.

/// Not a transport: without the feature `fetch` a client names its own.
#[derive(Debug, Clone, Copy)]
pub enum NoTransport {}
