//! The decoder: a buffer that is scanned once, and the open block.

use alloc::vec::Vec;
use core::fmt;

use memchr::{memchr, memchr2};

use super::Event;
use super::field::{Begun, Field};

/// How large one event may become: 64 MiB, because image events are large.
pub const DEFAULT_MAX_EVENT_BYTES: usize = 64 << 20;

/// Above this capacity an empty buffer is given back instead of kept for the next event.
const KEEP_BYTES: usize = 1 << 20;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// One event grew beyond the limit. The decoder gives nothing after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventTooLarge {
    /// The limit that was passed, in bytes.
    pub max_event_bytes: usize,
}

impl fmt::Display for EventTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { max_event_bytes } = self;
        write!(f, "one event is larger than {max_event_bytes} bytes")
    }
}

impl core::error::Error for EventTooLarge {}

/// Turns the bytes of an event stream into events. Cuts between pushes may fall anywhere.
///
/// Push what the network gave, then take events until there are none. Time is linear in the bytes
/// however they are cut; in the steady state no event allocates.
#[derive(Debug)]
pub struct Decoder {
    buf: Vec<u8>,
    /// Start of the open block: nothing before it is needed any more.
    block: usize,
    /// Start of the open line.
    line: usize,
    /// No line end stands between `line` and here.
    scanned: usize,
    /// The stream has begun: no byte order mark may come any more.
    begun: bool,
    /// The last line ended in CR, so one LF that follows belongs to it.
    skip_lf: bool,
    /// The event of this block has been handed out; the next call starts a new block.
    dispatched: bool,

    data_lines: usize,
    /// Where the first data line stands in `buf`, until it is moved.
    first_data: (usize, usize),
    /// The data has been moved to `joined`: a second line of it came, or a line without a meaning.
    moved: bool,
    joined: Vec<u8>,
    event: Vec<u8>,
    id: Vec<u8>,
    retry_ms: Option<u64>,
    error: Option<Vec<u8>>,
    watch_error: bool,
    /// The open line has no meaning, and what has come of it is dropped.
    passing_over: bool,

