//! The client: what a caller holds, generic over the [`Transport`] that sends.

use std::rc::Rc;

use crate::policy::checks::Profile;
use crate::policy::endpoint::BaseUrl;
use crate::transport::Transport;

#[cfg(feature = "direct")]
pub mod auth;
#[cfg(feature = "proxy-only")]
#[path = "base_baked.rs"]
mod base;
#[cfg(not(feature = "proxy-only"))]
#[path = "base_given.rs"]
mod base;
mod builder;
pub mod call;
mod chat;
mod error;
mod models;
mod stream;
mod token;
mod typed;
#[cfg(feature = "fetch")]
mod web;

pub use builder::Builder;
pub use chat::Chat;
pub use error::{Error, ErrorKind};
pub use models::Models;
pub use stream::ChatStream;
pub use token::{Credential, LocalFuture, SessionToken};

/// A client for one server or proxy. Cloning it is cheap and shares everything.
///
/// It holds no connection: each call sends its own request. Dropping a call's future or a stream
/// aborts that request and closes its connection.
pub struct Client<T: Transport> {
    settings: Rc<Settings<T>>,
}

impl<T: Transport> Clone for Client<T> {
    fn clone(&self) -> Self {
        Self {
            settings: Rc::clone(&self.settings),
        }
    }
}

/// What the builder collected.
struct Settings<T: Transport> {
    transport: T,
    base: BaseUrl,
    credential: Option<Rc<dyn Credential<T::Fault>>>,
    /// Does a credential other than a session token go with the requests?
    keyless: bool,
    headers: Vec<(String, Option<String>)>,
    query: Vec<(String, String)>,
    timeout_ms: u32,
    max_retries: u32,
    max_event_bytes: usize,
    idle_timeout_ms: Option<u32>,
    profile: Profile,
}

impl<T: Transport> std::fmt::Debug for Client<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.settings.base)
            .field("timeout_ms", &self.settings.timeout_ms)
            .field("max_retries", &self.settings.max_retries)
            .finish_non_exhaustive()
    }
}

impl<T: Transport> Client<T> {
    /// Starts a client that sends through `transport`.
    pub fn with_transport(transport: T) -> Builder<T> {
        Builder::new(transport)
    }

    /// Chat completions.
    #[must_use]
    pub fn chat(&self) -> Chat<'_, T> {
        Chat(self)
    }

    /// The models that the server offers.
    #[must_use]
    pub fn models(&self) -> Models<'_, T> {
        Models(self)
    }
}
