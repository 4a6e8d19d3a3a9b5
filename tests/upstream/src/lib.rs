//! A stand-in for an OpenAI-compatible server: real HTTP/1.1 over real sockets,
//! a small real language model, faults on request, and a record of what came in.
//! `README.md` beside this crate lists endpoints, faults and control routes.

pub mod api;
pub mod control;
pub mod error;
pub mod faults;
pub mod lm;
pub mod params;
pub mod record;
pub mod server;
pub mod tap;
pub mod usage;

pub use server::{Config, Handle, start};
