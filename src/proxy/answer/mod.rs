//! An answer on its way to the caller: it is passed on event by event, and ended where it must be.
//!
//! Pure: [`Watch::push`] says how much of what has come may go on. Threat table, rows K5, K6, T6, T8
//! to T10.

mod glance;
mod key_runs;
pub mod limits;
pub mod usage;

use std::borrow::Cow;

use memchr::memchr2;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::refusal::Refusal;
use super::secret::Secret;
use super::upstream;
use glance::{Glance, Tails};
use key_runs::{KeyRuns, Tail};
use usage::{Account, Cost, Outcome, Usage, UsageEvent};

/// So much of an unfinished event is held back until it is whole. A larger one goes on in pieces.
pub const MAX_HELD_BYTES: usize = 1 << 20;

/// What an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Server-sent events.
    Events,
    /// JSON. Where it is too long to be looked at as a whole, only the key is looked for.
    Bytes,
    /// A text: only the key is looked for.
    Text,
}

impl Form {
    /// What an answer of this media type is.
    #[must_use]
    pub fn of(media_type: &str) -> Self {
        match media_type {
            upstream::EVENTS => Self::Events,
            upstream::JSON => Self::Bytes,
            _ => Self::Text,
        }
    }
}

/// Why an answer ends before its own end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// The connection was lost, or closed without an end of the answer.
    Truncated,
    /// Nothing came for too long.
    Idle,
    /// It took too long as a whole.
    Duration,
    /// It is too long.
    Size,
}

/// What becomes of the bytes that were pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// So many bytes go on.
    pub forward: usize,
    /// So many bytes behind them are left out. What follows is to be pushed again with what comes.
    pub skip: usize,
    /// What then.
    pub then: Then,
}

/// What comes after a [`Step`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// More bytes are needed.
    Wait,
    /// The rest has to be pushed at once.
    Again,
    /// The answer is whole. Nothing more goes on.
    Done,
    /// The answer ends with this error.
    Fail(Refusal),
}

/// Follows one answer.
#[derive(Debug)]
pub struct Watch {
    form: Form,
    key: Secret,
    runs: KeyRuns,
    /// Is the event with the usage the proxy's own wish?
    hides_usage: bool,
    tail: Tail,
    tails: Tails,
    /// How many of the pushed bytes were searched for the key.
    searched: usize,
    /// How many of them were searched for line ends, and where the line began.
    read: usize,
    line: usize,
    after_cr: bool,
    /// Has the beginning of the event that comes gone on already?
    torn: bool,
    started: bool,
    finished: bool,
    done: bool,
    outcome: Option<Outcome>,
    cost: Cost,
}

/// The parts of an event that cost.
#[derive(Deserialize)]
struct Counted {
    usage: Option<Value>,
}

impl Watch {
    /// Follows an answer to a request that carried `key`. `hides_usage` says that the caller did not
    /// ask for the event with the usage.
    #[must_use]
    pub fn new(form: Form, key: &Secret, hides_usage: bool) -> Self {
        Self {
            form,
            key: key.clone(),
            runs: KeyRuns::of(key),
            hides_usage,
            tail: Tail::default(),
            tails: Tails::default(),
            searched: 0,
            read: 0,
            line: 0,
            after_cr: false,
            torn: false,
            started: false,
            finished: false,
            done: false,
            outcome: None,
            cost: Cost::default(),
        }
    }

