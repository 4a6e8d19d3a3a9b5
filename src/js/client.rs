//! The client's exports.

use futures_util::future::{Either, select};
use js_sys::{Array, Function, Promise};
use serde::Deserialize;
use std::pin::pin;
use wasm_bindgen::prelude::{JsCast, JsValue, wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::AbortSignal;

use super::call::{self, CallOptions};
use crate::client::{Builder, Client, Error, LocalFuture, SessionToken};
use crate::transport::{Aborted, FaultKind, FetchFault, FetchTransport, Response};

/// What `pkg-template/lib/client.js` passes once.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientOptions {
    /// The proxy's URL, or the server's for a client with a key.
    pub(super) url: Option<String>,
    timeout_ms: Option<u32>,
    max_retries: Option<u32>,
    headers: Option<Vec<(String, Option<String>)>>,
    query: Option<Vec<(String, String)>>,
}

impl ClientOptions {
    pub(super) fn read(options: JsValue) -> Result<Self, JsValue> {
        serde_wasm_bindgen::from_value(options).map_err(|e| call::malformed("options", &e))
    }

    pub(super) fn apply(
        self,
        mut builder: Builder<FetchTransport>,
    ) -> Result<Builder<FetchTransport>, Error> {
        if let Some(timeout_ms) = self.timeout_ms {
            builder = builder.timeout_ms(timeout_ms);
        }
        if let Some(max_retries) = self.max_retries {
            builder = builder.max_retries(max_retries);
        }
        for (name, value) in self.headers.unwrap_or_default() {
            builder = builder.header(&name, value.as_deref())?;
        }
        for (name, value) in self.query.unwrap_or_default() {
            builder = builder.query(name, value);
        }
        Ok(builder)
    }
}

/// The platform's `fetch`, or the caller's.
pub(super) fn transport(fetch: Option<Function>) -> FetchTransport {
    fetch.map_or_else(FetchTransport::new, FetchTransport::with_fetch)
}

/// Calls the author's function for a credential; what it throws reaches the caller unchanged.
pub(super) fn ask(source: &Function) -> LocalFuture<'static, Result<String, FetchFault>> {
    let answer = source.call0(&JsValue::UNDEFINED);
    Box::pin(async move {
        let failed = |cause| FetchFault::new(FaultKind::Credential, cause);
        let value = JsFuture::from(Promise::resolve(&answer.map_err(failed)?)).await;
        value.map_err(failed)?.as_string().ok_or_else(|| {
            failed(js_sys::TypeError::new("the credential function must give a string").into())
        })
    })
}

/// The client behind the package's `OpenAI` class.
#[wasm_bindgen]
pub struct Core(pub(super) Client<FetchTransport>);

#[wasm_bindgen]
impl Core {
    /// A keyless client. `token` is a string, a function or undefined.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue, token: JsValue, fetch: Option<Function>) -> Result<Core, JsValue> {
        let options = ClientOptions::read(options)?;
        let builder = Client::with_transport(transport(fetch));
        let builder = builder
            .proxied_to(options.url.as_deref())
            .and_then(|builder| options.apply(builder))
            .map_err(|error| call::refused(&error))?;
        let builder = match (token.as_string(), token.dyn_into::<Function>()) {
            (Some(token), _) => builder.token(SessionToken::fixed(token)),
            (None, Ok(source)) => builder.token(SessionToken::asked(move || ask(&source))),
            (None, Err(_)) => builder,
        };
        builder
            .build()
            .map(Core)
            .map_err(|error| call::refused(&error))
    }

    /// Sends one call and gives `[response, text, controller]`: the text of a buffered body, or the
    /// unread response and the controller that ends it. Rejects with a plain object that
    /// `failure.js` turns into an error class.
    pub fn send(&self, options: JsValue, payload: JsValue, signal: Option<AbortSignal>) -> Promise {
        let client = self.0.clone();
        future_to_promise(async move {
            let options = CallOptions::read(options)?;
            let buffered = options.buffered;
            let call = options.into_call(payload)?;
            let read = async |response: Response<_>| read(response, buffered).await;
            let sending = client.call(call, read);
            let Some(signal) = signal else {
                return sending.await.map_err(call::failed);
            };
            // The signal goes first: a call that is aborted before it starts sends nothing.
            match select(pin!(Aborted::new(signal)), pin!(sending)).await {
                Either::Left((reason, _)) => Err(call::aborted(reason)),
                Either::Right((result, _)) => result.map_err(call::failed),
            }
        })
    }
}

async fn read(
    response: Response<crate::transport::FetchBody>,
    buffered: bool,
) -> Result<JsValue, FetchFault> {
    let answer = if buffered {
        let head = JsValue::from(response.body.response());
        let text = response.body.js_text().await?;
        Array::of2(&head, &text)
    } else {
        let (response, controller) = response.body.into_parts();
        Array::of3(&response, &JsValue::UNDEFINED, &controller.into())
    };
    Ok(answer.into())
}
