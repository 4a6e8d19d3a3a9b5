//! The JavaScript hot path: all events of one network read become one text.
//!
//! Two forms. When every event fits one template whose holes hold simple strings, the text is those
//! strings alone, one a line: the *plain* form. Otherwise it is a JSON array that JavaScript parses
//! at once, of these items one after another:
//!
//! - a chunk: `mark, {…}`
//! - a chunk that is a template from now on: `mark + 1 + slot, [its holes], {…}`
//! - an event that fits a template: `mark - 1 - slot, value, value…`, a value for each hole
//! - when only text is wanted, any number of such events: `"their text", how many`
//! - and `mark` at the end, if there was any chunk.
//!
//! The mark is a number that the stream's owner drew at random. A chunk is copied unread, so it may
//! be bad JSON, and bad JSON of two events may join into good JSON. But no server can guess the
//! mark, so none can forge a chunk or a fit; so the array has its items exactly in turn only if each
//! chunk is one JSON value. Otherwise [`Batch::spans`] says where each chunk stands, to read them one
//! by one. A number among the values may be anything, so items are told by their turn alone.

pub(crate) mod events;
mod leaves;
mod template;
#[cfg(test)]
mod tests;
mod text;
#[cfg(test)]
mod words;

use alloc::boxed::Box;
use alloc::vec;

use super::payload::Payload;
use crate::sse;
use template::Templates;
use text::BatchText;

/// The most bytes that one call decodes.
pub(crate) const INPUT_BYTES: usize = 16 * 1024;

/// What was found, as bits of [`Head::found`].
pub(crate) mod found {
    /// `[DONE]` came.
    pub(crate) const DONE: u32 = 1;
    /// One event is too large.
    pub(crate) const TOO_LARGE: u32 = 2;
    /// The tail is the body of an event that was named an error.
    pub(crate) const ERROR: u32 = 4;
    /// The tail is an event that lacks its blank line at the end of the stream, or is cut off.
    pub(crate) const UNTERMINATED: u32 = 8;
    /// The text has the plain form.
    pub(crate) const PLAIN: u32 = 16;
    /// The text is the inside of a JSON string: plain, but with escapes.
    pub(crate) const ESCAPED: u32 = 32;
}

/// What a call leaves in memory for JavaScript to read, word by word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(C)]
pub(crate) struct Head {
    /// Bits of [`found`].
    pub(crate) found: u32,
    /// Address of the text, then the tail.
    pub(crate) out: u32,
    /// Length of the text, in bytes.
    pub(crate) text_len: u32,
    /// Length of text and tail, in bytes.
    pub(crate) out_len: u32,
    /// How many chunks the array holds.
    pub(crate) chunks: u32,
    /// How many events fitted a template.
    pub(crate) fits: u32,
    /// How many items of the array are fits, or runs of them when only text is wanted.
    pub(crate) fit_items: u32,
    /// The template of the plain form.
    pub(crate) slot: u32,
    /// Address of start and end of each chunk in the text.
    pub(crate) spans: u32,
    /// Address of the piece to decode. It stays.
    pub(crate) input: u32,
}

/// An address or a length for JavaScript: both have 32 bits in WebAssembly.
pub(super) fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Turns reads into texts.
#[derive(Debug)]
pub(crate) struct Batch {
    events: sse::Decoder,
    templates: Templates,
    input: Box<[u8]>,
    text: BatchText,
    head: Head,
    ended: bool,
}

impl Batch {
    pub(crate) fn new(max_event_bytes: usize, mark: u32, text_only: bool) -> Self {
        let mut batch = Self {
            events: sse::Decoder::with_max_event_bytes(max_event_bytes).watch_error_field(),
            templates: Templates::default(),
            input: vec![0; INPUT_BYTES].into_boxed_slice(),
            text: BatchText::new(mark, text_only),
            head: Head::default(),
            ended: false,
        };
        batch.close(0);
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

    /// The text, then the tail.
    #[cfg(test)]
    pub(crate) fn out(&self) -> &[u8] {
        self.text.out()
    }

    /// Start and end of each chunk in the text.
    #[cfg(test)]
    pub(crate) fn spans(&self) -> &[u32] {
        self.text.spans()
    }

    /// Decodes the first `len` bytes of [`Self::input`]. After an end it finds nothing more.
    pub(crate) fn decode(&mut self, len: usize) {
        self.text.start();
        let mut found = 0;
        if !self.ended {
            self.events.push(self.input.get(..len).unwrap_or_default());
            found = self.take_events();
            self.ended = found != 0;
        }
        self.close(found);
    }

    /// The stream's bytes have ended: finds what waits without its blank line.
    pub(crate) fn finish(&mut self) {
        self.text.start();
        let mut found = 0;
        if !self.ended {
            self.ended = true;
            found = match self.events.take_unterminated() {
                None => 0,
                Some(Err(_)) => found::TOO_LARGE,
                Some(Ok(event)) => match Payload::of(&event) {
                    Payload::Skip => 0,
                    Payload::Done => found::DONE,
                    Payload::Error(body) => self.text.tail(body, found::ERROR),
                    Payload::Json(json) => self.text.tail(json, found::UNTERMINATED),
                },
            };
        }
        self.close(found);
    }

    /// Takes all events that are there, up to an end. Gives how it ended, if it did.
    fn take_events(&mut self) -> u32 {
        let max_event_bytes = self.events.max_event_bytes();
        loop {
            let waiting = self.events.waiting_blocks();
            if let Some(fit) = self.templates.fit(waiting)
                && fit.len <= max_event_bytes
            {
                self.text.fit(fit, waiting, self.templates.values());
                self.events.skip_block(fit.len);
                continue;
            }
            let event = match self.events.next_event() {
                None => return 0,
                Some(Err(_)) => return found::TOO_LARGE,
                Some(Ok(event)) => event,
            };
            let json = match Payload::of(&event) {
                Payload::Skip => continue,
                Payload::Done => return found::DONE,
                Payload::Error(body) => return self.text.tail(body, found::ERROR),
                Payload::Json(json) => json,
            };
            self.text.chunk(json);
            if let Some((block, start, end)) = self.events.dispatched_block()
                && let Some(slot) = self.templates.learn(block, start, end)
            {
                self.text.learned(slot, self.templates.holes(slot));
            }
        }
    }

    fn close(&mut self, found: u32) {
        self.head = Head {
            input: narrow(self.input.as_ptr().addr()),
            ..self.text.close(found)
        };
    }
}
