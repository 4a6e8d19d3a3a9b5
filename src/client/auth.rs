//! The only file that can hold a key (feature `direct`).
//!
//! It is not compiled into a keyless client. `cargo xtask pack` searches the packed client for the
//! marker below, so a build that holds this file by accident is never shipped.

use std::fmt;
use std::sync::Arc;

use super::Error;
use super::attempt::header_message;
use super::builder::Builder;
use super::token::{Ask, BoxError, BoxFuture, Credential, boxed, sent};

use crate::policy::allow_http::check_entry;
use crate::policy::endpoint::{BaseUrl, check_base_url};
use crate::policy::headers;
use crate::policy::providers::{Server, server_of};
use crate::transport::Transport;
use crate::validation::Profile;

/// Stands in every build that can hold a key, and nowhere else.
pub const KEY_HOLDING_BUILD: &str = "openai-wasm key-holding build";

/// Where requests go when no base URL is given.
pub const OPENAI_BASE_URL: &str = "https://api.openai.com/v1";

/// A model provider's key: a fixed string, or a function that is asked for every attempt.
///
/// It never prints.
#[derive(Clone)]
pub struct ApiKey(Source);

#[derive(Clone)]
enum Source {
    Fixed(String),
    Asked(Arc<Ask>),
}

impl ApiKey {
    /// A fixed key. White space around it is removed: secrets often end in a newline.
    #[must_use]
    pub fn fixed(key: impl AsRef<str>) -> Self {
        Self(Source::Fixed(key.as_ref().trim().to_owned()))
    }

    /// A function that gives the key; called before every attempt.
    #[must_use]
    pub fn from_fn<Asked, E>(ask: impl Fn() -> Asked + Send + Sync + 'static) -> Self
    where
        Asked: Future<Output = Result<String, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        Self(Source::Asked(boxed(ask).into()))
    }
}

impl Credential for ApiKey {
    fn authorization(&self, _apart: bool) -> BoxFuture<'_, Result<String, BoxError>> {
        match &self.0 {
            Source::Fixed(key) => Box::pin(std::future::ready(sent(key_authorization(key)))),
            Source::Asked(ask) => {
                let asked = ask();
                Box::pin(async move { sent(key_authorization(asked.await?.trim())) })
            }
        }
    }
}

/// The `Authorization` header for a key.
fn key_authorization(key: &str) -> Result<String, String> {
    headers::authorization(key).map_err(|fault| format!("`apiKey` {}", fault.clause()))
}

/// Whose documents hold for a server, by its host.
fn profile_of(base_url: &str) -> Profile {
    let host = check_base_url(base_url).ok();
    let host = host.and_then(|(start, end)| base_url.get(start..end));
    match host.and_then(server_of) {
        Some(Server::OpenAi) => Profile::OpenAi,
        Some(Server::Fireworks) => Profile::Fireworks,
        // Azure takes keys as bearer tokens, too.
        Some(Server::Azure) | None => Profile::None,
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey([redacted])")
    }
}

impl<T: Transport> Builder<T> {
    /// The provider's key. For servers only: a client with a key must never reach a browser.
    ///
    /// Without [`Builder::base_url`] the requests go to OpenAI.
    pub fn api_key(mut self, key: ApiKey) -> Self {
        self.credential = Some(Arc::new(key));
        self.keyless = false;
        if self.base.is_none() {
            self.base = BaseUrl::server(OPENAI_BASE_URL).ok();
            self.host_profile = Profile::OpenAi;
        }
        self
    }

    /// Servers of your own that are reached by plain HTTP, each a host and its port:
    /// `["ollama:11434"]`. Anyone on the network path can read the key and the answers. Call it before
    /// [`Builder::base_url`].
    ///
    /// # Errors
    /// An entry is no host with a port, or a model provider's; the error names `allow_http`.
    pub fn allow_http<S: Into<String>>(
        mut self,
        hosts: impl IntoIterator<Item = S>,
    ) -> Result<Self, Error> {
        for host in hosts {
            let host = host.into();
            check_entry(&host)
                .map_err(|fault| Error::option("allow_http", format!("`{host}` {fault}")))?;
            self.allow_http.push(host);
        }
        Ok(self)
    }

    /// The server's URL, with its path: `https://api.fireworks.ai/inference/v1`.
    ///
    /// # Errors
    /// The URL is refused; the error names `base_url`.
    pub fn base_url(mut self, url: &str) -> Result<Self, Error> {
        let base = BaseUrl::of_server(url, &self.allow_http)
            .map_err(|fault| Error::option("base_url", fault.clause().to_owned()))?;
        self.base = Some(base);
        self.host_profile = profile_of(url);
        self.keyless = false;
        Ok(self)
    }

    /// `OpenAI-Organization`: whose quota the requests use.
    ///
    /// # Errors
    /// The value cannot stand in a header.
    pub fn organization(self, id: &str) -> Result<Self, Error> {
        self.account_header("OpenAI-Organization", id)
    }

    /// `OpenAI-Project`: whose quota the requests use.
    ///
    /// # Errors
    /// The value cannot stand in a header.
    pub fn project(self, id: &str) -> Result<Self, Error> {
        self.account_header("OpenAI-Project", id)
    }

    fn account_header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        headers::check(name, value)
            .map_err(|fault| Error::option(name, header_message(name, fault)))?;
        self.headers.push((name.to_owned(), Some(value.to_owned())));
        Ok(self)
    }

    /// What this build is: [`KEY_HOLDING_BUILD`].
    #[must_use]
    pub fn build_kind(&self) -> &'static str {
        KEY_HOLDING_BUILD
    }
}
