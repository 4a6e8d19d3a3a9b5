//! Where a keyless client sends: to the proxy that its author names.

use super::Error;
use super::builder::Builder;
use crate::policy::endpoint::BaseUrl;
use crate::transport::Transport;
use crate::validation::Profile;

/// The base URL that a builder starts with: none.
pub(super) fn initial() -> Option<BaseUrl> {
    None
}

impl<T: Transport> Builder<T> {
    /// Your proxy's URL, with its path: `https://example.com/v1`, or `/v1` on the same origin.
    ///
    /// # Errors
    /// The URL is refused (a model provider's host, for one); the error names `proxy_url`.
    pub fn proxy_url(mut self, url: &str) -> Result<Self, Error> {
        let base = BaseUrl::proxy(url)
            .map_err(|fault| Error::option("proxy_url", fault.clause().to_owned()))?;
        self.base = Some(base);
        self.host_profile = Profile::None;
        Ok(self)
    }
}
