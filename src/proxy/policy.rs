//! Which requests go on, and what a browser is told about other origins.
//!
//! Routes are compared as text and nothing is normalised: a path that needs normalising to match
//! (`..`, `%2e`, `//`, `;x`, a slash at its end) is another path. Behind one key stand all users'
//! files and answers, so what is not listed does not exist.

use super::refusal::Refusal;
use crate::policy::headers::HeaderList;

/// What the proxy serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// `POST /v1/chat/completions`
    ChatCompletions,
    /// `GET /v1/models`
    Models,
}

impl Route {
    const ALL: [Self; 2] = [Self::ChatCompletions, Self::Models];

    /// The only method that it has.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::ChatCompletions => "POST",
            Self::Models => "GET",
        }
    }

    /// Its path at the proxy.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::ChatCompletions => "/v1/chat/completions",
            Self::Models => "/v1/models",
        }
    }

    /// Its path below the upstream's base URL.
    #[must_use]
    pub const fn upstream_path(self) -> &'static str {
        match self {
            Self::ChatCompletions => "/chat/completions",
            Self::Models => "/models",
        }
    }

    const fn allow(self) -> &'static str {
        match self {
            Self::ChatCompletions => "POST, OPTIONS",
            Self::Models => "GET, OPTIONS",
        }
    }

    /// Does it take a JSON body?
    #[must_use]
    pub const fn has_body(self) -> bool {
        matches!(self, Self::ChatCompletions)
    }
}

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
    /// `Upgrade`.
    pub upgrade: Option<&'a str>,
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// `Content-Encoding`.
    pub content_encoding: Option<&'a str>,
    /// `Content-Length`.
    pub content_length: Option<&'a str>,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It goes on to the check of its token and its body.
    Forward(Route),
    /// It is an `OPTIONS` request, answered with 204 and these headers.
    Preflight(HeaderList),
    /// It ends here.
    Reject(Refusal),
}

/// Decides by the head alone. Tokens and bodies come later, so that a path, a method or an origin
/// that is not listed costs nothing.
#[must_use]
pub fn decide(head: &Head<'_>, allowed_origins: &[String]) -> Decision {
    let Some(route) = Route::ALL
        .into_iter()
        .find(|route| route.path() == path(head.url))
    else {
        return Decision::Reject(Refusal::new(
            404,
            "not_found",
            "The proxy has no such path.",
        ));
    };
    if head.method != "OPTIONS" && head.method != route.method() {
        let mut refusal = Refusal::new(
            405,
            "method_not_allowed",
            "The proxy does not serve this method on this path.",
        );
        refusal.allow = Some(route.allow());
        return Decision::Reject(refusal);
    }
    if head
        .origin
        .is_some_and(|origin| !is_allowed(origin, head.url, allowed_origins))
    {
        return Decision::Reject(origin_not_allowed());
    }
    if head.method == "OPTIONS" {
        return preflight(route, head);
    }
    if head.upgrade.is_some() {
        return Decision::Reject(Refusal::new(
            400,
            "upgrade_not_supported",
            "The proxy does not change protocols.",
        ));
    }
    Decision::Forward(route)
}

/// Checks what the head says about the body: its media type, coding and size.
///
/// Only `application/json` is taken: a page of another origin can send a form's media types
/// without asking first (Fetch standard, "CORS-safelisted request-header").
///
/// # Errors
/// 415 or 413.
pub fn check_body_head(route: Route, head: &Head<'_>, max_body_bytes: u32) -> Result<(), Refusal> {
    if !route.has_body() {
        return Ok(());
    }
    let essence = head
        .content_type
        .map(|value| value.split(';').next().unwrap_or_default().trim());
    if !essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json")) {
        return Err(Refusal::new(
            415,
            "unsupported_media_type",
            "The Content-Type must be application/json.",
        ));
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
    let length = head.content_length.map_or(Ok(0), str::parse::<u64>);
    if length.is_ok_and(|length| length <= u64::from(max_body_bytes)) {
        Ok(())
    } else {
        Err(Refusal::too_large())
    }
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
        headers.set("access-control-expose-headers", "retry-after, x-request-id");
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

/// The answer is the same whatever headers are asked for: the browser compares them with the list.
/// The official client's `x-stainless-*` may be sent; they go no further than the proxy.
fn preflight(route: Route, head: &Head<'_>) -> Decision {
    let mut headers = HeaderList::new();
    headers.set("allow", route.allow());
    let Some(requested) = head.requested_method.filter(|_| head.origin.is_some()) else {
        return Decision::Preflight(headers);
    };
    if requested != route.method() {
        return Decision::Reject(Refusal::new(
            403,
            "method_not_allowed",
            "Pages may not use this method on this path.",
        ));
    }
    headers.set("access-control-allow-methods", route.method());
    headers.set(
        "access-control-allow-headers",
        "authorization, content-type, x-stainless-arch, x-stainless-helper-method, x-stainless-lang, \
         x-stainless-os, x-stainless-package-version, x-stainless-retry-count, x-stainless-runtime, \
         x-stainless-runtime-version, x-stainless-timeout",
    );
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
