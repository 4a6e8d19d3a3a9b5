//! Where requests go: the base URL, and what a path may look like.
//!
//! [`check_proxy_url`] is one `const fn` for the build-time flag `proxy-only` and for run time, so
//! that both refuse the same URLs (threat table, rows C3 to C5).

use alloc::borrow::ToOwned;
use alloc::string::String;

use super::providers::is_host;
pub use super::url::UrlFault;
use super::url::{Parts, has_dot_segment, is_loopback, parts};

/// Checks that `url` may be a proxy's: https, or http on a loopback host, or a same-origin path;
/// never a model provider's host.
///
/// # Errors
/// The first fault found.
pub const fn check_proxy_url(url: &str) -> Result<(), UrlFault> {
    match check_base_url(url) {
        Err(fault) => Err(fault),
        Ok(host) => {
            if is_host(url.as_bytes(), host) {
                Err(UrlFault::Provider)
            } else {
                Ok(())
            }
        }
    }
}

/// Checks the shape of a base URL and finds where its host stands (`start..end`, empty for a
/// same-origin path).
///
/// # Errors
/// The first fault found; never [`UrlFault::Provider`].
// `const fn` cannot use iterators or `get`; every index below is compared with `len` first.
#[allow(clippy::indexing_slicing)]
pub const fn check_base_url(url: &str) -> Result<(usize, usize), UrlFault> {
    match parts(url) {
        Err(fault) => Err(fault),
        Ok(Parts { host, plain, .. }) if plain && !is_loopback(url.as_bytes(), host.0, host.1) => {
            Err(UrlFault::Scheme)
        }
        Ok(Parts { host, .. }) => Ok(host),
    }
}

/// A checked base URL, joined with paths as text: `https://example.com/v1` + `/models`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// A proxy's URL, by the rules of [`check_proxy_url`].
    ///
    /// # Errors
    /// The first fault found.
    pub fn proxy(url: &str) -> Result<Self, UrlFault> {
        check_proxy_url(url).map(|()| Self::trimmed(url))
    }

    /// The URL of any OpenAI-compatible server, by the rules of [`check_base_url`].
    ///
    /// # Errors
    /// The first fault found.
    pub fn server(url: &str) -> Result<Self, UrlFault> {
        check_base_url(url).map(|_| Self::trimmed(url))
    }

    pub(super) fn trimmed(url: &str) -> Self {
        Self(url.trim_end_matches('/').to_owned())
    }

    /// The URL of `path` (which starts with `/`) below this base, with `query` appended.
    ///
    /// # Errors
    /// A path that does not start with `/`, that has a dot segment, or that holds characters that
    /// no URL path has.
    pub fn join(&self, path: &str, query: &[(String, String)]) -> Result<String, UrlFault> {
        check_path(path)?;
        let mut url = String::with_capacity(self.0.len() + path.len());
        url.push_str(&self.0);
        url.push_str(path);
        let mut separator = if path.contains('?') { '&' } else { '?' };
        for (name, value) in query {
            url.push(separator);
            encode_component(name, &mut url);
            url.push('=');
            encode_component(value, &mut url);
            separator = '&';
        }
        Ok(url)
    }

    /// The base URL without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Checks that a path can only lead below the base URL that it is joined to.
///
/// # Errors
/// A path that does not start with one `/`, that has a dot segment, or that holds characters that
/// no URL path has.
pub fn check_path(path: &str) -> Result<(), UrlFault> {
    let bytes = path.as_bytes();
    if bytes.first() != Some(&b'/') || bytes.get(1) == Some(&b'/') {
        return Err(UrlFault::Path);
    }
    if bytes
        .iter()
        .any(|b| matches!(b, 0..=0x20 | 0x7f.. | b'\\' | b'#'))
    {
        return Err(UrlFault::Character);
    }
    if has_dot_segment(bytes, 0) {
        return Err(UrlFault::DotSegment);
    }
    Ok(())
}

