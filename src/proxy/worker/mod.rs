//! The driver of the proxy in a Worker in Rust: it does what a request's
//! [`Admission`](crate::proxy::admission::Admission) and its answer's
//! [`Inspector`](crate::proxy::response::Inspector) say.

mod ask;
mod body;
mod budget;
mod forward;
mod host;
mod pieces;
mod relay;
mod request_head;
mod upload;

use std::rc::Rc;

use js_sys::{Array, Function, JSON, Reflect};
use wasm_bindgen::prelude::{JsCast, JsValue};
use web_sys::{Request, Response, ResponseInit};

use crate::policy::headers::HeaderList;
use crate::proxy::admission::{self, Admission, Answer, Asks, Gate, Keys, Step};
use crate::proxy::auth::secrets::Secrets;
use crate::proxy::config::{Config, ConfigFault};
use crate::proxy::error::ProxyError;
pub use ask::Checks;
use forward::Exchange;
pub use host::Host;

/// A proxy with its settings. It holds no secret: each request brings its environment's.
///
/// A Worker keeps one for all of its requests, since it counts how many of a caller's are in flight. A clone
/// is the same proxy.
///
/// ```no_run
/// use openai_wasm::proxy::{Config, ConfigFault, Host, Proxy, Secret, Secrets};
/// use web_sys::{Request, Response};
///
/// fn proxy() -> Result<Proxy, ConfigFault> {
///     Proxy::new(Config::default().models(["gpt-5-nano"]).max_duration_ms(120_000))
/// }
///
/// async fn answer(proxy: &Proxy, request: &Request, host: &Host) -> Response {
///     let secrets = Secrets::new(
///         Secret::new("the Worker's secret OPENAI_API_KEY"),
///         Secret::new("the Worker's secret SESSION_SECRET"),
///     );
///     proxy.handle(request, &secrets, host).await
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Proxy(Rc<Gate>);

impl Proxy {
    /// A proxy with these settings.
    ///
    /// # Errors
    /// The first setting that is refused.
    pub fn new(config: Config) -> Result<Self, ConfigFault> {
        Gate::new(config).map(|gate| Self(Rc::new(gate)))
    }

    /// A proxy whose settings are those of [`Config::from_vars`]. With [`Secrets::from_vars`] and the
    /// crate `worker` that is a Worker:
    ///
    /// ```ignore
    /// thread_local! { static PROXY: OnceCell<Result<Proxy, ConfigFault>> = const { OnceCell::new() }; }
    ///
    /// #[event(fetch)]
    /// async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<web_sys::Response> {
    ///     let made = PROXY.with(|proxy| proxy.get_or_init(|| Proxy::from_vars(var(&env))).clone());
    ///     let proxy = made.map_err(|fault| fault.to_string())?;
    ///     let host = Host::new(move |work| context.wait_until(work));
    ///     Ok(proxy.handle(request.inner(), &Secrets::from_vars(var(&env)), &host).await)
    /// }
    /// ```
    ///
    /// # Errors
    /// The first setting that is refused.
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigFault> {
        Config::from_vars(var).and_then(Self::new)
    }

    /// Answers one request. Every failure is a response too.
    ///
    /// The upstream's connection closes when the caller leaves. Workers tell that with the
    /// compatibility flag `enable_request_signal` alone: without it every request is refused with
    /// 503, since the upstream would go on generating at the key owner's cost.
    ///
    /// # Cancel safety
    /// A request that was sent on when the future is dropped goes on until its caller leaves.
    pub async fn handle(&self, request: &Request, secrets: &Secrets, host: &Host) -> Response {
        let config = &self.0.config;
        let keys = match host.unfit(config) {
            Some(problem) => Err(problem.to_owned()),
            None => Keys::check(secrets.clone(), config, host.checks.authenticate.is_some()),
        };
        let host = &host.of_request();
        let _kept = host.keep();
        let asks = host
            .checks
            .asks(host.on_usage.is_some(), host.spending.is_some());
        let mut admission = self.admission(request, keys, asks);
        let pace = admission.pace();
        let mut step = admission.start(now_unix_ms());
        loop {
            step = match step {
                Step::Ask(question) => {
                    let spending = host.spending.as_deref();
                    let said = host.checks.ask(&question, request, spending).await;
                    let answer = said.as_deref().map_or(Answer::Failed, Answer::Said);
                    admission.resume(answer, now_unix_ms())
                }
                Step::ReadBody { max_bytes } => {
                    match body::of_request(request, max_bytes, &pace).await {
                        Ok(bytes) => admission.resume(Answer::Body(&bytes), now_unix_ms()),
                        Err(lost) => admission.resume(Answer::Lost(lost), now_unix_ms()),
                    }
                }
                Step::Forward(sent) => {
                    let exchange = Exchange {
                        request,
                        host,
                        sent,
                        pace,
                    };
                    return exchange.run(admission).await;
                }
                // No object keeps streams here: `Asks` says so.
                Step::Visit(_) => admission.resume(Answer::Failed, now_unix_ms()),
                Step::Respond(response) => {
                    host.release();
                    return respond(response, None);
                }
            };
        }
    }

    /// Refuses a request as the proxy itself does, readable for pages of the listed origins: for what
    /// the author of a Worker checks beforehand.
    #[must_use]
    pub fn refuse(&self, request: &Request, error: ProxyError) -> Response {
        let keys = Err(String::new());
        let mut admission = self.admission(request, keys, Asks::default());
        respond(admission.refuse(&error, now_unix_ms()), None)
    }

    fn admission(&self, request: &Request, keys: Result<Keys, String>, asks: Asks) -> Admission {
        let head = request_head::of(request);
        Admission::new(Rc::clone(&self.0), Rc::new(keys), asks, head, random_id())
    }
}

/// What a Worker's environment says by a variable's or a secret's name: its text, of a list its items
/// separated by commas, of every other value its JSON. One that is missing, null or empty says nothing.
pub fn var(env: &JsValue) -> impl Fn(&str) -> Option<String> {
    move |name| {
        let value = Reflect::get(env, &JsValue::from_str(name)).ok()?;
        if value.is_null() || value.is_undefined() {
            return None;
        }
        let text = match value.dyn_ref::<Array>() {
            Some(list) => Some(list.join(",").into()),
            None => value
                .as_string()
                .or_else(|| JSON::stringify(&value).ok()?.as_string()),
        };
        text.filter(|text| !text.is_empty())
    }
}

/// The platform's response. The body is the upstream's, or the response's own text.
fn respond(response: admission::Response, body: Option<JsValue>) -> Response {
    for line in &response.log {
        web_sys::console::error_1(&line.into());
    }
    let body = body.or_else(|| response.body.as_deref().map(JsValue::from_str));
    let made = || -> Result<Response, JsValue> {
        let init = ResponseInit::new();
        init.set_status(response.status);
        init.set_headers(&*headers(&response.headers)?);
        // The constructor takes every kind of body, whatever its binding is called.
        let body = body.filter(|body| !body.is_null() && !body.is_undefined());
        let body = body.map(JsCast::unchecked_into);
        Response::new_with_opt_readable_stream_and_init(body.as_ref(), &init)
    };
    made().unwrap_or_else(|_| Response::error())
}

fn headers(list: &HeaderList) -> Result<web_sys::Headers, JsValue> {
    let headers = web_sys::Headers::new()?;
    for (name, value) in list.iter() {
        headers.append(name, value)?;
    }
    Ok(headers)
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

fn random_id() -> String {
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
