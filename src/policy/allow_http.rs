//! Servers of one's own that are reached by plain HTTP: `allowHttp: ["ollama:11434"]`.
//!
//! Over `http://` whoever stands between reads the key and the answers, so the author names each host
//! with its port. There is no wildcard, and no environment can add one.

use alloc::format;
use core::fmt;

use super::endpoint::{BaseUrl, UrlFault};
use super::providers::is_host;
use super::url::{Parts, host_end, is_loopback, parts};

/// Why an entry of `allowHttp` is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryFault {
    /// It is not one host in lower case and its port.
    Shape,
    /// The host of a model provider, which serves `https://`.
    Provider,
}

impl fmt::Display for EntryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shape => {
                "must be a host in lower case and its port, without a scheme, a path or a wildcard: \
                 \"ollama:11434\""
            }
            Self::Provider => {
                "must be a server of your own: a model provider is reached by https:// alone"
            }
        })
    }
}

/// Checks an entry of the list: `ollama:11434`, `192.168.1.7:8000`, `[fd00::7]:8000`.
///
/// # Errors
/// What is wrong with it.
pub fn check_entry(entry: &str) -> Result<(), EntryFault> {
    let bytes = entry.as_bytes();
    let end = host_end(bytes, 0, bytes.len()).ok_or(EntryFault::Shape)?;
    let port = entry.get(end..).and_then(|rest| rest.strip_prefix(':'));
    let exact = port.is_some_and(|port| !port.starts_with('0') && port.parse::<u16>().is_ok());
    if !exact || bytes.iter().any(u8::is_ascii_uppercase) {
        return Err(EntryFault::Shape);
    }
    if is_host(bytes, (0, end)) {
        return Err(EntryFault::Provider);
    }
    Ok(())
}

impl BaseUrl {
    /// The URL of an OpenAI-compatible server: `https://`, or `http://` on a loopback host or on one
    /// that `allow_http` lists with its port (80 if the URL has none). It has no path of its own
    /// origin.
    ///
    /// # Errors
    /// The first fault found.
    pub fn of_server<S: AsRef<str>>(url: &str, allow_http: &[S]) -> Result<Self, UrlFault> {
        let Parts { host, end, plain } = match parts(url) {
            Ok(parts) => parts,
            Err(UrlFault::Scheme) => return Err(UrlFault::ServerScheme),
            Err(fault) => return Err(fault),
        };
        if end == 0 {
            return Err(UrlFault::ServerScheme);
        }
        if plain && !is_loopback(url.as_bytes(), host.0, host.1) {
            let named = url.get(host.0..host.1).unwrap_or_default();
            let port = url.get(host.1..end).and_then(|rest| rest.strip_prefix(':'));
            if !is_listed(named, port.unwrap_or("80"), allow_http) {
                return Err(UrlFault::ServerScheme);
            }
        }
        Ok(Self::trimmed(url))
    }
}

/// Entries that [`check_entry`] refuses open nothing.
fn is_listed<S: AsRef<str>>(host: &str, port: &str, allow_http: &[S]) -> bool {
    let Ok(port) = port.parse::<u16>() else {
        return false;
    };
    // Through a number, so that `:0080` is `:80`.
    let wanted = format!("{}:{port}", host.to_ascii_lowercase());
    allow_http
        .iter()
        .map(AsRef::as_ref)
        .any(|entry| entry == wanted && check_entry(entry).is_ok())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn fixture() -> Value {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/fixtures/allow-http.json"
        );
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    fn texts(list: &Value) -> Vec<&str> {
        let items = list.as_array().unwrap().iter();
        items.map(|item| item.as_str().unwrap()).collect()
    }

    #[test]
    fn an_entry_is_one_host_of_ones_own_and_its_port() {
        let entries = &fixture()["entries"];
        for (kind, expected) in [
            ("good", Ok(())),
            ("shape", Err(EntryFault::Shape)),
            ("provider", Err(EntryFault::Provider)),
        ] {
            let entries = texts(&entries[kind]);
            assert!(!entries.is_empty());
            for entry in entries {
                assert_eq!(check_entry(entry), expected, "{entry:?}");
            }
        }
    }

    #[test]
    fn plain_http_leads_to_loopback_and_to_listed_hosts_alone() {
        let fixture = fixture();
        for case in fixture["urls"].as_array().unwrap() {
            let list = texts(&case["allowHttp"]);
            for url in texts(&case["accepted"]) {
                let accepted = BaseUrl::of_server(url, &list);
                assert_eq!(
                    accepted.as_ref().map(BaseUrl::as_str),
                    Ok(url.trim_end_matches('/')),
                    "{url:?} with {list:?}"
                );
            }
            for url in texts(&case["refused"]) {
                assert_eq!(
                    BaseUrl::of_server(url, &list),
                    Err(UrlFault::ServerScheme),
                    "{url:?} with {list:?}"
                );
            }
        }
    }

    #[test]
    fn a_server_that_is_refused_is_told_of_the_option_and_of_no_path() {
        let said = UrlFault::ServerScheme.clause();
        assert!(
            said.contains("allowHttp") && !said.contains("same-origin"),
            "{said}"
        );
    }
}
