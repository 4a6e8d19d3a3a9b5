//! The Rust client in Node.
#![cfg(target_arch = "wasm32")]

mod wasm;
