//! Where a keyless client sends: to the proxy that its author names.

use crate::policy::endpoint::{UrlFault, check_proxy_url};

pub(super) fn check(url: &str) -> Result<(), UrlFault> {
    check_proxy_url(url)
}
