//! The decoder: a buffer that is scanned once, and the open block.

use alloc::vec::Vec;
use core::fmt;

use memchr::{memchr, memchr2};

use super::Event;

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
    /// Where the first data line stands in `buf`. A second one moves both to `joined`.
    first_data: (usize, usize),
    joined: Vec<u8>,
    event: Vec<u8>,
    id: Vec<u8>,
    retry_ms: Option<u64>,
    error: Option<Vec<u8>>,
    watch_error: bool,

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
    /// Every byte of the block counts, comments and empty `data:` lines too: each line with its
    /// content and one byte for its end.
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
            joined: Vec::new(),
            event: Vec::new(),
            id: Vec::new(),
            retry_ms: None,
            error: None,
            watch_error: false,
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

    /// Adds bytes as they came from the network.
    pub fn push(&mut self, bytes: &[u8]) {
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
                self.scanned = self.buf.len();
                if self.open_bytes(self.scanned) > self.max_event_bytes {
                    return Some(Err(self.refuse()));
                }
                return None;
            };
            let end = self.scanned + offset;
            if self.open_bytes(end) > self.max_event_bytes {
                return Some(Err(self.refuse()));
            }
            self.skip_lf = rest.get(offset) == Some(&b'\r');
            let start = self.line;
            self.line = end + 1;
            self.scanned = self.line;
            if start < end {
                self.block_bytes += end - start + 1;
                self.field(start, end);
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
        let (start, end) = (self.line, self.buf.len());
        if self.open_bytes(end) > self.max_event_bytes {
            return Some(Err(self.refuse()));
        }
        self.line = end;
        self.scanned = end;
        if start < end {
            self.block_bytes += end - start + 1;
            self.field(start, end);
        }
        if self.data_lines == 0 && self.error.is_none() {
            return None;
        }
        self.dispatched = true;
        Some(Ok(self.event()))
    }

    fn event(&self) -> Event<'_> {
        let data = if self.data_lines > 1 {
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

    /// The block's size if its open line ended at `end`.
    fn open_bytes(&self, end: usize) -> usize {
        self.block_bytes + end.saturating_sub(self.line)
    }

    fn refuse(&mut self) -> EventTooLarge {
        self.too_large = true;
        self.buf = Vec::new();
        self.joined = Vec::new();
        EventTooLarge {
            max_event_bytes: self.max_event_bytes,
        }
    }

    fn field(&mut self, start: usize, end: usize) {
        let line = self.buf.get(start..end).unwrap_or_default();
        let (name, value_at) = match line {
            [b'd', b'a', b't', b'a', b':', ..] => (&b"data"[..], 5),
            _ => match memchr(b':', line) {
                Some(0) => return self.comment(),
                Some(colon) => (line.get(..colon).unwrap_or_default(), colon + 1),
                None => (line, line.len()),
            },
        };
        let value_at = value_at + usize::from(line.get(value_at) == Some(&b' '));
        let value = line.get(value_at..).unwrap_or_default();
        match name {
            b"data" => {
                if self.data_lines == 0 {
                    self.first_data = (start + value_at, end);
                } else {
                    if self.data_lines == 1 {
                        let (from, to) = self.first_data;
                        let first = self.buf.get(from..to).unwrap_or_default();
                        self.joined.extend_from_slice(first);
                    }
                    self.joined.push(b'\n');
                    self.joined.extend_from_slice(value);
                }
                self.data_lines += 1;
            }
            b"event" => {
                self.event.clear();
                self.event.extend_from_slice(value);
            }
            b"id" if memchr(0, value).is_none() => {
                self.id.clear();
                self.id.extend_from_slice(value);
            }
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                let digits = value.iter().map(|digit| u64::from(digit - b'0'));
                self.retry_ms = Some(digits.fold(0, |number: u64, digit| {
                    number.saturating_mul(10).saturating_add(digit)
                }));
            }
            b"error" if self.watch_error => self.error = Some(value.to_vec()),
            _ => {}
        }
        // What has been copied out of the buffer need not stay in it.
        if self.data_lines > 1 {
            self.block = self.line;
        }
    }

    /// A comment before any field leaves nothing behind, so a flood of them needs no memory.
    fn comment(&mut self) {
        if self.data_lines == 0 {
            self.block = self.line;
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
        if !enough || self.block_bytes > 0 || self.line != self.block {
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
        if !self.dispatched || self.data_lines != 1 {
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
