// Generated from src/ledger/sql.rs by `UPDATE_CODES=1 cargo test --lib ledger::sql`. Do not edit.

/** What each answer of a ledger carries, so that a binding of another class is noticed. */
export const LEDGER = "openai-wasm-ledger-1";
/** The sums of all windows, as JSON in one row. */
export const CREATE_BOOK = "CREATE TABLE IF NOT EXISTS book (only INTEGER PRIMARY KEY CHECK (only = 0), rows TEXT NOT NULL)";
/** A row for each request. */
export const CREATE_ENTRIES = "CREATE TABLE IF NOT EXISTS entries (id TEXT PRIMARY KEY, reserved INTEGER NOT NULL, reservedAtMs INTEGER NOT NULL, expiresAtMs INTEGER NOT NULL, phase TEXT NOT NULL, cost INTEGER NOT NULL) WITHOUT ROWID";
/** The sums. */
export const READ_BOOK = "SELECT rows FROM book";
/** Replaces the sums. */
export const WRITE_BOOK = "INSERT OR REPLACE INTO book (only, rows) VALUES (0, ?)";
/** A request. */
export const READ_ENTRY = "SELECT * FROM entries WHERE id = ?";
/** All requests. */
export const READ_ENTRIES = "SELECT * FROM entries ORDER BY reservedAtMs, id";
/** Replaces a request. */
export const WRITE_ENTRY = "INSERT OR REPLACE INTO entries (id, reserved, reservedAtMs, expiresAtMs, phase, cost) VALUES (?, ?, ?, ?, ?, ?)";
/** Requests whose reservation expires at a time or before it. */
export const READ_EXPIRED = "SELECT id FROM entries WHERE phase = 'held' AND expiresAtMs <= ?";
/** The times by which a book is looked over. */
export const READ_TIMES = "SELECT MIN(reservedAtMs) AS oldestReservedAtMs, MIN(CASE WHEN phase = 'held' THEN expiresAtMs END) AS firstHeldMs, MIN(CASE WHEN phase <> 'held' THEN expiresAtMs END) AS firstClosedMs FROM entries";
/** Deletes requests that have ended and whose reservation would have expired at a time or before it. */
export const FORGET_ENTRIES = "DELETE FROM entries WHERE phase <> 'held' AND expiresAtMs <= ?";
/** How long a request is kept after its reservation's expiry, in milliseconds. */
export const KEPT_MS = 3600000;
