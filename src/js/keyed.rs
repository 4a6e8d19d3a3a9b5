//! What the key-holding client asks the policy (feature `direct`): not in the keyless package.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use super::call::clause;
use crate::client::auth::KEY_HOLDING_BUILD;
use crate::policy::allow_http::check_entry;
use crate::policy::endpoint::BaseUrl;

/// What is wrong with a host that may be reached by plain HTTP.
#[wasm_bindgen(js_name = hostFault)]
#[must_use]
pub fn host_fault(host: &str) -> Option<String> {
    clause(check_entry(host).map_err(|fault| fault.clause()))
}

/// What is wrong with a server's base URL. `allow_http` holds the hosts that may be reached by plain
/// HTTP.
#[wasm_bindgen(js_name = serverFault)]
#[must_use]
#[allow(clippy::needless_pass_by_value)]
pub fn server_fault(url: &str, allow_http: Vec<String>) -> Option<String> {
    let checked = BaseUrl::of_server(url, &allow_http);
    clause(checked.map(|_| ()).map_err(|fault| fault.clause()))
}

/// What this build is.
#[wasm_bindgen(js_name = buildKind)]
#[must_use]
pub fn build_kind() -> String {
    KEY_HOLDING_BUILD.to_owned()
}
