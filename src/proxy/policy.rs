//! Which requests go on, and what a browser is told about other origins.
//!
//! Routes are compared as text and nothing is normalised: a path that needs normalising to match
//! (`..`, `%2e`, `//`, `;x`, a slash at its end) is another path.

use super::config::Config;
use super::refusal::Refusal;
use super::route::Media;
pub use super::route::Route;
use crate::policy::headers::HeaderList;

/// Where anonymous pages get their session tokens, if the configuration says so.
pub const SESSION_PATH: &str = "/session";

/// What a page of a listed origin may read besides the body.
const EXPOSED: &str = "retry-after, x-request-id, x-should-retry";

/// The headers that a page of a listed origin may send: those of this package's client, of the official
/// one (`user-agent` and `x-stainless-*`) and of the AI SDK (`user-agent`). By name, since `*` does not
/// cover `authorization` (Fetch standard, "CORS-preflight fetch"). What they say goes no further than the
/// proxy, but for an upload's `content-type`.
const ACCEPTED: &str = "authorization, content-type, idempotency-key, user-agent, x-stainless-arch, \
     x-stainless-helper-method, x-stainless-lang, x-stainless-os, x-stainless-package-version, \
     x-stainless-retry-count, x-stainless-runtime, x-stainless-runtime-version, x-stainless-timeout";

/// A browser's preflight has no cookies, and measures a tenth of this.
pub const MAX_PREFLIGHT_CHARS: usize = 16 * 1024;

/// What the decision looks at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Head<'a> {
    /// The method as received.
    pub method: &'a str,
    /// The absolute URL as the platform gives it.
    pub url: &'a str,
    /// `Origin`.
    pub origin: Option<&'a str>,
    /// `Access-Control-Request-Method`.
    pub requested_method: Option<&'a str>,
    /// What all names and values measure, of an `OPTIONS` request alone: nobody has proved anything
    /// by then.
    pub header_chars: usize,
    /// `Host`.
    pub host: Option<&'a str>,
    /// `Upgrade`.
    pub upgrade: Option<&'a str>,
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// `Content-Encoding`.
    pub content_encoding: Option<&'a str>,
    /// `Content-Length`.
    pub content_length: Option<&'a str>,
    /// `CF-Connecting-IP`: the caller's address as Cloudflare saw it. No other header is believed.
    pub address: Option<&'a str>,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It goes on to the check of its token and its body.
    Forward(Route),
    /// It asks for a session, from a page of this origin.
    Mint(String),
    /// It is an `OPTIONS` request, answered with 204 and these headers.
    Preflight(HeaderList),
    /// It ends here.
    Reject(Refusal),
}

/// Decides by the head alone. Tokens and bodies come later, so that a path, a method or an origin
/// that is not listed costs nothing.
#[must_use]
pub fn decide(head: &Head<'_>, config: &Config) -> Decision {
    // workerd writes the header into the URL as it is: `Host: h/v1/models?` would choose the route.
    if head.host.is_some_and(|host| !host.bytes().all(is_host)) {
        return Decision::Reject(Refusal::new(
            400,
            "invalid_host",
            "The Host header is no host.",
        ));
    }
    let path = path(head.url);
    let served = Route::ALL
        .into_iter()
        .find(|route| route.path() == path && config.serves(*route));
    let (method, allow) = match served {
        Some(route) => (route.method(), route.allow()),
        None if path == SESSION_PATH && config.anonymous.is_some() => ("POST", "POST, OPTIONS"),
        None => {
            return Decision::Reject(Refusal::new(
                404,
                "not_found",
                "The proxy has no such path.",
            ));
        }
    };
    if head.method != "OPTIONS" && head.method != method {
        let mut refusal = Refusal::new(
            405,
            "method_not_allowed",
            "The proxy does not serve this method on this path.",
        );
        refusal.allow = Some(allow);
        return Decision::Reject(refusal);
    }
    if head
        .origin
        .is_some_and(|origin| !is_allowed(origin, head.url, &config.allowed_origins))
    {
        return Decision::Reject(origin_not_allowed());
    }
    if head.method == "OPTIONS" {
        return preflight(method, allow, head);
    }
    if head.upgrade.is_some() {
        return Decision::Reject(Refusal::new(
            400,
            "upgrade_not_supported",
            "The proxy does not change protocols.",
        ));
    }
    served.map_or_else(
        || {
            // A token is bound to the page that it is made for.
            head.origin.map_or_else(
                || Decision::Reject(origin_not_allowed()),
                |origin| Decision::Mint(origin.to_owned()),
            )
        },
        Decision::Forward,
    )
}