    /// How many bytes waited when the open block was last offered whole.
    #[cfg_attr(
        not(feature = "js"),
        allow(dead_code, reason = "only JavaScript's hot path needs it")
    )]
    offered: usize,
    /// Bytes of the block's finished lines, each counted with one byte for its end.
    block_bytes: usize,
    max_event_bytes: usize,
    too_large: bool,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder with the default limit.
    #[must_use]
    pub fn new() -> Self {
        Self::with_max_event_bytes(DEFAULT_MAX_EVENT_BYTES)
    }

    /// A decoder that refuses an event of more than `max_event_bytes`.
    ///
    /// Each line that has a meaning counts with its content and one byte for its end, empty `data:`
    /// lines too. Comments and unknown fields do not count, and need no memory.
    #[must_use]
    pub fn with_max_event_bytes(max_event_bytes: usize) -> Self {
        Self {
            buf: Vec::new(),
            block: 0,
            line: 0,
            scanned: 0,
            begun: false,
            skip_lf: false,
            dispatched: false,
            data_lines: 0,
            first_data: (0, 0),
            moved: false,
            joined: Vec::new(),
            event: Vec::new(),
            id: Vec::new(),
            retry_ms: None,
            error: None,
            watch_error: false,
            passing_over: false,
            offered: 0,
            block_bytes: 0,
            max_event_bytes,
            too_large: false,
        }
    }

    /// Also dispatches blocks that hold a field named `error`: no WHATWG field, but the way in
    /// which old llama.cpp servers report a failure at status 200.
    pub(crate) fn watch_error_field(mut self) -> Self {
        self.watch_error = true;
        self
    }

    /// Adds bytes as they came from the network. After [`EventTooLarge`] they are ignored.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.too_large {
            return;
        }
        self.compact();
        self.buf.extend_from_slice(bytes);
    }

    /// Takes the next complete event, or `None` when more bytes are needed.
    ///
    /// # Errors
    /// [`EventTooLarge`] when the open block passes the limit; once, then `None` for ever.
    pub fn next_event(&mut self) -> Option<Result<Event<'_>, EventTooLarge>> {
        if self.too_large || !self.begin() {
            return None;
        }
        self.close_dispatched();
        loop {
            self.swallow_lf();
            let rest = self.buf.get(self.scanned..).unwrap_or_default();
            let Some(offset) = memchr2(b'\n', b'\r', rest) else {
                return self.wait().then(|| Err(self.refuse()));
            };
            let end = self.scanned + offset;
            self.skip_lf = rest.get(offset) == Some(&b'\r');
            let start = core::mem::replace(&mut self.line, end + 1);
            self.scanned = self.line;
            if core::mem::take(&mut self.passing_over) {
                self.drop_line();
            } else if start < end {
                if self.take_line(start, end) {
                    return Some(Err(self.refuse()));
                }
            } else if self.data_lines > 0 || self.error.is_some() {
                self.swallow_lf();
                self.dispatched = true;
                return Some(Ok(self.event()));
            } else {
                self.clear_block();
            }
        }
    }

    /// The end of the stream: gives the event whose closing blank line never came.
    ///
    /// The standard discards it, and so must a caller who keeps to the standard; some servers omit
    /// the last blank line, and then it is the caller who knows whether the data is whole.
    ///
    /// # Errors
    /// [`EventTooLarge`] when the open block passes the limit.
    pub fn take_unterminated(&mut self) -> Option<Result<Event<'_>, EventTooLarge>> {
        if self.too_large {
            return None;
        }
        self.begun = true;
        self.close_dispatched();
        self.swallow_lf();
        let end = self.buf.len();
        let start = core::mem::replace(&mut self.line, end);
        self.scanned = end;
        let passed_over = core::mem::take(&mut self.passing_over);
        if !passed_over && start < end && self.take_line(start, end) {
            return Some(Err(self.refuse()));
        }
        if self.data_lines == 0 && self.error.is_none() {
            return None;
        }
        self.dispatched = true;
        Some(Ok(self.event()))
    }

    fn event(&self) -> Event<'_> {
        let data = if self.moved {
            &self.joined
        } else {
            let (start, end) = self.first_data;
            self.buf.get(start..end).unwrap_or_default()
        };
        Event {
            event: &self.event,
            data: if self.data_lines == 0 { &[] } else { data },
            id: &self.id,
            retry_ms: self.retry_ms,
            error: self.error.as_deref(),
        }
    }

    /// "The BOM is stripped once, at the start of the stream." It may come byte by byte.
    fn begin(&mut self) -> bool {
        if self.begun {
            return true;
        }
        let head = self.buf.get(..BOM.len().min(self.buf.len()));
        let head = head.unwrap_or_default();
        if head.len() < BOM.len() && BOM.starts_with(head) {
            return false;
        }
        if head == BOM {
            self.block = BOM.len();
            self.line = BOM.len();
            self.scanned = BOM.len();
        }
        self.begun = true;
        true
    }

    fn swallow_lf(&mut self) {
        if !self.skip_lf {
            return;
        }
        let Some(&byte) = self.buf.get(self.line) else {
            return;
        };
        self.skip_lf = false;
        if byte == b'\n' {
            if self.block == self.line {
                self.block += 1;
            }
            self.line += 1;
            self.scanned = self.line;
        }
    }

    /// No line end has come: what waits need not be looked at again, nor kept if it has no meaning.
    /// Gives whether the event is too large.
    fn wait(&mut self) -> bool {
        let waiting = self.buf.get(self.line..).unwrap_or_default();
        let bytes = self.block_bytes + waiting.len();
        let begun = if self.passing_over {
            Begun::Meaningless
        } else {
            Field::begun(waiting, self.watch_error)
        };
        if begun == Begun::Meaningless {
            self.passing_over = true;
            self.buf.truncate(self.line);
        }
        self.scanned = self.buf.len();
        begun == Begun::Field && bytes > self.max_event_bytes
    }

    /// Reads a whole line that is not empty. Gives whether the event is too large.
    fn take_line(&mut self, start: usize, end: usize) -> bool {
        let line = self.buf.get(start..end).unwrap_or_default();
        let Some((field, value_at)) = Field::of(line, self.watch_error) else {
            self.drop_line();
            return false;
        };
        if self.block_bytes + line.len() > self.max_event_bytes {
            return true;
        }
        self.block_bytes += line.len() + 1;
        self.take_field(field, start + value_at, end);
        false
    }

    /// The last line has no meaning, and a flood of such lines needs no memory.
    fn drop_line(&mut self) {
        if self.data_lines > 0 {
            self.move_data();
        }
        self.block = self.line;
    }

    /// Moves the first data line out of the buffer, which then need not keep it.
    fn move_data(&mut self) {
        if !self.moved {
            self.moved = true;
            let (from, to) = self.first_data;
            let first = self.buf.get(from..to).unwrap_or_default();
            self.joined.extend_from_slice(first);
        }
    }

    fn refuse(&mut self) -> EventTooLarge {
        self.too_large = true;
        self.buf = Vec::new();
        self.joined = Vec::new();
        EventTooLarge {
            max_event_bytes: self.max_event_bytes,
        }
    }

    /// Takes a field whose value stands between these places.
    fn take_field(&mut self, field: Field, from: usize, to: usize) {
        if field == Field::Data {
            self.data_lines += 1;
            if self.data_lines == 1 {
                self.first_data = (from, to);
                return;
            }
            self.move_data();
            self.block = self.line;
        }
        let value = self.buf.get(from..to).unwrap_or_default();
        match field {
            Field::Data => {
                self.joined.push(b'\n');
                self.joined.extend_from_slice(value);
            }
            Field::Event => {
                self.event.clear();
                self.event.extend_from_slice(value);
            }
            Field::Id if memchr(0, value).is_none() => {
                self.id.clear();
                self.id.extend_from_slice(value);
            }
            Field::Retry if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                let digits = value.iter().map(|digit| u64::from(digit - b'0'));
                self.retry_ms = Some(digits.fold(0, |number: u64, digit| {
                    number.saturating_mul(10).saturating_add(digit)
                }));
            }
            Field::Error => self.error = Some(value.to_vec()),
            Field::Id | Field::Retry => {}
        }
    }

    fn close_dispatched(&mut self) {
        if self.dispatched {
            self.clear_block();
        }
    }

    /// "Set the data buffer and the event type buffer to the empty string": the id stays.
    fn clear_block(&mut self) {
        self.dispatched = false;
        self.block = self.line;
        self.block_bytes = 0;
        self.offered = 0;
        self.data_lines = 0;
        self.moved = false;
        self.event.clear();
        self.error = None;
        if self.joined.capacity() > KEEP_BYTES {
            self.joined = Vec::new();
        }
        self.joined.clear();
    }

    /// Moves what is still needed to the front, only when that is no more than what is dropped:
    /// so each byte is moved a bounded number of times, however small the pushes.
    fn compact(&mut self) {
        self.close_dispatched();
        let keep = self.buf.len().saturating_sub(self.block);
        if self.block == 0 || keep > self.block {
            return;
        }
        if keep == 0 && self.buf.capacity() > KEEP_BYTES {
            self.buf = Vec::new();
        } else {
            self.buf.drain(..self.block);
        }
        self.line -= self.block;
        self.scanned -= self.block;
        self.first_data.0 = self.first_data.0.saturating_sub(self.block);
        self.first_data.1 = self.first_data.1.saturating_sub(self.block);
        self.block = 0;
    }
}

