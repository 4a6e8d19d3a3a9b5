//! The proxy's secrets: never printed, and never used when they are weak.

use std::fmt;

use crate::policy::providers::PROVIDERS;
use crate::proxy::auth::signing_keys::SigningKeys;
use crate::proxy::config::Config;

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
pub struct Secret {
    text: String,
    /// The variable that it comes from.
    name: Option<String>,
}

impl Secret {
    /// White space around it is removed: secrets often end in a newline.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            text: text.trim().to_owned(),
            name: None,
        }
    }

    /// The same with the name of the variable that it comes from, for the log.
    #[must_use]
    pub fn named(name: &str, text: &str) -> Self {
        Self {
            name: Some(name.to_owned()),
            ..Self::new(text)
        }
    }

    pub(crate) fn expose(&self) -> &str {
        &self.text
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

with_setters! {
    /// What the proxy takes from its environment.
    #[derive(Debug, Clone)]
    pub struct Secrets {
        /// The upstream's key.
        pub key: Secret,
        /// What session tokens are signed with: one secret, or several by name, see [`SigningKeys`].
        pub session: Secret,
        /// What Turnstile's proofs are verified with, if pages get anonymous sessions.
        pub turnstile: Option<Secret>,
    }
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
    /// The key is a word of templates.
    PlaceholderKey,
    /// The key has hardly different bytes, or one many times in a row.
    UniformKey,
    /// The key has characters that no header can carry: white space, line breaks, NUL.
    KeyCharacters,
    /// A session secret is unusable.
    Session(Weakness),
    /// The key serves as session secret too: whoever mints tokens would hold it.
    Shared,
    /// Anonymous sessions are switched on, and what their proofs are verified with is missing.
    NoTurnstile,
    /// The same is a placeholder or no word of visible characters.
    Turnstile,
}

/// Why a session secret is unusable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Weakness {
    /// The secret is missing.
    Missing,
    /// It has fewer than 32 bytes.
    Short,
    /// It contains a placeholder, for example `changeme`.
    Placeholder,
    /// It has hardly different bytes, or one many times in a row.
    Uniform,
    /// It has line breaks or NUL.
    Characters,
    /// Several are not written as a JSON object of one to eight texts by names of letters, digits,
    /// `-`, `_` and `.`.
    Names,
}

impl Weakness {
    const fn clause(self) -> &'static str {
        match self {
            Self::Missing => "is missing",
            Self::Short => "is shorter than 32 bytes: take `openssl rand -hex 32`, for example",
            Self::Placeholder => "holds a word of templates",
            Self::Uniform => {
                "is too uniform: fewer than 8 different characters, or one more than 7 times in a row"
            }
            Self::Characters => "holds line breaks or NUL",
            Self::Names => {
                "is badly named: several secrets are a JSON object of 1 to 8 texts, by names of 1 to \
                 64 letters, digits, -, _ and ."
            }
        }
    }
}

impl SecretFault {
    /// The same with the name of the variable.
    #[must_use]
    pub fn of(self, secrets: &Secrets) -> String {
        let secret = match self {
            Self::Session(_) => Some(&secrets.session),
            Self::NoTurnstile | Self::Turnstile => secrets.turnstile.as_ref(),
            _ => Some(&secrets.key),
        };
        match secret.and_then(|secret| secret.name.as_deref()) {
            Some(name) => format!("{name}: {self}"),
            None => self.to_string(),
        }
    }
}

impl fmt::Display for SecretFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoKey => "the upstream key is missing",
            Self::ShortKey => {
                "the upstream key is shorter than 32 bytes; if it is the key of a server of your \
                 own, say so by the option allowShortKey (Config::allow_short_key)"
            }
            Self::PlaceholderKey => {
                "the upstream key is a placeholder: it holds a word of templates"
            }
            Self::UniformKey => {
                "the upstream key is a placeholder: it has fewer than 8 different characters, or \
                 one more than 7 times in a row"
            }
            Self::KeyCharacters => "the upstream key holds characters that no header can carry",
            Self::Session(weakness) => {
                return write!(f, "a session secret {}", weakness.clause());
            }
            Self::Shared => "the upstream key and the session secret must differ",
            Self::NoTurnstile => "anonymous sessions need the Turnstile secret, and it is missing",
            Self::Turnstile => {
                "anonymous sessions need the Turnstile secret, and it is a placeholder or no word \
                 of visible characters"
            }
        })
    }
}

impl std::error::Error for SecretFault {}

impl Secrets {
    /// What every proxy needs: the upstream's key, and what session tokens are signed with.
    #[must_use]
    pub fn new(key: Secret, session: Secret) -> Self {
        Self {
            key,
            session,
            turnstile: None,
        }
    }

