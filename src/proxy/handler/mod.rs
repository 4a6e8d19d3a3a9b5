//! Runs the proxy's decisions in a Worker: request in, response out.

mod body;
mod head;

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Request, RequestInit, RequestRedirect, Response, ResponseInit, console,
};

use super::config::{Config, ConfigFault};
use super::json;
use super::policy::{self, Decision, Head, Route};
use super::refusal::Refusal;
use super::secret::{Secret, Secrets};
use super::session;
use super::upstream::{self, Verdict};
use crate::policy::endpoint::BaseUrl;
use crate::policy::headers::HeaderList;
use head::Received;

/// A proxy with its settings. It holds no secret: each request brings its environment's.
///
/// ```no_run
/// # async fn answer(request: web_sys::Request) -> Result<web_sys::Response, Box<dyn std::error::Error>> {
/// use openai_wasm::proxy::{Config, Proxy, Secret, Secrets};
///
/// let proxy = Proxy::new(Config::default())?;
/// let secrets = Secrets {
///     key: Secret::new("the Worker's secret OPENAI_API_KEY"),
///     session: Secret::new("the Worker's secret SESSION_SECRET"),
/// };
/// Ok(proxy.handle(&request, &secrets).await)
/// # }
/// ```
#[derive(Debug)]
pub struct Proxy {
    config: Config,
    upstream: BaseUrl,
}

/// An answer in the making.
enum Answer {
    /// The upstream's body, untouched.
    Pass {
        response: Response,
        content_type: &'static str,
    },
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
        Ok(Self { config, upstream })
    }

    /// Answers one request with the platform's `fetch`. Every failure is a response too.
    ///
    /// The upstream's connection closes when the caller leaves, if the platform tells: Workers need
    /// the compatibility flag `enable_request_signal`.
    pub async fn handle(&self, request: &Request, secrets: &Secrets) -> Response {
        self.run(request, secrets, None).await
    }

    /// The same with another function in the place of `fetch`: a service binding's, say.
    pub async fn handle_via(
        &self,
        request: &Request,
        secrets: &Secrets,
        fetch: &Function,
    ) -> Response {
        self.run(request, secrets, Some(fetch)).await
    }

    /// Refuses a request with 503: for an environment that the proxy must not run in.
    #[must_use]
    pub fn misconfigured(&self, request: &Request) -> Response {
        self.finish(
            &Received::of(request),
            Answer::Refuse(Refusal::misconfigured()),
        )
    }

    async fn run(
        &self,
        request: &Request,
        secrets: &Secrets,
        fetch: Option<&Function>,
    ) -> Response {
        let received = Received::of(request);
        let answer = match self.answer(request, &received, secrets, fetch).await {
            Ok(answer) => answer,
            Err(refusal) => Answer::Refuse(refusal),
        };
        self.finish(&received, answer)
    }

    fn finish(&self, received: &Received, answer: Answer) -> Response {
        let id = request_id();
        let common = policy::answer_headers(&received.head(), &self.config.allowed_origins, &id);
        respond(answer, common).unwrap_or_else(|_| Response::error())
    }

    async fn answer(
        &self,
        request: &Request,
        received: &Received,
        secrets: &Secrets,
        fetch: Option<&Function>,
    ) -> Result<Answer, Refusal> {
        secrets.check().map_err(|fault| {
            log(&format!("openai-wasm proxy: not configured: {fault}"));
            Refusal::misconfigured()
        })?;
        let head = received.head();
        let route = match policy::decide(&head, &self.config.allowed_origins) {
            Decision::Forward(route) => route,
            Decision::Preflight(headers) => return Ok(Answer::Preflight(headers)),
            Decision::Reject(refusal) => return Err(refusal),
        };
        session::verify(
            received.authorization(),
            &secrets.session,
            &self.config,
            now_unix_seconds(),
        )?;
        policy::check_body_head(route, &head, self.config.max_body_bytes)?;
        let (streams, payload) = self.read_payload(route, request, &head).await?;
        let outcome = self
            .ask(route, request, payload, &secrets.key, fetch)
            .await?;
        judge(outcome, streams, &secrets.key).await
    }

    /// The whole body, checked. It leaves Rust's memory at once: a request that is given up while
    /// it waits for the upstream may never be resumed.
    async fn read_payload(
        &self,
        route: Route,
        request: &Request,
        head: &Head<'_>,
    ) -> Result<(bool, Option<Uint8Array>), Refusal> {
        if !route.has_body() {
            return Ok((false, None));
        }
        let max = usize::try_from(self.config.max_body_bytes).unwrap_or(usize::MAX);
        let bytes = match body::read(request.body(), head.content_length, max).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Err(Refusal::too_large()),
            Err(_) => {
                return Err(Refusal::new(
                    400,
                    "body_incomplete",
                    "The request body broke off.",
                ));
            }
        };
        let summary = json::inspect(&bytes)?;
        Ok((summary.streams, Some(Uint8Array::from(bytes.as_slice()))))
    }

    /// Sends the request on and waits for the head of the answer.
    async fn ask(
        &self,
        route: Route,
        request: &Request,
        payload: Option<Uint8Array>,
        key: &Secret,
        fetch: Option<&Function>,
    ) -> Result<Asked, Refusal> {
        let internal = |_| Refusal::internal();
        let url = self
            .upstream
            .join(route.upstream_path(), &[])
            .map_err(|_| Refusal::internal())?;
        let controller = controller().map_err(internal)?;
        follow_caller(request, &controller).map_err(internal)?;

        let init = RequestInit::new();
        init.set_method(route.method());
        init.set_redirect(RequestRedirect::Manual);
        init.set_signal(Some(&controller.signal()));
        init.set_headers(&*headers(&upstream::request_headers(route, key)).map_err(internal)?);
        if let Some(payload) = payload {
            init.set_body(&payload);
        }
        // What `fetch` throws may name the address; the caller learns only that it failed.
        let sent = call(fetch, &url, &init).map_err(|_| upstream::unreachable())?;
        let answered = JsFuture::from(sent);
        let late = TimeoutFuture::new(self.config.timeout_ms);
        match select(answered, late).await {
            Either::Left((Ok(response), _)) if is_response(&response) => Ok(Asked {
                response: response.unchecked_into(),
                controller,
            }),
            Either::Left(_) => Err(upstream::unreachable()),
            Either::Right(((), _)) => {
                controller.abort();
                Err(upstream::timed_out())
            }
        }
    }
}

