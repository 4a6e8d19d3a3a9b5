//! A response's body: bytes for Rust, or the platform's own response for JavaScript.

use js_sys::JsString;
use wasm_bindgen::prelude::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Response};

use super::fetch::FetchFault;
use super::{AbortGuard, Body, FaultKind};

/// The body of a fetch response. Dropping it aborts the fetch.
pub struct FetchBody {
    response: Response,
    guard: AbortGuard,
}

impl FetchBody {
    pub(super) fn new(response: Response, guard: AbortGuard) -> Self {
        Self { response, guard }
    }

    /// The platform's response, for its head.
    #[must_use]
    pub fn response(&self) -> &Response {
        &self.response
    }

    /// The platform's response, unread, and the controller that ends it: the caller now owns both.
    #[must_use]
    pub fn into_parts(self) -> (Response, Option<AbortController>) {
        (self.response, self.guard.release())
    }

    #[cfg_attr(not(feature = "fetch"), allow(dead_code))]
    pub(super) fn into_guarded(self) -> (Response, AbortGuard) {
        (self.response, self.guard)
    }

    /// Reads the whole body as a JavaScript string, without a copy into Rust's memory.
    ///
    /// # Errors
    /// The body broke off.
    pub async fn js_text(self) -> Result<JsString, FetchFault> {
        let Self { response, guard } = self;
        let broken = |cause| FetchFault::new(FaultKind::Body, cause);
        let text = JsFuture::from(response.text().map_err(broken)?)
            .await
            .map_err(broken)?;
        // The body has been read to its end: there is nothing left to abort.
        drop(guard.release());
        Ok(text.unchecked_into())
    }
}

impl Body<FetchFault> for FetchBody {
    async fn text(self) -> Result<String, FetchFault> {
        // A lone surrogate cannot come out of a decoder, so nothing is lost here.
        self.js_text().await.map(String::from)
    }
}

impl std::fmt::Debug for FetchBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FetchBody").finish_non_exhaustive()
    }
}
