//! The only WebAssembly exports: convert, call, convert.
//!
//! The npm package's own JavaScript (`pkg-template/`) stands above them; nobody else calls them.

#[cfg(feature = "__npm-edge")]
mod admission;
#[cfg(any(feature = "__npm-client", feature = "__npm-edge"))]
mod allocator;
#[cfg(feature = "__npm-client")]
mod bare;
mod call;
mod decode;
#[cfg(feature = "__npm-edge")]
mod inspector;
#[cfg(feature = "direct")]
mod keyed;
#[cfg(feature = "__npm-edge")]
mod ledger;
#[cfg(feature = "proxy-only")]
#[path = "rules_baked.rs"]
mod rules;
#[cfg(not(any(feature = "proxy-only", feature = "direct")))]
#[path = "rules_given.rs"]
mod rules;
#[cfg(all(feature = "direct", not(feature = "proxy-only")))]
#[path = "rules_keyed.rs"]
mod rules;
#[cfg(feature = "__npm-edge")]
mod session_token;
#[cfg(feature = "__npm-edge")]
mod streams;
