//! Everything that is decided about an upstream's response, from the moment that its request was sent.

use std::collections::VecDeque;
use std::rc::Rc;

use super::deadlines::{Break, HEARTBEAT, Limits, Look, Times};
use super::filter::{Filter, Form, Then};
use super::forwarded::{Begun, Facts, Forwarded};
use super::head;
use super::step::{Body, Reply, Step};
use super::upstream_error;
use super::usage::{Outcome, UsageEvent};
use crate::proxy::auth::secrets::Secret;
use crate::proxy::error::ProxyError;
use crate::proxy::request::prompt::Prompt;
use crate::proxy::route::Route;

/// How long the body of an upstream's error is waited for, in milliseconds.
const MAX_EXPLAINING_MS: u32 = 5000;

/// A machine without I/O that follows one request to the upstream until its answer has ended.
///
/// A driver tells it what happens, at which time (milliseconds since 1970), and does what the [`Step`]
/// says; then it asks [`step`](Self::step) for more until that is [`Step::Wait`]. The driver keeps the
/// bytes that it pushed until a step passes them on or drops them; no bytes come back from here. The
/// drivers are `pkg-template/edge/relay.js` and `proxy/worker/relay.rs`.
///
/// It ends exactly once. Whatever comes after its end changes nothing.
#[derive(Debug)]
pub struct Inspector {
    pub(super) request: Forwarded,
    pub(super) phase: Phase,
    pub(super) filter: Filter,
    /// Bytes that were pushed and not settled: the driver has the same.
    pub(super) held: Vec<u8>,
    steps: VecDeque<Step>,
    /// When the request was sent, and after its answer's head, when that came.
    pub(super) began_ms: u64,
    /// When the caller last got something.
    pub(super) sent_ms: u64,
    again_ms: u32,
    bytes: u64,
    pub(super) retry_after_seconds: Option<u32>,
    /// Did it take over a stream? Then it does not know how the last event began.
    resumed: bool,
    pub(super) outcome: Option<Outcome>,
    /// Has the upstream certainly made nothing? It could not be reached, or gave an error.
    pub(super) unheard: bool,
    recorded: bool,
}

/// What is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phase {
    Head,
    /// The body of an error response of this status.
    Explanation(u16),
    /// So many bytes of a body that they tell what it is. Its `Content-Type` did not.
    Kind(Option<String>),
    /// A body of this media type that is not an event stream: all of it, or the part that is read before it
    /// is passed on in pieces.
    Whole(&'static str),
    /// All of a JSON body that becomes the one chunk of a stream.
    Chunk,
    /// The next piece of a body that goes on.
    Stream,
    Nothing,
}

impl Inspector {
    /// Follows a request that was sent at this time.
    #[must_use]
    pub fn new(request: Forwarded, now_ms: u64) -> Self {
        Self {
            filter: Filter::new(Form::Bytes, &request.key, request.facts.hides_usage)
                .ending_by_event(request.facts.route == Route::Responses)
                .hiding(request.prompt.clone()),
            request,
            phase: Phase::Head,
            held: Vec::new(),
            steps: VecDeque::new(),
            began_ms: now_ms,
            sent_ms: now_ms,
            again_ms: 0,
            bytes: 0,
            retry_after_seconds: None,
            resumed: false,
            outcome: None,
            unheard: false,
            recorded: false,
        }
    }

    /// Takes over a stream whose inspector died with its WebAssembly instance. `facts` are those of
    /// [`Inspector::facts`], and `gone` is how many bytes of it were passed on or dropped; what was
    /// pushed besides has to be pushed again.
    #[must_use]
    pub fn resume(facts: Facts, key: Secret, gone: u64, now_ms: u64) -> Self {
        let begun = facts.stream;
        // An instance that came later does not know the prompt.
        let prompt = facts.hides_prompt.then(|| Rc::new(Prompt::unknown()));
        let request = Forwarded { facts, key, prompt };
        let mut inspector = Self::new(request, now_ms);
        if let Some(Begun { form, at_ms }) = begun {
            // In the midst of JSON nothing tells which member of what comes next: it is a text from here.
            let form = match form {
                Form::Events | Form::Sound => form,
                Form::Bytes | Form::Text => Form::Text,
            };
            inspector.filter.set_form(form);
            inspector.phase = Phase::Stream;
            inspector.began_ms = at_ms;
            inspector.bytes = gone;
            inspector.resumed = true;
        }
        inspector
    }

    /// What a driver keeps for [`Inspector::resume`].
    #[must_use]
    pub fn facts(&self) -> Facts {
        let form = self.filter.form();
        Facts {
            hides_prompt: self.request.prompt.is_some(),
            stream: (self.phase == Phase::Stream).then_some(Begun {
                form,
                at_ms: self.began_ms,
            }),
            ..self.request.facts.clone()
        }
    }

