//! Runs the proxy's decisions in a Worker: request in, response out.

mod body;
mod exchange;
mod head;
mod host;

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::{JsCast, JsValue};
use web_sys::{Request, Response, ResponseInit, console};

use super::config::{Config, ConfigFault};
use super::json;
use super::policy::{self, Decision, Head, Route};
use super::refusal::Refusal;
use super::secret::Secrets;
use super::session;
use super::upstream;
use crate::policy::endpoint::BaseUrl;
use crate::policy::headers::HeaderList;
use exchange::{Exchange, Payload};
use head::Received;
pub use host::{Host, Relay, Relayed};

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
    /// The upstream's body: a stream, a byte array, or null.
    Pass {
        body: JsValue,
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
        self.handle_for(&Host::default(), request, secrets).await
    }

    /// The same with hooks: another function in the place of `fetch`, a service binding's say.
    pub async fn handle_for(
        &self,
        host: &Host<'_>,
        request: &Request,
        secrets: &Secrets,
    ) -> Response {
        let received = Received::of(request);
        let id = request_id();
        let answer = match self.answer(request, &received, secrets, host, &id).await {
            Ok(answer) => answer,
            Err(refusal) => Answer::Refuse(refusal),
        };
        self.finish(&received, answer, &id)
    }

    /// Refuses a request with 503: for an environment that the proxy must not run in.
    #[must_use]
    pub fn misconfigured(&self, request: &Request) -> Response {
        self.finish(
            &Received::of(request),
            Answer::Refuse(Refusal::misconfigured()),
            &request_id(),
        )
    }

    fn finish(&self, received: &Received, answer: Answer, id: &str) -> Response {
        let common = policy::answer_headers(&received.head(), &self.config.allowed_origins, id);
        respond(answer, common).unwrap_or_else(|_| Response::error())
    }

    async fn answer(
        &self,
        request: &Request,
        received: &Received,
        secrets: &Secrets,
        host: &Host<'_>,
        request_id: &str,
    ) -> Result<Answer, Refusal> {
        secrets.check().map_err(|fault| {
            log(&format!("openai-wasm proxy: not configured: {fault}"));
            Refusal::misconfigured()
        })?;
        if received.circles {
            return Err(upstream::circles());
        }
        let head = received.head();
        let route = match policy::decide(&head, &self.config.allowed_origins) {
            Decision::Forward(route) => route,
            Decision::Preflight(headers) => return Ok(Answer::Preflight(headers)),
            Decision::Reject(refusal) => return Err(refusal),
        };
        let session = session::verify(
            received.authorization(),
            &secrets.session,
            &self.config,
            now_unix_ms() / 1000,
        )?;
        policy::check_body_head(route, &head, self.config.max_body_bytes)?;
        let wants_usage = host.report.is_some();
        let payload = self
            .read_payload(route, request, &head, wants_usage)
            .await?;
        let exchange = Exchange {
            url: self
                .upstream
                .join(route.upstream_path(), &[])
                .map_err(|_| Refusal::internal())?,
            route,
            key: &secrets.key,
            request,
            host,
            request_id,
            subject: session.subject,
            timeout_ms: self.config.timeout_ms,
        };
        exchange.run(payload).await
    }

    /// The whole body, checked.
    async fn read_payload(
        &self,
        route: Route,
        request: &Request,
        head: &Head<'_>,
        wants_usage: bool,
    ) -> Result<Payload, Refusal> {
        if !route.has_body() {
            return Ok(Payload::default());
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
        Ok(Payload::of(&bytes, summary.streams, wants_usage))
    }
}

fn respond(answer: Answer, mut headers_of: HeaderList) -> Result<Response, JsValue> {
    let init = ResponseInit::new();
    match answer {
        Answer::Pass { body, content_type } => {
            headers_of.set("content-type", content_type);
            init.set_status(200);
            init.set_headers(&*headers(&headers_of)?);
            // The constructor takes every kind of body, whatever its binding is called.
            let body = (!body.is_null()).then(|| body.unchecked_into());
            Response::new_with_opt_readable_stream_and_init(body.as_ref(), &init)
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

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn now_unix_ms() -> u64 {
    // Milliseconds since 1970 are a positive whole number far below 2^53.
    js_sys::Date::now() as u64
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
