//! What the Worker's author brings along: functions that decide about a request.
//!
//! Each may give a promise. One that throws, or says nothing within five seconds, closes the door:
//! the request is answered with 503 (SECURITY.md, row L11). What it throws goes nowhere, since it
//! may tell secrets.

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, JSON, Object, Promise, Reflect};
use serde_json::json;
use wasm_bindgen::prelude::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, RequestInit, RequestRedirect, Response};

use super::budget::Spending;
use super::forward::{controller, fetch, is_response};
use super::{body, headers};
use crate::policy::headers::HeaderList;
use crate::proxy::admission::{Asks, Limit, Question, TIMEOUT_MS, Verification};
use crate::proxy::auth::caller::Caller;
use crate::proxy::budget::Reply;

/// Functions of one request's environment, all of them optional. [`Checks::default`] has none of them.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Checks {
    /// `() → boolean`: is the proxy switched off?
    pub disabled: Option<Function>,
    /// In the place of session tokens: `(request) → { sub, origin?, models?, maxTokens? }`,
    /// `"expired"`, or null.
    pub authenticate: Option<Function>,
    /// `(session) → boolean`: has the session been revoked?
    pub is_revoked: Option<Function>,
    /// `(session) → boolean`: is it the first use of this token? It must decide atomically. With it,
    /// every token is good for one request.
    pub claim_once: Option<Function>,
    /// `(key) → boolean`: may another request be counted? For each subject, each address, and each
    /// address that asks for a session.
    pub limit_subject: Option<Function>,
    /// See `limit_subject`.
    pub limit_address: Option<Function>,
    /// See `limit_subject`.
    pub limit_sessions: Option<Function>,
    /// `(json) → number`: how many tokens has this request at most? Nothing if that cannot be told. Asked
    /// only of requests with more bytes than `Config::max_input_tokens`, and of those with images.
    pub count_tokens: Option<Function>,
}

impl Checks {
    /// Reads them from an object whose methods they are, in camel case.
    #[must_use]
    pub fn of(object: &JsValue) -> Self {
        let method = |name| {
            Reflect::get(object, &JsValue::from_str(name))
                .ok()
                .and_then(|value| value.dyn_into::<Function>().ok())
        };
        Self {
            disabled: method("disabled"),
            authenticate: method("authenticate"),
            is_revoked: method("isRevoked"),
            claim_once: method("claimOnce"),
            limit_subject: method("limitSubject"),
            limit_address: method("limitAddress"),
            limit_sessions: method("limitSessions"),
            count_tokens: method("countTokens"),
        }
    }

    /// Which questions they answer.
    pub(super) fn asks(&self, usage: bool, ledger: bool) -> Asks {
        Asks {
            disabled: self.disabled.is_some(),
            authenticate: self.authenticate.is_some(),
            is_revoked: self.is_revoked.is_some(),
            claim_once: self.claim_once.is_some(),
            limit_address: self.limit_address.is_some(),
            limit_subject: self.limit_subject.is_some(),
            limit_session: self.limit_sessions.is_some(),
            count_tokens: self.count_tokens.is_some(),
            reserve: ledger,
            usage,
            streams: false,
        }
    }

    /// What is said to a question, as JSON; nothing if it is not said in time.
    pub(super) async fn ask(
        &self,
        question: &Question,
        request: &Request,
        spending: Option<&Spending>,
    ) -> Option<String> {
        let answer = async {
            match question {
                Question::Turnstile(verification) => verify(verification).await.ok(),
                Question::Reserve(demand) => said(&spending?.reserve(demand).await?),
                Question::Balances(accounts) => said(&spending?.balances(accounts).await?),
                _ => self.call(question, request).await.ok(),
            }
        };
        match select(Box::pin(answer), TimeoutFuture::new(TIMEOUT_MS)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => None,
        }
    }

    async fn call(&self, question: &Question, request: &Request) -> Result<String, JsValue> {
        let (function, argument) = match question {
            Question::Disabled => (&self.disabled, JsValue::UNDEFINED),
            Question::Limit(Limit::Address, key) => (&self.limit_address, key.into()),
            Question::Limit(Limit::Subject, key) => (&self.limit_subject, key.into()),
            Question::Limit(Limit::Session, key) => (&self.limit_sessions, key.into()),
            Question::Authenticate => (&self.authenticate, request.into()),
            Question::IsRevoked(session) => (&self.is_revoked, object(session)?),
            Question::ClaimOnce(session) => (&self.claim_once, object(session)?),
            Question::CountTokens(json) => (&self.count_tokens, json.into()),
            Question::Turnstile(_) | Question::Reserve(_) | Question::Balances(_) => {
                return Err(JsValue::UNDEFINED);
            }
        };
        let function = function.as_ref().ok_or(JsValue::UNDEFINED)?;
        let said = function.call1(&JsValue::UNDEFINED, &argument)?;
        let said = JsFuture::from(Promise::resolve(&said)).await?;
        if matches!(question, Question::Authenticate) && said.is_object() {
            return json_of(&members(&said)?);
        }
        json_of(&said)
    }
}

fn said(reply: &Reply) -> Option<String> {
    serde_json::to_string(reply).ok()
}

fn object(value: &impl serde::Serialize) -> Result<JsValue, JsValue> {
    JSON::parse(&serde_json::to_string(value).map_err(|_| JsValue::UNDEFINED)?)
}

/// A value without a JSON form becomes null.
fn json_of(value: &JsValue) -> Result<String, JsValue> {
    let json = JSON::stringify(value)?;
    Ok(JsValue::from(json)
        .as_string()
        .unwrap_or_else(|| "null".to_owned()))
}

/// Every member that says something, whether it is the object's own or not; what has no JSON form is
/// null.
fn members(said: &JsValue) -> Result<JsValue, JsValue> {
    let members: Object = Object::create(JsValue::NULL.unchecked_ref());
    let own = Reflect::own_keys(said)?;
    for name in Caller::MEMBERS
        .map(JsValue::from_str)
        .into_iter()
        .chain(own.iter())
    {
        let value = Reflect::get(said, &name)?;
        let value = if value.is_function() || value.is_symbol() {
            JsValue::NULL
        } else {
            value
        };
        // A symbol is not the name of a member that a caller may have.
        let name = name.as_string().unwrap_or_else(|| "Symbol".to_owned());
        Reflect::set(&members, &name.into(), &value)?;
    }
    Ok(members.into())
}

/// Asks the server of proofs.
async fn verify(verification: &Verification) -> Result<String, JsValue> {
    let mut list = HeaderList::new();
    list.set("content-type", "application/json");
    list.set("accept", "application/json");
    let controller = controller()?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(&controller.signal()));
    init.set_headers(&*headers(&list)?);
    init.set_body(&verification.body.as_str().into());
    // An answer that comes too late is ignored.
    let _aborts = Aborts(&controller);
    let response = JsFuture::from(fetch(None, &verification.url, &init)?).await?;
    if !is_response(&response) {
        return Err(response);
    }
    let response: Response = response.unchecked_into();
    let bytes = body::read(response.body(), verification.max_bytes).await?;
    let body = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
    Ok(json!({ "status": response.status(), "body": body }).to_string())
}

struct Aborts<'a>(&'a web_sys::AbortController);

impl Drop for Aborts<'_> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
