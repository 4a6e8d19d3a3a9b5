//! A client for OpenAI-compatible APIs at the edge.
#![deny(missing_docs)]

#[cfg(all(
    feature = "proxy-only",
    any(feature = "direct", feature = "proxy-handler")
))]
compile_error!(
    "openai-wasm: `proxy-only` promises that no key can be in this build, so it cannot stand \
     together with `direct`, `edge` or `proxy-handler`. Another crate of this build may have \
     switched one of them on: `cargo tree -e features -i openai-wasm` shows which."
);

#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "js")]
mod js;
pub mod policy;
pub mod proxy;
pub mod sse;
pub mod stream;
#[cfg(feature = "client")]
pub mod transport;
pub mod wire;
