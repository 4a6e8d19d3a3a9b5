//! What a window has counted.

use serde::{Deserialize, Serialize};

use super::{Entry, MOST_NANO, Window};

/// The sums of one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Which kind of window.
    pub window: Window,
    /// Which of its kind; see [`Window::number`].
    pub number: u64,
    /// What requests have cost, in nano-dollars.
    pub spent: u64,
    /// What is reserved for requests under way, in nano-dollars.
    pub held: u64,
    /// What requests have cost above their reservations, in nano-dollars. It is part of `spent`.
    pub overrun: u64,
}

/// What is known before a step.
///
/// For [`reserve`](super::reserve()) and [`balances`](super::balances), `rows` is the newest row of
/// each window; for [`settle`](super::settle()) and [`expire`](super::expire) of an entry, the rows
/// with its numbers. A row that does not exist has counted nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The entry of the request's id, if there is one.
    pub entry: Option<Entry>,
    /// Rows of the windows.
    pub rows: Vec<Row>,
}

impl State {
    /// The row of a window, which begins at 0.
    pub(super) fn row(&self, window: Window, number: u64) -> Row {
        let is = |row: &&Row| row.window == window && row.number == number;
        self.rows.iter().find(is).copied().unwrap_or(Row {
            window,
            number,
            spent: 0,
            held: 0,
            overrun: 0,
        })
    }

    /// All rows after a step has changed some.
    pub(crate) fn merged(&self, changed: Vec<Row>) -> Vec<Row> {
        let mut rows = self.rows.clone();
        rows.retain(|row| {
            let is_new = |new: &Row| new.window == row.window && new.number == row.number;
            !changed.iter().any(is_new)
        });
        rows.extend(changed);
        rows
    }

    /// The time that counts: a clock that goes back does not open a window that has ended.
    pub(super) fn time(&self, now_ms: u64) -> u64 {
        let newest = self.rows.iter().map(|row| row.window.start_ms(row.number));
        newest.max().unwrap_or_default().max(now_ms)
    }

    /// The rows of all windows that hold a time.
    pub(super) fn rows_at(&self, time_ms: u64) -> Vec<Row> {
        Window::ALL
            .into_iter()
            .map(|window| self.row(window, window.number(time_ms)))
            .collect()
    }
}

impl Row {
    /// What the window has spent and holds.
    #[must_use]
    pub const fn used(&self) -> u64 {
        self.spent.saturating_add(self.held)
    }

    pub(super) fn hold(&mut self, nano: u64) {
        self.held = add(self.held, nano);
    }

    /// Replaces what was held, and what was charged for it, by a cost.
    pub(super) fn charge(&mut self, held: u64, charged: u64, cost: u64, overrun: u64) {
        self.held = self.held.saturating_sub(held);
        self.spent = add(self.spent.saturating_sub(charged), cost);
        self.overrun = add(self.overrun, overrun);
    }
}

/// A sum that JavaScript can hold. Only absurd costs reach its end, and there the limit is exceeded.
fn add(one: u64, other: u64) -> u64 {
    one.saturating_add(other).min(MOST_NANO)
}
