//! Reserving the worst price of a request.

use serde::{Deserialize, Serialize};

use super::{Entry, Limit, MOST_NANO, Phase, Row, State, Window};

/// A request that wants to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reservation {
    /// The request's id, under which it is settled.
    pub id: String,
    /// The most that it can cost, in nano-dollars.
    pub nano: u64,
    /// When it is charged in full unless it was settled, in milliseconds since 1970.
    pub expires_at_ms: u64,
}

/// Whether a request may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "lowercase",
    rename_all_fields = "camelCase",
    tag = "verdict"
)]
pub enum Verdict {
    /// Its worst price is reserved.
    Admitted,
    /// It could cost more than a limit has left. Nothing is reserved.
    Exhausted {
        /// The limit that ends last, of those that have too little left.
        window: Window,
        /// When that window ends, in milliseconds since 1970; `None` for the lifetime.
        ends_at_ms: Option<u64>,
        /// What that limit has left, in nano-dollars.
        left: u64,
    },
    /// The id belongs to a request that was settled, or to another amount.
    Taken,
}

/// A verdict and what to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Reserved {
    /// Whether the request may be made.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The entry to write, unless nothing changes.
    pub entry: Option<Entry>,
    /// The rows to write.
    pub rows: Vec<Row>,
}

/// Reserves a request's worst price in all windows, if no limit forbids it.
///
/// A request that is reserved already is admitted once more and changes nothing: the answer to the
/// first call may have been lost.
#[must_use]
pub fn reserve(state: &State, request: &Reservation, limits: &[Limit], now_ms: u64) -> Reserved {
    let unchanged = |verdict| Reserved {
        verdict,
        entry: None,
        rows: Vec::new(),
    };
    if let Some(entry) = &state.entry {
        let again = entry.phase == Phase::Held && entry.reserved == request.nano;
        return unchanged(if again {
            Verdict::Admitted
        } else {
            Verdict::Taken
        });
    }
    let time = state.time(now_ms);
    let mut short: Option<(Option<u64>, Limit, u64)> = None;
    for limit in limits {
        let row = state.row(limit.window, limit.window.number(time));
        let left = limit.nano.saturating_sub(row.used());
        if request.nano <= left && row.used() <= limit.nano && request.nano <= MOST_NANO {
            continue;
        }
        let ends = limit.window.end_ms(row.number);
        // A window without an end ends last.
        let later =
            |known: Option<u64>| known.is_some() && ends.is_none_or(|end| known < Some(end));
        if short.is_none_or(|(known, ..)| later(known)) {
            short = Some((ends, *limit, left));
        }
    }
    if let Some((ends_at_ms, limit, left)) = short {
        return unchanged(Verdict::Exhausted {
            window: limit.window,
            ends_at_ms,
            left,
        });
    }
    let mut rows = state.rows_at(time);
    for row in &mut rows {
        row.hold(request.nano);
    }
    Reserved {
        verdict: Verdict::Admitted,
        entry: Some(Entry {
            id: request.id.clone(),
            reserved: request.nano.min(MOST_NANO),
            reserved_at_ms: time,
            expires_at_ms: request.expires_at_ms.max(time),
            phase: Phase::Held,
            cost: 0,
        }),
        rows,
    }
}
