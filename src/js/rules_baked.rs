//! What a `proxy-only` client may send: to the URL that was baked in and nowhere else, and no credential.

use crate::policy::baked::BAKED_PROXY_URL;
use crate::policy::endpoint::UrlFault;
pub(super) use crate::policy::headers::check_keyless_name as header_name;

pub(super) fn base(url: &str) -> Result<(), UrlFault> {
    if url == BAKED_PROXY_URL {
        Ok(())
    } else {
        Err(UrlFault::Other)
    }
}
