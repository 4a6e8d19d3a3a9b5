//! Writes the text of [`super::batch`].

use alloc::vec::Vec;

use super::leaves::inside;
use super::template::Fit;
use super::{Head, found, narrow};

#[derive(Debug)]
pub(super) struct BatchText {
    mark: u32,
    text_only: bool,
    out: Vec<u8>,
    form: Form,
    /// Of the plain form: how many values an event has, and how many events there are.
    values: usize,
    plain_fits: u32,
    /// Memory for the next change of form.
    spare: Vec<u8>,
    escaped: bool,
    /// Events in the open run of text.
    run: u32,
    /// Where the last chunk's item starts in `out`.
    item: usize,
    spans: Vec<u32>,
    head: Head,
    /// Where the tail starts.
    text_len: Option<usize>,
}

/// What `out` is so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    /// An array without its end.
    Array,
    /// An array whose last item is a string without its end: a run of text.
    Run,
}

impl BatchText {
    pub(super) fn new(mark: u32, text_only: bool) -> Self {
        Self {
            mark,
            text_only,
            out: Vec::new(),
            form: Form::Plain,
            values: 0,
            plain_fits: 0,
            spare: Vec::new(),
            escaped: false,
            run: 0,
            item: 0,
            spans: Vec::new(),
            head: Head::default(),
            text_len: None,
        }
    }

    #[cfg(test)]
    pub(super) fn out(&self) -> &[u8] {
        &self.out
    }

    #[cfg(test)]
    pub(super) fn spans(&self) -> &[u32] {
        &self.spans
    }

    pub(super) fn start(&mut self) {
        // One large event must not hold its memory for the rest of the stream.
        if self.out.capacity() > 1 << 20 {
            self.out = Vec::new();
            self.spare = Vec::new();
        }
        self.out.clear();
        self.spans.clear();
        self.form = Form::Plain;
        self.escaped = false;
        self.run = 0;
        self.plain_fits = 0;
        self.head = Head::default();
        self.text_len = None;
    }

    /// Adds an event that fits a template: its values stand at `values` in `bytes`.
    pub(super) fn fit(&mut self, fit: Fit, bytes: &[u8], values: &[(usize, usize)]) {
        self.head.fits += 1;
        if self.text_only {
            return self.fit_text(fit, bytes, values);
        }
        let value = |(start, end): &(usize, usize)| bytes.get(*start..*end).unwrap_or_default();
        if self.form == Form::Plain {
            let slot = narrow(fit.slot);
            let first = self.out.is_empty();
            if !values.is_empty()
                && (first || self.head.slot == slot)
                && values.iter().all(|at| is_simple_string(value(at)))
            {
                self.head.slot = slot;
                self.values = values.len();
                self.plain_fits += 1;
                for at in values {
                    self.out.extend_from_slice(inside(value(at)));
                    self.out.push(b'\n');
                }
                return;
            }
            self.open_array();
        }
        self.head.fit_items += 1;
        self.separate();
        self.number(self.mark - 1 - narrow(fit.slot));
        for at in values {
            self.out.push(b',');
            self.out.extend_from_slice(value(at));
        }
    }

    /// Adds the text of an event that fits a template.
    fn fit_text(&mut self, fit: Fit, bytes: &[u8], values: &[(usize, usize)]) {
        match self.form {
            Form::Plain | Form::Run => {}
            Form::Array => {
                self.separate();
                self.out.push(b'"');
                self.form = Form::Run;
            }
        }
        self.run += 1;
        let text = fit.text.and_then(|text| values.get(text));
        let text = text.and_then(|(start, end)| bytes.get(*start..*end));
        let text = inside(
            text.filter(|text| text.starts_with(b"\""))
                .unwrap_or_default(),
        );
        self.escaped |= text.contains(&b'\\');
        self.out.extend_from_slice(text);
    }

