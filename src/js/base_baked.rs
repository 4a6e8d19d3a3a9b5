//! Where a `proxy-only` client sends: to the URL that was baked in, and nowhere else.

use crate::policy::baked::BAKED_PROXY_URL;
use crate::policy::endpoint::UrlFault;

pub(super) fn check(url: &str) -> Result<(), UrlFault> {
    if url == BAKED_PROXY_URL {
        Ok(())
    } else {
        Err(UrlFault::Other)
    }
}
