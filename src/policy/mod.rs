//! Decisions without I/O and without a clock: where a request goes, which headers it carries,
//! whether and when it is tried again. Time and chance are arguments.

#[cfg(not(feature = "__npm-client"))]
pub mod allow_http;
pub mod attempts;
#[cfg(feature = "proxy-only")]
pub mod baked;
pub mod codes;
pub mod endpoint;
pub mod headers;
#[cfg(feature = "http")]
mod http;
#[cfg(not(feature = "__npm-client"))]
pub mod keys;
pub mod providers;
pub mod retry;
mod url;

#[cfg(not(feature = "__npm-client"))]
mod faults;
