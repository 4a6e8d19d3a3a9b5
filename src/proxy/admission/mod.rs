//! Everything that is decided about a request before the upstream hears of it.
//!
//! Pure: [`Admission`] decides all of it, and a driver does what its [`Step`]s say. The checks come in the
//! order of their cost: head, limits, token, body, and last what uses a token up.

mod budget;
#[cfg(test)]
mod cases;
mod gate;
mod models;
mod payload;
mod respond;
mod session;
mod step;
mod stream;

use std::rc::Rc;

use crate::proxy::auth::caller::Caller;
use crate::proxy::auth::rate_key::address_bucket;
use crate::proxy::auth::session_token::{self, pseudonym};
use crate::proxy::error::ProxyError;
use crate::proxy::request::params::Params;
use crate::proxy::route::{Media, Route};
use crate::proxy::routing::{self, Decision};
use crate::proxy::upstream;
pub use gate::{Gate, Keys, Place};
use payload::Payload;
pub use step::{
    Answer, Asks, Limit, Lost, Question, RequestHead, Response, Session, Step, TIMEOUT_MS,
    UpstreamRequest, Verification, Visit,
};

/// The longer of the periods over which Cloudflare's binding counts: a shorter wait might be too
/// short.
const RETRY_AFTER_SECONDS: u32 = 60;

/// A place is free again when one of the caller's answers ends.
const RETRY_SOON_SECONDS: u32 = 1;

/// A machine without I/O that follows one request until it may be sent to the upstream, or is answered.
///
/// A driver calls [`start`](Self::start), does what the [`Step`] says, and tells by
/// [`resume`](Self::resume) what came of it. It keeps the machine until the answer has ended: with it the
/// caller's place among its requests in flight is given back. The drivers are
/// `pkg-template/edge/proxy.js` and `proxy/worker/`.
#[derive(Debug)]
pub struct Admission {
    gate: Rc<Gate>,
    keys: Rc<Result<Keys, String>>,
    asks: Asks,
    head: RequestHead,
    /// An id of our own: the upstream's would name its account's request.
    request_id: String,
    awaiting: Awaiting,
    route: Route,
    /// The model of `GET /v1/models/{model}`.
    model_id: Option<String>,
    caller: Caller,
    place: Option<Place>,
    payload: Payload,
    /// Does it ask what is left of the caller's budget?
    asks_balances: bool,
    /// What is left of it, in US dollars.
    remaining: Option<String>,
    /// The stream that it reads or stops, or as which its answer may be kept.
    stream: Option<Visit>,
    /// Can the answer be read again?
    is_kept: bool,
    /// Lines for the operator.
    lines: Vec<String>,
}

/// Which answer is awaited.
#[derive(Debug)]
enum Awaiting {
    Disabled(Decision),
    SessionLimit(String),
    Proof(String),
    /// The origin, and the visitor's id as the page says it.
    Verdict(String, Option<String>),
    AddressLimit,
    Caller,
    Revoked,
    SubjectLimit,
    Body,
    /// With the most tokens that the request may have, if they are counted for that.
    Tokens(Params, usize, Option<u32>),
    Reservation(String),
    Claim(String),
    Balances,
    /// The verdict on a kept stream; the error is the response if there is no such stream.
    Visit(Option<Box<ProxyError>>),
    Nothing,
}

impl Admission {
    /// A request with this head. `asks` says which questions can be answered, and `request_id` is random.
    #[must_use]
    pub fn new(
        gate: Rc<Gate>,
        keys: Rc<Result<Keys, String>>,
        asks: Asks,
        head: RequestHead,
        request_id: String,
    ) -> Self {
        Self {
            gate,
            keys,
            asks,
            head,
            request_id,
            awaiting: Awaiting::Nothing,
            route: Route::ChatCompletions,
            model_id: None,
            caller: Caller::default(),
            place: None,
            payload: Payload::default(),
            asks_balances: false,
            remaining: None,
            stream: None,
            is_kept: false,
            lines: Vec::new(),
        }
    }

    /// The first step. `now_ms` is in milliseconds since 1970.
    pub fn start(&mut self, now_ms: u64) -> Step {
        let step = self.begin(now_ms);
        self.step(step, now_ms)
    }

    /// The step after what the last one asked for. An answer to something else is a failure.
    pub fn resume(&mut self, answer: Answer<'_>, now_ms: u64) -> Step {
        let step = self.go_on(answer, now_ms);
        self.step(step, now_ms)
    }

    /// The caller's place among its requests in flight, for a driver that keeps it longer than the machine.
    pub fn take_place(&mut self) -> Option<Place> {
        self.place.take()
    }

    fn step(&mut self, step: Result<Step, ProxyError>, now_ms: u64) -> Step {
        step.unwrap_or_else(|error| Step::Respond(self.refuse(&error, now_ms)))
    }

