//! The client on the platform's `fetch`.

use super::Client;
use super::builder::Builder;
use crate::transport::FetchTransport;

impl Client<FetchTransport> {
    /// Starts a client on the platform's `fetch`.
    pub fn builder() -> Builder<FetchTransport> {
        Self::with_transport(FetchTransport::new())
    }
}
