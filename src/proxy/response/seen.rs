//! What was seen of the JSON of an event or an answer.

use crate::wire::report::{LastEvent, last_event};

/// A short text: what is longer is none of the words that are looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    bytes: [u8; 64],
    len: u8,
    fits: bool,
}

impl Word {
    pub(super) const EMPTY: Self = Self {
        bytes: [0; 64],
        len: 0,
        fits: true,
    };

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.fits = true;
    }

    pub(super) fn push(&mut self, text: &[u8]) {
        let start = usize::from(self.len);
        let end = start + text.len();
        match (self.bytes.get_mut(start..end), u8::try_from(end)) {
            (Some(room), Ok(len)) if self.fits => {
                room.copy_from_slice(text);
                self.len = len;
            }
            _ => self.fits = false,
        }
    }

    /// `None` if it was too long.
    pub(super) fn get(&self) -> Option<&[u8]> {
        let text = self.bytes.get(..usize::from(self.len));
        text.filter(|_| self.fits)
    }

    /// The word; an empty text if it was too long.
    pub(super) fn text(&self) -> &str {
        let text = self.get().map(std::str::from_utf8);
        text.and_then(Result::ok).unwrap_or_default()
    }
}

/// What was seen of one event or answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// Its top-level `type`.
    pub(super) kind: Word,
    /// Its top-level `object`.
    pub(super) object: Word,
    /// How many members it has at the top, and whether `error` and `detail` are among them.
    pub(super) members: u32,
    pub(super) error: bool,
    pub(super) detail: bool,
    /// It is a list.
    pub(super) list: bool,
    /// An `error` at the top or of a choice that is not empty in all that it holds.
    pub(super) error_says: bool,
    /// Some `finish_reason` of a choice means that the server gave up.
    pub(super) gave_up: bool,
    /// Some `finish_reason` of a choice is another text that is not empty.
    pub(super) finish_reason: bool,
    /// How many choices there are, if there is the list.
    pub(super) choices: Option<u64>,
    /// How many bytes of texts and numbers it holds that cost.
    pub(super) said_bytes: u64,
    /// A part of the key is spelled with escapes, or over several events.
    pub(super) echoes_key: bool,
}

impl Seen {
    pub(super) const NOTHING: Self = Self {
        kind: Word::EMPTY,
        object: Word::EMPTY,
        members: 0,
        error: false,
        detail: false,
        list: false,
        error_says: false,
        gave_up: false,
        finish_reason: false,
        choices: None,
        said_bytes: 0,
        echoes_key: false,
    };

    /// Is the reason of a finish all that makes an error of it?
    pub(super) fn only_gave_up(&self) -> bool {
        self.gave_up && !self.error_says
    }

    /// Is it worth a closer look whether it is an error? Ordinary events are not.
    pub(super) fn may_be_error(&self) -> bool {
        let named = |word: &Word| word.get() == Some(b"error");
        self.error_says
            || self.gave_up
            || self.list
            || (self.members == 1 && (self.error || self.detail))
            || named(&self.kind)
            || named(&self.object)
            || last_event(self.kind.text()) == Some(LastEvent::Failed)
    }
}
