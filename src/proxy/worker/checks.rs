//! What the Worker's author brings along: functions that decide about a request.
//!
//! Each may give a promise. One that throws, or says nothing within five seconds, closes the door:
//! the request is answered with 503 (threat table, row L11). What it throws goes nowhere, since it
//! may speak of secrets.

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Request;

use super::log;
use crate::proxy::auth::caller::{Caller, is_subject};
use crate::proxy::error::ProxyError;

const TIMEOUT_MS: u32 = 5000;

/// Functions of one request's environment, all of them optional.
#[derive(Debug, Clone, Default)]
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
}

/// What a hook says. `name` is for the log.
async fn ask(hook: &Function, name: &str, argument: &JsValue) -> Result<JsValue, ProxyError> {
    let failed = |_| {
        log(&format!("openai-wasm proxy: {name} failed"));
        ProxyError::unavailable()
    };
    let said = hook.call1(&JsValue::UNDEFINED, argument).map_err(failed)?;
    let said = JsFuture::from(Promise::resolve(&said));
    match select(said, TimeoutFuture::new(TIMEOUT_MS)).await {
        Either::Left((said, _)) => said.map_err(failed),
        Either::Right(_) => Err(failed(JsValue::UNDEFINED)),
    }
}

/// Only `true` and `false` count as answers.
pub(super) async fn decide(
    hook: &Function,
    name: &str,
    argument: &JsValue,
) -> Result<bool, ProxyError> {
    let said = ask(hook, name, argument).await?;
    said.as_bool().ok_or_else(|| {
        log(&format!(
            "openai-wasm proxy: {name} gave neither true nor false"
        ));
        ProxyError::unavailable()
    })
}

/// The number that a hook gives; `None` for anything else.
pub(super) async fn number(
    hook: &Function,
    name: &str,
    argument: &JsValue,
) -> Result<Option<f64>, ProxyError> {
    Ok(ask(hook, name, argument).await?.as_f64())
}

/// The caller, as the author's own check names it.
pub(super) async fn authenticate(hook: &Function, request: &Request) -> Result<Caller, ProxyError> {
    let said = ask(hook, "authenticate", request).await?;
    if said.is_null() || said.is_undefined() || said == JsValue::FALSE {
        return Err(ProxyError::unauthorized());
    }
    if said.as_string().as_deref() == Some("expired") {
        return Err(ProxyError::token_expired());
    }
    caller(&said).ok_or_else(|| {
        log(&format!(
            "openai-wasm proxy: authenticate gave no {{ sub }} with some of {} and nothing else",
            MEMBERS.join(", ")
        ));
        ProxyError::unavailable()
    })
}

const MEMBERS: [&str; 7] = [
    "sub",
    "origin",
    "models",
    "maxTokens",
    "jti",
    "issuedAt",
    "expiresAt",
];

/// What is there must be right: a scope that is misspelt, null or cannot be read must not open
/// everything.
fn caller(said: &JsValue) -> Option<Caller> {
    let mut names = Reflect::own_keys(said).ok()?.into_iter();
    if !names.all(|name| {
        name.as_string()
            .is_some_and(|name| MEMBERS.contains(&&*name))
    }) {
        return None;
    }
    let get = |name| Reflect::get(said, &JsValue::from_str(name)).ok();
    let optional = |name| get(name).map(|value| Some(value).filter(|value| !value.is_undefined()));
    let subject = get("sub")?
        .as_string()
        .filter(|subject| is_subject(subject))?;
    let mut caller = Caller {
        subject,
        ..Caller::default()
    };
    if let Some(origin) = optional("origin")? {
        caller.origin = Some(origin.as_string()?);
    }
    if let Some(models) = optional("models")? {
        let models = models.dyn_into::<Array>().ok()?;
        caller.models = Some(
            models
                .iter()
                .map(|model| model.as_string())
                .collect::<Option<_>>()?,
        );
    }
    if let Some(most) = optional("maxTokens")? {
        caller.max_tokens = Some(u32::try_from(whole(&most)?).ok()?);
    }
    if let Some(id) = optional("jti")? {
        caller.token_id = Some(id.as_string().filter(|id| is_subject(id))?);
    }
    if let Some(time) = optional("issuedAt")? {
        caller.issued_at = Some(whole(&time)?);
    }
    if let Some(time) = optional("expiresAt")? {
        caller.expires_at = Some(whole(&time)?);
    }
    Some(caller)
}

/// A whole number above 0 that a double holds exactly.
fn whole(value: &JsValue) -> Option<u64> {
    const MOST: f64 = 9_007_199_254_740_991.0;
    let number = value.as_f64()?;
    if number.fract() != 0.0 || !(1.0..=MOST).contains(&number) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    // Within the range.
    Some(number as u64)
}

/// A caller as hooks get it: `{ sub, jti, issuedAt, expiresAt }`.
#[allow(clippy::cast_precision_loss)] // Seconds since 1970 are far below 2^53.
pub(super) fn session(caller: &Caller) -> Result<JsValue, ProxyError> {
    let object = Object::new();
    let time =
        |time: Option<u64>| time.map_or(JsValue::UNDEFINED, |time| JsValue::from_f64(time as f64));
    for (name, value) in [
        ("sub", JsValue::from_str(&caller.subject)),
        (
            "jti",
            caller
                .token_id
                .as_deref()
                .map_or(JsValue::UNDEFINED, JsValue::from_str),
        ),
        ("issuedAt", time(caller.issued_at)),
        ("expiresAt", time(caller.expires_at)),
    ] {
        Reflect::set(&object, &JsValue::from_str(name), &value)
            .map_err(|_| ProxyError::internal())?;
    }
    Ok(object.into())
}
