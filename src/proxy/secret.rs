//! The proxy's secrets: never printed, and never used when they are weak.

use std::fmt;

use super::config::Config;
use super::keyring::Keyring;
use crate::policy::providers::PROVIDERS;

/// Providers' keys have at least as many bytes, but for those that are known by a shorter shape
/// (Fireworks').
pub const MIN_KEY_BYTES: usize = 32;

/// A session secret has at least as many bytes as HMAC-SHA-256's output (RFC 7518, section 3.2).
pub const MIN_SESSION_SECRET_BYTES: usize = 32;

/// Fewer different bytes than this are a placeholder (`aaaa…`), not a secret.
const MIN_DIFFERENT_BYTES: usize = 8;

/// So often in a row no byte stands in a random text of 200 hexadecimal digits (once in a million).
const MAX_RUN_BYTES: usize = 7;

/// Values that stand in templates and must never guard anything. Each is so long that no random text
/// holds it by chance.
const PLACEHOLDERS: [&str; 18] = [
    "changeme",
    "change-me",
    "change_me",
    "your-api-key",
    "your_api_key",
    "yourapikey",
    "your-key",
    "your_key",
    "your-openai",
    "your_openai",
    "replace-me",
    "replace_me",
    "replaceme",
    "placeholder",
    "key-here",
    "your-secret",
    "your_secret",
    "secret-here",
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
    /// There is no key.
    NoKey,
    /// The key has fewer than 32 bytes, is of no provider that has such keys, and
    /// [`Config::allow_short_key`] does not say that it is one of a server of your own.
    ShortKey,
    /// The key is a word of templates, or hardly different bytes.
    PlaceholderKey,
    /// The key has characters that no header can carry: white space, line breaks, NUL.
    KeyCharacters,
    /// A session secret is missing, shorter than 32 bytes, a placeholder, too uniform or badly named.
    Session,
    /// The key serves as session secret too: whoever mints tokens would hold it.
    Shared,
    /// Anonymous sessions are switched on, and what their proofs are verified with is missing, a
    /// placeholder or no word of visible characters.
    Turnstile,
}

impl fmt::Display for SecretFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoKey => "the upstream key is missing",
            Self::ShortKey => {
                "the upstream key is shorter than 32 bytes; if it is the key of a server of your \
                 own, say so by the option allowShortKey (Config::allow_short_key)"
            }
            Self::PlaceholderKey => "the upstream key is a placeholder",
            Self::KeyCharacters => "the upstream key holds characters that no header can carry",
            Self::Session => {
                "a session secret is missing, shorter than 32 bytes, a placeholder, too uniform or \
                 badly named"
            }
            Self::Shared => "the upstream key and the session secret must differ",
            Self::Turnstile => {
                "anonymous sessions need the Turnstile secret, and it is missing or a placeholder"
            }
        })
    }
}

impl std::error::Error for SecretFault {}

impl Secrets {
    /// Checks that both can be used. The proxy fails closed when they cannot.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check(&self, config: &Config) -> Result<(), SecretFault> {
        let key = self.key.expose();
        self.check_key(config)?;
        let keyring = Keyring::parse(&self.session)?;
        if keyring.iter().any(|(_, secret)| secret == key) {
            return Err(SecretFault::Shared);
        }
        Ok(())
    }

    /// Checks the key alone, for a proxy that signs and verifies no tokens itself (threat table, row
    /// A7).
    ///
    /// # Errors
    /// What is wrong with the key.
    pub fn check_key(&self, config: &Config) -> Result<(), SecretFault> {
        let key = self.key.expose();
        if key.is_empty() {
            return Err(SecretFault::NoKey);
        }
        if !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(SecretFault::KeyCharacters);
        }
        if is_placeholder(key) {
            return Err(SecretFault::PlaceholderKey);
        }
        if config.allow_short_key {
            return Ok(());
        }
        if key.len() < MIN_KEY_BYTES && !is_short_by_nature(key) {
            return Err(SecretFault::ShortKey);
        }
        if is_uniform(key) {
            return Err(SecretFault::PlaceholderKey);
        }
        Ok(())
    }

    /// Checks what Turnstile's proofs are verified with, for a proxy with anonymous sessions. The
    /// secrets that Cloudflare gives out for tests are taken.
    ///
    /// # Errors
    /// [`SecretFault::Turnstile`].
    pub fn check_turnstile(&self) -> Result<(), SecretFault> {
        let secret = self.turnstile.as_ref().map_or("", Secret::expose);
        let usable = !secret.is_empty()
            && !is_placeholder(secret)
            && secret.bytes().all(|b| b.is_ascii_graphic());
        usable.then_some(()).ok_or(SecretFault::Turnstile)
    }
}