/// Checks what the head says about the body: its media type, coding and size.
///
/// A page of another origin can send a form's media types without asking first (Fetch standard,
/// "CORS-safelisted request-header"). On a route for JSON they are refused; on one for files it is
/// the header `Authorization` that makes the browser ask.
///
/// # Errors
/// 411, 413 or 415.
pub fn check_body_head(media: Media, head: &Head<'_>, config: &Config) -> Result<(), Refusal> {
    let (fits, wanted, max_bytes) = match media {
        Media::None => return Ok(()),
        Media::Json => (
            is_json(head.content_type),
            "The Content-Type must be application/json.",
            config.max_body_bytes,
        ),
        Media::Multipart => (
            head.content_type.is_some_and(is_multipart),
            "The Content-Type must be multipart/form-data with a boundary.",
            config.max_upload_bytes,
        ),
    };
    if !fits {
        return Err(Refusal::new(415, "unsupported_media_type", wanted));
    }
    if head
        .content_encoding
        .is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"))
    {
        return Err(Refusal::new(
            415,
            "unsupported_encoding",
            "The body must not be compressed.",
        ));
    }
    let length = match (head.content_length, media) {
        // It is passed through unread, so nothing but its declared length can be held to the limit.
        (None, Media::Multipart) => {
            return Err(Refusal::new(
                411,
                "length_required",
                "The request needs a Content-Length.",
            ));
        }
        (None, _) => Ok(0),
        (Some(length), _) => length.parse::<u64>(),
    };
    if length.is_ok_and(|length| length <= u64::from(max_bytes)) {
        Ok(())
    } else {
        Err(Refusal::too_large())
    }
}

fn is_json(content_type: Option<&str>) -> bool {
    content_type
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// `multipart/form-data` with one boundary of the grammar's characters (RFC 2046, section 5.1.1)
/// and nothing else, since the value goes on as it is.
fn is_multipart(value: &str) -> bool {
    let Some((essence, parameter)) = value.split_once(';') else {
        return false;
    };
    let Some((name, boundary)) = parameter.trim().split_once('=') else {
        return false;
    };
    let boundary = boundary
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(boundary);
    essence.trim().eq_ignore_ascii_case("multipart/form-data")
        && name.eq_ignore_ascii_case("boundary")
        && (1..=70).contains(&boundary.len())
        && boundary.bytes().all(|b| {
            b.is_ascii_alphanumeric()
                || matches!(
                    b,
                    b'\''
                        | b'('
                        | b')'
                        | b'+'
                        | b'_'
                        | b','
                        | b'-'
                        | b'.'
                        | b'/'
                        | b':'
                        | b'='
                        | b'?'
                )
        })
}

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

/// The path as it stands in the URL: no decoding, no dot segments removed.
fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/");
    path.split(['?', '#']).next().unwrap_or_default()
}

/// Is the origin the proxy's own, or listed? Browsers send `Origin` on POST to the same origin too.
fn is_allowed(origin: &str, url: &str, allowed_origins: &[String]) -> bool {
    origin_of(url) == Some(origin) || is_listed(origin, allowed_origins)
}

fn is_listed(origin: &str, allowed_origins: &[String]) -> bool {
    allowed_origins.iter().any(|allowed| allowed == origin)
}

fn origin_not_allowed() -> Refusal {
    Refusal::new(
        403,
        "origin_not_allowed",
        "Pages of this origin may not use the proxy.",
    )
}

/// The answer is the same whatever headers are asked for, unless they are absurdly many: the browser
/// compares them with the list.
fn preflight(method: &str, allow: &str, head: &Head<'_>) -> Decision {
    if head.header_chars > MAX_PREFLIGHT_CHARS {
        return Decision::Reject(Refusal::new(
            431,
            "headers_too_large",
            "The request has too many headers.",
        ));
    }
    let mut headers = HeaderList::new();
    headers.set("allow", allow);
    let Some(requested) = head.requested_method.filter(|_| head.origin.is_some()) else {
        return Decision::Preflight(headers);
    };
    if requested != method {
        return Decision::Reject(Refusal::new(
            403,
            "method_not_allowed",
            "Pages may not use this method on this path.",
        ));
    }
    headers.set("access-control-allow-methods", method);
    headers.set("access-control-allow-headers", ACCEPTED);
    // Two hours: what Chromium caps it to.
    headers.set("access-control-max-age", "7200");
    Decision::Preflight(headers)
}

/// Characters of a host name, an address and a port.
const fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']')
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
