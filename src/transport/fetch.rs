//! The platform's `fetch`, or one that the caller gives (a service binding, say).

use std::fmt;
use std::pin::Pin;

use gloo_net::http::Headers;
use js_sys::{Function, Promise, Reflect};
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, RequestRedirect, ResponseType};

use super::{AbortGuard, Fault, FaultKind, FetchBody, Request, Response, Transport, form};
use crate::policy::attempts::is_redirect;
use crate::policy::headers::HeaderList;
use crate::policy::retry::Permille;
use crate::wire::form::FormField;

/// Sends by `fetch(url, init)`.
///
/// `init` holds `method`, `headers`, `body`, `signal` and `redirect: "manual"`; where the platform
/// knows them also `credentials`, `referrerPolicy: "no-referrer"` and `cache: "no-store"`. An unknown
/// header would make browsers ask for permission first.
///
/// It is `Send` and `Sync`, as every transport is. Where WebAssembly runs on several threads, it stays
/// on the one that made it: elsewhere it panics, since JavaScript's objects belong to one thread.
#[derive(Debug, Clone, Default)]
pub struct FetchTransport {
    custom: Option<SendWrapper<Function>>,
    credentials: Credentials,
}

/// Which requests a browser sends cookies with (Fetch standard, "credentials mode"). Other platforms
/// have none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Credentials {
    /// None.
    #[default]
    Omit,
    /// Those to the page's own origin.
    SameOrigin,
    /// All. A server of another origin must allow it by `Access-Control-Allow-Credentials`.
    Include,
}

impl Credentials {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Omit => "omit",
            Self::SameOrigin => "same-origin",
            Self::Include => "include",
        }
    }
}

impl FetchTransport {
    /// The platform's `fetch`, looked up at each call.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A function that is called like `fetch`.
    #[must_use]
    pub fn with_fetch(fetch: Function) -> Self {
        Self {
            custom: Some(SendWrapper::new(fetch)),
            ..Self::default()
        }
    }

    /// The same with cookies, where the platform has them. Without this there are none.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    fn function(&self) -> Result<Function, JsValue> {
        match &self.custom {
            Some(fetch) => Ok((**fetch).clone()),
            None => Reflect::get(&js_sys::global(), &JsValue::from_str("fetch"))?.dyn_into(),
        }
    }

    async fn call(
        &self,
        request: Request<FetchPayload>,
        guard: &AbortGuard,
    ) -> Result<web_sys::Response, JsValue> {
        let init = RequestInit::new();
        init.set_method(request.method.as_str());
        init.set_redirect(RequestRedirect::Manual);
        init.set_signal(guard.signal().as_ref());
        if let Some(payload) = &request.payload {
            init.set_body(&payload.0);
        }
        let headers = web_sys::Headers::new()?;
        for (name, value) in request.headers.iter() {
            headers.append(name, value)?;
        }
        init.set_headers(&headers);
        keep_discreet(&init, self.credentials)?;
        let url = JsValue::from_str(&request.url);
        let answer = self.function()?.call2(&JsValue::UNDEFINED, &url, &init)?;
        // A caller's `fetch` may be synchronous, may give back a response of another realm or of a
        // polyfill (no `instanceof`), or something else altogether.
        let answer = JsFuture::from(Promise::resolve(&answer)).await?;
        let is_response = Reflect::get(&answer, &JsValue::from_str("status"))
            .is_ok_and(|status| status.as_f64().is_some())
            && Reflect::get(&answer, &JsValue::from_str("headers"))
                .is_ok_and(|headers| headers.is_object());
        if !is_response {
            return Err(js_sys::TypeError::new("`fetch` did not give back a Response").into());
        }
        Ok(answer.unchecked_into())
    }

    async fn exchange(
        &self,
        request: Request<FetchPayload>,
    ) -> Result<Response<FetchBody>, FetchFault> {
        let network = |cause| FetchFault::new(FaultKind::Network, cause);
        let guard = AbortGuard::new().map_err(network)?;
        let response = self.call(request, &guard).await.map_err(network)?;
        let status = response.status();
        // A browser shows a redirect that it did not follow as an opaque response of status 0.
        let opaque = response.type_() == ResponseType::Opaqueredirect;
        if opaque || is_redirect(status) {
            return Err(FetchFault::new(FaultKind::Redirect, JsValue::UNDEFINED));
        }
        Ok(Response {
            status,
            headers: header_list(&Headers::from_raw(response.headers())),
            body: FetchBody::new(response, guard),
        })
    }
}

