//! What the driver of an [`Admission`](super::Admission) does next, and what it tells of it.

use serde::{Deserialize, Serialize};

use crate::policy::headers::HeaderList;
use crate::proxy::auth::caller::Caller;
use crate::proxy::budget::{Accounts, Demand};
use crate::proxy::request::pace::TooSlow;
use crate::proxy::routing::Head;
use crate::proxy::upstream;
use crate::streamlog::Ask;

/// What is to be done, by a driver that decides nothing.
///
/// For JavaScript it is JSON with one member, whose name is that of the step: `{"readBody":{"maxBytes":8}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    /// Ask somebody else, and resume with what is said within [`TIMEOUT_MS`].
    Ask(Question),
    /// Read the request's body, and resume with it. See [`Admission::pace`](super::Admission::pace).
    #[serde(rename_all = "camelCase")]
    ReadBody {
        /// The most bytes that it may have.
        max_bytes: u32,
    },
    /// Send this request to the upstream. What becomes of its answer is the inspector's.
    Forward(UpstreamRequest),
    /// Ask the object that keeps the subject's streams, and resume with its
    /// [`Verdict`](crate::streamlog::Verdict). The answer that follows has the stream as its body if it is read.
    Visit(Visit),
    /// Answer the caller. It is the last step.
    Respond(Response),
}

/// How long an answer to a [`Question`] is waited for.
pub const TIMEOUT_MS: u32 = 5000;

/// What only others know. For JavaScript it is `{"question":"limit","argument":["address","ip:…"]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "question", content = "argument", rename_all = "camelCase")]
pub enum Question {
    /// Is the proxy switched off?
    Disabled,
    /// May another request of this key be counted?
    Limit(Limit, String),
    /// Who calls, by the author's own check?
    Authenticate,
    /// Has this session been revoked?
    IsRevoked(Session),
    /// Is it the first use of this session's token?
    ClaimOnce(Session),
    /// What does the server of proofs answer to this request?
    Turnstile(Verification),
    /// How many tokens does this request have, at most? It is a JSON text.
    CountTokens(String),
    /// May the budget's ledger reserve the most that the request can cost? It says a
    /// [`Reply`](crate::proxy::budget::Reply). A driver that does not send the request on after it
    /// gives back what was reserved.
    Reserve(Demand),
    /// What does the budget's ledger have left? It says a [`Reply`](crate::proxy::budget::Reply).
    Balances(Accounts),
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Limit {
    /// Requests of an address.
    Address,
    /// Requests of a session's subject.
    Subject,
    /// Sessions for an address.
    Session,
}

/// A caller as the author's functions get it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// See [`Caller::subject`].
    pub sub: String,
    /// See [`Caller::token_id`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// See [`Caller::issued_at`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<u64>,
    /// See [`Caller::expires_at`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
}

impl Session {
    pub(super) fn of(caller: &Caller) -> Self {
        Self {
            sub: caller.subject.clone(),
            jti: caller.token_id.clone(),
            issued_at: caller.issued_at,
            expires_at: caller.expires_at,
        }
    }
}

/// A POST of JSON to the server of proofs. The answer is said as JSON: `{"status":200,"body":"…"}`.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// Where it goes.
    pub url: String,
    /// Its body, which holds a secret.
    pub body: String,
    /// The most bytes that the answer may have.
    pub max_bytes: usize,
}

impl std::fmt::Debug for Verification {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verification")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// A request to the upstream. It holds the key.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpstreamRequest {
    /// Where it goes.
    pub url: String,
    /// Its method.
    pub method: &'static str,
    /// All of its headers.
    #[serde(serialize_with = "pairs")]
    pub headers: HeaderList,
    /// Of an upload, which the driver passes on unread, how many bytes the caller's body has.
    pub upload_bytes: Option<u64>,
    /// The stream as which its answer may be kept. The driver then has the object that keeps the subject's
    /// streams send it, and resumes with the [`Verdict`](crate::streamlog::Verdict); if that declines, it
    /// sends the request itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<Visit>,
    /// Its JSON body, which JavaScript takes by a call of its own.
    #[serde(skip)]
    pub body: Option<Vec<u8>>,
}

impl std::fmt::Debug for UpstreamRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UpstreamRequest")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

