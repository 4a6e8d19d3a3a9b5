//! Which headers a request carries, and which a caller may set.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::providers::{begins_like_a_key, is_word};

/// Request or response headers in order. Names compare without case (RFC 9110, section 5.1).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HeaderList(Vec<(String, String)>);

/// Why a header is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderFault {
    /// The name is no HTTP token (RFC 9110, section 5.6.2).
    Name,
    /// The value holds CR, LF, NUL or a character above U+00FF.
    Value,
    /// The header carries credentials, and a keyless client sends none but its session token.
    Credential,
}

impl HeaderFault {
    /// One clause that completes "the header …".
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Name => "is not a valid header name",
            Self::Value => "has a value with a line break, NUL or a character above U+00FF",
            Self::Credential => {
                "carries credentials, which this client does not accept: the proxy holds the key, \
                 and the session token goes in `token`"
            }
        }
    }
}

impl fmt::Display for HeaderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.clause())
    }
}

impl HeaderList {
    /// No headers.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Sets a header, replacing any of that name.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.remove(name);
        self.0.push((name.to_owned(), value.into()));
    }

    /// Adds a header after those that are there, of the same name or of others.
    pub fn append(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// Removes every header of that name.
    pub fn remove(&mut self, name: &str) {
        self.0
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    /// The first value of a header.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Every value of a header, in order.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Applies a caller's headers: a value sets, `None` removes.
    pub fn apply(&mut self, changes: &[(String, Option<String>)]) {
        for (name, value) in changes {
            match value {
                Some(value) => self.set(name, value.as_str()),
                None => self.remove(name),
            }
        }
    }
}

/// Repeated names stay, as by [`HeaderList::append`].
impl<N: AsRef<str>, V: Into<String>> Extend<(N, V)> for HeaderList {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, headers: I) {
        for (name, value) in headers {
            self.append(name.as_ref(), value);
        }
    }
}

/// Repeated names stay, as by [`HeaderList::append`].
impl<N: AsRef<str>, V: Into<String>> FromIterator<(N, V)> for HeaderList {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Self {
        let mut list = Self::new();
        list.extend(headers);
        list
    }
}

impl IntoIterator for HeaderList {
    type Item = (String, String);
    type IntoIter = alloc::vec::IntoIter<(String, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Names only: a value may be a credential.
impl fmt::Debug for HeaderList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

/// Checks that a header can be sent at all.
///
/// # Errors
/// [`HeaderFault::Name`] or [`HeaderFault::Value`].
pub fn check(name: &str, value: &str) -> Result<(), HeaderFault> {
    check_name(name)?;
    check_value(value)
}

/// Checks that a header can have this name.
///
/// # Errors
/// [`HeaderFault::Name`].
pub fn check_name(name: &str) -> Result<(), HeaderFault> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(HeaderFault::Name);
    }
    Ok(())
}

/// Checks that a header can have this value.
///
/// # Errors
/// [`HeaderFault::Value`].
pub fn check_value(value: &str) -> Result<(), HeaderFault> {
    // In UTF-8 a character above U+00FF begins with a byte of 0xC4 or more.
    if value
        .bytes()
        .any(|byte| matches!(byte, b'\r' | b'\n' | b'\0' | 0xc4..))
    {
        return Err(HeaderFault::Value);
    }
    Ok(())
}

/// Checks that a keyless client may send a header: no credential, by name or by the shape of its
/// value (threat table, row C6). The page's script looks at the shape itself
/// (`pkg-template/lib/page-client.js`), so that its WebAssembly holds none; both play
/// `tests/fixtures/key-shapes.json`.
///
/// # Errors
/// Any [`HeaderFault`].
pub fn check_keyless(name: &str, value: &str) -> Result<(), HeaderFault> {
    check_keyless_name(name)?;
    check_value(value)?;
    if looks_like_a_key(value) {
        return Err(HeaderFault::Credential);
    }
    Ok(())
}

/// Checks that a keyless client may send a header of this name.
///
/// # Errors
/// [`HeaderFault::Name`] or [`HeaderFault::Credential`].
pub fn check_keyless_name(name: &str) -> Result<(), HeaderFault> {
    check_name(name)?;
    if is_named_like_a_credential(name) {
        return Err(HeaderFault::Credential);
    }
    Ok(())
}