/// The upstream's answer and what ends it.
struct Asked {
    response: Response,
    controller: AbortController,
}

async fn judge(asked: Asked, streams: bool, key: &Secret) -> Result<Answer, Refusal> {
    let Asked {
        response,
        controller,
    } = asked;
    let status = response.status();
    let header = |name| response.headers().get(name).ok().flatten();
    let retry_after = upstream::retry_after(header("retry-after").as_deref(), now_unix_seconds());
    let mut refusal = match upstream::judge(status, header("content-type").as_deref(), streams) {
        Verdict::Pass(content_type) => {
            return Ok(Answer::Pass {
                response,
                content_type,
            });
        }
        Verdict::Refuse(refusal) => refusal,
        Verdict::Explain => {
            let body = body::read(response.body(), None, upstream::MAX_ERROR_BODY_BYTES).await;
            upstream::explain(status, &body.ok().flatten().unwrap_or_default(), key)
        }
    };
    // The rest of the body is of no use to anyone.
    controller.abort();
    if refusal.code == "upstream_auth" {
        log(&format!(
            "openai-wasm proxy: the upstream refused the key (status {status})"
        ));
    }
    if matches!(refusal.status, 429 | 503) {
        refusal.retry_after_seconds = retry_after;
    }
    Err(refusal)
}

fn respond(answer: Answer, mut headers_of: HeaderList) -> Result<Response, JsValue> {
    let init = ResponseInit::new();
    match answer {
        Answer::Pass {
            response,
            content_type,
        } => {
            headers_of.set("content-type", content_type);
            init.set_status(200);
            init.set_headers(&*headers(&headers_of)?);
            // The same stream: the platform pumps it without waking this code again.
            Response::new_with_opt_readable_stream_and_init(response.body().as_ref(), &init)
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

/// A controller of the platform's. One that this instance made would end with it, and a stream that
/// is under way outlives a trap.
fn controller() -> Result<AbortController, JsValue> {
    let class = Reflect::get(&js_sys::global(), &JsValue::from_str("AbortController"))?;
    let class: Function = class.dyn_into()?;
    Ok(Reflect::construct(&class, &Array::new())?.unchecked_into())
}

/// Aborts the upstream's fetch when the caller leaves: while it is awaited, and while its body
/// streams. workerd's `fetch` does not take over the incoming request's signal, not even when it is
/// passed, so it gets a controller of its own.
///
/// The listener is the controller's own bound `abort`, no closure of ours: it works after this code
/// has returned, and if its instance dies.
fn follow_caller(request: &Request, controller: &AbortController) -> Result<(), JsValue> {
    let Ok(signal) = Reflect::get(request, &JsValue::from_str("signal")) else {
        return Ok(());
    };
    if !signal.is_object() {
        return Ok(());
    }
    let signal: web_sys::AbortSignal = signal.unchecked_into();
    if signal.aborted() {
        controller.abort();
        return Ok(());
    }
    let abort: Function = Reflect::get(controller, &JsValue::from_str("abort"))?.dyn_into()?;
    // Bound without an argument, the event would become the abort's reason.
    let abort = abort.bind1(controller, &JsValue::UNDEFINED);
    signal.add_event_listener_with_callback("abort", abort.unchecked_ref())
}

fn call(fetch: Option<&Function>, url: &str, init: &RequestInit) -> Result<Promise, JsValue> {
    let url = JsValue::from_str(url);
    let answer = match fetch {
        Some(fetch) => fetch.call2(&JsValue::UNDEFINED, &url, init)?,
        None => {
            let global = js_sys::global();
            let fetch: Function = Reflect::get(&global, &JsValue::from_str("fetch"))?.dyn_into()?;
            fetch.call2(&JsValue::UNDEFINED, &url, init)?
        }
    };
    Ok(Promise::resolve(&answer))
}

/// A given function may resolve to anything.
fn is_response(value: &JsValue) -> bool {
    Reflect::get(value, &JsValue::from_str("status")).is_ok_and(|status| status.as_f64().is_some())
        && Reflect::get(value, &JsValue::from_str("headers"))
            .is_ok_and(|headers| headers.is_object())
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn now_unix_seconds() -> u64 {
    // Milliseconds since 1970 are a positive whole number far below 2^53.
    (js_sys::Date::now() / 1000.0) as u64
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

fn log(line: &str) {
    console::error_1(&JsValue::from_str(line));
}