    /// Looks at what has come and was not yet passed on: `pending` begins with what the last step
    /// left, and ends with new bytes.
    pub fn push(&mut self, pending: &[u8]) -> Step {
        let fresh = pending.get(self.searched..).unwrap_or_default();
        let echoed = self.tail.feed(fresh, &self.runs);
        self.searched = pending.len();
        if echoed {
            return self.fail(0, withheld());
        }
        if self.form != Form::Events {
            self.say(fresh);
            self.retire(pending.len());
            return step(pending.len(), Then::Wait);
        }
        let mut forward = 0;
        while let Some(end) = self.next_end(pending) {
            let event = pending.get(forward..end).unwrap_or_default();
            let verdict = if std::mem::take(&mut self.torn) {
                Verdict::Pass
            } else {
                self.judge(event)
            };
            match verdict {
                Verdict::Pass => forward = end,
                Verdict::Hide => {
                    self.retire(end);
                    return Step {
                        forward,
                        skip: end - forward,
                        then: Then::Again,
                    };
                }
                Verdict::Done => {
                    self.done = true;
                    self.outcome.get_or_insert(Outcome::Completed);
                    return step(end, Then::Done);
                }
                Verdict::Fail(refusal) => return self.fail(forward, refusal),
            }
        }
        if pending.len() - forward > MAX_HELD_BYTES {
            self.torn = true;
            forward = pending.len();
        }
        self.retire(forward);
        step(forward, Then::Wait)
    }

    /// The body has ended. `pending` is what the last step left.
    pub fn end(&mut self, pending: &[u8]) -> Step {
        let rest = pending.trim_ascii();
        // A last line without its line ends is an event only here: some servers end so.
        let done = self.done || *data_of(rest).0 == *b"[DONE]";
        if self.form != Form::Events || done || (self.finished && rest.is_empty()) {
            self.done = true;
            self.outcome.get_or_insert(Outcome::Completed);
            return step(if done { pending.len() } else { 0 }, Then::Done);
        }
        let refusal = self.broken(Break::Truncated);
        step(0, Then::Fail(refusal))
    }

    /// The answer ends before its own end: what the caller is told.
    pub fn broken(&mut self, why: Break) -> Refusal {
        let (status, code, message) = match why {
            Break::Truncated => (
                502,
                "upstream_truncated",
                "The model server's answer broke off.",
            ),
            Break::Idle => (
                504,
                "upstream_timeout",
                "The model server has fallen silent.",
            ),
            Break::Duration => (504, "answer_too_slow", "The answer took too long."),
            Break::Size => (502, "answer_too_large", "The answer is too long."),
        };
        self.outcome.get_or_insert(if why == Break::Truncated {
            Outcome::Truncated
        } else {
            Outcome::Failed
        });
        Refusal::new(status, code, message)
    }

    /// A whole answer that is no event stream. The refusal is what the caller gets instead of it.
    pub fn whole(&mut self, answer: &[u8]) -> Option<Refusal> {
        let seen = if self.form == Form::Text {
            Glance::default()
        } else {
            Glance::at(answer, &self.runs, &mut self.tails)
        };
        self.say(answer);
        self.count(&seen, answer);
        let refusal = if self.tail.feed(answer, &self.runs) || seen.echoes_key {
            withheld()
        } else if seen.error {
            upstream::explain(502, answer, &self.key)
        } else if self.form == Form::Bytes && !is_object(answer) {
            Refusal::new(
                502,
                "upstream_invalid",
                "The model server's answer was no JSON object.",
            )
        } else {
            self.outcome.get_or_insert(Outcome::Completed);
            return None;
        };
        self.outcome.get_or_insert(Outcome::Failed);
        Some(refusal)
    }

    /// What the answer is.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// Is the event with the usage left out?
    #[must_use]
    pub fn hides_usage(&self) -> bool {
        self.hides_usage
    }

    /// How it ended, if it has, by what was seen.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    /// What is known of its cost.
    #[must_use]
    pub fn cost(&self) -> &Cost {
        &self.cost
    }

    /// What the answer to this request has cost. One whose end was not seen was left by its caller.
    #[must_use]
    pub fn event(&self, request: &Account, now_ms: u64) -> UsageEvent {
        let outcome = self.outcome.unwrap_or(Outcome::Disconnected);
        request.event(outcome, &self.cost, now_ms)
    }

