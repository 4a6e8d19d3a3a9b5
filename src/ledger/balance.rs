//! What a limit has left.

use serde::{Deserialize, Serialize};

use super::{Limit, State, Window};

/// A limit and its window at a time. Amounts are in nano-dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Balance {
    /// The window.
    pub window: Window,
    /// The limit.
    pub limit: u64,
    /// What requests have cost in it.
    pub spent: u64,
    /// What is reserved for requests under way.
    pub held: u64,
    /// What is left.
    pub left: u64,
    /// When the window ends and the next begins, in milliseconds since 1970; `None` for the lifetime.
    pub ends_at_ms: Option<u64>,
}

/// What each limit has left.
#[must_use]
pub fn balances(state: &State, limits: &[Limit], now_ms: u64) -> Vec<Balance> {
    let time = state.time(now_ms);
    let balance = |limit: &Limit| {
        let row = state.row(limit.window, limit.window.number(time));
        Balance {
            window: limit.window,
            limit: limit.nano,
            spent: row.spent,
            held: row.held,
            left: limit.nano.saturating_sub(row.used()),
            ends_at_ms: limit.window.end_ms(row.number),
        }
    };
    limits.iter().map(balance).collect()
}