/// Is it strong enough to sign with?
pub(super) fn check_session(text: &str) -> Result<(), SecretFault> {
    let usable = text.len() >= MIN_SESSION_SECRET_BYTES
        && !is_uniform(text)
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

/// `aaaa…`, `sk-proj-xxxxxxxx…`: written by a finger that rests on a key.
fn is_uniform(text: &str) -> bool {
    let mut seen = [false; 256];
    for byte in text.bytes() {
        if let Some(slot) = seen.get_mut(usize::from(byte)) {
            *slot = true;
        }
    }
    let different = seen.iter().filter(|slot| **slot).count();
    let longest = text.as_bytes().chunk_by(|a, b| a == b).map(<[u8]>::len);
    different < MIN_DIFFERENT_BYTES || longest.max().unwrap_or_default() > MAX_RUN_BYTES
}

/// Has it the shape of a provider's keys that may be shorter than the others?
fn is_short_by_nature(key: &str) -> bool {
    let shapes = PROVIDERS.iter().flat_map(|provider| provider.shapes);
    shapes.filter(|shape| shape.short).any(|shape| {
        shape.prefixes.iter().any(|prefix| {
            key.strip_prefix(prefix).is_some_and(|body| {
                body.len() >= shape.least && shape.alphabet.wrote(body.as_bytes())
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "0123456789abcdef0123456789abcdef";
    const KEY: &str = "sk-proj-Kx9QwErTyUiOpAsDfGhJkLzXcVbNm123";

    fn secrets(key: &str, session: &str) -> Secrets {
        Secrets {
            key: Secret::new(key),
            session: Secret::new(session),
            turnstile: None,
        }
    }

    #[test]
    fn anonymous_sessions_need_a_secret_of_turnstile() {
        for (turnstile, expected) in [
            (Some("0x4AAAAAAAKx9QwErTyUiOpAsDfGhJkLzXc"), Ok(())),
            (Some("1x0000000000000000000000000000000AA"), Ok(())),
            (None, Err(SecretFault::Turnstile)),
            (Some(" \n"), Err(SecretFault::Turnstile)),
            (Some("changeme"), Err(SecretFault::Turnstile)),
            (Some("0x4AAA\r\nAAAA"), Err(SecretFault::Turnstile)),
        ] {
            let secrets = Secrets {
                turnstile: turnstile.map(Secret::new),
                ..secrets(KEY, GOOD)
            };
            assert_eq!(secrets.check_turnstile(), expected, "{turnstile:?}");
        }
    }

    #[test]
    fn a_key_that_is_missing_weak_or_unfit_for_a_header_is_refused() {
        use SecretFault::{KeyCharacters, NoKey, PlaceholderKey, ShortKey};
        let own = Config {
            allow_short_key: true,
            ..Config::default()
        };
        for (key, expected, of_ones_own) in [
            (KEY, Ok(()), Ok(())),
            ("sk-proj-Kx9QwErTyUiOpAsDfGhJkLzXcVbNm123\n", Ok(()), Ok(())),
            (&KEY[..32], Ok(()), Ok(())),
            (&KEY[..31], Err(ShortKey), Ok(())),
            ("sk-proj-abc", Err(ShortKey), Ok(())),
            ("ollama", Err(ShortKey), Ok(())),
            ("lm-studio", Err(ShortKey), Ok(())),
            ("EMPTY", Err(ShortKey), Ok(())),
            // Fireworks.
            ("fw_3ZKx9QwErTyUiOpAsDfGhJkL", Ok(()), Ok(())),
            ("fw_3ZKx9QwErTyUiOpAsD", Err(ShortKey), Ok(())),
            ("fw_3ZKx9QwErTyUi-pAsDfGhJkL", Err(ShortKey), Ok(())),
            ("fw_xxxxxxxxxxxxxxxxxxxxxxxx", Err(PlaceholderKey), Ok(())),
            (
                "sk-proj-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                Err(PlaceholderKey),
                Ok(()),
            ),
            (
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                Err(PlaceholderKey),
                Ok(()),
            ),
            ("", Err(NoKey), Err(NoKey)),
            (" \n", Err(NoKey), Err(NoKey)),
            ("ChangeMe", Err(PlaceholderKey), Err(PlaceholderKey)),
            ("your-api-key", Err(PlaceholderKey), Err(PlaceholderKey)),
            (
                "sk-proj-YOUR_KEY-0123456789abcdefghijkl",
                Err(PlaceholderKey),
                Err(PlaceholderKey),
            ),
            (
                "sk-proj-Kx9QwErTyUiOpAsDfG\r\nhJkLzXcVbNm123",
                Err(KeyCharacters),
                Err(KeyCharacters),
            ),
            (
                "sk-proj-Kx9QwErTyUiOpAsDfG\0hJkLzXcVbNm123",
                Err(KeyCharacters),
                Err(KeyCharacters),
            ),
            (
                "sk-proj-Kx9QwErTyUiOpAsDfG hJkLzXcVbNm123",
                Err(KeyCharacters),
                Err(KeyCharacters),
            ),
            ("sk-ä", Err(KeyCharacters), Err(KeyCharacters)),
        ] {
            let secrets = secrets(key, GOOD);
            assert_eq!(secrets.check(&Config::default()), expected, "{key:?}");
            assert_eq!(secrets.check(&own), of_ones_own, "{key:?}");
        }
    }

    #[test]
    fn a_session_secret_that_is_missing_or_weak_is_refused() {
        for session in [
            "",
            "0123456789abcdef0123456789abcde",
            "changeme-0123456789abcdef0123456789",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "0123456789abcdef\n0123456789abcdef",
        ] {
            let checked = secrets(KEY, session).check(&Config::default());
            assert_eq!(checked, Err(SecretFault::Session), "{session:?}");
        }
        let shared = secrets(GOOD, GOOD).check(&Config::default());
        assert_eq!(shared, Err(SecretFault::Shared));
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
