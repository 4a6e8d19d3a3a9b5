//! Tests that run on the host, over the crate's public surface: a plain `cargo test` runs them.

mod client;
mod layers;
mod purity;
mod support;
mod wire_chat;
mod proxy_policy;
#[cfg(feature = "proxy-handler")]
mod proxy_session;
mod proxy_upstream;
