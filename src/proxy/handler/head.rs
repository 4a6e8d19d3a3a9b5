//! The parts of a platform request that decisions look at.

use web_sys::Request;

use crate::proxy::policy::Head;
use crate::proxy::upstream;

/// Owned copies, since the platform hands out JavaScript strings.
pub(super) struct Received {
    method: String,
    url: String,
    authorization: Option<String>,
    origin: Option<String>,
    requested_method: Option<String>,
    requested_headers: Option<String>,
    upgrade: Option<String>,
    content_type: Option<String>,
    content_encoding: Option<String>,
    content_length: Option<String>,
    address: Option<String>,
    /// Has it gone through a proxy like this one already?
    pub(super) circles: bool,
}

impl Received {
    pub(super) fn of(request: &Request) -> Self {
        let headers = request.headers();
        let header = |name| headers.get(name).ok().flatten();
        Self {
            method: request.method(),
            url: request.url(),
            authorization: header("authorization"),
            origin: header("origin"),
            requested_method: header("access-control-request-method"),
            requested_headers: header("access-control-request-headers"),
            upgrade: header("upgrade"),
            content_type: header("content-type"),
            content_encoding: header("content-encoding"),
            content_length: header("content-length"),
            address: header("cf-connecting-ip"),
            circles: ["user-agent", "via", "cdn-loop"]
                .into_iter()
                .filter_map(header)
                .any(|value| value.contains(upstream::PRODUCT)),
        }
    }

    pub(super) fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    pub(super) fn head(&self) -> Head<'_> {
        Head {
            method: &self.method,
            url: &self.url,
            origin: self.origin.as_deref(),
            requested_method: self.requested_method.as_deref(),
            requested_headers: self.requested_headers.as_deref(),
            upgrade: self.upgrade.as_deref(),
            content_type: self.content_type.as_deref(),
            content_encoding: self.content_encoding.as_deref(),
            content_length: self.content_length.as_deref(),
            address: self.address.as_deref(),
        }
    }
}
