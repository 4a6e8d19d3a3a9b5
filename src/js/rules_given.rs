//! What a keyless client may send: to the proxy that its author names, and no credential.

pub(super) use crate::policy::endpoint::check_proxy_url as base;
pub(super) use crate::policy::headers::check_keyless_name as header_name;
