//! Aborting: of a fetch by dropping, and of a call by the caller's `AbortSignal`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use wasm_bindgen::prelude::{Closure, JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
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

    /// Gives the controller away: from now on its new owner ends the fetch.
    #[must_use]
    pub fn release(mut self) -> Option<AbortController> {
        self.0.take()
    }
}

impl AbortGuard {
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

/// Resolves with the reason once the caller's signal is aborted. Dropping it removes the listener,
/// so that a long-lived signal collects none.
pub struct Aborted {
    signal: AbortSignal,
    fired: JsFuture,
    listener: Closure<dyn FnMut()>,
}

impl Aborted {
    /// Listens to `signal`.
    #[must_use]
    pub fn new(signal: AbortSignal) -> Self {
        let mut resolve = None;
        let promise = js_sys::Promise::new(&mut |done, _| resolve = Some(done));
        let listener = Closure::new(move || {
            if let Some(resolve) = &resolve {
                // A promise's resolve function does not throw.
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }
        });
        // Neither adding nor removing a listener throws for an `EventTarget`.
        let _ = signal.add_event_listener_with_callback("abort", listener.as_ref().unchecked_ref());
        Self {
            signal,
            fired: JsFuture::from(promise),
            listener,
        }
    }
}

impl Future for Aborted {
    type Output = JsValue;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<JsValue> {
        if self.signal.aborted() {
            return Poll::Ready(self.signal.reason());
        }
        Pin::new(&mut self.fired)
            .poll(context)
            .map(|_| self.signal.reason())
    }
}

impl Drop for Aborted {
    fn drop(&mut self) {
        let callback = self.listener.as_ref().unchecked_ref();
        let _ = self
            .signal
            .remove_event_listener_with_callback("abort", callback);
    }
}
