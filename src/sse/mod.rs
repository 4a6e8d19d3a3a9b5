//! Server-sent events: bytes in, events out, after the WHATWG rules to the letter.
//!
//! "Parsing an event stream" and "Interpreting an event stream" of the HTML standard, and nothing
//! else: this layer knows no JSON and no `[DONE]`, and it does no I/O.
//!
//! ```
//! use openai_wasm::sse::Decoder;
//!
//! let mut decoder = Decoder::new();
//! decoder.push(b"event: greeting\ndata: hel");
//! assert!(decoder.next_event().is_none()); // The block is not complete yet.
//! decoder.push(b"lo\n\n");
//! let event = decoder.next_event().expect("a block is complete")?;
//! assert_eq!((event.event(), event.data()), ("greeting".into(), "hello".into()));
//! # Ok::<(), openai_wasm::sse::EventTooLarge>(())
//! ```

mod decoder;
mod event;
mod field;

pub use decoder::{DEFAULT_MAX_EVENT_BYTES, Decoder, EventTooLarge};
pub use event::Event;
#[cfg(not(any(feature = "__npm-client", feature = "__npm-tokens")))]
pub(crate) use field::Field;
