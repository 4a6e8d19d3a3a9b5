//! The bodies of HTTP requests and responses: one API noun a file.
//!
//! These types are the one source of truth for what goes over the wire, in Rust and (through
//! the generated `pkg-template/types.d.ts`) in TypeScript. They know nothing of transport,
//! keys or streams.
//!
//! # What they promise
//!
//! - **A response that a compatible server sends never fails** because of a field: `null`, a
//!   missing or a mistyped field leaves the Rust field at its default. Only what is no JSON, or
//!   is not the kind of body at all (a list for an object), is an error.
//! - **Nothing is lost.** Unknown fields stand in `extra`. So does the original of a known field
//!   that could only be read with loss (`"created": 1.7e9 + 0.5`, a tool call's `arguments` as an
//!   object), under its own name; serialising writes the original. Only an explicit
//!   `null` in an optional field is not told from its absence.
//! - **Numbers keep their value**, in `extra` too: integers of 64 bits digit for digit, all others as the
//!   nearest double, as `JSON.parse` and most servers read them. Spelling is not kept: `1.10` is written
//!   as `1.1`, and 40 digits as the 17 of a double.
//! - **Open enums**: a string that the documents do not name arrives as `Other`.
//! - **Only what is set is sent**: an `Option` that is `None` is left out. To send an explicit
//!   `null`, or a parameter that a provider added yesterday, put it into `extra`.
//!
//! Types grow with the API. Write literals with `..Default::default()`, or start from the
//! type's `new`.
//!
//! # Documents
//!
//! Item documentation names where a field comes from: *2023*, the API reference and OpenAPI
//! document of 2023; *2026*, OpenAI's OpenAPI document of August 2026; *Fireworks*, the
//! Fireworks chat reference. A field without a name stands in 2023 and 2026 alike. Ranges are
//! the documents'; nothing here enforces them, because compatible servers have other ranges
//! (`policy` checks them under a provider profile).

#[macro_use]
mod object;
#[macro_use]
mod open;
#[macro_use]
mod union;
mod lenient;

pub mod audio;
pub mod budget;
pub mod chat;
pub mod completion;
pub mod conversation;
pub mod edit;
pub mod embedding;
pub mod engine;
pub mod error;
pub mod file;
pub mod fine_tune;
pub mod form;
pub mod image;
pub mod model;
pub mod moderation;
pub mod responses;
pub mod speech;
pub mod usage;

mod input;
pub(crate) mod json;
mod kind;
pub(crate) mod plain;
pub(crate) mod report;
pub(crate) mod sniff;
#[cfg(test)]
mod typescript;
mod upload;

pub use error::ApiError;
pub use input::TextInput;
pub use kind::ObjectKind;
pub use model::{Model, ModelList};
pub use upload::Upload;
pub use usage::CompletionUsage;
