//! The proxy's exports.

use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::{JsCast, JsValue, wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;
use web_sys::{Request, Response};

use super::answer;
use crate::proxy::auth::anonymous::Anonymous;
use crate::proxy::auth::session_token::{self, DAY_SECONDS, SignFault};
use crate::proxy::{
    Caller, Checks, Config, Hooks, Proxy, Secret, Secrets, SigningKeys, UsageEvent,
};

/// The proxy behind the package's `createProxy`.
#[wasm_bindgen]
pub struct ProxyCore {
    proxy: Rc<Proxy>,
    secret_names: [String; 3],
}

#[wasm_bindgen]
impl ProxyCore {
    /// A proxy with the settings of a [`Config`] as JSON; throws a text that names the setting at fault.
    /// The names are those of the variables that hold the key, the session secret and Turnstile's.
    #[wasm_bindgen(constructor)]
    pub fn new(
        config: &str,
        key_name: String,
        session_name: String,
        turnstile_name: String,
    ) -> Result<ProxyCore, JsValue> {
        let config: Config = serde_json::from_str(config).map_err(|e| malformed(&e))?;
        let proxy = Proxy::new(config).map_err(|fault| JsValue::from(fault.to_string()))?;
        Ok(Self {
            proxy: Rc::new(proxy),
            secret_names: [key_name, session_name, turnstile_name],
        })
    }

    /// The limits of each answer, for `pkg-template/edge/relay.js`: how long it may be silent, how long
    /// it may take, how large it may be, and after how long a silence a comment comes.
    #[wasm_bindgen(js_name = answerLimits)]
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // Bounded by 2^40.
    pub fn answer_limits(&self) -> Vec<f64> {
        let limits = self.proxy.answer_limits();
        vec![
            limits.idle_timeout_ms.into(),
            limits.max_duration_ms.into(),
            limits.max_answer_bytes as f64,
            limits.heartbeat_ms.into(),
        ]
    }

    /// Answers a request. Missing secrets are empty texts: the proxy then fails closed.
    ///
    /// `hooks` may have `fetch`, called as `fetch(url, init)`, `relay`, called as
    /// `relay(first, body, controller, watch, facts, release)`, `report`, called with a record,
    /// `waitUntil`, and the methods of [`Checks`].
    pub fn handle(
        &self,
        request: Request,
        key: &str,
        session: &str,
        turnstile: Option<String>,
        hooks: &JsValue,
    ) -> Promise {
        let hook = |name| Reflect::get(hooks, &JsValue::from_str(name)).ok();
        let function = |name| hook(name)?.dyn_into::<Function>().ok();
        let (fetch, relay, report) = (function("fetch"), function("relay"), function("report"));
        let wait_until = function("waitUntil");
        let checks = Checks::of(hooks);
        let proxy = Rc::clone(&self.proxy);
        let [key_name, session_name, turnstile_name] = &self.secret_names;
        let secrets = Secrets {
            key: Secret::named(key_name, key),
            session: Secret::named(session_name, session),
            // Of one that is missing the name is told, too.
            turnstile: turnstile.map(|text| Secret::named(turnstile_name, &text)),
        };
        future_to_promise(async move {
            let relay = relay.map(|relay| move |relayed| answer::relay(&relay, relayed));
            let report = report.map(|report| {
                move |event: UsageEvent| {
                    // Strings and numbers always have a JSON form.
                    let record = serde_json::to_string(&event).unwrap_or_default();
                    // The hook is the author's; what it throws is handled where it is called.
                    let _ = report.call1(&JsValue::UNDEFINED, &record.into());
                }
            });
            let wait_until = wait_until.map(|wait_until| {
                move |promise: Promise| {
                    let _ = wait_until.call1(&JsValue::UNDEFINED, &promise);
                }
            });
            let hooks = Hooks {
                fetch: fetch.as_ref(),
                checks: &checks,
                wait_until: wait_until.as_ref().map(|wait_until| wait_until as _),
                relay: relay.as_ref().map(|relay| relay as _),
                report: report.as_ref().map(|report| report as _),
            };
            Ok(proxy.run(&hooks, &request, &secrets).await.into())
        })
    }

    /// Refuses a request with 503: its environment is unusable, which the log explains.
    #[must_use]
    pub fn misconfigured(&self, request: &Request, problem: &str) -> Response {
        self.proxy.misconfigured(request, problem)
    }
}

/// Signs a session token; throws the name of the option at fault.
#[wasm_bindgen(js_name = signSessionToken)]
pub fn sign_session_token(options: &str) -> Result<String, JsValue> {
    let options: SignOptions = serde_json::from_str(options).map_err(|e| malformed(&e))?;
    let config = Config {
        // What the proxy takes at most is its own to say.
        max_token_seconds: DAY_SECONDS,
        issuer: options.issuer,
        audience: options.audience,
        ..Config::default()
    };
    let secret = Secret::new(&options.secret);
    let keyring = SigningKeys::parse(&secret).map_err(|_| JsValue::from_str("secret"))?;
    let caller = Caller {
        subject: options.sub,
        token_id: Some(options.token_id),
        origin: options.origin,
        models: options.models,
        max_tokens: options.max_tokens,
        ..Caller::default()
    };
    session_token::sign(
        &caller,
        options.ttl_seconds,
        &keyring,
        &config,
        options.now_seconds,
    )
    .map_err(|fault| {
        JsValue::from_str(match fault {
            SignFault::Secret => "secret",
            SignFault::Subject => "sub",
            SignFault::Lifetime => "ttlSeconds",
        })
    })
}

/// What `signSessionToken` passes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignOptions {
    secret: String,
    sub: String,
    token_id: String,
    origin: Option<String>,
    models: Option<Vec<String>>,
    max_tokens: Option<u32>,
    #[serde(default = "ttl_seconds")]
    ttl_seconds: u32,
    now_seconds: u64,
    issuer: Option<String>,
    audience: Option<String>,
}

