//! The client on the platform's `fetch`.

use super::Client;
use super::builder::Builder;
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