/// Do headers of this name carry credentials? Told by the end of the name: everybody puts something
/// else before it (`x-litellm-api-key`). A name may be nothing but such an end.
fn is_named_like_a_credential(name: &str) -> bool {
    const ENDINGS: &[u8] = b"authorization -auth apikey -key -auth-token -access-token -api-token \
        -security-token cookie -secret -password openai-organization openai-project";
    const HARMLESS: &[u8] = b"idempotency-key cache-key";
    let ends = |endings: &[u8]| {
        endings.split(|byte| *byte == b' ').any(|ending| {
            let mut backwards = name.bytes().rev().chain([b'-']);
            ending.iter().rev().all(|expected| {
                let byte = match backwards.next() {
                    Some(b'_' | b'.') => b'-',
                    other => other.unwrap_or_default().to_ascii_lowercase(),
                };
                byte == *expected
            })
        })
    };
    ends(ENDINGS) && !ends(HARMLESS)
}

/// The `Authorization` header for a session token.
///
/// # Errors
/// What is wrong with the token, a provider's key among other things; it is not repeated.
pub fn session_authorization(token: &str) -> Result<String, &'static str> {
    if looks_like_a_key(token) {
        return Err("`token` looks like a model provider's key; a session token goes there");
    }
    authorization(token).map_err(|fault| match fault {
        CredentialFault::Empty => "`token` must not be empty",
        CredentialFault::Character => "`token` must consist of visible ASCII characters",
    })
}

/// Why a credential cannot stand in an `Authorization` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialFault {
    /// The credential is empty.
    Empty,
    /// It holds characters other than visible ASCII. RFC 6750 allows less, but servers
    /// issue what they like.
    Character,
}

impl CredentialFault {
    /// One clause that completes "the token …".
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Empty => "must not be empty",
            Self::Character => "must consist of visible ASCII characters",
        }
    }
}

/// `Bearer` and the credential.
///
/// # Errors
/// It cannot stand in a header.
pub fn authorization(credential: &str) -> Result<String, CredentialFault> {
    if credential.is_empty() {
        return Err(CredentialFault::Empty);
    }
    if !credential.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(CredentialFault::Character);
    }
    let mut value = String::from("Bearer ");
    value.push_str(credential);
    Ok(value)
}

/// Does `text`, as it is or percent-encoded, hold a word that is shaped like a model provider's key?
///
/// A word begins where no letter, digit, `_`, `-` or `.` stands before it: the signature of a JSON Web
/// Token follows a dot, and begins by chance with three given characters once in 262,144 tokens.
#[must_use]
pub fn looks_like_a_key(text: &str) -> bool {
    let bytes = percent_decoded(text.as_bytes());
    let mut rest = bytes.as_slice();
    let mut in_word = false;
    while let Some((first, after)) = rest.split_first() {
        if !in_word && begins_like_a_key(rest) {
            return true;
        }
        in_word = is_word(*first);
        rest = after;
    }
    false
}

pub(super) fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        rest = after;
        let mut byte = *first;
        if byte == b'%'
            && let [high, low, after @ ..] = rest
            && let (Some(high), Some(low)) = (digit(*high), digit(*low))
        {
            byte = (high << 4 | low) as u8;
            rest = after;
        }
        decoded.push(byte);
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_must_be_a_token_with_a_value_on_one_line() {
        for (name, value, expected) in [
            ("x-a", "1", Ok(())),
            ("", "1", Err(HeaderFault::Name)),
            ("x a", "1", Err(HeaderFault::Name)),
            ("x:a", "1", Err(HeaderFault::Name)),
            ("x-ä", "1", Err(HeaderFault::Name)),
            ("x-a", "é", Ok(())),
            ("x-a", "€", Err(HeaderFault::Value)),
            ("x-a", "1\r\nx-b: 2", Err(HeaderFault::Value)),
            ("x-a", "\0", Err(HeaderFault::Value)),
        ] {
            assert_eq!(check(name, value), expected, "{name:?}: {value:?}");
        }
    }

    #[test]
    fn names_compare_without_case_and_values_never_print() {
        let mut headers = HeaderList::new();
        headers.set("Accept", "a");
        headers.set("accept", "b");
        assert_eq!(headers.get("ACCEPT"), Some("b"));
        assert_eq!(headers.iter().count(), 1);
        headers.apply(&[("Accept".into(), None), ("x".into(), Some("secret".into()))]);
        assert_eq!(headers.get("accept"), None);
        assert_eq!(format!("{headers:?}"), r#"{"x"}"#);
    }
}
