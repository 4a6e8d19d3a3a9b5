//! What came in and what became of it, for tests to read.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use tokio::sync::watch;

use crate::tap::Connection;

/// Times of events are kept for this many events of a request.
const EVENT_TIMES: usize = 10_000;
/// Requests on record; older ones are forgotten.
const RECORDS: usize = 10_000;

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_millis() as u64)
}

/// How a request ended, or that it has not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Still being answered (or hanging, as a fault asked).
    #[default]
    Open,
    /// The whole answer was handed to the connection.
    Complete,
    /// The client left before the answer was whole.
    ClientClosed,
    /// A fault closed the connection.
    ServerCut,
    /// A fault reset the connection.
    ServerReset,
}

/// One request and its answer.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Record {
    /// Number of the request, from 1.
    pub id: u64,
    /// Connection it came on.
    pub connection: u64,
    /// When its head was read, in ms since 1970.
    pub at_ms: u64,
    /// Method.
    pub method: String,
    /// Path with query, as received.
    pub path: String,
    /// Header lines as received: order and case kept.
    pub headers: Vec<(String, String)>,
    /// Body as text; bytes that are no UTF-8 show as U+FFFD.
    pub body: String,
    /// Body in base64 where it is no UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_base64: Option<String>,
    /// Whether the whole body arrived.
    pub body_complete: bool,
    /// Faults that were applied.
    pub faults: String,
    /// Status of the answer; null before there is one.
    pub status: Option<u16>,
    /// Events handed to the connection.
    pub events_sent: u64,
    /// When each was handed over (the first 10,000), in ms since 1970.
    pub event_times_ms: Vec<u64>,
    /// Body bytes handed to the connection.
    pub bytes_offered: u64,
    /// Bytes, heads and chunk frames included, that the kernel took.
    pub bytes_written: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// When it ended.
    pub ended_at_ms: Option<u64>,
    /// When the client left, if it left early.
    pub closed_at_ms: Option<u64>,
    /// When the connection was gone.
    pub connection_closed_at_ms: Option<u64>,
}

#[derive(Default)]
struct Books {
    next_id: u64,
    hits: u64,
    records: VecDeque<(Record, Arc<Connection>, u64)>,
    connections_opened: u64,
    connections_open: u64,
}

/// The log of a server; cheap to clone.
#[derive(Clone)]
pub struct Log {
    books: Arc<Mutex<Books>>,
    changed: Arc<watch::Sender<u64>>,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            books: Arc::default(),
            changed: Arc::new(watch::Sender::new(0)),
        }
    }
}

impl Log {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn notify(&self) {
        self.changed
            .send_modify(|version| *version = version.wrapping_add(1));
    }

    /// Tells when anything in the log changes.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// A connection was accepted.
    pub fn connect(&self) -> Arc<Connection> {
        let mut books = self.books();
        books.connections_opened += 1;
        books.connections_open += 1;
        let id = books.connections_opened;
        drop(books);
        self.notify();
        Arc::new(Connection::new(id))
    }

    /// A connection is gone.
    pub fn disconnect(&self, connection: &Connection) {
        let mut books = self.books();
        books.connections_open = books.connections_open.saturating_sub(1);
        for (record, on, base) in &mut books.records {
            if on.id == connection.id && record.connection_closed_at_ms.is_none() {
                record.connection_closed_at_ms = Some(now_ms());
                freeze(record, on, *base);
            }
        }
        drop(books);
        self.notify();
    }

    /// Starts a record; the request stands as left by the client until it is settled.
    pub fn begin(&self, connection: &Arc<Connection>, mut record: Record) -> Entry {
        let mut books = self.books();
        books.next_id += 1;
        record.id = books.next_id;
        record.connection = connection.id;
        record.at_ms = now_ms();
        books.hits += 1;
        let before = books
            .records
            .iter_mut()
            .rev()
            .find(|(_, on, _)| on.id == connection.id);
        if let Some((earlier, on, base)) = before {
            freeze(earlier, on, *base);
        }
        if books.records.len() >= RECORDS {
            books.records.pop_front();
        }
        let id = record.id;
        let base = connection.written.load(Ordering::Relaxed);
        books.records.push_back((record, connection.clone(), base));
        drop(books);
        self.notify();
        Entry {
            log: self.clone(),
            id,
            settled: false,
        }
    }

    /// All requests since the last reset, oldest first.
    pub fn records(&self) -> Vec<Record> {
        let mut records = Vec::new();
        for (record, connection, base) in &self.books().records {
            let mut record = record.clone();
            freeze(&mut record, connection, *base);
            records.push(record);
        }
        records
    }

    /// Looks at the records without copying them.
    pub fn inspect<T>(
        &self,
        look: impl FnOnce(&mut dyn DoubleEndedIterator<Item = &Record>) -> T,
    ) -> T {
        look(&mut self.books().records.iter().map(|(record, ..)| record))
    }

    /// Requests since the last reset.
    pub fn hits(&self) -> u64 {
        self.books().hits
    }

    /// Connections open now, and opened since the start.
    pub fn connections(&self) -> (u64, u64) {
        let books = self.books();
        (books.connections_open, books.connections_opened)
    }

    /// Forgets all requests; running ones go on unrecorded.
    pub fn clear(&self) {
        let mut books = self.books();
        books.records.clear();
        books.hits = 0;
        drop(books);
        self.notify();
    }

    fn change(&self, id: u64, change: impl FnOnce(&mut Record)) {
        let mut books = self.books();
        if let Some((record, ..)) = books.records.iter_mut().rev().find(|(r, ..)| r.id == id) {
            change(record);
        }
        drop(books);
        self.notify();
    }
}

/// Fixes the count of written bytes, once.
fn freeze(record: &mut Record, connection: &Connection, base: u64) {
    if record.bytes_written == 0 {
        record.bytes_written = connection
            .written
            .load(Ordering::Relaxed)
            .saturating_sub(base);
    }
}

/// The hand that writes one record. Dropped unsettled, it notes that the client left.
pub struct Entry {
    log: Log,
    id: u64,
    settled: bool,
}

impl Entry {
    /// The whole request body is here.
    pub fn body(&self, bytes: &[u8]) {
        self.log.change(self.id, |record| {
            record.body = String::from_utf8_lossy(bytes).into_owned();
            record.body_base64 = std::str::from_utf8(bytes)
                .is_err()
                .then(|| STANDARD.encode(bytes));
            record.body_complete = true;
        });
    }

    /// These faults apply.
    pub fn faults(&self, faults: &str) {
        self.log
            .change(self.id, |record| record.faults = faults.to_owned());
    }

    /// The head of the answer goes out.
    pub fn status(&self, status: u16) {
        self.log
            .change(self.id, |record| record.status = Some(status));
    }

    /// Body bytes were handed to the connection; `ends_event` if they complete an event.
    pub fn offered(&self, bytes: usize, ends_event: bool) {
        self.log.change(self.id, |record| {
            record.bytes_offered += bytes as u64;
            if ends_event {
                record.events_sent += 1;
                if record.event_times_ms.len() < EVENT_TIMES {
                    record.event_times_ms.push(now_ms());
                }
            }
        });
    }

    /// The request ended as the server meant it to.
    pub fn settle(&mut self, outcome: Outcome) {
        if !self.settled {
            self.settled = true;
            self.log.change(self.id, |record| {
                record.outcome = outcome;
                record.ended_at_ms = Some(now_ms());
                if outcome == Outcome::ClientClosed {
                    record.closed_at_ms = record.ended_at_ms;
                }
            });
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.settle(Outcome::ClientClosed);
    }
}
