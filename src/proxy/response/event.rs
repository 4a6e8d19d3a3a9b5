//! The lines of one server-sent event, as far as the answer's watch must know them.

use super::json_scan::Scan;
use super::key_detector::KeyDetector;

/// What a line of an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Data,
    /// `event`: the event's name.
    Name,
    /// llama.cpp's server reports errors in a field of this name.
    Error,
    /// JSON without a field's name: no reader of events sees it, but the caller does.
    Json,
    Other,
}

impl Field {
    fn of(line: &[u8]) -> (Self, &[u8]) {
        for (name, field) in [
            (&b"data:"[..], Self::Data),
            (b"event:", Self::Name),
            (b"error:", Self::Error),
        ] {
            if let Some(value) = line.strip_prefix(name) {
                return (field, value);
            }
        }
        let is_json = line.starts_with(b"{");
        (if is_json { Self::Json } else { Self::Other }, line)
    }
}

/// Reads the event that comes line by line. Its data, the lines joined as readers of the stream join
/// them, goes through the scan.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) scan: Scan,
    /// The line that has begun, if it came in pieces.
    open: Option<Field>,
    has_data: bool,
    is_done: bool,
    named_error: bool,
}

impl Event {
    pub(super) fn new() -> Self {
        Self {
            scan: Scan::new(),
            open: None,
            has_data: false,
            is_done: false,
            named_error: false,
        }
    }

    /// Another event begins.
    pub(super) fn restart(&mut self) {
        self.scan.restart();
        self.open = None;
        self.has_data = false;
        self.is_done = false;
        self.named_error = false;
    }

    /// Does it say anything? A comment does not.
    pub(super) fn has_data(&self) -> bool {
        self.has_data
    }

    /// Is it `[DONE]`?
    pub(super) fn is_done(&self) -> bool {
        self.is_done
    }

    /// Is it called an error?
    pub(super) fn is_named_error(&self) -> bool {
        self.named_error
    }

    /// Has a line of it begun that has not ended?
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The rest of a line, up to its end.
    pub(super) fn line(&mut self, line: &[u8], key: &KeyDetector) {
        self.part(line, key);
        self.open = None;
    }

    /// A piece of a line.
    pub(super) fn part(&mut self, part: &[u8], key: &KeyDetector) {
        let (field, value) = match self.open {
            Some(field) => (field, part),
            None => Field::of(part),
        };
        let begins = self.open.replace(field).is_none();
        match field {
            Field::Data | Field::Json => {
                let text = value.trim_ascii();
                if begins {
                    self.is_done = !self.has_data && text == b"[DONE]";
                    self.scan.feed(b"\n", key);
                } else {
                    self.is_done &= text.is_empty();
                }
                self.has_data |= !text.is_empty();
                self.scan.feed(value, key);
            }
            Field::Name => self.named_error = value.trim_ascii() == b"error",
            Field::Error => {
                if begins {
                    self.scan.restart();
                }
                self.scan.feed(value, key);
                self.named_error = true;
                self.has_data = true;
                self.is_done = false;
            }
            Field::Other => {}
        }
    }
}

/// The data of a whole event, which must be worth this look: an error.
pub(super) fn data_of(event: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    for line in event.split(|byte| matches!(byte, b'\n' | b'\r')) {
        let (field, value) = Field::of(line);
        match field {
            Field::Error => data = value.to_vec(),
            Field::Data | Field::Json => {
                if !data.is_empty() {
                    data.push(b'\n');
                }
                data.extend_from_slice(value.trim_ascii());
            }
            Field::Name | Field::Other => {}
        }
    }
    data
}
