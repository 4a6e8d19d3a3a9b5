//! Everything that is decided about an upstream's response, from the moment that its request was sent.

use std::collections::VecDeque;
use std::rc::Rc;

use super::deadlines::{Break, HEARTBEAT, Limits, Look, Times};
use super::filter::{Filter, Form, Then};
use super::forwarded::{Begun, Facts, Forwarded};
use super::head::{self, Head, Verdict};
use super::step::{Body, Reply, Step};
use super::upstream_error::{self, MAX_ERROR_BODY_BYTES};
use super::usage::{Outcome, UsageEvent};
use crate::proxy::auth::secrets::Secret;
use crate::proxy::error::ProxyError;
use crate::proxy::request::prompt::Prompt;
use crate::wire::sniff::Content;

/// A JSON answer up to this size is looked at as a whole before any of it goes on. A longer one
/// (pictures, embeddings) goes on in pieces.
pub const MAX_WHOLE_BYTES: usize = 1 << 20;

/// A JSON answer up to this size becomes the one chunk of the stream that was asked for. It has room for
/// a picture.
pub const MAX_CHUNK_BYTES: usize = 8 << 20;

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
    request: Forwarded,
    phase: Phase,
    filter: Filter,
    /// Bytes that were pushed and not settled: the driver has the same.
    held: Vec<u8>,
    steps: VecDeque<Step>,
    /// When the request was sent, and after its answer's head, when that came.
    began_ms: u64,
    /// When the caller last got something.
    sent_ms: u64,
    again_ms: u32,
    bytes: u64,
    retry_after_seconds: Option<u32>,
    /// Did it take over a stream? Then it does not know how the last event began.
    resumed: bool,
    outcome: Option<Outcome>,
    recorded: bool,
}

