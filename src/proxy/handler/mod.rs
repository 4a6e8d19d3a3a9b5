//! Runs the proxy's decisions in a Worker: request in, response out.

mod admission;
mod body;
mod checks;
mod exchange;
mod head;
mod hooks;
#[cfg(not(feature = "__npm-edge"))]
mod host;
mod input_tokens;
mod log;
mod mint;
mod payload;
mod pieces;
#[cfg(not(feature = "__npm-edge"))]
mod relay;
mod slots;
mod upload;

use std::rc::Rc;

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::{JsCast, JsValue};
use web_sys::{Request, Response, ResponseInit};

use super::config::{Config, ConfigFault};
use super::policy::{self, Decision};
use super::prompt::Prompt;
use super::refusal::Refusal;
use super::response::head::EVENTS;
use super::route::Route;
use super::secret::Secrets;
use super::upstream;
use crate::policy::endpoint::BaseUrl;
use crate::policy::headers::HeaderList;
pub use checks::Checks;
use exchange::Exchange;
use head::Received;
pub(crate) use hooks::Hooks;
#[cfg(feature = "__npm-edge")]
pub(crate) use hooks::Relayed;
#[cfg(not(feature = "__npm-edge"))]
pub use host::Host;
use log::{log, note};
use slots::Slots;

/// A proxy with its settings. It holds no secret: each request brings its environment's.
///
/// A Worker keeps one for all of its requests, since it counts how many of a caller's are in flight.
///
/// ```no_run
/// # #[cfg(not(feature = "__npm-edge"))] mod answering {
/// use openai_wasm::proxy::config::Models;
/// use openai_wasm::proxy::{Config, ConfigFault, Host, Proxy, Secret, Secrets};
/// use web_sys::{Request, Response};
///
/// fn proxy() -> Result<Proxy, ConfigFault> {
///     Proxy::new(Config {
///         models: Models::List(vec!["gpt-5-nano".to_owned()]),
///         max_duration_ms: 120_000,
///         ..Config::default()
///     })
/// }
///
/// async fn answer(proxy: &Proxy, request: &Request, host: &Host) -> Response {
///     let secrets = Secrets {
///         key: Secret::new("the Worker's secret OPENAI_API_KEY"),
///         session: Secret::new("the Worker's secret SESSION_SECRET"),
///         turnstile: None,
///     };
///     proxy.handle(request, &secrets, host).await
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct Proxy {
    config: Config,
    upstream: BaseUrl,
    prompt: Option<Rc<Prompt>>,
    slots: Slots,
}

/// An answer in the making.
enum Answer {
    /// The upstream's body: a stream, a byte array, or null.
    Pass {
        body: JsValue,
        content_type: &'static str,
    },
    /// JSON that the proxy itself wrote.
    Own(String),
    Preflight(HeaderList),
    Refuse(Refusal),
}

impl Proxy {
    /// A proxy with these settings.
    ///
    /// # Errors
    /// The first setting that is refused.
    pub fn new(config: Config) -> Result<Self, ConfigFault> {
        let upstream = config.check()?;
        let prompt = config.system_prompt.as_deref().map(Prompt::new);
        Ok(Self {
            config,
            upstream,
            prompt: prompt.map(Rc::new),
            slots: Slots::new(),
        })
    }

    /// Answers one request.
    pub(crate) async fn run(
        &self,
        hooks: &Hooks<'_>,
        request: &Request,
        secrets: &Secrets,
    ) -> Response {
        let received = Received::of(request);
        let id = request_id();
        let answer = match self.answer(request, &received, secrets, hooks, &id).await {
            Ok(answer) => answer,
            Err(refusal) => {
                note(&refusal);
                Answer::Refuse(refusal)
            }
        };
        self.finish(&received, answer, &id)
    }

    /// Refuses a request as the proxy itself does, readable for pages of the listed origins: for what
    /// the author of a Worker checks beforehand.
    #[must_use]
    pub fn refuse(&self, request: &Request, refusal: Refusal) -> Response {
        self.finish(
            &Received::of(request),
            Answer::Refuse(refusal),
            &request_id(),
        )
    }

    /// Refuses a request since something is not configured; what it is stands in the log.
    pub(crate) fn misconfigured(&self, request: &Request, problem: &str) -> Response {
        log(&format!("openai-wasm proxy: not configured: {problem}"));
        self.refuse(request, Refusal::misconfigured())
    }

    fn finish(&self, received: &Received, answer: Answer, id: &str) -> Response {
        let common = policy::answer_headers(&received.head(), &self.config.allowed_origins, id);
        let answered = respond(answer, common).and_then(|response| {
            if received.head().method == "HEAD" {
                without_body(response)
            } else {
                Ok(response)
            }
        });
        answered.unwrap_or_else(|_| Response::error())
    }

