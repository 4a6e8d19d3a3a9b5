//! How much may be spent.

use serde::{Deserialize, Serialize};

use super::Window;

/// The largest amount, in nano-dollars: nine million dollars, which a number of JavaScript holds
/// exactly.
pub const MOST_NANO: u64 = (1 << 53) - 1;

/// The most that may be spent in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// The window.
    pub window: Window,
    /// The amount in nano-dollars.
    pub nano: u64,
}