    fn begin(&mut self, now_ms: u64) -> Result<Step, ProxyError> {
        if let Err(fault) = &*self.keys {
            let fault = fault.clone();
            return Err(self.misconfigured(&fault));
        }
        let decision = routing::decide(&self.head.head(), &self.gate.config);
        // A page whose preflight is refused cannot read that the proxy is switched off.
        if self.asks.disabled && !matches!(decision, Decision::Preflight(_)) {
            return Ok(self.ask(Awaiting::Disabled(decision), Question::Disabled));
        }
        self.decided(decision, now_ms)
    }

    fn ask(&mut self, awaiting: Awaiting, question: Question) -> Step {
        self.awaiting = awaiting;
        Step::Ask(question)
    }

    fn count(&mut self, awaiting: Awaiting, limit: Limit, key: String) -> Step {
        self.ask(awaiting, Question::Limit(limit, key))
    }

    fn go_on(&mut self, answer: Answer<'_>, now_ms: u64) -> Result<Step, ProxyError> {
        match std::mem::replace(&mut self.awaiting, Awaiting::Nothing) {
            Awaiting::Disabled(decision) => {
                if self.is_true("disabled", answer)? {
                    return Err(ProxyError::disabled());
                }
                self.decided(decision, now_ms)
            }
            Awaiting::SessionLimit(origin) => {
                self.counted(Limit::Session, answer)?;
                self.read_proof(origin)
            }
            Awaiting::Proof(origin) => self.verify_proof(origin, answer),
            Awaiting::Verdict(origin, visitor) => {
                self.issue_session(origin, visitor.as_deref(), answer, now_ms)
            }
            Awaiting::AddressLimit => {
                self.counted(Limit::Address, answer)?;
                self.authenticate(now_ms)
            }
            Awaiting::Caller => {
                let caller = self.own_caller(answer)?;
                self.authenticated(caller)
            }
            Awaiting::Revoked => {
                if self.is_true("isRevoked", answer)? {
                    return Err(ProxyError::unauthorized());
                }
                self.count_subject()
            }
            Awaiting::SubjectLimit => {
                self.counted(Limit::Subject, answer)?;
                self.find_place()
            }
            Awaiting::Body => self.read(answer),
            Awaiting::Tokens(params, bytes, most) => {
                self.tokens_counted(params, bytes, most, answer)
            }
            Awaiting::Claim(url) => {
                if self.is_true("claimOnce", answer)? {
                    self.forward(url)
                } else {
                    // What it has reserved is given back, and it is refused as any other token.
                    self.remaining = None;
                    Err(ProxyError::unauthorized())
                }
            }
            Awaiting::Reservation(url) => self.reserved(url, answer, now_ms),
            Awaiting::Balances => self.tell_balances(answer),
            Awaiting::Visit(refusal) => self.visited(answer, refusal),
            Awaiting::Nothing => Err(ProxyError::internal()),
        }
    }

    fn decided(&mut self, decision: Decision, now_ms: u64) -> Result<Step, ProxyError> {
        if self.head.circles() {
            return Err(upstream::circles());
        }
        match decision {
            Decision::Forward(route) => self.route = route,
            Decision::Model(id) => {
                self.route = Route::Models;
                self.model_id = Some(id);
            }
            Decision::Preflight(headers) => return Ok(Step::Respond(self.preflight(&headers))),
            Decision::Reject(error) => return Err(error),
            Decision::Budget => {
                self.route = Route::Models;
                self.asks_balances = true;
            }
            Decision::Stream(id) => {
                self.route = Route::Models;
                self.ask_for_stream(id)?;
            }
            Decision::Mint(origin) => return self.count_session(origin),
        }
        if self.asks.limit_address {
            let key = address_bucket(self.head.address.as_deref());
            return Ok(self.count(Awaiting::AddressLimit, Limit::Address, key));
        }
        self.authenticate(now_ms)
    }

    fn authenticate(&mut self, now_ms: u64) -> Result<Step, ProxyError> {
        let config = &self.gate.config;
        let authorization = self.head.authorization.as_deref();
        let signing = self.keys.as_ref().as_ref().ok();
        let signing = signing.and_then(|keys| keys.signing.as_ref());
        let verify = |signing| session_token::verify(authorization, signing, config, now_ms / 1000);
        if !self.asks.authenticate {
            let caller = verify(signing.ok_or_else(ProxyError::misconfigured)?)?;
            return self.authenticated(caller);
        }
        // A token of our own comes first, if there are any; another one is the author's.
        match signing.filter(|_| authorization.is_some()).map(verify) {
            Some(Ok(caller)) => self.authenticated(caller),
            Some(Err(error)) if error.code == "token_expired" => Err(error),
            _ => Ok(self.ask(Awaiting::Caller, Question::Authenticate)),
        }
    }