impl Transport for FetchTransport {
    type Payload = FetchPayload;
    type Body = FetchBody;
    type Fault = FetchFault;

    fn form(&self, fields: &[FormField<'_>]) -> Result<FetchPayload, FetchFault> {
        let form = form::form_data(fields);
        let form = form.map_err(|cause| FetchFault::new(FaultKind::Network, cause))?;
        Ok(FetchPayload(SendWrapper::new(form)))
    }

    fn send(
        &self,
        request: Request<FetchPayload>,
    ) -> impl Future<Output = Result<Response<FetchBody>, FetchFault>> + Send {
        SendWrapper::new(self.exchange(request))
    }

    fn sleep(&self, ms: u32) -> impl Future<Output = ()> + Send {
        SendWrapper::new(gloo_timers::future::TimeoutFuture::new(
            ms.min(LONGEST_TIMER_MS),
        ))
    }

    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) {
        wasm_bindgen_futures::spawn_local(future);
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn now_unix_ms(&self) -> u64 {
        // Milliseconds since 1970 are a positive whole number far below 2^53.
        js_sys::Date::now() as u64
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn chance(&self) -> Permille {
        // `Math.random()` lies in 0..1.
        Permille((js_sys::Math::random() * 1000.0) as u16)
    }

    fn requests_are_apart(&self) -> bool {
        ["WebSocketPair", "EdgeRuntime"].iter().any(|name| {
            Reflect::has(&js_sys::global(), &JsValue::from_str(name)).unwrap_or_default()
        })
    }
}

/// No cookies that nobody asked for, no referrer, no copy kept (threat table, row C10), where the
/// platform knows of them: Workers have no cookies, and refuse what they do not know.
fn keep_discreet(init: &RequestInit, credentials: Credentials) -> Result<(), JsValue> {
    let member = |object: &JsValue, name| Reflect::get(object, &JsValue::from_str(name));
    let known = member(&js_sys::global(), "Request").and_then(|class| member(&class, "prototype"));
    let Some(known) = known.ok().filter(JsValue::is_object) else {
        return Ok(());
    };
    for (name, value) in [
        ("credentials", credentials.as_str()),
        ("referrerPolicy", "no-referrer"),
        ("cache", "no-store"),
    ] {
        let name = JsValue::from_str(name);
        if Reflect::has(&known, &name)? {
            Reflect::set(init, &name, &JsValue::from_str(value))?;
        }
    }
    Ok(())
}

/// Timers count in a signed 32-bit number of milliseconds; above it they fire at once.
const LONGEST_TIMER_MS: u32 = i32::MAX as u32;

fn header_list(headers: &Headers) -> HeaderList {
    let mut list = HeaderList::new();
    for (name, value) in headers.entries() {
        list.set(&name, value);
    }
    list
}

/// A request's body: a text, or a form.
#[derive(Debug, Clone)]
pub struct FetchPayload(SendWrapper<JsValue>);

impl From<String> for FetchPayload {
    fn from(text: String) -> Self {
        Self(SendWrapper::new(text.into()))
    }
}

/// What `fetch` reported, with the words of what it threw.
pub struct FetchFault {
    kind: FaultKind,
    words: Option<String>,
}

impl FetchFault {
    /// A failure of that kind, with the thrown value's own words when it is an error or a string.
    pub(super) fn new(kind: FaultKind, cause: JsValue) -> Self {
        let words = match cause.dyn_ref::<js_sys::Error>() {
            Some(error) => Some(error.message().into()),
            None => cause.as_string(),
        };
        Self { kind, words }
    }
}

impl Fault for FetchFault {
    fn kind(&self) -> FaultKind {
        self.kind
    }
}

impl std::error::Error for FetchFault {}

impl fmt::Display for FetchFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            FaultKind::Network => {
                "the server was not reached, or in a page, its CORS answer forbids this page"
            }
            FaultKind::Redirect => "the server answered with a redirect, which is not followed",
            FaultKind::Body => "the connection was lost while the body was read",
        })?;
        match &self.words {
            Some(words) if !words.is_empty() => {
                f.write_str(": ")?;
                f.write_str(words)
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for FetchFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
