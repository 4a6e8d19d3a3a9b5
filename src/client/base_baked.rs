//! Where a `proxy-only` client sends: the URL that was baked in. There is no way to change it.

use crate::policy::baked::BAKED_PROXY_URL;
use crate::policy::endpoint::BaseUrl;

/// The base URL that a builder starts with.
pub(super) fn initial() -> Option<BaseUrl> {
    BaseUrl::proxy(BAKED_PROXY_URL).ok()
}
