//! A stream of events that is kept, so that a reader who was cut off can go on: events are numbered, and
//! written down in rows.
//!
//! Pure: storage and clock are arguments. [`Log`] follows one stream, [`judge`] decides about requests for
//! streams, and [`events_after`] says where a reader goes on. The driver is the Durable Object in
//! `pkg-template/edge/durable`.

#[cfg(test)]
mod cases;
mod log;
mod numbering;
mod replay;
mod verdict;

pub use log::{Due, Limits, Log};
pub use numbering::{MAX_EVENT_BYTES, Numbering};
pub use replay::{error_event, events_after};
pub use verdict::{Ask, Kept, Question, State, Verdict, judge};
