//! Which requests go on, by their heads alone.
//!
//! Routes are compared as text and nothing is normalised but one slash at the end: a path that needs
//! normalising to match (`..`, `%2e`, `//`, `;x`) is another path.

use crate::policy::headers::HeaderList;
use crate::proxy::config::Config;
use crate::proxy::cors::{is_allowed, origin_not_allowed, preflight};
use crate::proxy::error::ProxyError;
use crate::proxy::notice::{redacted, shown};
use crate::proxy::route::Media;
pub use crate::proxy::route::Route;
use crate::proxy::streams;

/// Where anonymous pages get their session tokens, if the configuration says so.
pub const SESSION_PATH: &str = "/session";

/// Where callers read what is left of their budget, if the configuration has one.
pub const BUDGET_PATH: &str = "/v1/budget";

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
    /// The same for one of the models, by its id: `GET /v1/models/{model}`.
    Model(String),
    /// It asks for a session, from a page of this origin.
    Mint(String),
    /// It asks what is left of the caller's budget.
    Budget,
    /// It reads or stops the stream of this id.
    Stream(String),
    /// It is an `OPTIONS` request, answered with 204 and these headers.
    Preflight(HeaderList),
    /// It ends here.
    Reject(ProxyError),
}

/// Decides by the head alone. Tokens and bodies come later, so that a path, a method or an origin
/// that is not listed costs nothing.
#[must_use]
pub fn decide(head: &Head<'_>, config: &Config) -> Decision {
    // workerd writes the header into the URL as it is: `Host: h/v1/models?` would choose the route.
    if head.host.is_some_and(|host| !host.bytes().all(is_host)) {
        return Decision::Reject(ProxyError::new(
            400,
            "invalid_host",
            "The Host header is no host name.",
        ));
    }
    let path = path(head.url);
    let path = match path.strip_suffix('/') {
        Some(shorter) if !shorter.ends_with('/') => shorter,
        _ => path,
    };
    let one_model = model_id(path).filter(|_| config.serves(Route::Models));
    let served = Route::ALL
        .into_iter()
        .find(|route| route.path() == path && config.serves(*route))
        .or_else(|| one_model.as_ref().map(|_| Route::Models));
    let asks_budget = path == BUDGET_PATH && config.budget.is_some();
    let stream = streams::id_in(path).filter(|_| config.resumable.is_some());
    let (method, allow) = match served {
        Some(route) => (route.method(), route.allow()),
        None if path == SESSION_PATH && config.anonymous.is_some() => ("POST", "POST, OPTIONS"),
        None if asks_budget => ("GET", "GET, HEAD, OPTIONS"),
        None if stream.is_some() => ("GET", "GET, DELETE, OPTIONS"),
        None => return Decision::Reject(no_such_path(path)),
    };
    let other = if stream.is_some() { "DELETE" } else { "HEAD" };
    let also = |asked: &str| asked == other && method == "GET";
    let fits =
        |asked: &str| served.map_or(asked == method || also(asked), |route| route.has(asked));
    if head.method != "OPTIONS" && !fits(head.method) {
        let mut refusal = ProxyError::new(
            405,
            "method_not_allowed",
            &format!(
                "The proxy does not serve this method on {}: {allow} only.",
                brief(path)
            ),
        );
        refusal.allow = Some(allow);
        return Decision::Reject(refusal);
    }
    if let Some(origin) = head
        .origin
        .filter(|origin| !is_allowed(origin, head.url, &config.allowed_origins))
    {
        return Decision::Reject(origin_not_allowed(origin));
    }
    if head.method == "OPTIONS" {
        return preflight(fits, allow, head);
    }
    if head.upgrade.is_some() {
        return Decision::Reject(ProxyError::new(
            400,
            "upgrade_not_supported",
            "The proxy does not change protocols.",
        ));
    }
    if asks_budget {
        return Decision::Budget;
    }
    if let Some(id) = stream {
        return Decision::Stream(id.to_owned());
    }
    match (served, one_model, head.origin) {
        (Some(_), Some(id), _) => Decision::Model(id),
        (Some(route), None, _) => Decision::Forward(route),
        // A token is bound to the page that it is made for.
        (None, _, Some(origin)) => Decision::Mint(origin.to_owned()),
        (None, _, None) => Decision::Reject(ProxyError::new(
            403,
            "origin_not_allowed",
            "A session is for a page: the request needs the header Origin.",
        )),
    }
}

