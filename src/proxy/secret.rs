//! The proxy's secrets: never printed, and never used when they are weak.

use std::fmt;

use super::keyring::Keyring;

/// A session secret has at least as many bytes as HMAC-SHA-256's output (RFC 7518, section 3.2).
pub const MIN_SESSION_SECRET_BYTES: usize = 32;

/// Fewer different bytes than this are a placeholder (`aaaa…`), not a secret.
const MIN_DIFFERENT_BYTES: usize = 8;

/// Values that stand in templates and must never guard anything.
const PLACEHOLDERS: [&str; 6] = [
    "changeme",
    "change-me",
    "change_me",
    "your-api-key",
    "your_api_key",
    "replace-me",
];

/// A secret text. It prints as `[redacted]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// White space around it is removed: secrets often end in a newline.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What the proxy takes from its environment.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// The upstream's key.
    pub key: Secret,
    /// What session tokens are signed with: one secret, or several by name, see [`Keyring`].
    pub session: Secret,
    /// What Turnstile's proofs are verified with, if pages get anonymous sessions.
    pub turnstile: Option<Secret>,
}

/// Why a secret is unusable. It names the secret, never its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretFault {
    /// The key is missing, a placeholder, or has characters that no header can carry.
    Key,
    /// A session secret is missing, shorter than 32 bytes, a placeholder, too uniform or badly named.
    Session,
    /// The key serves as session secret too: whoever mints tokens would hold it.
    Shared,
}

impl fmt::Display for SecretFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => {
                "the upstream key is missing, a placeholder, or holds characters that no header can carry"
            }
            Self::Session => {
                "a session secret is missing, shorter than 32 bytes, a placeholder, too uniform or \
                 badly named"
            }
            Self::Shared => "the upstream key and the session secret must differ",
        })
    }
}

impl std::error::Error for SecretFault {}

impl Secrets {
    /// Checks that both can be used. The proxy fails closed when they cannot.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check(&self) -> Result<(), SecretFault> {
        let key = self.key.expose();
        self.check_key()?;
        let keyring = Keyring::parse(&self.session)?;
        if keyring.iter().any(|(_, secret)| secret == key) {
            return Err(SecretFault::Shared);
        }
        Ok(())
    }

    /// Checks the key alone, for a proxy that signs and verifies no tokens itself.
    ///
    /// # Errors
    /// [`SecretFault::Key`].
    pub fn check_key(&self) -> Result<(), SecretFault> {
        let key = self.key.expose();
        if key.is_empty() || is_placeholder(key) || !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(SecretFault::Key);
        }
        Ok(())
    }
}

/// Is it strong enough to sign with?
pub(super) fn check_session(text: &str) -> Result<(), SecretFault> {
    let mut seen = [false; 256];
    for byte in text.bytes() {
        if let Some(slot) = seen.get_mut(usize::from(byte)) {
            *slot = true;
        }
    }
    let different = seen.iter().filter(|slot| **slot).count();
    let usable = text.len() >= MIN_SESSION_SECRET_BYTES
        && different >= MIN_DIFFERENT_BYTES
        && !is_placeholder(text)
        && !text.bytes().any(|b| matches!(b, b'\r' | b'\n' | b'\0'));
    if usable {
        Ok(())
    } else {
        Err(SecretFault::Session)
    }
}

fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    PLACEHOLDERS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "0123456789abcdef0123456789abcdef";

    fn check(key: &str, session: &str) -> Result<(), SecretFault> {
        Secrets {
            key: Secret::new(key),
            session: Secret::new(session),
            turnstile: None,
        }
        .check()
    }

    #[test]
    fn missing_and_weak_secrets_are_refused() {
        for (key, session, expected) in [
            ("sk-proj-abc", GOOD, Ok(())),
            ("sk-proj-abc\n", GOOD, Ok(())),
            ("ollama", GOOD, Ok(())),
            ("", GOOD, Err(SecretFault::Key)),
            (" \n", GOOD, Err(SecretFault::Key)),
            ("ChangeMe", GOOD, Err(SecretFault::Key)),
            ("your-api-key", GOOD, Err(SecretFault::Key)),
            ("sk-a\r\nx: y", GOOD, Err(SecretFault::Key)),
            ("sk-a\0b", GOOD, Err(SecretFault::Key)),
            ("sk-a b", GOOD, Err(SecretFault::Key)),
            ("sk-ä", GOOD, Err(SecretFault::Key)),
            ("sk-proj-abc", "", Err(SecretFault::Session)),
            (
                "sk-proj-abc",
                "0123456789abcdef0123456789abcde",
                Err(SecretFault::Session),
            ),
            (
                "sk-proj-abc",
                "changeme-0123456789abcdef0123456789",
                Err(SecretFault::Session),
            ),
            (
                "sk-proj-abc",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                Err(SecretFault::Session),
            ),
            (
                "sk-proj-abc",
                "0123456789abcdef\n0123456789abcdef",
                Err(SecretFault::Session),
            ),
            (GOOD, GOOD, Err(SecretFault::Shared)),
        ] {
            assert_eq!(check(key, session), expected, "{key:?} {session:?}");
        }
    }

    #[test]
    fn secrets_never_print() {
        let secrets = Secrets {
            key: Secret::new("sk-canary"),
            session: Secret::new(GOOD),
            turnstile: None,
        };
        let printed = format!("{secrets:?} {:?} {}", secrets.key, secrets.session);
        assert_eq!(
            printed,
            "Secrets { key: [redacted], session: [redacted], turnstile: None } [redacted] [redacted]"
        );
    }
}
