//! What pages of other origins may do, and what a browser is told about it.

use crate::policy::headers::HeaderList;
use crate::proxy::error::ProxyError;
use crate::proxy::notice::shown;
use crate::proxy::routing::{Decision, Head};

/// What a page of a listed origin may read besides the body.
const EXPOSED: &str = "retry-after, x-budget-remaining, x-request-id, x-should-retry, x-stream-id";

/// The headers that a page of a listed origin may send: those of this package's client, of the official
/// one (`x-stainless-*`, before version 7 also `user-agent`) and of the AI SDK (`user-agent`). By name, since `*` does not
/// cover `authorization` (Fetch standard, "CORS-preflight fetch"). What they say goes no further than the
/// proxy, but for an upload's `content-type`.
const ACCEPTED: &str = "authorization, content-type, idempotency-key, last-event-id, user-agent, x-stainless-arch, \
     x-stainless-helper-method, x-stainless-lang, x-stainless-os, x-stainless-package-version, \
     x-stainless-retry-count, x-stainless-runtime, x-stainless-runtime-version, x-stainless-timeout, \
     x-stream-id";

/// A browser's preflight has no cookies, and measures a tenth of this.
pub const MAX_PREFLIGHT_CHARS: usize = 16 * 1024;

/// Headers that every answer has, errors included: a page of a listed origin must be able to read
/// why it was refused. Other origins get nothing, and nobody gets `*`.
#[must_use]
pub fn answer_headers(head: &Head<'_>, allowed_origins: &[String], request_id: &str) -> HeaderList {
    let mut headers = HeaderList::new();
    headers.set("x-request-id", request_id);
    // `no-transform` keeps intermediaries from compressing, which would hold a stream back.
    headers.set("cache-control", "no-store, no-transform");
    headers.set("x-content-type-options", "nosniff");
    headers.set("vary", "Origin");
    if let Some(origin) = head
        .origin
        .filter(|origin| is_listed(origin, allowed_origins))
    {
        headers.set("access-control-allow-origin", origin);
        headers.set("access-control-expose-headers", EXPOSED);
    }
    headers
}

/// Is the origin the proxy's own, or listed? Browsers send `Origin` on POST to the same origin too.
pub(super) fn is_allowed(origin: &str, url: &str, allowed_origins: &[String]) -> bool {
    origin_of(url) == Some(origin) || is_listed(origin, allowed_origins)
}

fn is_listed(origin: &str, allowed_origins: &[String]) -> bool {
    allowed_origins.iter().any(|allowed| allowed == origin)
}

pub(super) fn origin_not_allowed(origin: &str) -> ProxyError {
    let message = format!(
        "Pages of the origin {} may not use the proxy.",
        shown(origin)
    );
    ProxyError::new(403, "origin_not_allowed", &message).noting(
        "origin",
        format!(
            "an origin was refused that allowedOrigins (Config::allowed_origins) does not list: {}",
            shown(origin)
        ),
    )
}

/// The answer is the same whatever headers are asked for, unless they are absurdly many: the browser
/// compares them with the list.
pub(super) fn preflight(fits: impl Fn(&str) -> bool, allow: &str, head: &Head<'_>) -> Decision {
    if head.header_chars > MAX_PREFLIGHT_CHARS {
        return Decision::Reject(ProxyError::new(
            431,
            "headers_too_large",
            &format!("The request has too many headers: at most {MAX_PREFLIGHT_CHARS} characters."),
        ));
    }
    let mut headers = HeaderList::new();
    headers.set("allow", allow);
    let Some(requested) = head.requested_method.filter(|_| head.origin.is_some()) else {
        return Decision::Preflight(headers);
    };
    if !fits(requested) {
        return Decision::Reject(ProxyError::new(
            403,
            "method_not_allowed",
            &format!("Pages may not use this method on this path: {allow} only."),
        ));
    }
    headers.set("access-control-allow-methods", requested);
    headers.set("access-control-allow-headers", ACCEPTED);
    // Two hours: what Chromium caps it to.
    headers.set("access-control-max-age", "7200");
    Decision::Preflight(headers)
}

/// `https://host:port/path` → `https://host:port`.
fn origin_of(url: &str) -> Option<&str> {
    let host = url.find("://")? + 3;
    let end = url
        .get(host..)?
        .find(['/', '?', '#'])
        .map_or(url.len(), |at| host + at);
    url.get(..end)
}

/// Is it an origin as a browser serialises it (HTML, 7.1.1): scheme, host and perhaps port, lower
/// case? Schemes of app shells (`capacitor://localhost`) are origins too.
pub(super) fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else {
        return false;
    };
    let scheme_fits = scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.bytes().all(|b| {
            b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.')
        });
    let host_fits = !host.is_empty()
        && host.bytes().all(|b| {
            b.is_ascii_lowercase()
                || b.is_ascii_digit()
                || matches!(b, b'.' | b'-' | b'_' | b':' | b'[' | b']')
        });
    let default_port = (scheme == "https" && host.ends_with(":443"))
        || (scheme == "http" && host.ends_with(":80"));
    scheme_fits && host_fits && !default_port
}
