//! What the events of an answer mean: chunks, `[DONE]`, errors inside the stream, and how it ended.
//!
//! [`Decoder`] gives typed chunks to Rust callers. How a stream ended is never ambiguous: either
//! [`Decoder::is_done`] is true, or the last item was a [`StreamError`] whose kind says why.

#[cfg(not(feature = "__npm-client"))]
mod accumulate;
#[cfg(any(feature = "js", test))]
pub(crate) mod batch;
#[cfg(not(feature = "__npm-client"))]
mod calls;
#[cfg(not(feature = "__npm-client"))]
mod chunk;
#[cfg(not(feature = "__npm-client"))]
mod decoder;
#[cfg(not(feature = "__npm-client"))]
mod error;
mod payload;
#[cfg(not(feature = "__npm-client"))]
mod pieces;
#[cfg(not(feature = "__npm-client"))]
mod response;
#[cfg(test)]
mod resumed_tests;

#[cfg(not(feature = "__npm-client"))]
pub use accumulate::{Accumulator, ChoiceIndexError};
#[cfg(not(feature = "__npm-client"))]
pub use chunk::Chunk;
#[cfg(not(feature = "__npm-client"))]
pub use decoder::{Decoder, Truncation};
#[cfg(not(feature = "__npm-client"))]
pub use error::{StreamError, StreamErrorKind};
#[cfg(not(feature = "__npm-client"))]
pub use response::ResponseAccumulator;
