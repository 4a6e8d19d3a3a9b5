//! The key-holding client's exports (feature `direct`): not in the keyless package.

use js_sys::Function;
use wasm_bindgen::prelude::{JsCast, JsValue, wasm_bindgen};

use super::call;
use super::client::{ClientOptions, Core, ask, transport};
use crate::client::Client;
use crate::client::auth::{ApiKey, KEY_HOLDING_BUILD};

#[wasm_bindgen]
impl Core {
    /// A client that holds a key. `key` is a string or a function.
    #[wasm_bindgen(js_name = withKey)]
    pub fn with_key(
        options: JsValue,
        key: JsValue,
        fetch: Option<Function>,
    ) -> Result<Core, JsValue> {
        let mut options = ClientOptions::read(options)?;
        let url = options.url.take();
        let key = match (key.as_string(), key.dyn_into::<Function>()) {
            (Some(key), _) => ApiKey::fixed(key),
            (None, Ok(source)) => ApiKey::asked(move || ask(&source)),
            (None, Err(_)) => ApiKey::fixed(""),
        };
        let builder = Client::with_transport(transport(fetch)).api_key(key);
        match url {
            Some(url) => builder.base_url(&url),
            None => Ok(builder),
        }
        .and_then(|builder| options.apply(builder))
        .and_then(|builder| builder.build())
        .map(Core)
        .map_err(|error| call::refused(&error))
    }

    /// What this build is.
    #[wasm_bindgen(js_name = buildKind)]
    #[must_use]
    pub fn build_kind() -> String {
        KEY_HOLDING_BUILD.to_owned()
    }
}
