//! The only WebAssembly exports: convert, call, convert.
//!
//! The npm package's own JavaScript (`pkg-template/`) stands above them; nobody else calls them.

#[cfg(feature = "__npm-edge")]
mod answer;
#[cfg(feature = "__npm-client")]
mod bare;
#[cfg(feature = "proxy-only")]
#[path = "base_baked.rs"]
mod base;
#[cfg(not(feature = "proxy-only"))]
#[path = "base_given.rs"]
mod base;
mod call;
mod decode;
#[cfg(feature = "direct")]
mod keyed;
#[cfg(feature = "__npm-edge")]
mod proxy;