/// What is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Phase {
    Head,
    /// The body of an error response of this status.
    Explanation(u16),
    /// So many bytes of a body that they tell what it is. Its `Content-Type` did not.
    Kind(Option<String>),
    /// All of a body that is no event stream, or so much that it goes on in pieces, as this type.
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
            let form = if form == Form::Events {
                form
            } else {
                Form::Text
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

    /// The response's head has come.
    pub fn head(&mut self, head: &Head<'_>, now_ms: u64) -> Step {
        if self.phase != Phase::Head {
            return self.step();
        }
        self.began_ms = now_ms;
        self.sent_ms = now_ms;
        self.retry_after_seconds = head::retry_after(head.retry_after, now_ms / 1000);
        let facts = &mut self.request.facts;
        match head::judge(facts.route, head.status, head.content_type, facts.streams) {
            Verdict::Pass(content_type) if facts.inspects => {
                let form = Form::of(content_type);
                if let Some(account) = &mut facts.account {
                    // An upload is not read: whether it asks for a stream, the answer says.
                    account.stream = form == Form::Events;
                }
                self.filter.set_form(form);
                if form == Form::Events {
                    self.begin(content_type);
                } else {
                    self.phase = Phase::Whole(content_type);
                }
            }
            Verdict::Pass(content_type) => self.respond(content_type, Body::Untouched),
            Verdict::Look if facts.inspects => {
                self.phase = Phase::Kind(head.content_type.map(str::to_owned));
            }
            // The bytes of this answer are not to be looked at.
            Verdict::Look => self.refuse(upstream_error::unexpected_type(), head.status),
            Verdict::Refuse(refusal) => self.refuse(refusal, head.status),
            Verdict::Explain => self.phase = Phase::Explanation(head.status),
        }
        self.step()
    }

    /// The head did not come: the upstream could not be reached. `cause` is what the platform says of
    /// it; `None` if a function of the author's failed, whose words may tell secrets.
    pub fn unreachable(&mut self, cause: Option<&str>) -> Step {
        let Forwarded { facts, key, .. } = &self.request;
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
        Some(account.event(outcome, &self.filter.cost(), now_ms))
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
        // A clock that was set back is no silence.
        let passed = now_ms.saturating_sub(self.began_ms);
        match u64::from(*timeout_ms).saturating_sub(passed) {
            0 => self.end_with(upstream_error::timed_out(upstream_host, *timeout_ms)),
            left => self.again_ms = u32::try_from(left).unwrap_or(*timeout_ms),
        }
    }

    /// Looks at the beginning of a body that does not go on yet; the last `fresh` bytes are new.
    fn collect(&mut self, fresh: usize, now_ms: u64) {
        if let Phase::Kind(_) = self.phase {
            self.find_kind(false, now_ms);
            return;
        }
        // Blanks before JSON, by which servers keep a connection alive, are nothing of the answer.
        let is_blank = self.filter.form() == Form::Bytes && self.held.trim_ascii().is_empty();
        match self.phase {
            Phase::Explanation(status) => {
                self.forward(0, fresh);
                if self.held.len() > MAX_ERROR_BODY_BYTES {
                    self.held.clear();
                    self.explain(status);
                }
            }
            Phase::Whole(_) if is_blank => {
                self.forward(0, self.held.len());
                self.held.clear();
            }
            Phase::Whole(content_type) if self.held.len() > MAX_WHOLE_BYTES => {
                self.begin(content_type);
                self.pass_on_held(now_ms);
            }
            Phase::Chunk => {
                // What goes on is written anew.
                self.forward(0, fresh);
                if is_blank {
                    self.held.clear();
                } else if self.held.len() > MAX_CHUNK_BYTES {
                    self.break_off(Break::Size);
                }
            }
            _ => {}
        }
    }

    /// An answer of another type where a stream was asked for: events, or the one chunk that its JSON
    /// becomes.
    fn find_kind(&mut self, ended: bool, now_ms: u64) {
        let Phase::Kind(content_type) = &self.phase else {
            return;
        };
        match head::content(content_type.as_deref(), &self.held, ended) {
            None if !ended => {}
            Some(Content::Events) => {
                self.filter.set_form(Form::Events);
                self.begin(head::EVENTS);
                self.pass_on_held(now_ms);
            }
            Some(Content::Json) => {
                self.phase = Phase::Chunk;
                self.collect(self.held.len(), now_ms);
            }
            _ => self.end_with(upstream_error::unexpected_type()),
        }
    }

    /// The caller's stream begins.
    fn begin(&mut self, content_type: &'static str) {
        self.phase = Phase::Stream;
        self.steps.push_back(Step::Respond(Reply {
            content_type,
            body: Body::Stream,
        }));
    }

    fn pass_on_held(&mut self, now_ms: u64) {
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

    fn forward(&mut self, len: usize, skip: usize) {
        if len + skip > 0 {
            self.steps.push_back(Step::Forward { len, skip });
        }
    }

    /// The response ends before its own end.
    fn break_off(&mut self, why: Break) {
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

    /// What is known of the body of an error response explains it.
    fn explain(&mut self, status: u16) {
        let Forwarded { key, prompt, .. } = &self.request;
        let refusal = upstream_error::explain(status, &self.held, key, prompt.as_deref());
        self.refuse(refusal, status);
    }

    /// A response that is refused by its head.
    fn refuse(&mut self, mut refusal: ProxyError, status: u16) {
        let is_refused = status >= 400;
        self.outcome = is_refused.then_some(Outcome::Refused);
        if refusal.code == "upstream_auth" {
            let text = format!("the upstream refused the key (status {status})");
            refusal = refusal.noting("upstream's key", text);
        }
        if matches!(refusal.status, 429 | 503) {
            refusal.retry_after_seconds = self.retry_after_seconds;
        }
        self.end_with(refusal);
    }

    /// The caller gets an error instead of an answer.
    fn end_with(&mut self, refusal: ProxyError) {
        self.over(Step::Refuse(refusal));
    }

    fn respond(&mut self, content_type: &'static str, body: Body) {
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
