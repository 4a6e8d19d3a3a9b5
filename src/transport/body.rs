//! A response's body, read whole.

use js_sys::JsString;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::fetch::FetchFault;
use super::{AbortGuard, Body, FaultKind};

/// The body of a fetch response. Dropping it aborts the fetch.
pub struct FetchBody(SendWrapper<Inner>);

struct Inner {
    response: Response,
    guard: AbortGuard,
}

impl FetchBody {
    pub(super) fn new(response: Response, guard: AbortGuard) -> Self {
        Self(SendWrapper::new(Inner { response, guard }))
    }

    pub(super) fn into_guarded(self) -> (Response, AbortGuard) {
        let Inner { response, guard } = self.0.take();
        (response, guard)
    }
}

impl Body<FetchFault> for FetchBody {
    fn text(self) -> impl Future<Output = Result<String, FetchFault>> + Send {
        SendWrapper::new(async move {
            let (response, mut guard) = self.into_guarded();
            let broken = |cause| FetchFault::new(FaultKind::Body, cause);
            let text = JsFuture::from(response.text().map_err(broken)?)
                .await
                .map_err(broken)?;
            guard.disarm();
            // A lone surrogate cannot come out of a decoder, so nothing is lost here.
            Ok(text.unchecked_into::<JsString>().into())
        })
    }
}

impl std::fmt::Debug for FetchBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FetchBody").finish_non_exhaustive()
    }
}
