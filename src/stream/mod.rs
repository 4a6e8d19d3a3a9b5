//! What the events of an answer mean: chunks, `[DONE]`, errors inside the stream, and how it ended.
//!
//! [`Decoder`] gives typed chunks to Rust callers. How a stream ended is never ambiguous: either
//! [`Decoder::is_done`] is true, or the last item was a [`StreamError`] whose kind says why.

mod accumulate;
#[cfg(any(feature = "js", test))]
pub(crate) mod batch;
#[cfg(test)]
mod batch_tests;
#[cfg(any(feature = "js", test))]
mod batch_text;
mod chunk;
mod decoder;
mod error;
#[cfg(any(feature = "js", test))]
pub(crate) mod event_batch;
#[cfg(any(feature = "js", test))]
mod leaves;
mod payload;
mod server_error;
#[cfg(any(feature = "js", test))]
mod template;

pub use accumulate::Accumulator;
pub use chunk::Chunk;
pub use decoder::{Decoder, Truncation};
pub use error::{StreamError, StreamErrorKind};
pub use server_error::ServerError;
