//! `POST /session`: a token for a page whose visitor is not known, against a Turnstile proof.

use serde::Deserialize;
use serde_json::json;

use super::{Admission, Answer, Awaiting, Limit, Question, Step, Verification};
use crate::proxy::auth::caller::Caller;
use crate::proxy::auth::rate_key::address_bucket;
use crate::proxy::auth::{session_token, turnstile, visitor};
use crate::proxy::budget::ANONYMOUS;
use crate::proxy::config::Models;
use crate::proxy::error::ProxyError;
use crate::proxy::route::Media;
use crate::proxy::routing;
use crate::wire::plain;

/// What the server of proofs has answered.
#[derive(Deserialize)]
struct Verified {
    status: u16,
    body: String,
}

impl Admission {
    pub(super) fn count_session(&mut self, origin: String) -> Result<Step, ProxyError> {
        if !self.asks.limit_session {
            return Err(self.misconfigured("anonymous sessions need a limit for each address"));
        }
        let address = address_bucket(self.head.address.as_deref());
        let key = format!("session:{address}");
        Ok(self.count(Awaiting::SessionLimit(origin), Limit::Session, key))
    }

    pub(super) fn read_proof(&mut self, origin: String) -> Result<Step, ProxyError> {
        // The caller has proved nothing yet.
        let max_bytes = turnstile::MAX_BODY_BYTES;
        routing::check_body(Media::Json, &self.head.head(), max_bytes, "")?;
        self.awaiting = Awaiting::Proof(origin);
        Ok(Step::ReadBody { max_bytes })
    }

    pub(super) fn verify_proof(
        &mut self,
        origin: String,
        answer: Answer<'_>,
    ) -> Result<Step, ProxyError> {
        let proof = match answer {
            Answer::Body(bytes) => turnstile::proof(bytes)?,
            Answer::Lost(lost) => return Err(Self::lost(lost, turnstile::MAX_BODY_BYTES, "")),
            _ => return Err(ProxyError::internal()),
        };
        let settings = self.gate.config.anonymous.as_ref();
        let keys = self.keys.as_ref().as_ref().ok();
        let secret = keys.and_then(|keys| keys.secrets.turnstile.as_ref());
        let (Some(settings), Some(secret)) = (settings, secret) else {
            return Err(ProxyError::internal());
        };
        let mut question = json!({ "secret": secret.expose(), "response": proof.token });
        if let (Some(address), Some(fields)) = (&self.head.address, question.as_object_mut()) {
            fields.insert("remoteip".to_owned(), address.as_str().into());
        }
        let verification = Verification {
            url: settings.verify_url.clone(),
            body: question.to_string(),
            max_bytes: turnstile::MAX_ANSWER_BYTES,
        };
        let awaiting = Awaiting::Verdict(origin, proof.visitor);
        Ok(self.ask(awaiting, Question::Turnstile(verification)))
    }

    /// Without a clear answer there is no session.
    pub(super) fn issue_session(
        &mut self,
        origin: String,
        visitor: Option<&str>,
        answer: Answer<'_>,
        now_ms: u64,
    ) -> Result<Step, ProxyError> {
        let Answer::Said(said) = answer else {
            return Err(self.unavailable("the proof could not be verified"));
        };
        let gate = std::rc::Rc::clone(&self.gate);
        let Some(settings) = &gate.config.anonymous else {
            return Err(ProxyError::internal());
        };
        let judged = match plain::of_text::<Verified>(said) {
            Ok(Verified { status, body }) => turnstile::judge(status, body.as_bytes(), settings),
            Err(_) => Err(ProxyError::unavailable()),
        };
        if let Err(error) = judged {
            return Err(match (error.code.as_str(), error.status) {
                ("misconfigured", _) => self.misconfigured("Turnstile does not accept its secret"),
                (_, 503) => self.unavailable("Turnstile gave no answer that counts"),
                _ => error,
            });
        }
        let keys = std::rc::Rc::clone(&self.keys);
        let signing = keys
            .as_ref()
            .as_ref()
            .ok()
            .and_then(|keys| keys.signing.as_ref());
        let signing = signing.ok_or_else(ProxyError::misconfigured)?;
        let now = now_ms / 1000;
        let epoch = gate.config.session_epoch;
        let known = visitor.and_then(|id| visitor::read(id, &origin, signing, epoch, now));
        // The request's id is as random as the two have to be. An id that is not known is a stranger's,
        // and no reason to refuse a proof.
        let id = known.unwrap_or(&self.request_id);
        let kept = visitor::sign(id, &origin, signing, now);
        let caller = Caller {
            subject: format!("{ANONYMOUS}{id}"),
            token_id: Some(self.request_id.clone()),
            origin: Some(origin),
            models: settings
                .models
                .clone()
                .or_else(|| match &gate.config.models {
                    Models::List(models) => Some(models.clone()),
                    Models::None | Models::Any => None,
                }),
            max_tokens: Some(settings.max_tokens.unwrap_or(gate.config.max_output_tokens)),
            ..Caller::default()
        };
        let ttl = settings.ttl_seconds;
        let signed = session_token::sign(&caller, ttl, signing, &gate.config, now);
        let token =
            signed.map_err(|_| self.misconfigured("a session outlives max_token_seconds"))?;
        let expires_at = now.saturating_add(u64::from(ttl));
        let body = json!({ "token": token, "expires_at": expires_at, "visitor": kept });
        Ok(Step::Respond(self.own(body.to_string())))
    }
}
