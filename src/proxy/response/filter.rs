//! An answer on its way to the caller: it is passed on event by event, and ended where it must be.
//!
//! Pure: [`Filter::push`] says how much of what has come may go on. Threat table, rows K5, K6, T6, T8
//! to T10.

use std::rc::Rc;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::deadlines::Break;
use super::event::{Event, data_of};
use super::head;
use super::json_scan::Scan;
use super::key_detector::{KeyDetector, Tail};
use super::lines::Lines;
use super::ruling::ruling;
pub use super::ruling::{Ruling, Then};
use super::seen::Seen;
use super::upstream_error;
use super::usage::{Account, Cost, Outcome, Usage, UsageEvent};
use crate::proxy::auth::secrets::Secret;
use crate::proxy::error::ProxyError;
use crate::proxy::request::prompt::Prompt;
use crate::wire::report::{LastEvent, in_answer, in_event, last_event};
use crate::wire::{ApiError, json};

/// So much of an unfinished event is held back until it is whole. A larger one goes on in pieces.
pub const MAX_HELD_BYTES: usize = 1 << 20;

/// What an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Form {
    /// Server-sent events.
    Events,
    /// JSON. Where it is too long to be looked at as a whole, it goes on in pieces.
    Bytes,
    /// A text: only the key is looked for.
    Text,
    /// Sound, which goes on as it comes. Only the key is looked for.
    Sound,
}

impl Form {
    /// What an answer of this media type is.
    #[must_use]
    pub fn of(media_type: &str) -> Self {
        match media_type {
            head::EVENTS => Self::Events,
            head::JSON => Self::Bytes,
            sound if head::is_sound(sound) => Self::Sound,
            _ => Self::Text,
        }
    }
}

/// Follows one answer.
#[derive(Debug)]
pub struct Filter {
    form: Form,
    key: Secret,
    runs: KeyDetector,
    /// Is the event with the usage the proxy's own wish?
    hides_usage: bool,
    /// Only the closing event ends the stream: `[DONE]` alone does not, nor does a `finish_reason`.
    ends_by_event: bool,
    /// What no error may repeat.
    prompt: Option<Rc<Prompt>>,
    tail: Tail,
    /// The event that is being read, or the whole body if it is not an event stream.
    event: Event,
    /// How many of the pushed bytes were searched for the key.
    searched: usize,
    /// How far their lines were read.
    lines: Lines,
    /// Has the beginning of the event that comes gone on already?
    torn: bool,
    finished: bool,
    done: bool,
    outcome: Option<Outcome>,
    cost: Cost,
}

impl Filter {
    /// Follows an answer to a request that carried `key`. `hides_usage` says that the caller did not
    /// ask for the event with the usage.
    #[must_use]
    pub fn new(form: Form, key: &Secret, hides_usage: bool) -> Self {
        Self {
            form,
            key: key.clone(),
            runs: KeyDetector::of(key),
            hides_usage,
            ends_by_event: false,
            prompt: None,
            tail: Tail::default(),
            event: Event::new(),
            searched: 0,
            lines: Lines::default(),
            torn: false,
            finished: false,
            done: false,
            outcome: None,
            cost: Cost::default(),
        }
    }

    /// Of an answer of which nothing was pushed yet: it is of another form.
    pub fn set_form(&mut self, form: Form) {
        self.form = form;
    }

    /// Says whether only a closing event ends the stream, as in the Responses API.
    #[must_use]
    pub fn ending_by_event(mut self, ends_by_event: bool) -> Self {
        self.ends_by_event = ends_by_event;
        self
    }

    /// No error repeats this prompt.
    #[must_use]
    pub fn hiding(mut self, prompt: Option<Rc<Prompt>>) -> Self {
        self.prompt = prompt;
        self
    }

    /// Does it hide a prompt?
    #[must_use]
    pub fn hides_prompt(&self) -> bool {
        self.prompt.is_some()
    }

    /// Looks at what has come and was not yet passed on: `pending` begins with what the last step
    /// left, and ends with new bytes.
    pub fn push(&mut self, pending: &[u8]) -> Ruling {
        let fresh = pending.get(self.searched..).unwrap_or_default();
        let echoed = self.tail.feed(fresh, &self.runs);
        self.searched = pending.len();
        if echoed {
            return self.fail(0, withheld());
        }
        match self.form {
            Form::Events => self.push_events(pending),
            Form::Bytes => {
                self.event.scan.feed(fresh, &self.runs);
                let seen = self.event.scan.seen();
                if seen.echoes_key {
                    return self.fail(0, withheld());
                }
                if seen.error_says || seen.gave_up {
                    return self.fail(0, upstream_error::failed());
                }
                self.torn = true;
                self.retire(pending.len());
                ruling(pending.len(), Then::Wait)
            }
            Form::Text | Form::Sound => {
                if self.form == Form::Text {
                    self.cost.said_bytes += fresh.len() as u64;
                }
                self.retire(pending.len());
                ruling(pending.len(), Then::Wait)
            }
        }
    }

