//! Typed chunks for Rust callers.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::payload::Payload;
use super::{Chunk, StreamError, StreamErrorKind};
use crate::sse;
use crate::wire::report::{self, BrokenOff};
use crate::wire::{ApiError, json};

/// What an end means that nothing proves: no `[DONE]`, no `finish_reason`, no closing event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Truncation {
    /// An error, with the text so far.
    #[default]
    Error,
    /// A normal end: for servers that send neither.
    Ignore,
}

/// Turns the bytes of a streamed answer into chunks of type `T`.
///
/// Push bytes as they come, take chunks until there are none, call [`Self::finish`] when the bytes
/// end and take the rest. It holds no I/O, so dropping it is always safe.
///
/// ```
/// use openai_wasm::stream::Decoder;
///
/// let mut decoder = Decoder::<serde_json::Value>::new();
/// decoder.push(b"data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]\n\n");
/// while let Some(chunk) = decoder.next_chunk() {
///     println!("{}", chunk?);
/// }
/// assert!(decoder.is_done());
/// assert_eq!(decoder.text(), "Hi");
/// # Ok::<(), openai_wasm::stream::StreamError>(())
/// ```
#[derive(Debug)]
pub struct Decoder<T> {
    events: sse::Decoder,
    truncation: Truncation,
    state: State,
    /// A chunk said that the answer may end.
    final_seen: bool,
    /// Only an event ends the stream: `[DONE]` alone does not.
    ends_by_event: bool,
    event_index: u64,
    numbers: Option<Numbers>,
    text: String,
    filter: report::Filter,
    chunk: PhantomData<fn() -> T>,
}

/// The numbers of a resumable stream's events.
#[cfg_attr(
    not(feature = "client"),
    allow(dead_code, reason = "only the client resumes streams")
)]
#[derive(Debug, Clone, Copy)]
struct Numbers {
    /// That of the last event.
    last: u64,
    /// What the connection repeats up to here has been delivered.
    known: u64,
    /// An event came whose number does not follow.
    gap: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// The bytes have ended; what waits is still to be taken.
    Finishing,
    Done,
    Failed,
}

impl<T: DeserializeOwned + Chunk> Default for Decoder<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: DeserializeOwned + Chunk> Decoder<T> {
    /// A decoder with the default limit, for which truncation is an error.
    #[must_use]
    pub fn new() -> Self {
        Self::with_options(sse::DEFAULT_MAX_EVENT_BYTES, Truncation::Error)
    }

    /// A decoder that refuses an event of more than `max_event_bytes`.
    #[must_use]
    pub fn with_options(max_event_bytes: usize, truncation: Truncation) -> Self {
        Self {
            events: sse::Decoder::with_max_event_bytes(max_event_bytes).watch_error_field(),
            truncation,
            state: State::Open,
            final_seen: false,
            ends_by_event: T::ENDS_BY_EVENT,
            event_index: 0,
            numbers: None,
            text: String::new(),
            filter: report::Filter::default(),
            chunk: PhantomData,
        }
    }

    /// Adds bytes as they came from the network. After the end they are ignored.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.state == State::Open {
            self.events.push(bytes);
        }
    }

    /// Says that no more bytes will come.
    pub fn finish(&mut self) {
        if self.state == State::Open {
            self.state = State::Finishing;
        }
    }

    /// Takes the next chunk, or `None` when more bytes are needed or the stream has ended.
    ///
    /// # Errors
    /// A [`StreamError`] for every end that is no success. It is the last item.
    pub fn next_chunk(&mut self) -> Option<Result<T, StreamError>> {
        while matches!(self.state, State::Open | State::Finishing) {
            if self.numbers.is_some_and(|numbers| numbers.gap) {
                return None;
            }
            let event = self.events.next_event();
            let (event, unterminated) = match (event, self.state) {
                (Some(event), _) => (event, false),
                (None, State::Open) => return None,
                (None, _) => match self.events.take_unterminated() {
                    Some(event) => (event, true),
                    None => return self.end_of_bytes(),
                },
            };
            let payload = match event {
                Ok(event) => {
                    if let Some(numbers) = &mut self.numbers
                        && !numbers.take(event.id_bytes())
                    {
                        continue;
                    }
                    Payload::of(&event)
                }
                Err(sse::EventTooLarge { max_event_bytes }) => {
                    return self.fail(StreamErrorKind::TooLarge { max_event_bytes });
                }
            };
            let (json, named_error) = match payload {
                Payload::Skip => continue,
                Payload::Done if self.ends_by_event => return self.end_of_bytes(),
                Payload::Done => {
                    self.state = State::Done;
                    return None;
                }
                Payload::Json(json) => (json, false),
                Payload::Error(json) => (json, true),
            };
            match read::<T>(json, named_error, &self.filter, &mut self.text) {
                Ok(chunk) => {
                    let (last, by_event) = (chunk.is_final(), chunk.ends_by_event());
                    self.final_seen |= last;
                    self.ends_by_event |= by_event;
                    if last && by_event {
                        self.state = State::Done;
                    }
                    self.text.push_str(&chunk.text().unwrap_or_default());
                    self.event_index += 1;
                    return Some(Ok(chunk));
                }
                // What the end cut off is a cut, not bad JSON.
                Err(StreamErrorKind::Malformed { .. }) if unterminated => {
                    return self.end_of_bytes_inside_an_event();
                }
                Err(kind) => return self.fail(kind),
            }
        }
        None
    }

    /// Ends the stream because the caller, or a limit that the caller keeps, stops it. The error
    /// says what had come until then.
    pub fn stop(&mut self, kind: StreamErrorKind) -> StreamError {
        self.state = State::Failed;
        StreamError {
            kind,
            text: self.text.clone(),
            event_index: self.event_index,
        }
    }

    /// Whether the answer is whole: `[DONE]` or a response's closing event came, or the bytes ended after a
    /// `finish_reason`.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Whether nothing more will come, so that the connection can be closed.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(self.state, State::Done | State::Failed)
    }

    /// The text of choice 0 so far.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many chunks have been delivered.
    #[must_use]
    pub fn event_index(&self) -> u64 {
        self.event_index
    }

    fn fail(&mut self, kind: StreamErrorKind) -> Option<Result<T, StreamError>> {
        Some(Err(self.stop(kind)))
    }

    fn end_of_bytes(&mut self) -> Option<Result<T, StreamError>> {
        let whole = self.final_seen || self.truncation == Truncation::Ignore;
        if whole && self.event_index > 0 {
            self.state = State::Done;
            return None;
        }
        self.fail(StreamErrorKind::Truncated)
    }

    fn end_of_bytes_inside_an_event(&mut self) -> Option<Result<T, StreamError>> {
        if self.truncation == Truncation::Ignore && self.event_index > 0 {
            self.state = State::Done;
            return None;
        }
        self.fail(StreamErrorKind::Truncated)
    }
}

