//! A call from JavaScript: its description in, a response or a plain error object out.

use js_sys::{Array, Object, Reflect};
use serde::Deserialize;
use wasm_bindgen::prelude::{JsCast, JsValue};

use crate::client::call::{Call, CallError};
use crate::client::{Error, ErrorKind};
use crate::policy::headers::HeaderList;
use crate::transport::{Fault, FaultKind, FetchFault, Method};

/// What `pkg-template/lib/client.js` passes for each call.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CallOptions {
    method: String,
    path: String,
    query: Option<Vec<(String, String)>>,
    headers: Option<Vec<(String, Option<String>)>>,
    /// Is the body JSON? Otherwise the platform names the media type.
    #[serde(default)]
    json: bool,
    timeout_ms: Option<u32>,
    max_retries: Option<u32>,
    /// Is the whole body to be read, inside the time limit?
    #[serde(default)]
    pub(super) buffered: bool,
}

impl CallOptions {
    pub(super) fn read(options: JsValue) -> Result<Self, JsValue> {
        serde_wasm_bindgen::from_value(options).map_err(|error| malformed("options", &error))
    }

    pub(super) fn into_call(self, payload: JsValue) -> Result<Call<JsValue>, JsValue> {
        let Some(method) = Method::parse(&self.method) else {
            return Err(describe(
                "option",
                "is not GET, POST, PUT, PATCH or DELETE",
                Some("method"),
            ));
        };
        Ok(Call {
            method,
            path: self.path,
            query: self.query.unwrap_or_default(),
            headers: self.headers.unwrap_or_default(),
            payload: (!payload.is_undefined()).then_some(payload),
            content_type: self.json.then_some("application/json"),
            timeout_ms: self.timeout_ms,
            max_retries: self.max_retries,
        })
    }
}

/// An object of the wrong shape.
pub(super) fn malformed(option: &str, error: &serde_wasm_bindgen::Error) -> JsValue {
    describe("option", &error.to_string(), Some(option))
}

/// What `pkg-template/lib/failure.js` makes an error class of.
fn describe(kind: &str, message: &str, option: Option<&str>) -> JsValue {
    let object = Object::new();
    put(&object, "kind", &JsValue::from_str(kind));
    put(&object, "message", &JsValue::from_str(message));
    if let Some(option) = option {
        put(&object, "option", &JsValue::from_str(option));
    }
    object.into()
}

fn put(object: &Object, name: &str, value: &JsValue) {
    // Setting a property of a fresh plain object cannot fail.
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}

/// The caller aborted.
pub(super) fn aborted(reason: JsValue) -> JsValue {
    let described = describe("aborted", "", None);
    put(described.unchecked_ref(), "cause", &reason);
    described
}

/// A client that could not be built.
pub(super) fn refused(error: &Error) -> JsValue {
    debug_assert_eq!(error.kind(), ErrorKind::Option);
    describe("option", &error.to_string(), error.option_name())
}

/// A call that failed.
pub(super) fn failed(error: CallError<FetchFault>) -> JsValue {
    match error {
        CallError::Option { option, message } => describe("option", &message, Some(option)),
        CallError::Timeout => describe("timeout", "", None),
        CallError::Fault(fault) => {
            let kind = match fault.kind() {
                FaultKind::Network => "network",
                FaultKind::Redirect => "redirect",
                FaultKind::Body => "body",
                FaultKind::Credential => "credential",
            };
            let described = describe(kind, &fault.to_string(), None);
            put(described.unchecked_ref(), "cause", &fault.into_cause());
            described
        }
        CallError::Status {
            status,
            headers,
            body,
        } => {
            let described = describe("status", &body, None);
            let object = described.unchecked_ref();
            put(object, "status", &JsValue::from(status));
            put(object, "headers", &pairs(&headers));
            described
        }
    }
}

fn pairs(headers: &HeaderList) -> JsValue {
    let pair = |(name, value)| Array::of2(&JsValue::from_str(name), &JsValue::from_str(value));
    headers.iter().map(pair).collect::<Array>().into()
}
