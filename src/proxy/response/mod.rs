//! An upstream's response on its way to the caller: it is passed on event by event, and ended where it
//! must be.
//!
//! Pure: [`Inspector`] decides all of it, and a driver does what its [`Step`]s say. Threat table, rows
//! K3 to K6, T6, T8 to T10.

pub mod codes;
pub mod deadlines;
mod event;
pub mod filter;
mod forwarded;
pub mod head;
mod inspector;
mod json_scan;
mod key_detector;
mod lines;
mod member;
mod opening;
mod ruling;
mod seen;
mod step;
pub mod upstream_error;
pub mod usage;

pub use forwarded::{Begun, Facts, Forwarded};
pub use inspector::Inspector;
pub use opening::{MAX_CHUNK_BYTES, MAX_WHOLE_BYTES};
pub use step::{Body, Reply, Step};
