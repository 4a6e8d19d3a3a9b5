//! Where a `proxy-only` client sends: the URL that was baked in. There is no way to change it.

use super::Error;
use super::builder::Builder;
use crate::policy::baked::BAKED_PROXY_URL;
use crate::policy::endpoint::BaseUrl;
use crate::transport::Transport;

/// The base URL that a builder starts with.
pub(super) fn initial() -> Option<BaseUrl> {
    BaseUrl::proxy(BAKED_PROXY_URL).ok()
}

impl<T: Transport> Builder<T> {
    /// Refuses every other URL.
    #[cfg_attr(not(feature = "js"), allow(dead_code))]
    pub(crate) fn proxied_to(self, url: Option<&str>) -> Result<Self, Error> {
        match url {
            Some(_) => Err(Error::option(
                "proxy_url",
                "is not accepted: this build holds its proxy's URL".to_owned(),
            )),
            None => Ok(self),
        }
    }
}
