//! What is known of the models by name: encoding, context window, longest answer, prices, last day.
//!
//! The table is made by a command from litellm's list (see `table.rs`) and is never complete: a
//! [`Catalog`] takes an author's own entries. What is not in it is unknown, never free.

#[cfg(test)]
mod cases;
mod catalog;
mod encoding;
#[cfg(test)]
mod generated;
mod id;
mod image;
mod model;
#[cfg(not(any(feature = "__npm-client", feature = "__npm-tokens")))]
mod price;
mod table;

pub use catalog::{Catalog, Found};
pub use encoding::{Encoding, FAMILIES};
pub use image::ImageTokens;
pub use model::{LONG_CONTEXT_TOKENS, Meter, Model, Rate, Tier};
#[cfg(not(any(feature = "__npm-client", feature = "__npm-tokens")))]
pub use price::{PriceFault, Till, nano, usage_price};
pub use table::MODELS;
