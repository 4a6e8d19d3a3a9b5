//! The client on the platform's `fetch`.

use send_wrapper::SendWrapper;

use super::builder::Builder;
use super::token::boxed;
use super::{BoxError, Client, SessionToken};
use crate::transport::{Credentials, FetchTransport};

impl Client<FetchTransport> {
    /// Starts a client on the platform's `fetch`.
    pub fn builder() -> Builder<FetchTransport> {
        Self::with_transport(FetchTransport::new())
    }
}

impl Builder<FetchTransport> {
    /// Whether a browser sends the page's cookies with the requests, for a proxy that knows its
    /// callers by them. Default: it does not.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.transport = self.transport.with_credentials(credentials);
        self
    }
}

impl SessionToken {
    /// As [`SessionToken::from_fn`], for a function whose future stays on its thread, since it waits for
    /// JavaScript's promises.
    ///
    /// ```no_run
    /// use gloo_net::http::Request;
    /// use openai_wasm::client::SessionToken;
    ///
    /// let token = SessionToken::from_local_fn(async || {
    ///     let answer = Request::post("/session").send().await.map_err(|e| e.to_string())?;
    ///     answer.text().await.map_err(|e| e.to_string())
    /// });
    /// ```
    #[must_use]
    pub fn from_local_fn<Asked, E>(ask: impl Fn() -> Asked + 'static) -> Self
    where
        Asked: Future<Output = Result<String, E>> + 'static,
        E: Into<BoxError>,
    {
        let ask = SendWrapper::new(ask);
        Self::boxed(boxed(move || SendWrapper::new(ask())))
    }
}