/// A question to the object that keeps a subject's streams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Visit {
    /// The object's name: a keyed hash of the subject, so that a stranger's streams are elsewhere.
    pub object: String,
    /// What is asked.
    pub ask: Ask,
    /// The stream's id.
    pub id: String,
    /// A keyed hash of the request; empty where a stream is asked for by its id alone.
    pub hash: String,
    /// The number of the last event that the caller has.
    pub after: u64,
}

/// What the caller gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// All headers.
    #[serde(serialize_with = "pairs")]
    pub headers: HeaderList,
    /// The body. It is missing if it is the upstream's, and where the caller gets none.
    pub body: Option<String>,
    /// Lines for the operator's log.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<String>,
}

fn pairs<S: serde::Serializer>(headers: &HeaderList, to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(headers.iter())
}

/// What a driver tells.
#[derive(Debug, Clone, Copy)]
pub enum Answer<'a> {
    /// What was said to a [`Question`], as a JSON text: `true`, `{"sub":"ada"}`.
    Said(&'a str),
    /// Nothing was said in time, or the function failed.
    Failed,
    /// The body, whole.
    Body(&'a [u8]),
    /// There is no body.
    Lost(Lost),
}

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// It is longer than it may be.
    Large,
    /// It broke off.
    Broken,
    /// It came too slowly, as [`Admission::pace`](super::Admission::pace) has said.
    Slow(TooSlow),
}

/// Which questions somebody can answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools)]
pub struct Asks {
    /// See [`Question::Disabled`].
    pub disabled: bool,
    /// See [`Question::Authenticate`].
    pub authenticate: bool,
    /// See [`Question::IsRevoked`].
    pub is_revoked: bool,
    /// See [`Question::ClaimOnce`].
    pub claim_once: bool,
    /// See [`Limit::Address`].
    pub limit_address: bool,
    /// See [`Limit::Subject`].
    pub limit_subject: bool,
    /// See [`Limit::Session`].
    pub limit_session: bool,
    /// See [`Question::CountTokens`].
    pub count_tokens: bool,
    /// See [`Question::Reserve`] and [`Question::Balances`].
    pub reserve: bool,
    /// Is each answer's cost wanted?
    pub usage: bool,
    /// Is there an object that keeps streams? See [`Step::Visit`].
    pub streams: bool,
}

/// The head of a request, as a platform tells it. A header that is missing is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestHead {
    /// See [`Head::method`].
    pub method: String,
    /// See [`Head::url`].
    pub url: String,
    /// `Authorization`.
    pub authorization: Option<String>,
    /// `Origin`.
    pub origin: Option<String>,
    /// `Access-Control-Request-Method`.
    pub requested_method: Option<String>,
    /// See [`Head::header_chars`].
    pub header_chars: usize,
    /// `Host`.
    pub host: Option<String>,
    /// `Upgrade`.
    pub upgrade: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Content-Length`.
    pub content_length: Option<String>,
    /// `CF-Connecting-IP`.
    pub address: Option<String>,
    /// `User-Agent`.
    pub user_agent: Option<String>,
    /// `Via`.
    pub via: Option<String>,
    /// `CDN-Loop`.
    pub cdn_loop: Option<String>,
    /// `X-Stream-Id`.
    pub stream_id: Option<String>,
    /// `Last-Event-ID`.
    pub last_event_id: Option<String>,
}

impl RequestHead {
    /// What routing looks at.
    #[must_use]
    pub fn head(&self) -> Head<'_> {
        Head {
            method: &self.method,
            url: &self.url,
            origin: self.origin.as_deref(),
            requested_method: self.requested_method.as_deref(),
            header_chars: self.header_chars,
            host: self.host.as_deref(),
            upgrade: self.upgrade.as_deref(),
            content_type: self.content_type.as_deref(),
            content_encoding: self.content_encoding.as_deref(),
            content_length: self.content_length.as_deref(),
            address: self.address.as_deref(),
        }
    }

    /// Has it gone through a proxy like this one already?
    pub(super) fn circles(&self) -> bool {
        [&self.user_agent, &self.via, &self.cdn_loop]
            .into_iter()
            .flatten()
            .any(|value| value.contains(upstream::PRODUCT))
    }
}
