//! The one place where I/O happens: a [`Transport`] sends a request and gives back a response.
//!
//! The trait is pure, so that the client above it is tested on the host with a scripted transport.
//! `FetchTransport` (feature `fetch`) is the real one: the platform's `fetch`.

use std::future::Future;
use std::pin::Pin;

use futures_core::Stream;

use crate::policy::headers::HeaderList;
use crate::policy::retry::Permille;
use crate::wire::form::FormField;

#[cfg(feature = "fetch")]
mod abort;
#[cfg(feature = "fetch")]
mod body;
#[cfg(feature = "fetch")]
mod bytes;
#[cfg(feature = "fetch")]
mod fetch;
#[cfg(feature = "fetch")]
mod form;
#[cfg(feature = "reqwest")]
mod native;

#[cfg(feature = "fetch")]
use abort::AbortGuard;
#[cfg(feature = "fetch")]
pub use body::FetchBody;
#[cfg(feature = "fetch")]
pub use bytes::FetchBytes;
#[cfg(feature = "fetch")]
pub use fetch::{Credentials, FetchFault, FetchPayload, FetchTransport};
#[cfg(feature = "reqwest")]
pub use native::{ReqwestBody, ReqwestBytes, ReqwestFault, ReqwestPayload, ReqwestTransport};

/// A request's method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// The method as it stands in a request line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// One attempt, ready to be sent.
#[derive(Debug, Clone)]
pub struct Request<P> {
    /// The method.
    pub method: Method,
    /// The whole URL, or a path of the same origin.
    pub url: String,
    /// All headers, credentials included.
    pub headers: HeaderList,
    /// The body.
    pub payload: Option<P>,
}

/// A response whose body has not been read.
#[derive(Debug)]
pub struct Response<B> {
    /// The HTTP status.
    pub status: u16,
    /// The headers that the platform lets the client see.
    pub headers: HeaderList,
    /// The unread body.
    pub body: B,
}

/// Why there was no response, or why its body ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The network failed, or the platform refused the request (CORS, CSP).
    Network,
    /// The server answered with a redirect; following it could hand credentials to another host.
    Redirect,
    /// The body broke off.
    Body,
}

/// What a transport reports. An error of the client has it as its
/// [`source`](std::error::Error::source).
pub trait Fault: std::error::Error + Send + Sync + 'static {
    /// The kind of failure.
    fn kind(&self) -> FaultKind;
}

/// A response's body. Dropping it closes the connection.
pub trait Body<F>: Send + 'static {
    /// Reads the whole body as UTF-8, invalid bytes replaced by U+FFFD.
    ///
    /// Dropping the future closes the connection.
    ///
    /// # Errors
    /// The body broke off.
    fn text(self) -> impl Future<Output = Result<String, F>> + Send;
}

/// A body that can also be read bit by bit.
pub trait Streaming<F>: Body<F> {
    /// The bytes as they come from the network. Dropping them closes the connection.
    type Bytes: Stream<Item = Result<Vec<u8>, F>> + Unpin + Send + 'static;

    /// Starts reading.
    fn into_bytes(self) -> Self::Bytes;
}

/// Sends requests and keeps time.
///
/// A client is `Send` and `Sync`, and so are its calls and streams: they go into `tokio::spawn`, into
/// the state of an axum server, into a `static`. So everything of a transport is `Send`, too. What a
/// platform binds to one thread, as JavaScript's objects, goes into a wrapper such as the crate
/// `send_wrapper`, which `FetchTransport` uses.
///
/// - A redirect must not be followed: report [`FaultKind::Redirect`]. It could carry the credential to
///   another host.
/// - The future of [`Transport::sleep`] is made and dropped often, once for each pause of a stream.
/// - A request is sent once for each attempt, so its payload is cloned.
pub trait Transport: Send + Sync + 'static {
    /// A request's body: a text, or a form made by [`Transport::form`]. Cloned for every attempt.
    type Payload: Clone + From<String> + Send + Sync + 'static;
    /// A response's body.
    type Body: Body<Self::Fault>;
    /// What can go wrong.
    type Fault: Fault;

    /// The payload that carries a form as `multipart/form-data`; the transport chooses the boundary
    /// and sets `Content-Type`.
    ///
    /// # Errors
    /// The platform refuses a field.
    fn form(&self, fields: &[FormField<'_>]) -> Result<Self::Payload, Self::Fault>;

    /// Sends one request and waits for the response's head.
    ///
    /// Dropping the future aborts the request.
    ///
    /// # Errors
    /// No response came.
    fn send(
        &self,
        request: Request<Self::Payload>,
    ) -> impl Future<Output = Result<Response<Self::Body>, Self::Fault>> + Send;

    /// Waits so many milliseconds.
    fn sleep(&self, ms: u32) -> impl Future<Output = ()> + Send;

    /// Wall-clock time in milliseconds since 1970. `SystemTime::now()` panics on `wasm32-unknown-unknown`,
    /// so there is no default.
    fn now_unix_ms(&self) -> u64;

    /// A fresh random number.
    fn chance(&self) -> Permille;

    /// Lets a future run to its end by itself: what stops a resumable stream that is dropped. By default it
    /// is dropped, too, and such a stream ends when the proxy has waited for a reader long enough.
    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) {
        drop(future);
    }

    /// Does every request of the program stand alone, so that what one began never ends once it is
    /// cancelled (Cloudflare Workers, Vercel's edge)? Then calls share a session token, and never
    /// wait for another call's question for one.
    fn requests_are_apart(&self) -> bool {
        false
    }
}
