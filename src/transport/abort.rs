//! Aborting a fetch by dropping it.

use wasm_bindgen::prelude::JsValue;
use web_sys::{AbortController, AbortSignal};

/// Aborts its fetch when dropped. It lives exactly as long as the request, then as the body.
#[derive(Debug)]
pub struct AbortGuard(Option<AbortController>);

impl AbortGuard {
    /// A guard with a controller of its own.
    ///
    /// # Errors
    /// The platform has no `AbortController`.
    pub fn new() -> Result<Self, JsValue> {
        AbortController::new().map(|controller| Self(Some(controller)))
    }

    /// The signal that goes into the fetch.
    #[must_use]
    pub fn signal(&self) -> Option<AbortSignal> {
        self.0.as_ref().map(AbortController::signal)
    }

    /// The exchange is over: there is nothing left to abort.
    pub fn disarm(&mut self) {
        self.0 = None;
    }
}

impl Drop for AbortGuard {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}
