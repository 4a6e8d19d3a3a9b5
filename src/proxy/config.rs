//! What the author of a Worker sets, checked once.

use std::fmt;

use crate::policy::endpoint::{BaseUrl, UrlFault, check_base_url};

/// Where requests go unless the configuration says otherwise.
pub const DEFAULT_UPSTREAM: &str = "https://api.openai.com/v1";

/// The largest request body unless the configuration says otherwise: room for a long conversation,
/// too little for an attack on a Worker's 128 MB.
pub const DEFAULT_MAX_BODY_BYTES: u32 = 256 * 1024;

/// How far in the future a token may expire unless the configuration says otherwise: 15 minutes.
pub const DEFAULT_MAX_TOKEN_SECONDS: u32 = 900;

/// How long the upstream's head may take unless the configuration says otherwise: 10 minutes, as
/// long as the official client waits, since an answer that does not stream has its head at the end.
pub const DEFAULT_TIMEOUT_MS: u32 = 600_000;

/// How a proxy behaves. [`Config::default`] serves one origin, its own.
#[derive(Debug, Clone)]
pub struct Config {
    /// The server's base URL with its path: `https://api.openai.com/v1`.
    pub upstream: String,
    /// Other origins whose pages may use the proxy, each exactly as a browser sends it:
    /// `https://app.example.com`. The proxy's own origin needs no entry.
    pub allowed_origins: Vec<String>,
    /// The largest request body in bytes.
    pub max_body_bytes: u32,
    /// How far in the future a session token may expire, in seconds.
    pub max_token_seconds: u32,
    /// How long the upstream may take to begin its answer, in milliseconds.
    pub timeout_ms: u32,
    /// The `iss` that session tokens must have, if any.
    pub issuer: Option<String>,
    /// The `aud` that session tokens must have, if any.
    pub audience: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            upstream: DEFAULT_UPSTREAM.to_owned(),
            allowed_origins: Vec::new(),
            max_body_bytes: DEFAULT_MAX_BODY_BYTES,
            max_token_seconds: DEFAULT_MAX_TOKEN_SECONDS,
            timeout_ms: DEFAULT_TIMEOUT_MS,
            issuer: None,
            audience: None,
        }
    }
}

/// A setting that the proxy refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigFault {
    /// The upstream's URL.
    Upstream(UrlFault),
    /// The allowed origin of that index is none, or one that cannot be listed (`null`, `*`).
    Origin(usize),
    /// The named number must not be zero.
    Zero(&'static str),
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upstream(fault) => write!(f, "upstream {}", fault.clause()),
            Self::Origin(index) => write!(
                f,
                "allowed_origins[{index}] must be an origin as browsers send it: \
                 https://app.example.com, without a path or a slash at its end"
            ),
            Self::Zero(name) => write!(f, "{name} must not be 0"),
        }
    }
}

impl std::error::Error for ConfigFault {}

impl Config {
    /// The upstream's base URL.
    ///
    /// # Errors
    /// The first setting that is refused.
    pub fn check(&self) -> Result<BaseUrl, ConfigFault> {
        let upstream = server(&self.upstream).map_err(ConfigFault::Upstream)?;
        if let Some(bad) = self
            .allowed_origins
            .iter()
            .position(|origin| !is_origin(origin))
        {
            return Err(ConfigFault::Origin(bad));
        }
        for (name, value) in [
            ("max_body_bytes", self.max_body_bytes),
            ("max_token_seconds", self.max_token_seconds),
            ("timeout_ms", self.timeout_ms),
        ] {
            if value == 0 {
                return Err(ConfigFault::Zero(name));
            }
        }
        Ok(upstream)
    }
}

/// A Worker has no origin of its own to resolve a path against, so the URL must name a host.
fn server(url: &str) -> Result<BaseUrl, UrlFault> {
    match check_base_url(url)? {
        (0, _) => Err(UrlFault::Scheme),
        _ => BaseUrl::server(url),
    }
}

/// Is it an origin as a browser serialises it (HTML, 7.1.1): scheme, host and perhaps port, lower
/// case? Schemes of app shells (`capacitor://localhost`) are origins too.
fn is_origin(text: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_is_a_server_over_https_or_on_loopback() {
        for (url, good) in [
            ("https://api.openai.com/v1", true),
            ("https://api.fireworks.ai/inference/v1/", true),
            ("http://127.0.0.1:8080/v1", true),
            ("http://example.com/v1", false),
            ("https://u:p@example.com/v1", false),
            ("https://example.com/v1?key=1", false),
            ("https://example.com/v1#x", false),
            ("/v1", false),
            ("", false),
        ] {
            let config = Config {
                upstream: url.to_owned(),
                ..Config::default()
            };
            assert_eq!(config.check().is_ok(), good, "{url}");
        }
    }

    #[test]
    fn an_allowed_origin_is_written_as_browsers_send_it() {
        for (origin, good) in [
            ("https://app.example.com", true),
            ("http://localhost:5173", true),
            ("https://[2001:db8::1]:8443", true),
            ("capacitor://localhost", true),
            ("*", false),
            ("null", false),
            ("", false),
            ("https://*.example.com", false),
            ("https://app.example.com/", false),
            ("https://app.example.com/path", false),
            ("https://app.example.com:443", false),
            ("HTTPS://app.example.com", false),
            ("https://App.example.com", false),
            ("https://user@app.example.com", false),
            ("https://a.example.com, https://b.example.com", false),
            ("app.example.com", false),
        ] {
            let config = Config {
                allowed_origins: vec!["https://first.example.com".to_owned(), origin.to_owned()],
                ..Config::default()
            };
            let expected = if good {
                None
            } else {
                Some(ConfigFault::Origin(1))
            };
            assert_eq!(config.check().err(), expected, "{origin}");
        }
    }

    #[test]
    fn a_limit_of_zero_is_refused_by_name() {
        let config = Config {
            timeout_ms: 0,
            ..Config::default()
        };
        assert_eq!(config.check(), Err(ConfigFault::Zero("timeout_ms")));
        assert_eq!(
            ConfigFault::Zero("timeout_ms").to_string(),
            "timeout_ms must not be 0"
        );
    }
}