    fn push_events(&mut self, pending: &[u8]) -> Ruling {
        let mut forward = 0;
        while let Some(end) = self.lines.next_end(pending, &mut self.event, &self.runs) {
            let whole = !std::mem::take(&mut self.torn);
            let event = pending.get(forward..end).filter(|_| whole);
            match self.judge(event) {
                Verdict::Pass => forward = end,
                Verdict::Hide => {
                    self.retire(end);
                    return Ruling {
                        forward,
                        skip: end - forward,
                        then: Then::Again,
                    };
                }
                Verdict::Done => {
                    self.done = true;
                    self.outcome.get_or_insert(Outcome::Completed);
                    return ruling(end, Then::Done);
                }
                Verdict::Fail(refusal) => {
                    self.torn = !whole;
                    return self.fail(forward, refusal);
                }
                Verdict::PassAndFail(refusal) => return self.fail(end, refusal),
            }
        }
        if self.torn || pending.len() - forward > MAX_HELD_BYTES {
            forward = self.lines.part(pending, &mut self.event, &self.runs);
            if self.event.scan.seen().echoes_key {
                return self.fail(0, withheld());
            }
            self.torn |= forward > 0;
        }
        self.retire(forward);
        ruling(forward, Then::Wait)
    }

    /// The body has ended. `pending` is what the last step left.
    pub fn end(&mut self, pending: &[u8]) -> Ruling {
        let rest = pending.trim_ascii();
        if self.form == Form::Events {
            // A last line without its line ends is an event only here: some servers end so.
            self.lines.last(pending, &mut self.event, &self.runs);
            let done = self.done || (self.event.is_done() && self.may_be_done());
            if done || (self.finished && rest.is_empty() && !self.torn) {
                self.done = true;
                self.outcome.get_or_insert(Outcome::Completed);
                return ruling(if done { pending.len() } else { 0 }, Then::Done);
            }
            let refusal = self.broken(Break::Truncated);
            return ruling(0, Then::Fail(refusal));
        }
        if self.form == Form::Bytes {
            self.count();
            self.torn = false;
        }
        self.done = true;
        self.outcome.get_or_insert(Outcome::Completed);
        ruling(0, Then::Done)
    }

    /// The answer ends before its own end: what the caller is told.
    pub fn broken(&mut self, why: Break) -> ProxyError {
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
        ProxyError::new(status, code, message)
    }

