//! The JavaScript hot path: all events of one network read become one JSON text.
//!
//! JavaScript parses that text with a single `JSON.parse`, so an event costs no crossing of its
//! own. The text is an array. Before each chunk stands the *mark*, a number that the stream's
//! owner drew at random, and one more mark ends an array that holds any chunk. A chunk is copied
//! unread, so it may be bad JSON, and bad JSON of two events may even join into good JSON; but no
//! server can guess the mark, and so the array has marks and chunks exactly in turn only if each
//! chunk is one JSON value. Otherwise [`Batch::spans`] says where each one stands.

use super::payload::Payload;
use crate::sse;

/// What [`Batch::decode`] found, as bits of one number that crosses to JavaScript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Found(pub(crate) u32);

impl Found {
    /// The array holds something.
    pub(crate) const ITEMS: u32 = 1;
    /// `[DONE]` came.
    pub(crate) const DONE: u32 = 2;
    /// One event is too large.
    pub(crate) const TOO_LARGE: u32 = 4;
    /// The tail is the body of an event that was named an error.
    pub(crate) const ERROR: u32 = 8;
    /// The tail is an event that the end of the stream cut off, or only its blank line.
    pub(crate) const UNTERMINATED: u32 = 16;
}

/// Turns reads into arrays.
#[derive(Debug)]
pub(crate) struct Batch {
    events: sse::Decoder,
    mark: String,
    out: Vec<u8>,
    /// Where the array ends in `out` and the tail begins.
    array_len: usize,
    /// Start and end of each chunk in `out`.
    spans: Vec<u32>,
    ended: bool,
}

impl Batch {
    pub(crate) fn new(max_event_bytes: usize, mark: u32) -> Self {
        Self {
            events: sse::Decoder::with_max_event_bytes(max_event_bytes).watch_error_field(),
            mark: mark.to_string(),
            out: Vec::new(),
            array_len: 0,
            spans: Vec::new(),
            ended: false,
        }
    }

    /// Room for the next `len` bytes of the stream.
    pub(crate) fn space(&mut self, len: usize) -> &mut [u8] {
        self.events.space(len)
    }

    /// Decodes what is in [`Self::space`]. After an end it finds nothing more.
    pub(crate) fn decode(&mut self) -> Found {
        self.start();
        while !self.ended {
            let found = match self.events.next_event() {
                None => break,
                Some(Err(_)) => Found::TOO_LARGE,
                Some(Ok(event)) => match Payload::of(&event) {
                    Payload::Skip => continue,
                    Payload::Json(json) => {
                        chunk(&mut self.out, &mut self.spans, &self.mark, json);
                        continue;
                    }
                    Payload::Done => Found::DONE,
                    Payload::Error(body) => {
                        self.array_len = close(&mut self.out, &self.spans, &self.mark);
                        self.out.extend_from_slice(body);
                        self.ended = true;
                        return Found(Found::ERROR | self.items());
                    }
                },
            };
            self.ended = true;
            self.array_len = close(&mut self.out, &self.spans, &self.mark);
            return Found(found | self.items());
        }
        self.array_len = close(&mut self.out, &self.spans, &self.mark);
        Found(self.items())
    }

    /// The stream's bytes have ended: finds what waits without its blank line.
    pub(crate) fn finish(&mut self) -> Found {
        self.start();
        if self.ended {
            return Found::default();
        }
        self.ended = true;
        let found = match self.events.take_unterminated() {
            None => 0,
            Some(Err(_)) => Found::TOO_LARGE,
            Some(Ok(event)) => match Payload::of(&event) {
                Payload::Skip => 0,
                Payload::Done => Found::DONE,
                Payload::Error(body) => {
                    self.out.extend_from_slice(body);
                    Found::ERROR
                }
                Payload::Json(json) => {
                    self.out.extend_from_slice(json);
                    Found::UNTERMINATED
                }
            },
        };
        Found(found)
    }

    /// What was found: the array, then the tail.
    pub(crate) fn out(&self) -> &[u8] {
        &self.out
    }

    /// How many bytes of [`Self::out`] are the array.
    pub(crate) fn array_len(&self) -> usize {
        self.array_len
    }

    /// Start and end of each chunk in [`Self::out`].
    pub(crate) fn spans(&self) -> &[u32] {
        &self.spans
    }

    fn start(&mut self) {
        self.out.clear();
        self.spans.clear();
        self.array_len = 0;
    }

    fn items(&self) -> u32 {
        if self.array_len > 0 { Found::ITEMS } else { 0 }
    }
}

fn chunk(out: &mut Vec<u8>, spans: &mut Vec<u32>, mark: &str, json: &[u8]) {
    out.push(if out.is_empty() { b'[' } else { b',' });
    out.extend_from_slice(mark.as_bytes());
    out.push(b',');
    let start = out.len();
    out.extend_from_slice(json);
    spans.extend([start, out.len()].map(|at| u32::try_from(at).unwrap_or(u32::MAX)));
}

fn close(out: &mut Vec<u8>, spans: &[u32], mark: &str) -> usize {
    if out.is_empty() {
        return 0;
    }
    if !spans.is_empty() {
        out.push(b',');
        out.extend_from_slice(mark.as_bytes());
    }
    out.push(b']');
    out.len()
}
