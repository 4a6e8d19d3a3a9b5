//! The events of a stream, each with its number as its id.

use std::io::Write as _;

use memchr::memchr2;

use crate::sse::Field;

/// The largest event that is held back until it is whole. A larger one goes on in pieces.
pub const MAX_EVENT_BYTES: usize = 1 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads server-sent events and writes them again, each with a line `id: N`: 1, 2, 3 and so on.
///
/// What has no meaning for a reader is left out: comments, blocks without data, and other ids. What is
/// written ends with a whole event, unless one [was too large](Self::has_torn).
#[derive(Debug)]
pub struct Numbering {
    /// How many events have ended.
    last: u64,
    /// A line whose end has not come.
    line: Vec<u8>,
    /// The name of the event that is being read.
    name: Vec<u8>,
    /// Its lines of data, as they are written.
    data: Vec<u8>,
    /// Has the last line ended with CR, so that LF belongs to it?
    after_cr: bool,
    /// Has nothing come yet? A byte order mark may stand there.
    is_new: bool,
    /// Has the beginning of the event been written already?
    torn: bool,
    has_torn: bool,
    /// Has the beginning of the line been written already?
    line_torn: bool,
    /// Is the rest of the line left out?
    skips: bool,
    comments: bool,
}

impl Default for Numbering {
    fn default() -> Self {
        Self {
            last: 0,
            line: Vec::new(),
            name: Vec::new(),
            data: Vec::new(),
            after_cr: false,
            is_new: true,
            torn: false,
            has_torn: false,
            line_torn: false,
            skips: false,
            comments: false,
        }
    }
}

impl Numbering {
    /// The number of the last event that has ended; 0 before the first.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.last
    }

    /// Was an event too large to be held, so that a part of it was written before the rest?
    #[must_use]
    pub const fn has_torn(&self) -> bool {
        self.has_torn
    }

    /// Have comments come since the last call?
    pub fn take_comments(&mut self) -> bool {
        std::mem::take(&mut self.comments)
    }

    /// Reads more of the stream, and writes the events that end with it.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut rest = bytes;
        if rest.is_empty() {
            return;
        }
        if std::mem::take(&mut self.after_cr) {
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        while let Some(end) = memchr2(b'\n', b'\r', rest) {
            let (piece, from_end) = rest.split_at(end);
            self.end_line(piece, out);
            rest = match from_end {
                [b'\r', b'\n', after @ ..] => after,
                [b'\r'] => {
                    self.after_cr = true;
                    &[]
                }
                [_, after @ ..] => after,
                [] => &[],
            };
        }
        self.begin_line(rest, out);
    }

    /// The stream has ended well: an event that only lacks its blank line is whole.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        self.push(b"\n\n", out);
    }

    /// Forgets the event that has not ended. A part of it that was written is ended.
    pub fn cut(&mut self, out: &mut Vec<u8>) {
        if self.torn {
            self.push(b"\n\n", out);
        }
        self.line.clear();
        self.name.clear();
        self.data.clear();
        self.after_cr = false;
        self.skips = false;
    }

    /// The beginning of a line.
    fn begin_line(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        if self.line_torn {
            out.extend_from_slice(piece);
        } else if !self.skips {
            self.line.extend_from_slice(piece);
            if self.line.len() + self.data.len() > MAX_EVENT_BYTES {
                self.overflow(out);
            }
        }
    }

    /// The event is too large to be held, and its last line has not ended.
    fn overflow(&mut self, out: &mut Vec<u8>) {
        let line = std::mem::take(&mut self.line);
        match Field::of(&line, false) {
            Some((Field::Data, value_at)) => {
                self.tear(out);
                out.extend_from_slice(b"data: ");
                out.extend_from_slice(line.get(value_at..).unwrap_or_default());
                self.line_torn = true;
            }
            _ => self.skips = true,
        }
    }

    /// Writes what there is of the event.
    fn tear(&mut self, out: &mut Vec<u8>) {
        self.has_torn = true;
        if !std::mem::replace(&mut self.torn, true) {
            self.write_head(out);
        }
        out.append(&mut self.data);
    }

    fn write_head(&mut self, out: &mut Vec<u8>) {
        // A Vec takes everything.
        let _ = writeln!(out, "id: {}", self.last + 1);
        if !self.name.is_empty() {
            out.extend_from_slice(b"event: ");
            out.append(&mut self.name);
            out.push(b'\n');
        }
    }

    /// The rest of a line that has ended.
    fn end_line(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        if std::mem::take(&mut self.line_torn) {
            out.extend_from_slice(piece);
            out.push(b'\n');
        } else if !std::mem::take(&mut self.skips) {
            if self.line.is_empty() {
                self.take_line(piece, out);
            } else {
                let mut line = std::mem::take(&mut self.line);
                line.extend_from_slice(piece);
                self.take_line(&line, out);
                line.clear();
                self.line = line;
            }
        }
    }

    fn take_line(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let line = if std::mem::take(&mut self.is_new) {
            line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line)
        } else {
            line
        };
        if line.is_empty() {
            return self.end_event(out);
        }
        match Field::of(line, false) {
            Some((Field::Data, value_at)) => {
                self.data.extend_from_slice(b"data: ");
                self.data
                    .extend_from_slice(line.get(value_at..).unwrap_or_default());
                self.data.push(b'\n');
                if self.torn || self.data.len() > MAX_EVENT_BYTES {
                    self.tear(out);
                }
            }
            Some((Field::Event, value_at)) => {
                self.name.clear();
                self.name
                    .extend_from_slice(line.get(value_at..).unwrap_or_default());
            }
            _ => self.comments |= line.starts_with(b":"),
        }
    }

    fn end_event(&mut self, out: &mut Vec<u8>) {
        if !self.torn && !self.data.is_empty() {
            self.write_head(out);
            out.append(&mut self.data);
            self.torn = true;
        }
        if std::mem::take(&mut self.torn) {
            out.push(b'\n');
            self.last += 1;
        }
        self.name.clear();
    }
}
