//! Building a client: what is missing or malformed is an error here, not at the first call.

use std::sync::Arc;
use std::time::Duration;

use super::attempt::header_message;
use super::limits::Limits;
use super::options::whole_ms;
use super::token::{Credential, SessionToken};
use super::{Client, Error, Settings, base};
use crate::policy::endpoint::BaseUrl;
use crate::policy::headers;
use crate::stream::Truncation;
use crate::transport::Transport;
use crate::validation::Profile;

/// Collects a client's settings.
#[must_use]
pub struct Builder<T: Transport> {
    pub(super) transport: T,
    pub(super) base: Option<BaseUrl>,
    /// Hosts that may be reached by plain HTTP, where a client knows hosts.
    pub(super) allow_http: Vec<String>,
    pub(super) credential: Option<Arc<dyn Credential>>,
    pub(super) keyless: bool,
    pub(super) headers: Vec<(String, Option<String>)>,
    query: Vec<(String, String)>,
    limits: Limits,
    /// The one that was chosen.
    pub(super) profile: Option<Profile>,
    /// That of the host, where a client knows hosts.
    pub(super) host_profile: Profile,
}

impl<T: Transport> Builder<T> {
    pub(super) fn new(transport: T) -> Self {
        Self {
            transport,
            base: base::initial(),
            allow_http: Vec::new(),
            credential: None,
            keyless: true,
            headers: Vec::new(),
            query: Vec::new(),
            limits: Limits::default(),
            profile: None,
            host_profile: Profile::None,
        }
    }

    /// The session token that the proxy asks for.
    pub fn token(mut self, token: SessionToken) -> Self {
        self.credential = Some(Arc::new(token));
        self
    }

    /// The time limit of one attempt, to the end of a buffered body or to the head of a streamed one.
    /// Default: ten minutes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout_ms = whole_ms(timeout);
        self
    }

    /// The longest silence between two events of a stream; zero for no limit. Default: the timeout.
    pub fn idle_timeout(mut self, idle_timeout: Duration) -> Self {
        self.limits.idle_timeout_ms = Some(whole_ms(idle_timeout));
        self
    }

    /// How often a failed attempt is repeated. Default: 2.
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.limits.max_retries = max_retries;
        self
    }

    /// The size in bytes at which one stream event is refused. Default: 64 MiB.
    pub fn max_event_bytes(mut self, max_event_bytes: usize) -> Self {
        self.limits.max_event_bytes = max_event_bytes;
        self
    }

    /// What a stream's end without `[DONE]`, a `finish_reason` or a closing event means. Default: an error.
    pub fn truncation(mut self, truncation: Truncation) -> Self {
        self.limits.truncation = truncation;
        self
    }

    /// Whether streams are asked for that can be resumed, from a proxy with the option `resumable`. One whose
    /// connection breaks off reconnects by itself, and one that is dropped is stopped at the proxy, where
    /// [`Transport::spawn`] runs the request for that. Default: no.
    pub fn resumable(mut self, resumable: bool) -> Self {
        self.limits.resumable = resumable;
        self
    }

    /// A header of every request; `None` removes one that the client would send.
    ///
    /// # Errors
    /// The header cannot be sent, or it carries a credential and this client is keyless.
    pub fn header(mut self, name: &str, value: Option<&str>) -> Result<Self, Error> {
        let check = if self.keyless {
            headers::check_keyless
        } else {
            headers::check
        };
        check(name, value.unwrap_or_default())
            .map_err(|fault| Error::option("headers", header_message(name, fault)))?;
        self.headers
            .push((name.to_owned(), value.map(str::to_owned)));
        Ok(self)
    }

    /// A query parameter of every request.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// The client.
    ///
    /// # Errors
    /// No URL was given.
    pub fn build(self) -> Result<Client<T>, Error> {
        let base = self.base.ok_or_else(|| {
            Error::option("proxy_url", "is required: the URL of your proxy".to_owned())
        })?;
        Ok(Client {
            settings: Arc::new(Settings {
                transport: self.transport,
                base,
                credential: self.credential,
                keyless: self.keyless,
                headers: self.headers,
                query: self.query,
                limits: self.limits,
                profile: self.profile.unwrap_or(self.host_profile),
            }),
        })
    }
}

impl<T: Transport> std::fmt::Debug for Builder<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("base", &self.base)
            .field("allow_http", &self.allow_http)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