/// The model's id in a path: what stands behind `/v1/models/`, with its slashes, decoded once.
fn model_id(path: &str) -> Option<String> {
    let rest = path.strip_prefix(Route::Models.path())?.strip_prefix('/')?;
    let mut id = Vec::with_capacity(rest.len());
    let mut bytes = rest.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next()?, bytes.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return None;
            }
            id.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            id.push(byte);
        }
    }
    let id = String::from_utf8(id).ok()?;
    // It stays below the path, however often an upstream decodes it.
    let plain = id
        .split('/')
        .all(|segment| !matches!(segment, "" | "." | ".."));
    let sound = plain && !id.contains(['\\', '%']) && !id.contains(char::is_control);
    sound.then_some(id)
}

/// A caller's path, fit for an answer.
fn brief(path: &str) -> String {
    const MOST: usize = 100;
    redacted(path).chars().take(MOST).collect()
}

/// The operator reads whether a route could be switched on.
fn no_such_path(path: &str) -> ProxyError {
    let hint = if path.starts_with("/v1/") || path == SESSION_PATH {
        ""
    } else {
        " Its paths begin with /v1/."
    };
    let message = format!("The proxy has no such path: {}.{hint}", brief(path));
    let refusal = ProxyError::new(404, "not_found", &message);
    let route = Route::ALL.into_iter().find(|route| {
        path == route.path() || (*route == Route::Models && model_id(path).is_some())
    });
    if let Some(route) = route {
        let name = route.name();
        return refusal.noting(
            "route",
            format!("a path was refused that routes: [\"{name}\"] (Config::routes) switches on"),
        );
    }
    if path == SESSION_PATH {
        let text = "/session was refused: anonymousSessions (Config::anonymous) serves it";
        return refusal.noting("route", text.to_owned());
    }
    refusal.noting(
        "path",
        format!(
            "a path was refused that no option of routes serves: {}",
            shown(path)
        ),
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
pub fn check_body_head(media: Media, head: &Head<'_>, config: &Config) -> Result<(), ProxyError> {
    let option = match media {
        Media::Multipart => "maxUploadBytes (Config::max_upload_bytes)",
        Media::None | Media::Json => MAX_BODY_OPTION,
    };
    check_body(media, head, config.max_bytes(media), option)
}

/// The option that bounds JSON bodies, for the operator.
pub(super) const MAX_BODY_OPTION: &str = "maxBodyBytes (Config::max_body_bytes)";

/// The same, with a limit of the caller's; `option` is the one that sets it, if there is one.
pub(super) fn check_body(
    media: Media,
    head: &Head<'_>,
    max_bytes: u32,
    option: &str,
) -> Result<(), ProxyError> {
    let (fits, wanted) = match media {
        Media::None => return Ok(()),
        Media::Json => (
            is_json(head.content_type),
            "The Content-Type must be application/json.",
        ),
        Media::Multipart => (
            head.content_type.is_some_and(is_multipart),
            "The Content-Type must be multipart/form-data with a boundary.",
        ),
    };
    if !fits {
        return Err(ProxyError::new(415, "unsupported_media_type", wanted));
    }
    if head
        .content_encoding
        .is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"))
    {
        return Err(ProxyError::new(
            415,
            "unsupported_encoding",
            "The body must not be compressed: the proxy takes no Content-Encoding.",
        ));
    }
    let length = match (head.content_length, media) {
        // It is passed through unread, so nothing but its declared length can be held to the limit.
        (None, Media::Multipart) => {
            return Err(ProxyError::new(
                411,
                "length_required",
                "An upload needs a Content-Length: the proxy takes no stream of unknown length.",
            ));
        }
        (None, _) => Ok(0),
        (Some(length), _) => length.parse::<u64>(),
    };
    if length.is_ok_and(|length| length <= u64::from(max_bytes)) {
        Ok(())
    } else {
        Err(ProxyError::over_bytes(max_bytes, option))
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

/// The path as it stands in the URL: no decoding, no dot segments removed.
fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/");
    path.split(['?', '#']).next().unwrap_or_default()
}

/// Characters of a host name, an address and a port.
const fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']')
}