    /// The next step. [`Step::Wait`] says that there is none yet.
    pub fn step(&mut self) -> Step {
        self.steps.pop_front().unwrap_or(Step::Wait)
    }

    /// Has it ended? Steps may be left.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Nothing
    }

    /// The head did not come: the upstream could not be reached. `cause` is what the platform says of
    /// it; `None` if a function of the author's failed, whose words may tell secrets.
    pub fn unreachable(&mut self, cause: Option<&str>) -> Step {
        let Forwarded { facts, key, .. } = &self.request;
        self.unheard = self.phase == Phase::Head;
        let refusal = upstream_error::unreachable_because(&facts.upstream_host, cause, key);
        self.give_up(refusal)
    }

    /// The request cannot go on, by no fault of the upstream's: its upload broke off, for example.
    pub fn give_up(&mut self, refusal: ProxyError) -> Step {
        match self.phase {
            Phase::Nothing => {}
            Phase::Stream => self.fail(&refusal),
            _ => self.end_with(refusal),
        }
        self.step()
    }

    /// More of the response's body has come.
    pub fn push(&mut self, bytes: &[u8], now_ms: u64) -> Step {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.request.facts.limits.max_answer_bytes {
            self.break_off(Break::Size);
        } else if self.phase == Phase::Stream {
            let mut held = std::mem::take(&mut self.held);
            if held.is_empty() {
                let gone = self.pass_on(bytes, now_ms);
                held.extend_from_slice(bytes.get(gone..).unwrap_or_default());
            } else {
                held.extend_from_slice(bytes);
                let gone = self.pass_on(&held, now_ms);
                held.drain(..gone);
            }
            self.held = held;
        } else if self.phase != Phase::Nothing {
            self.held.extend_from_slice(bytes);
            self.collect(bytes.len(), now_ms);
        }
        self.step()
    }

    /// The response's body has ended.
    pub fn end(&mut self, now_ms: u64) -> Step {
        if let Phase::Kind(_) = self.phase {
            self.find_kind(true, now_ms);
        }
        match self.phase {
            Phase::Head | Phase::Kind(_) | Phase::Nothing => {}
            Phase::Explanation(status) => self.explain(status),
            Phase::Whole(content_type) => match self.filter.whole(&self.held) {
                None => self.respond(content_type, Body::Whole),
                Some(refusal) => self.end_with(refusal),
            },
            Phase::Chunk => match self.filter.whole(&self.held) {
                None => match head::as_events(&self.held) {
                    Some(events) => self.respond(head::EVENTS, Body::Text(events)),
                    None => {
                        self.outcome = Some(Outcome::Failed);
                        self.end_with(upstream_error::unexpected_type());
                    }
                },
                Some(refusal) => self.end_with(refusal),
            },
            Phase::Stream => {
                let ruling = self.filter.end(&self.held);
                match ruling.then {
                    Then::Fail(refusal) => self.fail(&refusal),
                    _ => {
                        self.forward(ruling.forward, 0);
                        self.over(Step::Done);
                    }
                }
            }
        }
        self.step()
    }

    /// The connection to the upstream was lost.
    pub fn lost(&mut self) -> Step {
        self.break_off(Break::Truncated);
        self.step()
    }

    /// The caller has left. The driver closes the upstream's connection; no step is left.
    pub fn left(&mut self) {
        if self.phase != Phase::Nothing {
            self.outcome.get_or_insert(Outcome::Disconnected);
            self.phase = Phase::Nothing;
        }
        self.steps.clear();
    }

    /// Looks at the clock. `waiting_since_ms` is since when the driver waits for more of the body, if it
    /// does; `is_asked` says whether the caller has taken all that it was given.
    /// [`Inspector::again_ms`] says when to look again.
    pub fn tick(&mut self, now_ms: u64, waiting_since_ms: Option<u64>, is_asked: bool) -> Step {
        let is_open = self.phase == Phase::Stream && !self.resumed;
        let is_quiet = is_open && is_asked && self.filter.is_between_events();
        let times = Times {
            began_ms: self.began_ms,
            waiting_since_ms,
            quiet_since_ms: is_quiet.then_some(self.sent_ms),
        };
        match self.phase {
            Phase::Nothing => {}
            Phase::Head => self.wait_for_head(now_ms),
            _ => match self.limits().look(&times, now_ms) {
                Ok(Look { beat, again_ms }) => {
                    self.again_ms = again_ms;
                    if beat {
                        self.sent_ms = now_ms;
                        self.steps.push_back(Step::Insert(HEARTBEAT.to_owned()));
                    }
                }
                Err(why) => self.break_off(why),
            },
        }
        self.step()
    }

    /// In how many milliseconds after the last [`Inspector::tick`] the clock is to be looked at again.
    #[must_use]
    pub fn again_ms(&self) -> u32 {
        self.again_ms
    }

    /// What the request has cost: once, after its end, and only if a record is wanted.
    pub fn record(&mut self, now_ms: u64) -> Option<UsageEvent> {
        if std::mem::replace(&mut self.recorded, true) {
            return None;
        }
        let account = self.request.facts.account.as_ref()?;
        let outcome = self.outcome.unwrap_or(Outcome::Disconnected);
        let mut cost = self.filter.cost();
        cost.unheard = self.unheard;
        let mut event = account.event(outcome, &cost, now_ms);
        let charge = self.request.facts.charge.as_ref();
        event.cost = charge.map(|charge| charge.of(outcome, &cost));
        Some(event)
    }

    fn limits(&self) -> Limits {
        let limits = self.request.facts.limits;
        match self.phase {
            // An error's body only explains: the caller does not wait for it as for an answer.
            Phase::Explanation(_) => Limits {
                max_duration_ms: limits.max_duration_ms.min(MAX_EXPLAINING_MS),
                ..limits
            },
            _ => limits,
        }
    }

    fn wait_for_head(&mut self, now_ms: u64) {
        let Facts {
            timeout_ms,
            upstream_host,
            ..
        } = &self.request.facts;
        // A clock that was set back does not count as silence.
        let passed = now_ms.saturating_sub(self.began_ms);
        match u64::from(*timeout_ms).saturating_sub(passed) {
            0 => self.end_with(upstream_error::timed_out(upstream_host, *timeout_ms)),
            left => self.again_ms = u32::try_from(left).unwrap_or(*timeout_ms),
        }
    }

    /// The caller's stream begins.
    pub(super) fn begin(&mut self, content_type: &'static str) {
        self.phase = Phase::Stream;
        self.steps.push_back(Step::Respond(Reply {
            content_type,
            body: Body::Stream,
        }));
    }

    pub(super) fn pass_on_held(&mut self, now_ms: u64) {
        let mut held = std::mem::take(&mut self.held);
        let gone = self.pass_on(&held, now_ms);
        held.drain(..gone);
        self.held = held;
    }

    /// Passes on what may go on of what is there. Gives how many bytes are settled.
    fn pass_on(&mut self, pending: &[u8], now_ms: u64) -> usize {
        let mut gone = 0;
        loop {
            let ruling = self.filter.push(pending.get(gone..).unwrap_or_default());
            if ruling.forward > 0 {
                self.sent_ms = now_ms;
            }
            self.forward(ruling.forward, ruling.skip);
            gone += ruling.forward + ruling.skip;
            match ruling.then {
                Then::Wait => break,
                Then::Again => {}
                Then::Done => {
                    self.over(Step::Done);
                    break;
                }
                Then::Fail(refusal) => {
                    self.fail(&refusal);
                    break;
                }
            }
        }
        gone.min(pending.len())
    }

    pub(super) fn forward(&mut self, len: usize, skip: usize) {
        if len + skip > 0 {
            self.steps.push_back(Step::Forward { len, skip });
        }
    }

    /// The response ends before its own end.
    pub(super) fn break_off(&mut self, why: Break) {
        match self.phase {
            Phase::Nothing => {}
            Phase::Explanation(status) => {
                self.held.clear();
                self.explain(status);
            }
            Phase::Stream => {
                let refusal = self.filter.broken(why);
                self.fail(&refusal);
            }
            _ => {
                let refusal = self.filter.broken(why);
                self.end_with(refusal);
            }
        }
    }

    /// The caller gets an error instead of an answer.
    pub(super) fn end_with(&mut self, refusal: ProxyError) {
        self.over(Step::Refuse(refusal));
    }

    pub(super) fn respond(&mut self, content_type: &'static str, body: Body) {
        self.outcome = Some(Outcome::Completed);
        self.over(Step::Respond(Reply { content_type, body }));
    }

    /// A stream ends with an error.
    fn fail(&mut self, refusal: &ProxyError) {
        let event = self.filter.error_event(refusal);
        if event.is_empty() {
            self.over(Step::Broken);
        } else {
            self.steps.push_back(Step::Insert(event));
            self.over(Step::Failed);
        }
    }

    /// The end, whichever it is.
    fn over(&mut self, last: Step) {
        let seen = self.filter.outcome().unwrap_or(Outcome::Failed);
        self.outcome.get_or_insert(seen);
        self.phase = Phase::Nothing;
        self.steps.push_back(last);
    }
}
