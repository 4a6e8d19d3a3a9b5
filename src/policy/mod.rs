//! Decisions without I/O and without a clock: where a request goes, which headers it carries,
//! whether and when it is tried again. Time and chance are arguments.

#[cfg(feature = "proxy-only")]
pub mod baked;
pub mod endpoint;
pub mod headers;
pub mod retry;
