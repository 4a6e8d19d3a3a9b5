//! What an [`Inspector`] decides until the caller's answer begins.

use super::deadlines::Break;
use super::filter::Form;
use super::forwarded::Forwarded;
use super::head::{self, Head, Verdict};
use super::inspector::{Inspector, Phase};
use super::step::{Body, Step};
use super::upstream_error::{self, MAX_ERROR_BODY_BYTES};
use super::usage::Outcome;
use crate::proxy::error::ProxyError;
use crate::wire::sniff::Content;

/// A JSON answer up to this size is looked at as a whole before any of it goes on. A longer one
/// (pictures, embeddings) goes on in pieces.
pub const MAX_WHOLE_BYTES: usize = 1 << 20;

/// A JSON answer up to this size becomes the one chunk of the stream that was asked for. It has room for
/// a picture.
pub const MAX_CHUNK_BYTES: usize = 8 << 20;

impl Inspector {
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
                if matches!(form, Form::Events | Form::Sound) {
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

    /// Looks at the beginning of a body that does not go on yet; the last `fresh` bytes are new.
    pub(super) fn collect(&mut self, fresh: usize, now_ms: u64) {
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
    pub(super) fn find_kind(&mut self, ended: bool, now_ms: u64) {
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

    /// What is known of the body of an error response explains it.
    pub(super) fn explain(&mut self, status: u16) {
        let Forwarded { key, prompt, .. } = &self.request;
        let refusal = upstream_error::explain(status, &self.held, key, prompt.as_deref());
        self.refuse(refusal, status);
    }

    /// A response that is refused by its head.
    fn refuse(&mut self, mut refusal: ProxyError, status: u16) {
        let is_refused = status >= 400;
        self.unheard = status >= 300;
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
}
