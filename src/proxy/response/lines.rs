//! The lines of an event stream, in bytes that come in pieces (HTML, 9.2.6).

use memchr::memchr2;

use super::event::Event;
use super::key_detector::KeyDetector;

/// The names of fields that matter have fewer bytes, with a byte order mark in front.
const MAX_FIELD_BYTES: usize = 16;

/// How far the lines of what has come were read.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// So many bytes were searched for line ends.
    read: usize,
    /// Where the line began.
    line: usize,
    after_cr: bool,
    started: bool,
}

impl Lines {
    /// So many bytes are gone.
    pub(super) fn retire(&mut self, bytes: usize) {
        self.read = self.read.saturating_sub(bytes);
        self.line = self.line.saturating_sub(bytes);
    }

    /// Where the next whole event ends: behind its blank line.
    pub(super) fn next_end(
        &mut self,
        pending: &[u8],
        event: &mut Event,
        key: &KeyDetector,
    ) -> Option<usize> {
        loop {
            let rest = pending.get(self.read..)?;
            if std::mem::take(&mut self.after_cr) && rest.first() == Some(&b'\n') {
                // The second half of a line end.
                self.read += 1;
                self.line = self.read;
                continue;
            }
            let Some(found) = memchr2(b'\n', b'\r', rest) else {
                self.read = pending.len();
                return None;
            };
            let end = self.read + found;
            let blank = end == self.line && !event.is_open();
            if !blank {
                let line = pending.get(self.line..end).unwrap_or_default();
                let line = without_bom(&mut self.started, line);
                event.line(line, key);
            }
            let mut next = end + 1;
            if pending.get(end) == Some(&b'\r') {
                match pending.get(next) {
                    Some(b'\n') => next += 1,
                    Some(_) => {}
                    None => self.after_cr = true,
                }
            }
            self.read = next;
            self.line = next;
            if blank {
                return Some(next);
            }
        }
    }

    /// Takes what has come of a line that has not ended, if the name of its field is whole. Gives up to
    /// where all was taken.
    pub(super) fn part(&mut self, pending: &[u8], event: &mut Event, key: &KeyDetector) -> usize {
        let line = pending.get(self.line..).unwrap_or_default();
        if !event.is_open() && line.len() <= MAX_FIELD_BYTES {
            return self.line;
        }
        event.part(without_bom(&mut self.started, line), key);
        pending.len()
    }

    /// Takes the rest as a line: nothing more comes.
    pub(super) fn last(&mut self, pending: &[u8], event: &mut Event, key: &KeyDetector) {
        let line = pending.get(self.line..).unwrap_or_default();
        event.line(without_bom(&mut self.started, line), key);
    }
}

/// A stream may begin with a byte order mark.
fn without_bom<'a>(started: &mut bool, line: &'a [u8]) -> &'a [u8] {
    if std::mem::replace(started, true) {
        return line;
    }
    line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line)
}