    /// An error as the stream's last event. In a body that is no event stream there is no such place.
    #[must_use]
    pub fn error_event(&self, refusal: &Refusal) -> String {
        match self.form {
            Form::Bytes | Form::Text => String::new(),
            // The beginning of an event has gone on: it must not swallow this one.
            Form::Events if self.torn => format!("\n\ndata: {}\n\n", refusal.body()),
            Form::Events => format!("data: {}\n\n", refusal.body()),
        }
    }

    fn fail(&mut self, forward: usize, refusal: Refusal) -> Step {
        self.outcome.get_or_insert(Outcome::Failed);
        step(forward, Then::Fail(refusal))
    }

    /// So many of the pushed bytes are gone.
    fn retire(&mut self, bytes: usize) {
        self.searched = self.searched.saturating_sub(bytes);
        self.read = self.read.saturating_sub(bytes);
        self.line = self.line.saturating_sub(bytes);
    }

    /// Where the next whole event ends: behind its blank line.
    fn next_end(&mut self, pending: &[u8]) -> Option<usize> {
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
            let blank = end == self.line;
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

    fn judge(&mut self, event: &[u8]) -> Verdict {
        let event = if std::mem::replace(&mut self.started, true) {
            event
        } else {
            event.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(event)
        };
        let (data, named_error) = data_of(event);
        let data = &*data;
        if data == b"[DONE]" {
            return Verdict::Done;
        }
        if data.is_empty() {
            return Verdict::Pass;
        }
        let seen = Glance::at(data, &self.runs, &mut self.tails);
        if seen.echoes_key {
            return Verdict::Fail(withheld());
        }
        if seen.error || named_error {
            return Verdict::Fail(upstream::explain(502, data, &self.key));
        }
        self.finished |= seen.finished;
        self.count(&seen, data);
        if seen.usage && seen.no_choices && self.hides_usage {
            return Verdict::Hide;
        }
        Verdict::Pass
    }

    /// A text is said as a whole.
    fn say(&mut self, text: &[u8]) {
        if self.form == Form::Text {
            self.cost.said_bytes += text.len() as u64;
        }
    }

    fn count(&mut self, seen: &Glance, json: &[u8]) {
        if seen.said_bytes > 0 {
            self.cost.said_bytes += seen.said_bytes as u64;
            self.cost.events += 1;
        }
        if seen.usage
            && let Ok(counted) = serde_json::from_slice::<Counted>(json)
        {
            // A count that is none takes back an earlier one: the last word of the server counts.
            self.cost.usage = counted.usage.as_ref().and_then(Usage::of);
        }
    }
}

fn is_object(json: &[u8]) -> bool {
    json.trim_ascii_start().starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(json).is_ok()
}

/// What becomes of one event.
enum Verdict {
    Pass,
    Hide,
    Done,
    Fail(Refusal),
}

const fn step(forward: usize, then: Then) -> Step {
    Step {
        forward,
        skip: 0,
        then,
    }
}

fn withheld() -> Refusal {
    Refusal::new(
        502,
        "upstream_invalid",
        "The model server's answer held what no caller may see.",
    )
}

/// The data of an event, its lines joined as readers of the stream join them, and whether the event's
/// name is `error`.
fn data_of(event: &[u8]) -> (Cow<'_, [u8]>, bool) {
    let mut data: Option<Cow<'_, [u8]>> = None;
    let mut named_error = false;
    for line in event.split(|byte| matches!(byte, b'\n' | b'\r')) {
        if let Some(value) = line.strip_prefix(b"data:") {
            let value = value.trim_ascii();
            match &mut data {
                None => data = Some(Cow::Borrowed(value)),
                Some(data) => {
                    let data = data.to_mut();
                    data.push(b'\n');
                    data.extend_from_slice(value);
                }
            }
        } else if let Some(name) = line.strip_prefix(b"event:") {
            named_error = name.trim_ascii() == b"error";
        } else if let Some(value) = line.strip_prefix(b"error:") {
            // llama.cpp's server reports so.
            data = Some(Cow::Borrowed(value.trim_ascii()));
            named_error = true;
        }
    }
    (data.unwrap_or_default(), named_error)
}
