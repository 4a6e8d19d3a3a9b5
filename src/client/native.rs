//! The client over reqwest.

use std::sync::Arc;

use super::builder::Builder;
use super::{Client, Error, ErrorKind};
use crate::transport::ReqwestTransport;

/// A client for native programs.
pub type NativeClient = Client<ReqwestTransport>;

impl Client<ReqwestTransport> {
    /// Starts a client over reqwest, for native programs: servers on axum, command lines. It is called
    /// inside a tokio runtime.
    ///
    /// ```no_run
    /// # #[cfg(all(feature = "reqwest", not(feature = "proxy-only")))]
    /// # async fn f() -> Result<(), openai_wasm::client::Error> {
    /// use openai_wasm::client::{Client, SessionToken};
    ///
    /// let client = Client::native_builder()?
    ///     .proxy_url("https://example.com/v1")?
    ///     .token(SessionToken::fixed("what your session endpoint signed"))
    ///     .build()?;
    ///
    /// // It may go to other threads.
    /// tokio::spawn(async move { client.models().list().await });
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// TLS could not be started ([`ErrorKind::Connection`]). [`Client::with_transport`] takes a
    /// [`ReqwestTransport`] with settings of yours.
    pub fn native_builder() -> Result<Builder<ReqwestTransport>, Error> {
        let transport = ReqwestTransport::new().map_err(|fault| {
            Error::new(ErrorKind::Connection, fault.to_string()).with_source(Arc::new(fault))
        })?;
        Ok(Self::with_transport(transport))
    }
}
