//! The only WebAssembly exports: convert, call, convert.
//!
//! The npm package's own JavaScript (`pkg-template/`) stands above them; nobody else calls them.

mod call;
mod client;
mod decode;
#[cfg(feature = "direct")]
mod keyed;
#[cfg(feature = "proxy-handler")]
mod proxy;
