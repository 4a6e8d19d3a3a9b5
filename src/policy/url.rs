//! The parts of a base URL, found without a parser: `const`, so that a build can refuse a URL, too.

use core::fmt;

/// Why a URL is refused as a proxy's or a server's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlFault {
    /// Nothing, or only white space.
    Empty,
    /// Neither `https://…`, nor `http://` on a loopback host, nor a path that starts with one `/`.
    Scheme,
    /// The same of a server, which has no path of its own origin: neither `https://…`, nor `http://`
    /// on a loopback host or on one that `allowHttp` lists.
    ServerScheme,
    /// A path that does not start with one `/`. If it is a whole URL, the credential would go to
    /// another server.
    Path,
    /// No host after the scheme, or characters that no host has.
    Host,
    /// A user name or a password stands before the host.
    Credentials,
    /// A query: base URLs have none, and keys have leaked through them.
    Query,
    /// A fragment.
    Fragment,
    /// White space, a control character, a backslash or a character outside ASCII.
    Character,
    /// A dot segment (`.` or `..`), plain or percent-encoded: the path would not be what it seems.
    DotSegment,
    /// Not the URL that the build is bound to.
    Other,
    /// The host of a model provider: a page that talks to it directly would need the key.
    Provider,
}

impl UrlFault {
    /// One clause that completes "the URL …".
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Empty => "must not be empty",
            Self::Scheme => {
                "must be https://…, http:// on localhost, or a same-origin path that starts with /"
            }
            Self::ServerScheme => {
                "must be https://…, or http:// on localhost or on a host that the option allowHttp \
                 lists with its port: [\"ollama:11434\"]"
            }
            Self::Path => {
                "must begin with one /; a whole URL would take the token or key elsewhere"
            }
            Self::Host => "must name a host",
            Self::Credentials => "must not have a user name or password",
            Self::Query => "must not have a query",
            Self::Fragment => "must not have a fragment",
            Self::Character => "must not have spaces, control characters, backslashes or non-ASCII",
            Self::DotSegment => "must not have . or .. segments",
            Self::Other => "must be the one that this build is bound to",
            Self::Provider => {
                "must be your own proxy, not a model provider's host: the key would have to be in the client"
            }
        }
    }
}

impl fmt::Display for UrlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the URL ")?;
        f.write_str(self.clause())
    }
}

/// Where the parts of a base URL stand in it.
pub(super) struct Parts {
    /// The host (`start..end`), empty for a same-origin path.
    pub host: (usize, usize),
    /// Where the host and its port end.
    #[cfg_attr(feature = "__npm-client", allow(dead_code))]
    pub end: usize,
    /// Is it `http://`?
    pub plain: bool,
}

/// Checks the shape of a base URL, whichever host it names.
#[allow(clippy::indexing_slicing)]
pub(super) const fn parts(url: &str) -> Result<Parts, UrlFault> {
    let bytes = url.as_bytes();
    if bytes.is_empty() {
        return Err(UrlFault::Empty);
    }
    let mut i = 0;
    let mut blank = true;
    let mut bad = false;
    let mut query = false;
    let mut fragment = false;
    while i < bytes.len() {
        match bytes[i] {
            b' ' | b'\t' | b'\n' | b'\r' => bad = true,
            other => {
                blank = false;
                match other {
                    0..=0x1f
                    | 0x7f..
                    | b'\\'
                    | b'"'
                    | b'<'
                    | b'>'
                    | b'^'
                    | b'`'
                    | b'{'
                    | b'|'
                    | b'}' => bad = true,
                    b'?' => query = true,
                    b'#' => fragment = true,
                    _ => {}
                }
            }
        }
        i += 1;
    }
    if blank {
        return Err(UrlFault::Empty);
    }
    if bad {
        return Err(UrlFault::Character);
    }
    let (start, plain) = if starts_with_ignoring_case(bytes, b"https://") {
        (8, false)
    } else if starts_with_ignoring_case(bytes, b"http://") {
        (7, true)
    } else if bytes[0] == b'/' && (bytes.len() == 1 || bytes[1] != b'/') {
        (0, false)
    } else {
        return Err(UrlFault::Scheme);
    };
    let mut end = start;
    if start > 0 {
        while end < bytes.len() && !matches!(bytes[end], b'/' | b'?' | b'#') {
            if bytes[end] == b'@' {
                return Err(UrlFault::Credentials);
            }
            end += 1;
        }
    }
    if query {
        return Err(UrlFault::Query);
    }
    if fragment {
        return Err(UrlFault::Fragment);
    }
    if has_dot_segment(bytes, end) {
        return Err(UrlFault::DotSegment);
    }
    if start == 0 {
        return Ok(Parts {
            host: (0, 0),
            end: 0,
            plain,
        });
    }
    let Some(host_end) = host_end(bytes, start, end) else {
        return Err(UrlFault::Host);
    };
    Ok(Parts {
        host: (start, host_end),
        end,
        plain,
    })
}

