//! What the key-holding client asks the policy (feature `direct`): not in the keyless package.

use alloc::borrow::ToOwned;
use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;

use super::call::{refused, words};
use crate::client::auth::{KEY_HOLDING_BUILD, key_authorization};
use crate::policy::endpoint::check_base_url;
use crate::policy::headers;

/// The same as `refusal` for any server, with any header.
#[wasm_bindgen(js_name = refusalKeyed)]
#[must_use]
pub fn refusal_keyed(call: &str) -> String {
    refused(call, |url| check_base_url(url).map(|_| ()), headers::check)
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
