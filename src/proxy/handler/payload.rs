//! A request's body on its way to the upstream.

use js_sys::Uint8Array;
use serde_json::json;
use wasm_bindgen::prelude::JsValue;
use web_sys::{ReadableStream, Request, RequestInit};

use super::Proxy;
use super::admission::Admitted;
use super::body::{self, Lost};
use super::hooks::Hooks;
use super::input_tokens;
use super::upload::{self, Pump};
use crate::policy::endpoint::encode_component;
use crate::proxy::caller::Caller;
use crate::proxy::config::Models;
use crate::proxy::json::Json;
use crate::proxy::pace::Pace;
use crate::proxy::params::{self, Params};
use crate::proxy::policy::{self, Head};
use crate::proxy::refusal::Refusal;
use crate::proxy::response::usage::ask_for_usage;
use crate::proxy::route::{Media, Route};

/// A request body as it goes on. It is not in Rust's memory: a request that is given up while it
/// waits for the upstream may never be resumed.
#[derive(Default)]
pub(super) struct Payload {
    body: Option<Body>,
    /// Of a body that is passed through.
    pub content_type: Option<String>,
    /// Size of the caller's body.
    pub bytes: u64,
    pub model: Option<String>,
    /// See `Account::max_output_tokens`.
    pub max_output_tokens: Option<u64>,
    /// Did the caller ask for an event stream?
    pub streams: bool,
    /// Is its usage asked for by the proxy alone?
    pub hides_usage: bool,
}

enum Body {
    /// What we wrote.
    Bytes(Uint8Array),
    /// The caller's stream, of `Payload::bytes`.
    Upload(ReadableStream),
}

impl Payload {
    /// A checked JSON object. A stream whose usage is wanted is asked for it.
    fn of(params: Params, bytes: usize, wants_usage: bool) -> Self {
        let Params {
            streams,
            max_output_tokens,
            mut body,
            ..
        } = params;
        let hides_usage = wants_usage && streams && !ask_for_usage(&mut body);
        Self {
            body: Some(Body::Bytes(Uint8Array::from(body.to_bytes().as_slice()))),
            content_type: None,
            bytes: bytes as u64,
            model: body.get("model").and_then(Json::as_str).map(str::to_owned),
            max_output_tokens,
            streams,
            hides_usage,
        }
    }

    /// Gives the request its body, and an upload what passes it on at no less than this pace.
    pub(super) fn attach(
        &mut self,
        init: &RequestInit,
        pace: Pace,
    ) -> Result<Option<Pump>, JsValue> {
        let stream = match self.body.take() {
            None => return Ok(None),
            Some(Body::Bytes(bytes)) => {
                init.set_body(&bytes);
                return Ok(None);
            }
            Some(Body::Upload(stream)) => stream,
        };
        let (body, pump) = upload::watched(stream, self.bytes, pace)?;
        init.set_body(&body);
        // Other platforms than Workers ask for it with a stream (Fetch standard, RequestInit).
        js_sys::Reflect::set(
            init,
            &JsValue::from_str("duplex"),
            &JsValue::from_str("half"),
        )?;
        Ok(Some(pump))
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
        hooks: &Hooks<'_>,
    ) -> Result<Payload, Refusal> {
        policy::check_body_head(route.media(), head, &self.config)?;
        match route.media() {
            Media::None => Ok(Payload::default()),
            Media::Json => {
                let most = self.config.max_body_bytes;
                let bytes = self
                    .read_json(request, most, policy::MAX_BODY_OPTION)
                    .await?;
                let params = params::check(
                    route,
                    &bytes,
                    &self.config,
                    &admitted.caller,
                    &admitted.end_user,
                )?;
                if let Some(most) = self.config.max_input_tokens {
                    input_tokens::check(&params, most, hooks.checks).await?;
                }
                Ok(Payload::of(params, bytes.len(), hooks.report.is_some()))
            }
            Media::Multipart => {
                // Nobody looks into it, so a session for some models only cannot be held to them.
                if admitted.caller.models.is_some() {
                    return Err(Refusal::new(
                        403,
                        "model_not_allowed",
                        "A session for some models only may not upload files, since nobody reads \
                         which model they name.",
                    ));
                }
                let length = head.content_length.and_then(|length| length.parse().ok());
                Ok(Payload {
                    body: request.body().map(Body::Upload),
                    content_type: head.content_type.map(str::to_owned),
                    bytes: length.unwrap_or_default(),
                    ..Payload::default()
                })
            }
        }
    }

    /// The list of models, or one of them, where the operator has made a list: the upstream's would
    /// name fine-tunes and whatever else the account has.
    pub(super) fn own_models(
        &self,
        route: Route,
        id: Option<&str>,
        caller: &Caller,
    ) -> Option<Result<String, Refusal>> {
        let (Route::Models, Models::List(models)) = (route, &self.config.models) else {
            return None;
        };
        let described = |model: &str| json!({ "id": model, "object": "model", "created": 0, "owned_by": "proxy" });
        let mut open = models.iter().filter(|model| caller.may_use(model));
        let Some(id) = id else {
            let data: Vec<_> = open.map(|model| described(model)).collect();
            return Some(Ok(json!({ "object": "list", "data": data }).to_string()));
        };
        let found = open.find(|model| *model == id);
        Some(found.map_or_else(
            || Err(Refusal::no_such_model(id)),
            |model| Ok(described(model).to_string()),
        ))
    }

    /// Where a request goes at the upstream.
    pub(super) fn url_of(&self, route: Route, id: Option<&str>) -> Result<String, Refusal> {
        let Some(id) = id else {
            let url = self.upstream.join(route.upstream_path(), &[]);
            return url.map_err(|_| Refusal::internal());
        };
        let no_such_model = || Refusal::no_such_model(id);
        if !self.config.models.contains(id) {
            return Err(no_such_model());
        }
        let mut path = format!("{}/", route.upstream_path());
        encode_component(id, &mut path);
        self.upstream.join(&path, &[]).map_err(|_| no_such_model())
    }

    /// A JSON body of so many bytes at most; `option` is the one that says how many, if there is one.
    pub(super) async fn read_json(
        &self,
        request: &Request,
        max_bytes: u32,
        option: &str,
    ) -> Result<Vec<u8>, Refusal> {
        let most = usize::try_from(max_bytes).unwrap_or(usize::MAX);
        body::of_request(request, most, &self.config.body_pace)
            .await
            .map_err(|lost| match lost {
                Lost::Large => Refusal::over_bytes(max_bytes, option),
                Lost::Slow(why) => Refusal::too_slow(&why.to_string()),
                Lost::Broken => Refusal::body_incomplete(),
            })
    }
}
