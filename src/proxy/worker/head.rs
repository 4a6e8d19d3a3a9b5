//! The parts of a platform request that decisions look at.

use js_sys::{Array, JsString, try_iter};
use wasm_bindgen::prelude::{JsCast, JsValue};
use web_sys::{Headers, Request};

use crate::proxy::cors::MAX_PREFLIGHT_CHARS;
use crate::proxy::routing::Head;
use crate::proxy::upstream;

/// Owned copies, since the platform hands out JavaScript strings.
pub(super) struct Received {
    method: String,
    url: String,
    authorization: Option<String>,
    origin: Option<String>,
    requested_method: Option<String>,
    header_chars: usize,
    host: Option<String>,
    upgrade: Option<String>,
    content_type: Option<String>,
    content_encoding: Option<String>,
    content_length: Option<String>,
    address: Option<String>,
    /// Has it gone through a proxy like this one already?
    pub(super) circles: bool,
}

impl Received {
    pub(super) fn of(request: &Request) -> Self {
        let headers = request.headers();
        let header = |name| headers.get(name).ok().flatten();
        let method = request.method();
        Self {
            url: request.url(),
            authorization: header("authorization"),
            origin: header("origin"),
            requested_method: header("access-control-request-method"),
            header_chars: if method == "OPTIONS" {
                chars_of(&headers)
            } else {
                0
            },
            host: header("host"),
            upgrade: header("upgrade"),
            content_type: header("content-type"),
            content_encoding: header("content-encoding"),
            content_length: header("content-length"),
            address: header("cf-connecting-ip"),
            circles: ["user-agent", "via", "cdn-loop"]
                .into_iter()
                .filter_map(header)
                .any(|value| value.contains(upstream::PRODUCT)),
            method,
        }
    }

    pub(super) fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    pub(super) fn head(&self) -> Head<'_> {
        Head {
            method: &self.method,
            url: &self.url,
            origin: self.origin.as_deref(),
            requested_method: self.requested_method.as_deref(),
            header_chars: self.header_chars,
            host: self.host.as_deref(),
            upgrade: self.upgrade.as_deref(),
            content_type: self.content_type.as_deref(),
            content_encoding: self.content_encoding.as_deref(),
            content_length: self.content_length.as_deref(),
            address: self.address.as_deref(),
        }
    }
}

/// How many characters all names and values have, counted up to the limit.
fn chars_of(headers: &Headers) -> usize {
    let length = |text: JsValue| text.dyn_ref::<JsString>().map_or(0, JsString::length);
    let mut chars = 0_usize;
    let pairs = try_iter(headers).ok().flatten();
    for pair in pairs.into_iter().flatten().map_while(Result::ok) {
        let pair: Array = pair.unchecked_into();
        let more = length(pair.get(0)).saturating_add(length(pair.get(1)));
        chars = chars.saturating_add(usize::try_from(more).unwrap_or(usize::MAX));
        if chars > MAX_PREFLIGHT_CHARS {
            break;
        }
    }
    chars
}
