//! One stream that is kept while it runs.

use super::numbering::Numbering;

/// For so long events gather before they are written as a row. A write costs milliseconds in which no byte
/// leaves a Durable Object, and that as much for one event as for twenty.
const ROW_MS: u64 = 500;

/// So many bytes are written without a wait.
const ROW_BYTES: usize = 64 * 1024;

/// How long to wait where nothing is due.
const IDLE_MS: u32 = 60_000;

/// What bounds a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many bytes of numbered events are kept. A longer stream goes on and is not kept.
    pub max_bytes: u64,
    /// For how long it goes on without a reader, in milliseconds.
    pub grace_ms: u32,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Nothing before [`Log::again_ms`].
    Nothing,
    /// Write the row that [`Log::take_row`] gives.
    Write,
    /// Stop the stream: nobody has read it for too long.
    Stop,
}

/// A machine without I/O that follows one stream: it numbers its events, gathers them to rows, and notices
/// when it is too long or when nobody reads it. Times are in milliseconds since 1970.
#[derive(Debug)]
pub struct Log {
    limits: Limits,
    numbering: Numbering,
    /// How many bytes of events there are.
    bytes: u64,
    /// Events that are kept and not written yet.
    row: Vec<u8>,
    row_since_ms: u64,
    row_last: u64,
    is_kept: bool,
    is_over: bool,
    readers: u32,
    alone_since_ms: u64,
    again_ms: u32,
}

impl Log {
    /// A stream that begins now, with no reader yet.
    #[must_use]
    pub fn new(limits: Limits, now_ms: u64) -> Self {
        Self {
            limits,
            numbering: Numbering::default(),
            bytes: 0,
            row: Vec::new(),
            row_since_ms: 0,
            row_last: 0,
            is_kept: true,
            is_over: false,
            readers: 0,
            alone_since_ms: now_ms,
            again_ms: IDLE_MS,
        }
    }

    /// More of the stream has come. Gives what readers get of it.
    pub fn push(&mut self, bytes: &[u8], now_ms: u64) -> Vec<u8> {
        let mut events = Vec::with_capacity(bytes.len() + bytes.len() / 8 + 16);
        if !self.is_over {
            self.numbering.push(bytes, &mut events);
            self.keep(&events, now_ms);
        }
        events
    }

    /// The stream has ended. Gives what readers get besides: the error of this body, if there is one.
    pub fn end(&mut self, error: Option<&str>, now_ms: u64) -> Vec<u8> {
        let mut events = Vec::new();
        if !self.is_over {
            if let Some(body) = error {
                self.numbering.cut(&mut events);
                let event = format!("data: {body}\n\n");
                self.numbering.push(event.as_bytes(), &mut events);
            } else {
                self.numbering.finish(&mut events);
            }
            self.keep(&events, now_ms);
            self.is_over = true;
        }
        events
    }

    fn keep(&mut self, events: &[u8], now_ms: u64) {
        self.bytes += events.len() as u64;
        if self.bytes > self.limits.max_bytes || self.numbering.has_torn() {
            self.is_kept = false;
        }
        if self.is_kept && !events.is_empty() {
            if self.row.is_empty() {
                self.row_since_ms = now_ms;
            }
            self.row.extend_from_slice(events);
            self.row_last = self.numbering.last();
        }
    }

    /// So many readers are there.
    pub fn set_readers(&mut self, readers: u32, now_ms: u64) {
        if readers == 0 && self.readers > 0 {
            self.alone_since_ms = now_ms;
        }
        self.readers = readers;
    }

    /// Nothing more of it is kept: the storage refuses it.
    pub fn give_up_keeping(&mut self) {
        self.is_kept = false;
        self.row.clear();
    }

    /// Looks at the clock.
    pub fn look(&mut self, now_ms: u64) -> Due {
        // A clock that was set back does not count.
        let passed = |since_ms: u64| now_ms.saturating_sub(since_ms);
        let left = |of_ms: u64, since_ms: u64| {
            u32::try_from(of_ms.saturating_sub(passed(since_ms))).unwrap_or(IDLE_MS)
        };
        self.again_ms = IDLE_MS;
        if !self.row.is_empty() {
            let row_ms = left(ROW_MS, self.row_since_ms);
            // What was gathered before the stream grew too long is written, for readers who are behind.
            if row_ms == 0 || self.is_over || !self.is_kept || self.row.len() >= ROW_BYTES {
                return Due::Write;
            }
            self.again_ms = row_ms;
        }
        if !self.is_over && self.readers == 0 {
            let grace_ms = left(self.limits.grace_ms.into(), self.alone_since_ms);
            if grace_ms == 0 {
                return Due::Stop;
            }
            self.again_ms = self.again_ms.min(grace_ms);
        }
        Due::Nothing
    }

    /// In how many milliseconds after [`look`](Self::look) to look again.
    #[must_use]
    pub const fn again_ms(&self) -> u32 {
        self.again_ms
    }

    /// The events that were gathered.
    pub fn take_row(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.row)
    }

    /// The number of the last event that was gathered.
    #[must_use]
    pub const fn row_last(&self) -> u64 {
        self.row_last
    }

    /// The number of the last event.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.numbering.last()
    }

    /// Can it be read again from its beginning?
    #[must_use]
    pub const fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// Have comments come since the last call? They are a sign of life, and are not kept.
    pub fn take_comments(&mut self) -> bool {
        self.numbering.take_comments()
    }
}
