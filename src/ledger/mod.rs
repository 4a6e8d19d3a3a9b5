//! A budget's book: what is reserved, what was spent, and whether a request may still be made.
//!
//! Pure: [`reserve`], [`settle`] and [`expire`] take the rows that concern them and the time, and
//! give a verdict and the rows to write. Where rows are kept is the caller's business; it must apply
//! what one call gives before it makes the next one, and all of it or nothing. [`Book`] does that in
//! a SQLite database.
//!
//! Amounts are whole nano-dollars, billionths of a US dollar. A request's worst price is reserved
//! before it is sent, and replaced by its cost afterwards. A reservation that is not settled in time
//! is charged in full: the money may be gone. Every window counts whether it has a limit or not, so
//! that a limit that is set later does not begin at 0.
//!
//! For every window, at any time: `spent + held <= limit + overrun`. `overrun` is what requests cost
//! above their reservations; it stays 0 as long as upstreams keep to the cap on their answers.
//!
//! ```
//! use openai_wasm::ledger::{Limit, Reservation, State, Verdict, Window, reserve, settle};
//!
//! let limits = [Limit { window: Window::Day, nano: 1_000 }];
//! let request = Reservation { id: "a".into(), nano: 800, expires_at_ms: 60_000 };
//! let first = reserve(&State::default(), &request, &limits, 0);
//! assert_eq!(first.verdict, Verdict::Admitted);
//!
//! let state = State { entry: None, rows: first.rows.clone() };
//! let second = Reservation { id: "b".into(), ..request };
//! assert!(matches!(reserve(&state, &second, &limits, 1).verdict, Verdict::Exhausted { .. }));
//!
//! let state = State { entry: first.entry, rows: first.rows };
//! let settled = settle(&state, "a", 300, 2);
//! assert_eq!(settled.rows[0].spent, 300);
//! assert_eq!(settled.rows[0].held, 0);
//! ```

mod balance;
mod book;
#[cfg(test)]
mod cases;
mod entry;
mod limit;
mod reserve;
mod row;
#[cfg(test)]
mod schedules;
mod settle;
mod sql;
mod upkeep;
mod window;

pub use balance::{Balance, balances};
pub use book::{Answer, Answered, Book, BookFault, Question};
pub use entry::{Entry, Phase};
pub use limit::{Limit, MOST_NANO};
pub use reserve::{Reservation, Reserved, Verdict, reserve};
pub use row::{Row, State};
pub use settle::{Flag, Settled, expire, settle};
pub use sql::{LEDGER, Sql, SqlRow, SqlValue};
pub use upkeep::{KEPT_MS, Overview, Upkeep, forget_before_ms, upkeep};
pub use window::Window;