    /// Checks a whole answer that is not an event stream; an error is what the caller gets instead of it.
    pub fn whole(&mut self, answer: &[u8]) -> Option<ProxyError> {
        let mut error = None;
        if self.form == Form::Text {
            self.cost.said_bytes += answer.len() as u64;
        } else {
            self.event.scan.feed(answer, &self.runs);
            self.count();
            if self.event.scan.seen().may_be_error() {
                error = value_of(answer).as_ref().and_then(in_answer);
            }
        }
        let refusal = if self.tail.feed(answer, &self.runs) || self.event.scan.seen().echoes_key {
            withheld()
        } else if let Some(error) = error {
            let refusal = upstream_error::report(&error, &self.key);
            match &self.prompt {
                Some(prompt) => prompt.hide(refusal, &error.message),
                None => refusal,
            }
        } else if self.form == Form::Bytes && !is_object(answer) {
            ProxyError::new(
                502,
                "upstream_invalid",
                "The model server's answer was not a JSON object.",
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

    /// Does what has gone on end with a whole event, so that a comment may follow?
    #[must_use]
    pub fn is_between_events(&self) -> bool {
        self.form == Form::Events && !self.torn
    }

    /// How it ended, if it has, by what was seen.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    /// What is known of its cost. What has gone on of an event or an answer that did not end counts.
    #[must_use]
    pub fn cost(&self) -> Cost {
        let mut cost = self.cost.clone();
        if self.torn {
            cost.said_bytes += self.event.scan.seen().said_bytes;
            cost.events += 1;
        }
        cost
    }

    /// What the answer to this request has cost. One whose end was not seen was left by its caller.
    #[must_use]
    pub fn event(&self, request: &Account, now_ms: u64) -> UsageEvent {
        let outcome = self.outcome.unwrap_or(Outcome::Disconnected);
        request.event(outcome, &self.cost(), now_ms)
    }

    /// An error as the stream's last event; empty for a body that is not an event stream.
    #[must_use]
    pub fn error_event(&self, refusal: &ProxyError) -> String {
        match self.form {
            Form::Bytes | Form::Text | Form::Sound => String::new(),
            // The beginning of an event has gone on: it must not swallow this one.
            Form::Events if self.torn => format!("\n\ndata: {}\n\n", refusal.body()),
            Form::Events => format!("data: {}\n\n", refusal.body()),
        }
    }

    fn fail(&mut self, forward: usize, refusal: ProxyError) -> Ruling {
        self.outcome.get_or_insert(Outcome::Failed);
        ruling(forward, Then::Fail(refusal))
    }

    /// So many of the pushed bytes are gone.
    fn retire(&mut self, bytes: usize) {
        self.searched = self.searched.saturating_sub(bytes);
        self.lines.retire(bytes);
    }

    /// Judges the event that has ended. It is not given if a part of it has gone on.
    fn judge(&mut self, event: Option<&[u8]>) -> Verdict {
        let verdict = self.verdict(event);
        self.event.restart();
        verdict
    }

    fn verdict(&mut self, event: Option<&[u8]>) -> Verdict {
        if !self.event.has_data() {
            return Verdict::Pass;
        }
        if self.event.is_done() {
            if !self.may_be_done() {
                return Verdict::Fail(self.broken(Break::Truncated));
            }
            return Verdict::Done;
        }
        let named = self.event.is_named_error();
        let seen = *self.event.scan.seen();
        if seen.echoes_key {
            if event.is_none() {
                // A part of it has gone on.
                self.count();
            }
            return Verdict::Fail(withheld());
        }
        if named || seen.may_be_error() {
            match event {
                Some(event) => {
                    if let Some(error) = error_in(event, named) {
                        let refusal = self.in_stream(upstream_error::report(&error, &self.key));
                        if seen.only_gave_up() && !named {
                            // Its words are no error's: the caller gets them, then the error.
                            self.count();
                            return Verdict::PassAndFail(refusal);
                        }
                        return Verdict::Fail(refusal);
                    }
                }
                None if named || seen.error_says || seen.gave_up => {
                    self.count();
                    return Verdict::Fail(upstream_error::failed());
                }
                None => {}
            }
        }
        self.finished |= (seen.finish_reason && !self.ends_by_event)
            || last_event(seen.kind.text()) == Some(LastEvent::Whole);
        let counted = self.count();
        if counted && seen.choices == Some(0) && self.hides_usage && event.is_some() {
            return Verdict::Hide;
        }
        Verdict::Pass
    }

    /// Does `[DONE]` end the stream here?
    fn may_be_done(&self) -> bool {
        self.finished || !self.ends_by_event
    }

    /// An error in the midst of an answer by a locked prompt has a fixed text.
    fn in_stream(&self, refusal: ProxyError) -> ProxyError {
        match &self.prompt {
            Some(prompt) => prompt.replace(refusal),
            None => refusal,
        }
    }

    /// Counts what was scanned. Is there a usage in it?
    fn count(&mut self) -> bool {
        let scan = &self.event.scan;
        let seen = scan.seen();
        self.cost.said_bytes += seen.said_bytes;
        self.cost.events += seen.choices.unwrap_or_default().max(1);
        let usage = match self.form {
            Form::Events => usage_in(scan, seen),
            Form::Bytes | Form::Text | Form::Sound => scan.usage(),
        };
        let Some(usage) = usage else { return false };
        // A count that is none takes back an earlier one: the last word of the server counts.
        let usage = json::of_bytes::<Value>(usage);
        self.cost.usage = usage.as_ref().and_then(Usage::of);
        true
    }
}

/// The usage of an event, where its type carries one: chunks have no type, and the last event of
/// other streams has it.
fn usage_in<'a>(scan: &'a Scan, seen: &Seen) -> Option<&'a [u8]> {
    let kind = seen.kind.text();
    match last_event(kind) {
        Some(_) if kind.starts_with("response.") => scan.response_usage(),
        Some(_) => scan.usage(),
        None if kind.is_empty() || seen.choices.is_some() => scan.usage(),
        None => None,
    }
}

/// The error that an event reports.
fn error_in(event: &[u8], named: bool) -> Option<ApiError> {
    match value_of(&data_of(event)) {
        Some(event) => in_event(&event, named),
        // Text that is not JSON says nothing that a caller could use.
        None => named.then(ApiError::default),
    }
}

fn value_of(text: &[u8]) -> Option<Value> {
    json::read(&String::from_utf8_lossy(text)).ok()
}

fn is_object(text: &[u8]) -> bool {
    text.trim_ascii_start().starts_with(b"{") && json::of_bytes::<IgnoredAny>(text).is_some()
}

/// What becomes of one event.
enum Verdict {
    Pass,
    Hide,
    Done,
    Fail(ProxyError),
    /// It goes on, and is the last one that does.
    PassAndFail(ProxyError),
}

fn withheld() -> ProxyError {
    ProxyError::new(
        502,
        "upstream_invalid",
        "The model server's answer held what no caller may see.",
    )
}