/// Whole blocks, for `stream::batch`.
#[cfg_attr(
    not(feature = "js"),
    allow(dead_code, reason = "only JavaScript's hot path needs it")
)]
impl Decoder {
    /// The bytes that wait at the start of a block of which no line has been read, and nothing
    /// otherwise. With [`Self::skip_block`] a caller that knows whole blocks can pass over them.
    ///
    /// A block that is not all there is offered again only when half as much has come again, so
    /// that looking at it costs linear time in all.
    pub(crate) fn waiting_blocks(&mut self) -> &[u8] {
        if self.too_large || !self.begin() {
            return &[];
        }
        self.close_dispatched();
        self.swallow_lf();
        let waiting = self.buf.get(self.block..).unwrap_or_default();
        let enough = waiting.len() >= self.offered + self.offered / 2;
        let begun = self.block_bytes > 0 || self.passing_over || self.line != self.block;
        if !enough || begun {
            return &[];
        }
        self.offered = waiting.len();
        waiting
    }

    /// Passes over `len` waiting bytes that were exactly one block with its blank line.
    pub(crate) fn skip_block(&mut self, len: usize) {
        let end = self.block.saturating_add(len).min(self.buf.len());
        self.skip_lf = end > self.block && self.buf.get(end - 1) == Some(&b'\r');
        self.block = end;
        self.line = end;
        self.scanned = end;
        self.offered = 0;
    }

    /// The whole block of the event just handed out, and where its data stands in there, if the
    /// data was one line.
    pub(crate) fn dispatched_block(&self) -> Option<(&[u8], usize, usize)> {
        if !self.dispatched || self.moved || self.data_lines != 1 {
            return None;
        }
        let (start, end) = self.first_data;
        let block = self.buf.get(self.block..self.line)?;
        Some((
            block,
            start.checked_sub(self.block)?,
            end.checked_sub(self.block)?,
        ))
    }

    /// The limit, in bytes.
    pub(crate) fn max_event_bytes(&self) -> usize {
        self.max_event_bytes
    }
}
