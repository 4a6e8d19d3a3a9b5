//! Tests that run on the host, over the crate's public surface: a plain `cargo test` runs them.

mod layers;
mod purity;
mod wire_chat;
