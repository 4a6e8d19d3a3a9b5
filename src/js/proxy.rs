//! The proxy's exports.

use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::{JsCast, JsValue, wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;
use web_sys::{Request, Response};

use super::answer;
use crate::proxy::secret::check_session;
use crate::proxy::session::{self, SignFault};
use crate::proxy::{Config, Host, Proxy, Secret, Secrets};

/// What `pkg-template/edge/proxy.js` passes for each environment.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProxyOptions {
    upstream: String,
    allowed_origins: Vec<String>,
    max_body_bytes: u32,
    max_token_seconds: u32,
    timeout_ms: u32,
    issuer: Option<String>,
    audience: Option<String>,
}

impl From<ProxyOptions> for Config {
    fn from(options: ProxyOptions) -> Self {
        Self {
            upstream: options.upstream,
            allowed_origins: options.allowed_origins,
            max_body_bytes: options.max_body_bytes,
            max_token_seconds: options.max_token_seconds,
            timeout_ms: options.timeout_ms,
            issuer: options.issuer,
            audience: options.audience,
        }
    }
}

/// The proxy behind the package's `createProxy`.
#[wasm_bindgen]
pub struct ProxyCore(Rc<Proxy>);

#[wasm_bindgen]
impl ProxyCore {
    /// A proxy with these settings; throws a text that names the setting at fault.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue) -> Result<ProxyCore, JsValue> {
        let options: ProxyOptions =
            serde_wasm_bindgen::from_value(options).map_err(|e| malformed("options", &e))?;
        let proxy = Proxy::new(options.into()).map_err(|fault| JsValue::from(fault.to_string()))?;
        Ok(Self(Rc::new(proxy)))
    }

    /// Answers a request. Missing secrets are empty texts: the proxy then fails closed.
    ///
    /// `hooks` may have `fetch`, called as `fetch(url, init)`, `relay`, called as
    /// `relay(first, body, controller, watch, facts)`, and `report`, called with a record.
    pub fn handle(&self, request: Request, key: &str, session: &str, hooks: &JsValue) -> Promise {
        let hook = |name| Reflect::get(hooks, &JsValue::from_str(name)).ok();
        let function = |name| hook(name)?.dyn_into::<Function>().ok();
        let (fetch, relay, report) = (function("fetch"), function("relay"), function("report"));
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let idle_ms = hook("idleMs")
            .and_then(|ms| ms.as_f64())
            .map(|ms| ms as u32);
        let proxy = Rc::clone(&self.0);
        let secrets = Secrets {
            key: Secret::new(key),
            session: Secret::new(session),
        };
        future_to_promise(async move {
            let relay = relay.map(|relay| move |relayed| answer::relay(&relay, relayed));
            let report = report.map(|report| {
                move |record: String| {
                    // The hook is the author's; what it throws is handled where it is called.
                    let _ = report.call1(&JsValue::UNDEFINED, &record.into());
                }
            });
            let host = Host {
                fetch: fetch.as_ref(),
                relay: relay.as_ref().map(|relay| relay as _),
                report: report.as_ref().map(|report| report as _),
                idle_ms: idle_ms.unwrap_or(Host::default().idle_ms),
            };
            Ok(proxy.handle_for(&host, &request, &secrets).await.into())
        })
    }

    /// Refuses a request with 503: its environment is unusable.
    #[must_use]
    pub fn misconfigured(&self, request: &Request) -> Response {
        self.0.misconfigured(request)
    }
}

/// Signs a session token; throws the name of the option at fault.
#[wasm_bindgen(js_name = signSessionToken)]
pub fn sign_session_token(options: JsValue) -> Result<String, JsValue> {
    let options: SignOptions =
        serde_wasm_bindgen::from_value(options).map_err(|e| malformed("options", &e))?;
    let config = Config {
        max_token_seconds: options.max_token_seconds,
        issuer: options.issuer,
        audience: options.audience,
        ..Config::default()
    };
    let secret = Secret::new(&options.secret);
    session::sign(
        &options.sub,
        options.ttl_seconds,
        &secret,
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
    ttl_seconds: u32,
    max_token_seconds: u32,
    now_seconds: u64,
    issuer: Option<String>,
    audience: Option<String>,
}

/// Checks an `Authorization` header; gives the session, or undefined when it is refused. Throws the
/// name of the option at fault.
#[wasm_bindgen(js_name = verifySessionToken)]
pub fn verify_session_token(options: JsValue) -> Result<JsValue, JsValue> {
    let options: VerifyOptions =
        serde_wasm_bindgen::from_value(options).map_err(|e| malformed("options", &e))?;
    let config = Config {
        max_token_seconds: options.max_token_seconds,
        issuer: options.issuer,
        audience: options.audience,
        ..Config::default()
    };
    let secret = Secret::new(&options.secret);
    check_session(&secret).map_err(|_| JsValue::from_str("secret"))?;
    let authorization = options.authorization.as_deref();
    match session::verify(authorization, &secret, &config, options.now_seconds) {
        Ok(session) => {
            let facts = SessionFacts {
                sub: session.subject,
                expires_at: session.expires_at,
            };
            serde_wasm_bindgen::to_value(&facts).map_err(|e| malformed("session", &e))
        }
        Err(_) => Ok(JsValue::UNDEFINED),
    }
}

/// What `verifySessionToken` passes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VerifyOptions {
    secret: String,
    authorization: Option<String>,
    max_token_seconds: u32,
    now_seconds: u64,
    issuer: Option<String>,
    audience: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionFacts {
    sub: String,
    expires_at: u64,
}

/// An object of the wrong shape: what `pkg-template/edge/proxy.js` passes is not what is read here.
fn malformed(option: &str, error: &serde_wasm_bindgen::Error) -> JsValue {
    JsValue::from_str(&format!("{option}: {error}"))
}
