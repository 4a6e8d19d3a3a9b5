//! An upstream's response on its way to the caller: it is passed on event by event, and ended where it
//! must be.
//!
//! Pure: [`filter::Filter::push`] says how much of what has come may go on. Threat table, rows K5, K6,
//! T6, T8 to T10.

pub mod deadlines;
mod event;
pub mod filter;
pub mod head;
mod json_scan;
mod key_detector;
mod lines;
mod member;
mod seen;
mod step;
pub mod upstream_error;
pub mod usage;
