//! Plain server-sent events for JavaScript: all events of one read become one JSON array.
//!
//! Four items an event: its name, its data, the last id, and the reconnection time or `null`.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::{Head, INPUT_BYTES, found, narrow};
use crate::sse::{Decoder, Event};

/// Turns reads into arrays.
#[derive(Debug)]
pub(crate) struct EventBatch {
    events: Decoder,
    input: Box<[u8]>,
    out: Vec<u8>,
    head: Head,
}

impl EventBatch {
    pub(crate) fn new(max_event_bytes: usize) -> Self {
        let mut batch = Self {
            events: Decoder::with_max_event_bytes(max_event_bytes),
            input: vec![0; INPUT_BYTES].into_boxed_slice(),
            out: Vec::new(),
            head: Head::default(),
        };
        batch.decode(0);
        batch
    }

    /// Where the next piece of the stream goes.
    #[cfg(test)]
    pub(crate) fn input(&mut self) -> &mut [u8] {
        &mut self.input
    }

    /// What the last call found.
    pub(crate) fn head(&self) -> &Head {
        &self.head
    }

    /// Decodes the first `len` bytes of [`Self::input`].
    pub(crate) fn decode(&mut self, len: usize) {
        self.out.clear();
        self.events.push(self.input.get(..len).unwrap_or_default());
        let mut found = 0;
        while let Some(event) = self.events.next_event() {
            match event {
                Ok(event) => write(&mut self.out, &event),
                Err(_) => found = found::TOO_LARGE,
            }
        }
        self.out
            .extend_from_slice(if self.out.is_empty() { b"[]" } else { b"]" });
        self.head = Head {
            found,
            out: narrow(self.out.as_ptr().addr()),
            text_len: narrow(self.out.len()),
            out_len: narrow(self.out.len()),
            input: narrow(self.input.as_ptr().addr()),
            ..Head::default()
        };
    }

    #[cfg(test)]
    fn out(&self) -> &[u8] {
        &self.out
    }
}

fn write(out: &mut Vec<u8>, event: &Event<'_>) {
    out.push(if out.is_empty() { b'[' } else { b',' });
    string(out, event.event_bytes());
    out.push(b',');
    string(out, event.data_bytes());
    out.push(b',');
    string(out, event.id_bytes());
    out.push(b',');
    match event.retry_ms() {
        Some(retry_ms) => number(out, retry_ms),
        None => out.extend_from_slice(b"null"),
    }
}

/// RFC 8259, section 7: quotes, backslashes and control characters must be escaped.
fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let mut rest = bytes;
    while let Some(plain) = rest
        .iter()
        .position(|b| matches!(b, b'"' | b'\\' | 0..=0x1f))
    {
        let (before, from) = rest.split_at(plain);
        out.extend_from_slice(before);
        let Some((&byte, after)) = from.split_first() else {
            break;
        };
        match byte {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            _ => {
                out.extend_from_slice(b"\\u00");
                let digits = [byte >> 4, byte & 15];
                out.extend(
                    digits
                        .iter()
                        .filter_map(|digit| HEX.get(usize::from(*digit))),
                );
            }
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

fn number(out: &mut Vec<u8>, value: u64) {
    if value > 9 {
        number(out, value / 10);
    }
    out.push(b'0' + (value % 10) as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_written_as_json_that_reads_back_to_them() {
        let mut batch = EventBatch::new(1000);
        let stream = "event: a\"b\nid: \u{1}\nretry: 30\ndata: x\\y\ndata: \u{7f}é\t\n\ndata:\n\n";
        batch.input()[..stream.len()].copy_from_slice(stream.as_bytes());
        batch.decode(stream.len());
        let array: serde_json::Value = serde_json::from_slice(batch.out()).unwrap();
        let expected =
            serde_json::json!(["a\"b", "x\\y\n\u{7f}é\t", "\u{1}", 30, "", "", "\u{1}", 30]);
        assert_eq!(array, expected);
        assert_eq!(batch.head().text_len as usize, batch.out().len());
        batch.decode(0);
        assert_eq!(batch.out(), b"[]");
    }
}