/// Percent-encodes everything but RFC 3986's unreserved characters, so that an id can never leave
/// its segment or its query value.
pub fn encode_component(text: &str, into: &mut String) {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            into.push('%');
            into.extend(HEX.get(usize::from(byte >> 4)));
            into.extend(HEX.get(usize::from(byte & 15)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_url_is_https_or_loopback_or_a_path_of_the_same_origin() {
        for good in [
            "https://example.com",
            "https://example.com/v1/",
            "https://example.com:8443/v1",
            "HTTPS://Example.com/v1",
            "http://localhost:8787/v1",
            "http://LOCALHOST/v1",
            "http://127.0.0.1:1/v1",
            "http://[::1]:8787/v1",
            "https://[2001:db8::1]/v1",
            "/v1",
            "/",
            "/api/..hidden/v1",
            // Not a provider's domain, however it looks.
            "https://notopenai.com/v1",
            "https://api.openai.com.example.com/v1",
        ] {
            assert_eq!(check_proxy_url(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn every_other_proxy_url_is_refused_with_its_fault() {
        use UrlFault::*;
        for (bad, fault) in [
            ("", Empty),
            (" \t\n", Empty),
            ("v1", Scheme),
            ("//example.com/v1", Scheme),
            ("http://example.com/v1", Scheme),
            ("http://localhost.example.com", Scheme),
            ("http://127.0.0.1.example.com", Scheme),
            ("javascript:alert(1)", Scheme),
            ("data:text/plain,x", Scheme),
            ("ftp://example.com", Scheme),
            ("https://", Host),
            ("https:///v1", Host),
            ("https://:443/v1", Host),
            ("https://example.com:/v1", Host),
            ("https://example.com:port/v1", Host),
            ("https://exa%6dple.com/", Host),
            ("https://[::1/v1", Host),
            ("https://user:pass@example.com", Credentials),
            ("https://user@example.com", Credentials),
            ("https://example.com/v1?key=1", Query),
            ("/v1?key=1", Query),
            ("https://example.com/v1#top", Fragment),
            (" https://example.com", Character),
            ("https://exa mple.com", Character),
            ("https://example.com\\@evil.com", Character),
            ("https://exämple.com", Character),
            ("/\\example.com", Character),
            ("https://example.com/a/../v1", DotSegment),
            ("https://example.com/%2E%2e/v1", DotSegment),
            ("/v1/.", DotSegment),
            ("https://api.openai.com/v1", Provider),
            ("https://API.OpenAI.com./v1", Provider),
            ("https://eu.api.openai.com", Provider),
            ("https://x.openai.azure.com/openai", Provider),
            ("https://openrouter.ai/api/v1", Provider),
            ("https://api.fireworks.ai/inference/v1", Provider),
            ("https://api.x.ai/v1", Provider),
        ] {
            assert_eq!(check_proxy_url(bad), Err(fault), "{bad:?}");
        }
    }

    #[test]
    fn a_server_may_be_a_provider_and_its_host_is_found() {
        let url = "https://api.openai.com:443/v1";
        assert_eq!(
            check_base_url(url).map(|(a, b)| &url[a..b]),
            Ok("api.openai.com")
        );
        assert!(BaseUrl::server(url).is_ok());
        assert_eq!(BaseUrl::proxy(url), Err(UrlFault::Provider));
    }

    #[test]
    fn paths_stay_below_their_base() {
        let base = BaseUrl::proxy("https://example.com/v1/").unwrap();
        let join = |path| base.join(path, &[]);
        assert_eq!(
            join("/models").as_deref(),
            Ok("https://example.com/v1/models")
        );
        let query = [
            ("a b".to_owned(), "ä&=#/".to_owned()),
            ("c".to_owned(), String::new()),
        ];
        assert_eq!(
            base.join("/models", &query).as_deref(),
            Ok("https://example.com/v1/models?a%20b=%C3%A4%26%3D%23%2F&c=")
        );
        assert_eq!(
            base.join("/models?x=1", &query[1..]).as_deref(),
            Ok("https://example.com/v1/models?x=1&c=")
        );
        for (bad, fault) in [
            ("models", UrlFault::Path),
            ("models//x", UrlFault::Path),
            ("", UrlFault::Path),
            ("//evil.com", UrlFault::Path),
            ("https://evil.com/models", UrlFault::Path),
            ("data://x", UrlFault::Path),
            ("/a/../../admin", UrlFault::DotSegment),
            ("/a/%2e%2E", UrlFault::DotSegment),
            ("/a/..?x", UrlFault::DotSegment),
            ("/a b", UrlFault::Character),
            ("/a#b", UrlFault::Character),
            ("/a\\b", UrlFault::Character),
        ] {
            assert_eq!(join(bad), Err(fault), "{bad:?}");
        }
    }

    #[test]
    fn an_encoded_id_is_one_segment() {
        let mut path = String::new();
        encode_component("a/../b?c#d é", &mut path);
        assert_eq!(path, "a%2F..%2Fb%3Fc%23d%20%C3%A9");
    }
}