    /// Checks that both can be used. The proxy fails closed when they cannot.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check(&self, config: &Config) -> Result<(), SecretFault> {
        let key = self.key.expose();
        self.check_key(config)?;
        let keyring = SigningKeys::parse(&self.session)?;
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
            return Err(SecretFault::UniformKey);
        }
        Ok(())
    }

    /// Checks what Turnstile's proofs are verified with, for a proxy with anonymous sessions. The
    /// secrets that Cloudflare gives out for tests are taken.
    ///
    /// # Errors
    /// [`SecretFault::NoTurnstile`] or [`SecretFault::Turnstile`].
    pub fn check_turnstile(&self) -> Result<(), SecretFault> {
        let secret = self.turnstile.as_ref().map_or("", Secret::expose);
        if secret.is_empty() {
            return Err(SecretFault::NoTurnstile);
        }
        let usable = !is_placeholder(secret) && secret.bytes().all(|b| b.is_ascii_graphic());
        usable.then_some(()).ok_or(SecretFault::Turnstile)
    }
}

/// Is it strong enough to sign with?
pub(super) fn check_session(text: &str) -> Result<(), SecretFault> {
    let weakness = if text.is_empty() {
        Weakness::Missing
    } else if text.bytes().any(|b| matches!(b, b'\r' | b'\n' | b'\0')) {
        Weakness::Characters
    } else if is_placeholder(text) {
        Weakness::Placeholder
    } else if text.len() < MIN_SESSION_SECRET_BYTES {
        Weakness::Short
    } else if is_uniform(text) {
        Weakness::Uniform
    } else {
        return Ok(());
    };
    Err(SecretFault::Session(weakness))
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
        Secrets::new(Secret::new(key), Secret::new(session))
    }

    #[test]
    fn anonymous_sessions_need_a_secret_of_turnstile() {
        for (turnstile, expected) in [
            (Some("0x4AAAAAAAKx9QwErTyUiOpAsDfGhJkLzXc"), Ok(())),
            (Some("1x0000000000000000000000000000000AA"), Ok(())),
            (None, Err(SecretFault::NoTurnstile)),
            (Some(" \n"), Err(SecretFault::NoTurnstile)),
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
        use SecretFault::{KeyCharacters, NoKey, PlaceholderKey, ShortKey, UniformKey};
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
            ("fw_xxxxxxxxxxxxxxxxxxxxxxxx", Err(UniformKey), Ok(())),
            (
                "sk-proj-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                Err(UniformKey),
                Ok(()),
            ),
            (
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                Err(UniformKey),
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
        use Weakness::{Characters, Missing, Names, Placeholder, Short, Uniform};
        for (session, weakness) in [
            ("", Missing),
            (" \n", Missing),
            ("0123456789abcdef0123456789abcde", Short),
            ("changeme", Placeholder),
            ("changeme-0123456789abcdef0123456789", Placeholder),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Uniform),
            ("0123456789abcdef\n0123456789abcdef", Characters),
            ("{", Names),
            (r#"{"a b":"0123456789abcdef0123456789abcdef"}"#, Names),
            (r#"{"a":""}"#, Missing),
            (r#"{"a":"short"}"#, Short),
        ] {
            let checked = secrets(KEY, session).check(&Config::default());
            assert_eq!(checked, Err(SecretFault::Session(weakness)), "{session:?}");
        }
        let shared = secrets(GOOD, GOOD).check(&Config::default());
        assert_eq!(shared, Err(SecretFault::Shared));
    }

    #[test]
    fn each_fault_is_told_apart_and_names_its_variable() {
        let named = Secrets {
            key: Secret::named("MY_KEY", KEY),
            session: Secret::named("MY_SESSION", GOOD),
            turnstile: Some(Secret::named("MY_TURNSTILE", "x")),
        };
        let mut said = std::collections::BTreeSet::new();
        for (fault, name) in [
            (SecretFault::NoKey, "MY_KEY"),
            (SecretFault::ShortKey, "MY_KEY"),
            (SecretFault::PlaceholderKey, "MY_KEY"),
            (SecretFault::UniformKey, "MY_KEY"),
            (SecretFault::KeyCharacters, "MY_KEY"),
            (SecretFault::Shared, "MY_KEY"),
            (SecretFault::Session(Weakness::Missing), "MY_SESSION"),
            (SecretFault::Session(Weakness::Short), "MY_SESSION"),
            (SecretFault::Session(Weakness::Placeholder), "MY_SESSION"),
            (SecretFault::Session(Weakness::Uniform), "MY_SESSION"),
            (SecretFault::Session(Weakness::Characters), "MY_SESSION"),
            (SecretFault::Session(Weakness::Names), "MY_SESSION"),
            (SecretFault::NoTurnstile, "MY_TURNSTILE"),
            (SecretFault::Turnstile, "MY_TURNSTILE"),
        ] {
            let line = fault.of(&named);
            assert!(line.starts_with(&format!("{name}: ")), "{line}");
            assert!(!line.contains(KEY) && !line.contains(GOOD));
            assert!(said.insert(line.clone()), "{line} stands for two");
        }
        let nameless = SecretFault::NoKey.of(&secrets("", GOOD));
        assert_eq!(nameless, "the upstream key is missing");
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
