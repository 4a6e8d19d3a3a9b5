//! Where a keyless client sends: to the proxy that its author names.

use crate::policy::endpoint::{BaseUrl, UrlFault};

pub(super) fn proxy(url: &str) -> Result<BaseUrl, UrlFault> {
    BaseUrl::proxy(url)
}