/// Where the host ends in `bytes[start..end]` (before a port), or `None` when it is no host.
#[allow(clippy::indexing_slicing)]
pub(super) const fn host_end(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    let mut i = start;
    if i < end && bytes[i] == b'[' {
        // An IPv6 literal: only what such a literal can hold, so that a `]` must close it.
        i += 1;
        while i < end && (bytes[i].is_ascii_hexdigit() || matches!(bytes[i], b':' | b'.')) {
            i += 1;
        }
        if i >= end || bytes[i] != b']' {
            return None;
        }
        i += 1;
    } else {
        while i < end
            && (bytes[i].is_ascii_alphanumeric() || matches!(bytes[i], b'.' | b'-' | b'_'))
        {
            i += 1;
        }
    }
    if i == start {
        return None;
    }
    let host = i;
    if i < end {
        if bytes[i] != b':' || i + 1 == end || end - i > 6 {
            return None;
        }
        i += 1;
        while i < end {
            if !bytes[i].is_ascii_digit() {
                return None;
            }
            i += 1;
        }
    }
    Some(host)
}

#[allow(clippy::indexing_slicing)]
const fn starts_with_ignoring_case(bytes: &[u8], lower: &[u8]) -> bool {
    if bytes.len() < lower.len() {
        return false;
    }
    let mut i = 0;
    while i < lower.len() {
        if bytes[i].to_ascii_lowercase() != lower[i] {
            return false;
        }
        i += 1;
    }
    true
}

#[allow(clippy::indexing_slicing)]
pub(super) const fn is_loopback(bytes: &[u8], start: usize, end: usize) -> bool {
    let loopback: [&[u8]; 3] = [b"localhost", b"127.0.0.1", b"[::1]"];
    let mut k = 0;
    while k < loopback.len() {
        let name = loopback[k];
        if name.len() == end - start {
            let mut i = 0;
            while i < name.len() && bytes[start + i].to_ascii_lowercase() == name[i] {
                i += 1;
            }
            if i == name.len() {
                return true;
            }
        }
        k += 1;
    }
    false
}

/// A segment of `bytes[from..]` that a URL parser would remove: `.`, `..`, and their `%2e` forms.
#[allow(clippy::indexing_slicing)]
pub(super) const fn has_dot_segment(bytes: &[u8], from: usize) -> bool {
    let mut i = from;
    while i < bytes.len() {
        if bytes[i] != b'/' {
            i += 1;
            continue;
        }
        i += 1;
        let mut dots = 0;
        while i < bytes.len() {
            if bytes[i] == b'.' {
                i += 1;
            } else if i + 2 < bytes.len()
                && bytes[i] == b'%'
                && bytes[i + 1] == b'2'
                && bytes[i + 2].eq_ignore_ascii_case(&b'e')
            {
                i += 3;
            } else {
                break;
            }
            dots += 1;
        }
        if (dots == 1 || dots == 2) && (i == bytes.len() || matches!(bytes[i], b'/' | b'?' | b'#'))
        {
            return true;
        }
    }
    false
}