#[cfg_attr(
    not(feature = "client"),
    allow(dead_code, reason = "only the client resumes streams")
)]
impl<T: DeserializeOwned + Chunk> Decoder<T> {
    /// Counts by the numbers that a resumable stream's events have: the last one that was delivered before.
    pub(crate) fn follow(&mut self, last: u64) {
        self.numbers = Some(Numbers {
            last,
            known: last,
            gap: false,
        });
    }

    /// The connection has ended before the stream: what is not whole comes again on another one.
    pub(crate) fn cut(&mut self) {
        let limit = self.events.max_event_bytes();
        self.events = sse::Decoder::with_max_event_bytes(limit).watch_error_field();
        if let Some(numbers) = &mut self.numbers {
            numbers.known = numbers.last;
            numbers.gap = false;
        }
    }

    /// The number of the last event of a resumable stream.
    pub(crate) fn last_event_id(&self) -> Option<u64> {
        self.numbers.map(|numbers| numbers.last)
    }

    /// Whether an event is missing, so that no more are delivered before [`Self::cut`].
    pub(crate) fn has_gap(&self) -> bool {
        self.numbers.is_some_and(|numbers| numbers.gap)
    }
}

impl Numbers {
    /// Whether the event with this id is the next one. One without a number is, too.
    fn take(&mut self, id: &[u8]) -> bool {
        let number = core::str::from_utf8(id).ok().and_then(|id| id.parse().ok());
        let Some(number) = number else {
            return true;
        };
        if number <= self.known {
            return false;
        }
        self.gap = number > self.last + 1;
        if !self.gap {
            self.last = self.last.max(number);
        }
        !self.gap
    }
}

fn read<T: DeserializeOwned>(
    data: &[u8],
    named_error: bool,
    filter: &report::Filter,
    text: &mut String,
) -> Result<T, StreamErrorKind> {
    let lossy = text_of(data);
    let malformed = |error: serde_json::Error| StreamErrorKind::Malformed {
        column: error.column(),
    };
    if named_error {
        let said = json::read::<Value>(&lossy)
            .ok()
            .and_then(|event| report::in_event(&event, true));
        return Err(failed(said.unwrap_or_else(|| ApiError::from_text(&lossy))));
    }
    // What may report an error stands in hardly any event, and then a second look costs little.
    if filter.passes(data) {
        let event = json::read::<Value>(&lossy).map_err(malformed)?;
        if let Some(error) = report::in_event(&event, false) {
            // A server that gives up may still say something with it.
            text.push_str(&event.text().unwrap_or_default());
            return Err(failed(error));
        }
    }
    if data.first() != Some(&b'{') {
        return Err(StreamErrorKind::Malformed { column: 1 });
    }
    json::read(&lossy).map_err(malformed)
}

/// The bytes as text, invalid UTF-8 replaced by U+FFFD. `from_utf8_lossy` looks at each byte,
/// `from_utf8` at a word of ASCII at a time: an eighth of what an event cost.
fn text_of(data: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(data).map_or_else(|_| String::from_utf8_lossy(data), Cow::Borrowed)
}

/// How a stream ends whose server, or our proxy before it, reports an error.
fn failed(error: ApiError) -> StreamErrorKind {
    match report::broken_off(&error) {
        Some(BrokenOff::Truncated) => StreamErrorKind::Truncated,
        Some(BrokenOff::Silent) => StreamErrorKind::IdleTimeout { idle_timeout_ms: 0 },
        None => StreamErrorKind::Failed(Box::new(error)),
    }
}
