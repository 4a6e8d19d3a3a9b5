//! How a book is kept in SQLite. The npm package's Durable Object has the statements from here:
//! `UPDATE_CODES=1 cargo test --lib ledger::sql` writes `pkg-template/edge/durable/book.js`.

use serde_json::{Map, Value};

/// A value of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SqlValue<'a> {
    /// A whole number. Those of a ledger are at most 2⁵³.
    Integer(i64),
    /// A text.
    Text(&'a str),
}

/// One column's value of each row, by the column's name.
pub type SqlRow = Map<String, Value>;

/// A SQLite database that answers at once: the storage of a Durable Object.
pub trait Sql {
    /// Why a statement failed.
    type Error: std::fmt::Display;

    /// Runs one statement, each `?` of which is a value, and gives its rows.
    ///
    /// # Errors
    /// The statement failed.
    fn exec(&self, statement: &str, values: &[SqlValue<'_>]) -> Result<Vec<SqlRow>, Self::Error>;
}

/// Deletes all that is written.
pub(super) const FORGET_ALL: [&str; 2] = ["DELETE FROM entries", "DELETE FROM book"];

macro_rules! statements {
    ($(#[doc = $doc:literal] $name:ident = $text:literal;)*) => {
        $(#[doc = $doc] pub const $name: &str = $text;)*

        #[cfg(test)]
        const ALL: &[(&str, &str, &str)] = &[$(($doc, stringify!($name), stringify!($text))),*];
    };
}

statements! {
    /// What each answer of a ledger carries, so that a binding of another class is noticed.
    LEDGER = "openai-wasm-ledger-1";
    /// The sums of all windows, as JSON in one row.
    CREATE_BOOK = "CREATE TABLE IF NOT EXISTS book (only INTEGER PRIMARY KEY CHECK (only = 0), rows TEXT NOT NULL)";
    /// A row for each request.
    CREATE_ENTRIES = "CREATE TABLE IF NOT EXISTS entries (id TEXT PRIMARY KEY, reserved INTEGER NOT NULL, reservedAtMs INTEGER NOT NULL, expiresAtMs INTEGER NOT NULL, phase TEXT NOT NULL, cost INTEGER NOT NULL) WITHOUT ROWID";
    /// The sums.
    READ_BOOK = "SELECT rows FROM book";
    /// Replaces the sums.
    WRITE_BOOK = "INSERT OR REPLACE INTO book (only, rows) VALUES (0, ?)";
    /// A request.
    READ_ENTRY = "SELECT * FROM entries WHERE id = ?";
    /// All requests.
    READ_ENTRIES = "SELECT * FROM entries ORDER BY reservedAtMs, id";
    /// Replaces a request.
    WRITE_ENTRY = "INSERT OR REPLACE INTO entries (id, reserved, reservedAtMs, expiresAtMs, phase, cost) VALUES (?, ?, ?, ?, ?, ?)";
    /// Requests whose reservation expires at a time or before it.
    READ_EXPIRED = "SELECT id FROM entries WHERE phase = 'held' AND expiresAtMs <= ?";
    /// The times by which a book is looked over.
    READ_TIMES = "SELECT MIN(reservedAtMs) AS oldestReservedAtMs, MIN(CASE WHEN phase = 'held' THEN expiresAtMs END) AS firstHeldMs, MIN(CASE WHEN phase <> 'held' THEN expiresAtMs END) AS firstClosedMs FROM entries";
    /// Deletes requests that have ended and whose reservation would have expired at a time or before it.
    FORGET_ENTRIES = "DELETE FROM entries WHERE phase <> 'held' AND expiresAtMs <= ?";
}

#[cfg(test)]
mod tests {
    use crate::ledger::KEPT_MS;

    #[test]
    fn javascript_has_the_same_statements() {
        let kept = KEPT_MS.to_string();
        let doc = " How long a request is kept after its reservation's expiry, in milliseconds.";
        let all = [super::ALL, &[(doc, "KEPT_MS", &kept)]].concat();
        crate::policy::codes::check_codes("edge/durable/book.js", "ledger::sql", &all);
    }
}
