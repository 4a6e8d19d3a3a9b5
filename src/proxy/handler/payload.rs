//! A request's body on its way to the upstream.

use js_sys::Uint8Array;
use serde_json::json;
use wasm_bindgen::prelude::{JsCast, JsValue};
use web_sys::{Request, RequestInit};

use super::admission::Admitted;
use super::{Proxy, body};
use crate::proxy::answer::usage::ask_for_usage;
use crate::proxy::caller::Caller;
use crate::proxy::config::Models;
use crate::proxy::json::Json;
use crate::proxy::params::{self, Params};
use crate::proxy::policy::{self, Head};
use crate::proxy::refusal::Refusal;
use crate::proxy::route::{Media, Route};

/// A request body as it goes on. It is not in Rust's memory: a request that is given up while it
/// waits for the upstream may never be resumed.
#[derive(Default)]
pub(super) struct Payload {
    /// Bytes that we wrote, or the caller's stream.
    body: Option<JsValue>,
    /// Of a body that is passed through.
    pub content_type: Option<String>,
    /// Size of the caller's body.
    pub bytes: u64,
    pub model: Option<String>,
    /// Did the caller ask for an event stream?
    pub streams: bool,
    /// Is its usage asked for by the proxy alone?
    pub hides_usage: bool,
}

impl Payload {
    /// A checked JSON object. A stream whose usage is wanted is asked for it.
    fn of(params: Params, bytes: usize, wants_usage: bool) -> Self {
        let Params { streams, mut body } = params;
        let hides_usage = wants_usage && streams && !ask_for_usage(&mut body);
        Self {
            body: Some(Uint8Array::from(body.to_bytes().as_slice()).into()),
            content_type: None,
            bytes: bytes as u64,
            model: body.get("model").and_then(Json::as_str).map(str::to_owned),
            streams,
            hides_usage,
        }
    }

    pub(super) fn attach(&self, init: &RequestInit) -> Result<(), JsValue> {
        let Some(body) = &self.body else {
            return Ok(());
        };
        init.set_body(body);
        if self.content_type.is_some() {
            // Other platforms than Workers ask for it with a stream (Fetch standard, RequestInit).
            js_sys::Reflect::set(
                init,
                &JsValue::from_str("duplex"),
                &JsValue::from_str("half"),
            )?;
        }
        Ok(())
    }
}

impl Proxy {
    /// The body, checked. What JSON the upstream gets has been written here.
    pub(super) async fn payload(
        &self,
        route: Route,
        request: &Request,
        head: &Head<'_>,
        admitted: &Admitted,
        wants_usage: bool,
    ) -> Result<Payload, Refusal> {
        policy::check_body_head(route.media(), head, &self.config)?;
        match route.media() {
            Media::None => Ok(Payload::default()),
            Media::Json => {
                let bytes = self.read_json(request, head).await?;
                let params = params::check(
                    route,
                    &bytes,
                    &self.config,
                    &admitted.caller,
                    &admitted.end_user,
                )?;
                Ok(Payload::of(params, bytes.len(), wants_usage))
            }
            Media::Multipart => {
                // Nobody looks into it, so a session for some models only cannot be held to them.
                if admitted.caller.models.is_some() {
                    return Err(Refusal::new(
                        403,
                        "model_not_allowed",
                        "This session may not use that model.",
                    ));
                }
                let length = head.content_length.and_then(|length| length.parse().ok());
                Ok(Payload {
                    body: request.body().map(JsCast::unchecked_into),
                    content_type: head.content_type.map(str::to_owned),
                    bytes: length.unwrap_or_default(),
                    ..Payload::default()
                })
            }
        }
    }

    /// The list of models, where the operator has made one: the upstream's would name fine-tunes and
    /// whatever else the account has.
    pub(super) fn own_models(&self, route: Route, caller: &Caller) -> Option<String> {
        let (Route::Models, Models::List(models)) = (route, &self.config.models) else {
            return None;
        };
        let data: Vec<_> = models
            .iter()
            .filter(|model| caller.may_use(model))
            .map(|model| json!({ "id": model, "object": "model", "created": 0, "owned_by": "proxy" }))
            .collect();
        Some(json!({ "object": "list", "data": data }).to_string())
    }

    pub(super) async fn read_json(
        &self,
        request: &Request,
        head: &Head<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        let max = usize::try_from(self.config.max_body_bytes).unwrap_or(usize::MAX);
        match body::of_request(request, head.content_length, max).await {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(Refusal::too_large()),
            Err(_) => Err(Refusal::new(
                400,
                "body_incomplete",
                "The request body broke off.",
            )),
        }
    }
}
