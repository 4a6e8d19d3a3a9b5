//! The head of a platform's request.

use js_sys::{Array, JsString, try_iter};
use wasm_bindgen::prelude::{JsCast, JsValue};
use web_sys::{Headers, Request};

use crate::proxy::admission::RequestHead;
use crate::proxy::cors::MAX_PREFLIGHT_CHARS;

pub(super) fn of(request: &Request) -> RequestHead {
    let headers = request.headers();
    let header = |name| headers.get(name).ok().flatten();
    let method = request.method();
    RequestHead {
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
        user_agent: header("user-agent"),
        via: header("via"),
        cdn_loop: header("cdn-loop"),
        stream_id: header("x-stream-id"),
        last_event_id: header("last-event-id"),
        method,
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
