//! What the key-holding client asks the policy (feature `direct`): not in the keyless package.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use super::call::{refused, words};
use crate::client::auth::{KEY_HOLDING_BUILD, key_authorization};
use crate::policy::allow_http::check_entry;
use crate::policy::endpoint::BaseUrl;
use crate::policy::headers;

/// The same as `refusal` for any server, with any header. `allow_http` holds the hosts that may be
/// reached by plain HTTP, apart by NUL.
#[wasm_bindgen(js_name = refusalKeyed)]
#[must_use]
pub fn refusal_keyed(call: &str, allow_http: &str) -> String {
    let listed: Vec<&str> = match allow_http {
        "" => Vec::new(),
        list => list.split('\0').collect(),
    };
    for entry in &listed {
        if let Err(fault) = check_entry(entry) {
            return format!("allowHttp\0{entry}\0{fault}");
        }
    }
    let base = |url: &str| BaseUrl::of_server(url, &listed).map(|_| ());
    refused(call, base, headers::check)
}

/// The `Authorization` header for a key, or what is wrong with the key.
#[wasm_bindgen(js_name = authorizationKeyed)]
#[must_use]
pub fn authorization_keyed(key: &str) -> String {
    words(key_authorization(key.trim()))
}

/// What this build is.
#[wasm_bindgen(js_name = buildKind)]
#[must_use]
pub fn build_kind() -> String {
    KEY_HOLDING_BUILD.to_owned()
}