    /// Adds a chunk as it came.
    pub(super) fn chunk(&mut self, json: &[u8]) {
        if self.form == Form::Plain {
            self.open_array();
        }
        self.close_run();
        self.separate();
        self.item = self.out.len();
        self.number(self.mark);
        self.out.push(b',');
        let start = self.out.len();
        self.out.extend_from_slice(json);
        self.spans.extend([narrow(start), narrow(self.out.len())]);
        self.head.chunks += 1;
    }

    /// Says that the last chunk is a template from now on.
    pub(super) fn learned(&mut self, slot: usize, holes: &[usize]) {
        if self.text_only {
            return;
        }
        let Some(start) = self.spans.len().checked_sub(2) else {
            return;
        };
        let start = self.spans.get(start).map_or(0, |start| *start as usize);
        let json = self.out.split_off(start);
        self.out.truncate(self.item);
        self.number(self.mark + 1 + narrow(slot));
        self.out.extend_from_slice(b",[");
        for (at, hole) in holes.iter().enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            self.number(narrow(*hole));
        }
        self.out.extend_from_slice(b"],");
        let start = self.out.len();
        self.out.extend_from_slice(&json);
        self.spans.truncate(self.spans.len().saturating_sub(2));
        self.spans.extend([narrow(start), narrow(self.out.len())]);
    }

    /// Adds what stands behind the text. Gives `found` back.
    pub(super) fn tail(&mut self, bytes: &[u8], found: u32) -> u32 {
        self.end_text();
        self.out.extend_from_slice(bytes);
        found
    }

    /// Ends the text and says what it is.
    pub(super) fn close(&mut self, found: u32) -> Head {
        self.end_text();
        let mut found = found;
        if self.form == Form::Plain {
            found |= found::PLAIN;
            if self.escaped {
                found |= found::ESCAPED;
            }
        }
        Head {
            found,
            out: narrow(self.out.as_ptr().addr()),
            text_len: narrow(self.text_len.unwrap_or_default()),
            out_len: narrow(self.out.len()),
            spans: narrow(self.spans.as_ptr().addr()),
            ..self.head
        }
    }

    fn end_text(&mut self) {
        if self.text_len.is_some() {
            return;
        }
        self.close_run();
        if self.form != Form::Plain {
            if self.head.chunks > 0 {
                self.separate();
                self.number(self.mark);
            }
            self.out.push(b']');
        }
        self.text_len = Some(self.out.len());
    }

    /// Turns the plain form into an array: some event needs more than that.
    fn open_array(&mut self) {
        let mut plain = core::mem::take(&mut self.spare);
        core::mem::swap(&mut self.out, &mut plain);
        self.form = Form::Array;
        self.out.clear();
        self.out.push(b'[');
        if !self.text_only {
            self.open_items(&plain);
        } else if self.run > 0 {
            self.out.push(b'"');
            self.out.extend_from_slice(&plain);
            self.form = Form::Run;
        }
        // Kept, so that the next time allocates nothing.
        self.spare = plain;
    }

    fn open_items(&mut self, plain: &[u8]) {
        let mut lines = plain.split(|byte| *byte == b'\n');
        for _ in 0..self.plain_fits {
            self.head.fit_items += 1;
            self.separate();
            self.number(self.mark - 1 - self.head.slot);
            for value in lines.by_ref().take(self.values) {
                self.out.extend_from_slice(b",\"");
                self.out.extend_from_slice(value);
                self.out.push(b'"');
            }
        }
    }

    fn close_run(&mut self) {
        if self.form != Form::Run {
            return;
        }
        self.out.extend_from_slice(b"\",");
        self.number(self.run);
        self.head.fit_items += 1;
        self.run = 0;
        self.form = Form::Array;
    }

    fn separate(&mut self) {
        if self.out.len() > 1 {
            self.out.push(b',');
        }
    }

    fn number(&mut self, number: u32) {
        if number > 9 {
            self.number(number / 10);
        }
        self.out.push(b'0' + (number % 10) as u8);
    }
}

fn is_simple_string(value: &[u8]) -> bool {
    value.starts_with(b"\"") && !value.contains(&b'\\')
}
