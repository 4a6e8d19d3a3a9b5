//! A response's body: bytes for Rust, or the platform's own response for JavaScript.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use js_sys::{JsString, Uint8Array};
use wasm_bindgen::prelude::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_streams::readable::IntoStream;
use web_sys::{AbortController, Response};

use super::fetch::FetchFault;
use super::{AbortGuard, Body, FaultKind};

/// The body of a fetch response. Dropping it aborts the fetch.
///
/// As a [`Stream`] it gives one `Vec` per network read; it takes the platform's reader on the first
/// poll.
pub struct FetchBody {
    response: Response,
    reading: Option<IntoStream<'static>>,
    guard: AbortGuard,
}

impl FetchBody {
    pub(super) fn new(response: Response, guard: AbortGuard) -> Self {
        Self {
            response,
            reading: None,
            guard,
        }
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

    /// Reads the whole body as a JavaScript string, without a copy into Rust's memory.
    ///
    /// # Errors
    /// The body broke off.
    pub async fn js_text(self) -> Result<JsString, FetchFault> {
        let Self {
            response, guard, ..
        } = self;
        let broken = |cause| FetchFault::new(FaultKind::Body, cause);
        let text = JsFuture::from(response.text().map_err(broken)?)
            .await
            .map_err(broken)?;
        // The body has been read to its end: there is nothing left to abort.
        drop(guard.release());
        Ok(text.unchecked_into())
    }
}

impl Stream for FetchBody {
    type Item = Result<Vec<u8>, FetchFault>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let broken = |cause| Some(Err(FetchFault::new(FaultKind::Body, cause)));
        let mut reading = match self.reading.take() {
            Some(reading) => reading,
            None => {
                let Some(body) = self.response.body() else {
                    return Poll::Ready(None);
                };
                match wasm_streams::ReadableStream::from_raw(body.unchecked_into())
                    .try_into_stream()
                {
                    Ok(reading) => reading,
                    Err((cause, _)) => return Poll::Ready(broken(cause.into())),
                }
            }
        };
        let polled = Pin::new(&mut reading).poll_next(context);
        self.reading = Some(reading);
        polled.map(|item| match item? {
            Ok(chunk) => match chunk.dyn_into::<Uint8Array>() {
                Ok(bytes) => Some(Ok(bytes.to_vec())),
                Err(other) => broken(other),
            },
            Err(cause) => broken(cause),
        })
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
