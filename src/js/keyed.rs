//! What the key-holding client asks the policy (feature `direct`): not in the keyless package.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::client::auth::KEY_HOLDING_BUILD;
use crate::policy::allow_http::check_entry;
use crate::policy::endpoint::BaseUrl;

/// What is wrong with a host that may be reached by plain HTTP.
#[wasm_bindgen(js_name = hostFault)]
#[must_use]
pub fn host_fault(host: &str) -> Option<String> {
    check_entry(host).err().map(|fault| fault.to_string())
}

/// What is wrong with a server's base URL. `allow_http` holds the hosts that may be reached by plain
/// HTTP.
#[wasm_bindgen(js_name = serverFault)]
#[must_use]
#[allow(clippy::needless_pass_by_value)]
pub fn server_fault(url: &str, allow_http: Vec<String>) -> Option<String> {
    let fault = BaseUrl::of_server(url, &allow_http).err()?;
    Some(fault.clause().to_owned())
}

/// What this build is.
#[wasm_bindgen(js_name = buildKind)]
#[must_use]
pub fn build_kind() -> String {
    KEY_HOLDING_BUILD.to_owned()
}
