//! One dispatched event.

use alloc::borrow::Cow;
use alloc::string::String;

/// One dispatched event. It borrows from the decoder until the next call.
///
/// Fields are bytes as they came; the text methods turn invalid UTF-8 into U+FFFD, as a browser does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'a> {
    pub(super) event: &'a [u8],
    pub(super) data: &'a [u8],
    pub(super) id: &'a [u8],
    pub(super) retry_ms: Option<u64>,
    pub(super) error: Option<&'a [u8]>,
}

impl<'a> Event<'a> {
    /// The `event` field. Empty when the block had none (a browser then says `message`).
    #[must_use]
    pub fn event(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.event)
    }

    /// The `event` field as it came.
    #[must_use]
    pub fn event_bytes(&self) -> &'a [u8] {
        self.event
    }

    /// All `data` lines of the block, joined by LF.
    #[must_use]
    pub fn data(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.data)
    }

    /// All `data` lines of the block, joined by LF, as they came.
    #[must_use]
    pub fn data_bytes(&self) -> &'a [u8] {
        self.data
    }

    /// The last event id: it stays until a later block sets another one. Empty when none was set.
    #[must_use]
    pub fn id(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.id)
    }

    /// The last event id, as it came.
    #[must_use]
    pub fn id_bytes(&self) -> &'a [u8] {
        self.id
    }

    /// The reconnection time in milliseconds, once the stream has set one. It stays like the id.
    ///
    /// Nothing here reconnects: a repeated `POST` would be a second answer and a second bill.
    #[must_use]
    pub fn retry_ms(&self) -> Option<u64> {
        self.retry_ms
    }

    /// The value of a field named `error`, which only old llama.cpp servers send.
    pub(crate) fn error_field(&self) -> Option<&'a [u8]> {
        self.error
    }
}
