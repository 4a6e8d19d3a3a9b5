//! Which rows can be deleted, and when to look again.

use serde::{Deserialize, Serialize};

use super::{Row, Window};

/// How long a request's entry is kept after its reservation's expiry, in milliseconds: a repeated or
/// a late settlement within that time is known for what it is.
pub const KEPT_MS: u64 = 3_600_000;

/// What a book's storage says of all of its entries. Times are in milliseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// All rows.
    pub rows: Vec<Row>,
    /// When the oldest entry was reserved.
    pub oldest_reserved_at_ms: Option<u64>,
    /// The earliest expiry of an entry that is held.
    pub first_held_ms: Option<u64>,
    /// The earliest expiry of an entry that is not.
    pub first_closed_ms: Option<u64>,
}

/// What to delete, and when to look again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Upkeep {
    /// Rows of windows that have ended and that no entry belongs to. The row of the lifetime stays.
    pub stale: Vec<Row>,
    /// The time of the next look, in milliseconds since 1970; `None` if nothing will change.
    pub alarm_ms: Option<u64>,
}

/// Entries that are not held and expired before this time may be deleted.
#[must_use]
pub const fn forget_before_ms(now_ms: u64) -> u64 {
    now_ms.saturating_sub(KEPT_MS)
}

/// Looks a book over, after what [`forget_before_ms`] allows was deleted.
#[must_use]
pub fn upkeep(book: &Overview, now_ms: u64) -> Upkeep {
    let needed = book.oldest_reserved_at_ms.unwrap_or(now_ms).min(now_ms);
    let (stale, kept): (Vec<Row>, Vec<Row>) = book.rows.iter().partition(|row| {
        let end = row.window.end_ms(row.number);
        row.window != Window::Lifetime && end.is_some_and(|end| end <= needed)
    });
    let closed = book.first_closed_ms.map(|end| end.saturating_add(KEPT_MS));
    let ends = kept.iter().filter_map(|row| row.window.end_ms(row.number));
    let alarm_ms = if book.oldest_reserved_at_ms.is_some() {
        book.first_held_ms.into_iter().chain(closed).min()
    } else {
        ends.min()
    };
    Upkeep { stale, alarm_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: u64 = 86_400_000;

    fn row(window: Window, number: u64) -> Row {
        Row {
            window,
            number,
            spent: 1,
            held: 0,
            overrun: 0,
        }
    }

    #[test]
    fn a_row_goes_when_its_window_has_ended_and_no_entry_needs_it() {
        let rows = vec![
            row(Window::Day, 40),
            row(Window::Day, 41),
            row(Window::Month, 1),
            row(Window::Lifetime, 0),
        ];
        let numbers = |entry: Option<u64>, now| {
            let book = Overview {
                rows: rows.clone(),
                oldest_reserved_at_ms: entry,
                ..Overview::default()
            };
            let stale = upkeep(&book, now).stale;
            stale.iter().map(|row| row.number).collect::<Vec<_>>()
        };
        assert_eq!(numbers(None, 41 * DAY_MS), [40]);
        assert_eq!(numbers(Some(40 * DAY_MS), 90 * DAY_MS), [0; 0]);
        assert_eq!(numbers(None, 59 * DAY_MS), [40, 41, 1]);
        assert_eq!(
            numbers(None, 3),
            [0; 0],
            "a clock that went back deletes nothing"
        );
    }

    #[test]
    fn the_next_look_is_when_something_can_be_done() {
        let book = |oldest, held, closed| Overview {
            rows: vec![row(Window::Day, 0), row(Window::Month, 0)],
            oldest_reserved_at_ms: oldest,
            first_held_ms: held,
            first_closed_ms: closed,
        };
        for (book, alarm) in [
            (book(Some(1), Some(50), None), Some(50)),
            (book(Some(1), Some(KEPT_MS + 9), Some(7)), Some(KEPT_MS + 7)),
            (book(None, None, None), Some(DAY_MS)),
            (Overview::default(), None),
        ] {
            assert_eq!(upkeep(&book, 10).alarm_ms, alarm, "{book:?}");
        }
    }
}
