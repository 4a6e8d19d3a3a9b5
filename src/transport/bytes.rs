//! A response's body as bytes for Rust, one `Vec` per network read.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use js_sys::Uint8Array;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::{JsCast, JsValue};
use wasm_streams::ReadableStream;
use wasm_streams::readable::IntoStream;

use super::fetch::FetchFault;
use super::{AbortGuard, FaultKind, FetchBody, Streaming};

/// The bytes of a fetch response. Dropping them cancels the body and aborts the fetch.
pub struct FetchBytes(SendWrapper<Inner>);

struct Inner {
    source: Source,
    guard: AbortGuard,
}

enum Source {
    Reading(IntoStream<'static>),
    /// The body is locked: someone else reads it.
    Broken(Option<JsValue>),
    /// A response without a body, or one that has ended.
    Empty,
}

impl Streaming<FetchFault> for FetchBody {
    type Bytes = FetchBytes;

    fn into_bytes(self) -> FetchBytes {
        let (response, guard) = self.into_guarded();
        let source = match response.body() {
            None => Source::Empty,
            Some(body) => match ReadableStream::from_raw(body).try_into_stream() {
                Ok(reading) => Source::Reading(reading),
                Err((cause, _)) => Source::Broken(Some(cause.into())),
            },
        };
        FetchBytes(SendWrapper::new(Inner { source, guard }))
    }
}

impl Stream for FetchBytes {
    type Item = Result<Vec<u8>, FetchFault>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let broken = |cause| Some(Err(FetchFault::new(FaultKind::Body, cause)));
        let Inner { source, guard } = &mut *self.0;
        match source {
            Source::Empty => Poll::Ready(None),
            Source::Broken(cause) => Poll::Ready(cause.take().and_then(broken)),
            Source::Reading(reading) => {
                let polled = Pin::new(reading).poll_next(context);
                if let Poll::Ready(None) = polled {
                    *source = Source::Empty;
                    guard.disarm();
                }
                polled.map(|item| match item?.map(JsCast::dyn_into::<Uint8Array>) {
                    Ok(Ok(bytes)) => Some(Ok(bytes.to_vec())),
                    Ok(Err(other)) => broken(other),
                    Err(cause) => broken(cause),
                })
            }
        }
    }
}

impl std::fmt::Debug for FetchBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FetchBytes").finish_non_exhaustive()
    }
}
