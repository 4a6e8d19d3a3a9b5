//! Replacing a reservation by what the request has cost.

use serde::{Deserialize, Serialize};

use super::{Entry, MOST_NANO, Phase, Row, State};

/// What was unusual about a settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Flag {
    /// The request has cost more than was reserved.
    Overrun,
    /// The reservation had expired and been charged; the cost replaces that charge.
    Late,
    /// The reservation was not settled in time, and is charged in full.
    Expired,
    /// Nothing was reserved under this id; the cost is charged all the same.
    Unreserved,
    /// The request was settled before; nothing changes.
    Repeated,
}

/// What was charged and what to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Settled {
    /// The request's charge, in nano-dollars.
    pub cost: u64,
    /// What was unusual.
    pub flags: Vec<Flag>,
    /// The entry to write, unless nothing changes.
    pub entry: Option<Entry>,
    /// The rows to write.
    pub rows: Vec<Row>,
}

/// Charges what a request has cost, in nano-dollars, in the windows in which it was reserved.
///
/// It changes something once for each id. A request that is not known is charged, too: its
/// reservation may have failed after it was written, and the entry that stays refuses a reservation
/// that arrives later.
#[must_use]
pub fn settle(state: &State, id: &str, cost: u64, now_ms: u64) -> Settled {
    let cost = cost.min(MOST_NANO);
    let Some(entry) = &state.entry else {
        let time = state.time(now_ms);
        let entry = Entry {
            id: id.to_owned(),
            reserved: 0,
            reserved_at_ms: time,
            expires_at_ms: time,
            phase: Phase::Settled,
            cost,
        };
        // A request that was given up costs nothing, and is noted.
        let flags = if cost > 0 {
            vec![Flag::Unreserved]
        } else {
            Vec::new()
        };
        return charge(state, entry, (0, 0), flags);
    };
    let settled = Entry {
        phase: Phase::Settled,
        cost,
        ..entry.clone()
    };
    match entry.phase {
        Phase::Held => charge(state, settled, (entry.reserved, 0), Vec::new()),
        Phase::Expired => charge(state, settled, (0, entry.cost), vec![Flag::Late]),
        Phase::Settled => Settled {
            cost: entry.cost,
            flags: vec![Flag::Repeated],
            entry: None,
            rows: Vec::new(),
        },
    }
}

/// Charges a reservation in full that was not settled in time; `None` if its time has not come, or
/// if it is settled.
#[must_use]
pub fn expire(state: &State, now_ms: u64) -> Option<Settled> {
    let entry = state.entry.as_ref()?;
    if entry.phase != Phase::Held || entry.expires_at_ms > now_ms {
        return None;
    }
    let expired = Entry {
        phase: Phase::Expired,
        cost: entry.reserved,
        ..entry.clone()
    };
    let held = (entry.reserved, 0);
    Some(charge(state, expired, held, vec![Flag::Expired]))
}

/// `before` is what the entry had held, and what it had been charged.
fn charge(state: &State, entry: Entry, before: (u64, u64), mut flags: Vec<Flag>) -> Settled {
    let overrun = entry.cost.saturating_sub(entry.reserved);
    if overrun > 0 && !flags.contains(&Flag::Unreserved) {
        flags.push(Flag::Overrun);
    }
    let mut rows = state.rows_at(entry.reserved_at_ms);
    for row in &mut rows {
        row.charge(before.0, before.1, entry.cost, overrun);
    }
    Settled {
        cost: entry.cost,
        flags,
        entry: Some(entry),
        rows,
    }
}
