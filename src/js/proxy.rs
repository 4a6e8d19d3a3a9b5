//! The proxy's exports.

use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::{JsCast, JsValue, wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;
use web_sys::{Request, Response};

use super::inspector;
use crate::proxy::config::{Anonymous, EndUser, Models};
use crate::proxy::pace::Pace;
use crate::proxy::route::Route;
use crate::proxy::session::{self, SignFault};
use crate::proxy::{Caller, Checks, Config, Hooks, Keyring, Proxy, Secret, Secrets, UsageEvent};

/// What `pkg-template/edge/proxy.js` passes for each environment.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProxyOptions {
    upstream: String,
    allow_http: Vec<String>,
    allow_short_key: bool,
    /// The variables that the secrets come from: of the key, of session tokens, of Turnstile.
    secret_names: [String; 3],
    allowed_origins: Vec<String>,
    routes: Vec<String>,
    /// `["*"]` for any.
    models: Vec<String>,
    allow_params: Vec<String>,
    max_output_tokens: u32,
    max_messages: u32,
    max_input_chars: u32,
    max_input_tokens: Option<u32>,
    max_image_bytes: u32,
    image_urls: bool,
    system_prompt: Option<String>,
    end_user: String,
    max_concurrent: u32,
    max_body_bytes: u32,
    max_upload_bytes: u32,
    max_token_seconds: u32,
    timeout_ms: u32,
    answer_limits: AnswerLimits,
    body_pace: BodyPace,
    issuer: Option<String>,
    audience: Option<String>,
    session_epoch: Option<u64>,
    anonymous_sessions: Option<AnonymousOptions>,
}

/// The same that `pkg-template/edge/relay.js` holds to.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnswerLimits {
    idle_ms: u32,
    duration_ms: u32,
    max_bytes: u64,
    heartbeat_ms: u32,
}

/// How slowly a body may come.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BodyPace {
    idle_ms: u32,
    base_ms: u32,
    ms_per_block: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnonymousOptions {
    verify_url: String,
    hostnames: Vec<String>,
    action: Option<String>,
    ttl_seconds: u32,
    models: Option<Vec<String>>,
    max_tokens: Option<u32>,
}

impl From<ProxyOptions> for Config {
    fn from(options: ProxyOptions) -> Self {
        Self {
            upstream: options.upstream,
            allow_http: options.allow_http,
            allow_short_key: options.allow_short_key,
            allowed_origins: options.allowed_origins,
            // JavaScript has refused the names that are none.
            routes: options
                .routes
                .iter()
                .filter_map(|name| Route::named(name))
                .collect(),
            models: match options.models.as_slice() {
                [] => Models::None,
                [any] if any == "*" => Models::Any,
                _ => Models::List(options.models),
            },
            allowed_params: options.allow_params,
            max_output_tokens: options.max_output_tokens,
            max_messages: options.max_messages,
            max_input_chars: options.max_input_chars,
            max_input_tokens: options.max_input_tokens,
            max_image_bytes: options.max_image_bytes,
            image_urls: options.image_urls,
            system_prompt: options.system_prompt,
            end_user: match options.end_user.as_str() {
                "user" => EndUser::User,
                "safety_identifier" => EndUser::SafetyIdentifier,
                _ => EndUser::Hidden,
            },
            max_concurrent: options.max_concurrent,
            max_body_bytes: options.max_body_bytes,
            max_upload_bytes: options.max_upload_bytes,
            max_token_seconds: options.max_token_seconds,
            timeout_ms: options.timeout_ms,
            idle_timeout_ms: options.answer_limits.idle_ms,
            max_duration_ms: options.answer_limits.duration_ms,
            max_answer_bytes: options.answer_limits.max_bytes,
            body_pace: Pace {
                idle_ms: options.body_pace.idle_ms,
                base_ms: options.body_pace.base_ms,
                ms_per_block: options.body_pace.ms_per_block,
            },
            heartbeat_ms: options.answer_limits.heartbeat_ms,
            issuer: options.issuer,
            audience: options.audience,
            session_epoch: options.session_epoch,
            anonymous: options.anonymous_sessions.map(|anonymous| Anonymous {
                verify_url: anonymous.verify_url,
                hostnames: anonymous.hostnames,
                action: anonymous.action,
                ttl_seconds: anonymous.ttl_seconds,
                models: anonymous.models,
                max_tokens: anonymous.max_tokens,
            }),
            ..Self::default()
        }
    }
}

/// The proxy behind the package's `createProxy`.
#[wasm_bindgen]
pub struct ProxyCore {
    proxy: Rc<Proxy>,
    secret_names: [String; 3],
}

#[wasm_bindgen]
impl ProxyCore {
    /// A proxy with these settings; throws a text that names the setting at fault.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue) -> Result<ProxyCore, JsValue> {
        let options: ProxyOptions =
            serde_wasm_bindgen::from_value(options).map_err(|e| malformed("options", &e))?;
        let secret_names = options.secret_names.clone();
        let proxy = Proxy::new(options.into()).map_err(|fault| JsValue::from(fault.to_string()))?;
        Ok(Self {
            proxy: Rc::new(proxy),
            secret_names,
        })
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
            let relay = relay.map(|relay| move |relayed| inspector::relay(&relay, relayed));
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
    let keyring = Keyring::parse(&secret).map_err(|_| JsValue::from_str("secret"))?;
    let caller = Caller {
        subject: options.sub,
        token_id: Some(options.token_id),
        origin: options.origin,
        models: options.models,
        max_tokens: options.max_tokens,
        ..Caller::default()
    };
    session::sign(
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
        session_epoch: options.epoch,
        ..Config::default()
    };
    let secret = Secret::new(&options.secret);
    let keyring = Keyring::parse(&secret).map_err(|_| JsValue::from_str("secret"))?;
    let authorization = options.authorization.as_deref();
    match session::verify(authorization, &keyring, &config, options.now_seconds) {
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
    epoch: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionFacts {
    sub: String,
    jti: Option<String>,
    issued_at: Option<u64>,
    expires_at: Option<u64>,
    origin: Option<String>,
    models: Option<Vec<String>>,
    max_tokens: Option<u32>,
}

/// An object of the wrong shape: what `pkg-template/edge/proxy.js` passes is not what is read here.
fn malformed(option: &str, error: &serde_wasm_bindgen::Error) -> JsValue {
    JsValue::from_str(&format!("{option}: {error}"))
}
