//! Where a `proxy-only` client sends: the URL that was baked in, whatever the caller says.

use crate::policy::baked::BAKED_PROXY_URL;
use crate::policy::endpoint::{BaseUrl, UrlFault};

pub(super) fn proxy(_: &str) -> Result<BaseUrl, UrlFault> {
    BaseUrl::proxy(BAKED_PROXY_URL)
}