/// A token lives as long as that of an anonymous page.
fn ttl_seconds() -> u32 {
    Anonymous::default().ttl_seconds
}

/// Checks an `Authorization` header; gives the session as JSON, or undefined when it is refused. Throws the
/// name of the option at fault.
#[wasm_bindgen(js_name = verifySessionToken)]
pub fn verify_session_token(options: &str) -> Result<Option<String>, JsValue> {
    let options: VerifyOptions = serde_json::from_str(options).map_err(|e| malformed(&e))?;
    let mut config = Config {
        issuer: options.issuer,
        audience: options.audience,
        session_epoch: options.epoch,
        ..Config::default()
    };
    if let Some(most) = options.max_token_seconds {
        config.max_token_seconds = most;
    }
    let secret = Secret::new(&options.secret);
    let keyring = SigningKeys::parse(&secret).map_err(|_| JsValue::from_str("secret"))?;
    let authorization = options.authorization.as_deref();
    match session_token::verify(authorization, &keyring, &config, options.now_seconds) {
        Ok(caller) => {
            let facts = SessionFacts {
                sub: caller.subject,
                jti: caller.token_id,
                issued_at: caller.issued_at,
                expires_at: caller.expires_at,
                origin: caller.origin,
                models: caller.models,
                max_tokens: caller.max_tokens,
            };
            serde_json::to_string(&facts)
                .map(Some)
                .map_err(|e| malformed(&e))
        }
        Err(_) => Ok(None),
    }
}

/// What `verifySessionToken` passes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VerifyOptions {
    secret: String,
    authorization: Option<String>,
    max_token_seconds: Option<u32>,
    now_seconds: u64,
    issuer: Option<String>,
    audience: Option<String>,
    epoch: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionFacts {
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<u64>,
    expires_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    models: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
}

/// A text of the wrong shape: what `pkg-template/edge/proxy.js` passes is not what is read here.
fn malformed(error: &serde_json::Error) -> JsValue {
    JsValue::from_str(&format!("options: {error}"))
}