    /// The caller, as the author's own function names it.
    fn own_caller(&mut self, answer: Answer<'_>) -> Result<Caller, ProxyError> {
        match self.said("authenticate", answer)? {
            "null" | "false" => Err(ProxyError::unauthorized()),
            "\"expired\"" => Err(ProxyError::token_expired()),
            said => Caller::of_json(said).ok_or_else(|| {
                self.unavailable(&format!(
                    "authenticate gave no {{ sub }} with some of {} and nothing else",
                    Caller::MEMBERS.join(", ")
                ))
            }),
        }
    }

    fn authenticated(&mut self, caller: Caller) -> Result<Step, ProxyError> {
        caller.check_origin(&self.head.head())?;
        self.caller = caller;
        if self.asks.is_revoked {
            let session = Session::of(&self.caller);
            return Ok(self.ask(Awaiting::Revoked, Question::IsRevoked(session)));
        }
        self.count_subject()
    }

    fn count_subject(&mut self) -> Result<Step, ProxyError> {
        if self.asks.limit_subject {
            let key = format!("sub:{}", self.pseudonym("limit"));
            return Ok(self.count(Awaiting::SubjectLimit, Limit::Subject, key));
        }
        self.find_place()
    }

    fn pseudonym(&self, purpose: &str) -> String {
        let pepper = self.keys.as_ref().as_ref().map_or("", Keys::pepper);
        pseudonym(purpose, &self.caller.subject, pepper)
    }

    fn find_place(&mut self) -> Result<Step, ProxyError> {
        if self.route.has_body() {
            self.place = self.gate.place(&self.caller.subject);
            if self.place.is_none() {
                let most = self.gate.config.max_concurrent;
                return Err(ProxyError::too_many_at_once(most, RETRY_SOON_SECONDS));
            }
        }
        let head = self.head.head();
        routing::check_body_head(self.route.media(), &head, &self.gate.config)?;
        match self.route.media() {
            Media::None if self.asks_balances => self.ask_balances(),
            Media::None if self.stream.is_some() => self.visit_stream(),
            Media::None => self.own_models(),
            Media::Json => {
                self.awaiting = Awaiting::Body;
                Ok(Step::ReadBody {
                    max_bytes: self.gate.config.max_body_bytes,
                })
            }
            Media::Multipart => self.check_upload(),
        }
    }

    /// The last check of a request that can be sent to this URL: one that was refused before, by a budget
    /// too, has not used its token up.
    fn claim(&mut self, url: String) -> Result<Step, ProxyError> {
        if !self.asks.claim_once {
            return self.forward(url);
        }
        let session = Session::of(&self.caller);
        Ok(self.ask(Awaiting::Claim(url), Question::ClaimOnce(session)))
    }

    fn counted(&mut self, limit: Limit, answer: Answer<'_>) -> Result<(), ProxyError> {
        let (name, option, message) = match limit {
            Limit::Address => (
                "the limit of addresses",
                "rateLimits.address (Checks::limit_address)",
                "Too many requests from this address. Try again later.",
            ),
            Limit::Subject => (
                "the limit of subjects",
                "rateLimits.subject (Checks::limit_subject)",
                "Too many requests of this session's subject. Try again later.",
            ),
            Limit::Session => (
                "the limit of sessions",
                "rateLimits.session (Checks::limit_sessions)",
                "Too many sessions for this address. Try again later.",
            ),
        };
        if self.is_true(name, answer)? {
            return Ok(());
        }
        let mut error = ProxyError::rate_limited(RETRY_AFTER_SECONDS);
        message.clone_into(&mut error.message);
        Err(error.noting(option, format!("{name} was reached: {option}")))
    }

    /// Only `true` and `false` count as answers. Anything else closes the door (SECURITY.md, row L11).
    fn is_true(&mut self, name: &str, answer: Answer<'_>) -> Result<bool, ProxyError> {
        match self.said(name, answer)? {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.unavailable(&format!("{name} gave neither true nor false"))),
        }
    }

    fn said<'a>(&mut self, name: &str, answer: Answer<'a>) -> Result<&'a str, ProxyError> {
        match answer {
            Answer::Said(said) => Ok(said),
            _ => Err(self.unavailable(&format!("{name} failed"))),
        }
    }

    /// The request cannot be decided, because something that was asked did not answer.
    fn unavailable(&mut self, why: &str) -> ProxyError {
        self.lines.push(format!("openai-wasm proxy: {why}"));
        ProxyError::unavailable()
    }

    fn misconfigured(&mut self, why: &str) -> ProxyError {
        self.lines
            .push(format!("openai-wasm proxy: not configured: {why}"));
        ProxyError::misconfigured()
    }
}