    async fn answer(
        &self,
        request: &Request,
        received: &Received,
        secrets: &Secrets,
        hooks: &Hooks<'_>,
        request_id: &str,
    ) -> Result<Answer, Refusal> {
        let keyring = self.check_secrets(secrets, hooks.checks)?;
        let keyring = keyring.as_ref();
        let head = received.head();
        let decision = policy::decide(&head, &self.config);
        // Whose preflight is refused cannot read that the proxy is switched off.
        if !matches!(decision, Decision::Preflight(_)) {
            admission::check_open(hooks.checks).await?;
        }
        if received.circles {
            return Err(upstream::circles());
        }
        let (route, model) = match decision {
            Decision::Forward(route) => (route, None),
            Decision::Model(id) => (Route::Models, Some(id)),
            Decision::Preflight(headers) => return Ok(Answer::Preflight(headers)),
            Decision::Reject(refusal) => return Err(refusal),
            Decision::Mint(origin) => {
                let turnstile = secrets.turnstile.as_ref();
                let minted = self.mint(origin, request, &head, turnstile, keyring, hooks.checks);
                return minted.await.map(Answer::Own);
            }
        };
        let admitted = self.admit(route, request, received, secrets, keyring, hooks);
        let admitted = admitted.await?;
        let payload = self
            .payload(route, request, &head, &admitted, hooks)
            .await?;
        if let Some(own) = self.own_models(route, model.as_deref(), &admitted.caller) {
            return own.map(Answer::Own);
        }
        self.claim(&admitted.caller, hooks.checks).await?;
        let exchange = Exchange {
            url: self.url_of(route, model.as_deref())?,
            route,
            key: &secrets.key,
            request,
            hooks,
            request_id,
            subject: admitted.caller.subject,
            timeout_ms: self.config.timeout_ms,
            limits: self.config.answer_limits(),
            body_pace: self.config.body_pace,
            prompt: self.prompt.as_ref(),
        };
        exchange.run(payload, admitted.slot).await
    }
}

/// The same answer to `HEAD`: nobody reads its body.
fn without_body(response: Response) -> Result<Response, JsValue> {
    let init = ResponseInit::new();
    init.set_status(response.status());
    init.set_headers(&response.headers());
    if let Some(body) = response.body() {
        let _ = body.cancel();
    }
    Response::new_with_opt_str_and_init(None, &init)
}

fn respond(answer: Answer, mut headers_of: HeaderList) -> Result<Response, JsValue> {
    let init = ResponseInit::new();
    match answer {
        Answer::Pass { body, content_type } => {
            headers_of.set("content-type", content_type);
            if content_type == EVENTS {
                // Some reverse proxies buffer whatever is not marked so.
                headers_of.set("x-accel-buffering", "no");
            }
            init.set_status(200);
            init.set_headers(&*headers(&headers_of)?);
            // The constructor takes every kind of body, whatever its binding is called.
            let body = (!body.is_null()).then(|| body.unchecked_into());
            Response::new_with_opt_readable_stream_and_init(body.as_ref(), &init)
        }
        Answer::Own(json) => {
            headers_of.set("content-type", "application/json");
            init.set_status(200);
            init.set_headers(&*headers(&headers_of)?);
            Response::new_with_opt_str_and_init(Some(&json), &init)
        }
        Answer::Preflight(own) => {
            extend(&mut headers_of, &own);
            init.set_status(204);
            init.set_headers(&*headers(&headers_of)?);
            Response::new_with_opt_str_and_init(None, &init)
        }
        Answer::Refuse(refusal) => {
            extend(&mut headers_of, &refusal.headers());
            init.set_status(refusal.status);
            init.set_headers(&*headers(&headers_of)?);
            Response::new_with_opt_str_and_init(Some(&refusal.body()), &init)
        }
    }
}

fn extend(headers: &mut HeaderList, more: &HeaderList) {
    for (name, value) in more.iter() {
        headers.set(name, value);
    }
}

fn headers(list: &HeaderList) -> Result<web_sys::Headers, JsValue> {
    let headers = web_sys::Headers::new()?;
    for (name, value) in list.iter() {
        headers.append(name, value)?;
    }
    Ok(headers)
}

fn now_unix_seconds() -> u64 {
    now_unix_ms() / 1000
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn now_unix_ms() -> u64 {
    // Milliseconds since 1970 are a positive whole number far below 2^53.
    js_sys::Date::now() as u64
}

/// The signal that tells when the caller leaves, where the platform has one.
fn signal_of(request: &Request) -> Option<web_sys::AbortSignal> {
    let signal = Reflect::get(request, &JsValue::from_str("signal")).ok()?;
    signal.is_object().then(|| signal.unchecked_into())
}

/// An id of our own: the upstream's would name its account's request.
fn request_id() -> String {
    let uuid = || -> Result<JsValue, JsValue> {
        let crypto = Reflect::get(&js_sys::global(), &JsValue::from_str("crypto"))?;
        let random: Function =
            Reflect::get(&crypto, &JsValue::from_str("randomUUID"))?.dyn_into()?;
        random.call0(&crypto)
    };
    uuid()
        .ok()
        .and_then(|uuid| uuid.as_string())
        .unwrap_or_else(|| "unknown".to_owned())
}
