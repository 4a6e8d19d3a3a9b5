//! The session secrets by their names (`kid`, RFC 7515, section 4.1.4), so that one can take another's
//! place while tokens of both are about.

use crate::proxy::auth::secrets::{Secret, SecretFault, Weakness, check_session};
use crate::proxy::request::strict_json;

/// One secret without a name, or several with one. The first signs; all verify.
///
/// Several are written as a JSON object: `{"2026-11":"new secret","2026-08":"old secret"}`. To come
/// from a single secret, keep it for a while under the empty name: its tokens carry none.
pub struct SigningKeys(Vec<(Option<String>, String)>);

const MAX_SECRETS: usize = 8;

impl SigningKeys {
    /// Reads and checks the secrets.
    ///
    /// # Errors
    /// [`SecretFault::Session`].
    pub fn parse(secret: &Secret) -> Result<Self, SecretFault> {
        const NAMES: SecretFault = SecretFault::Session(Weakness::Names);
        let text = secret.expose();
        if !text.starts_with('{') {
            check_session(text)?;
            return Ok(Self(vec![(None, text.to_owned())]));
        }
        let named = strict_json::read(text.as_bytes()).map_err(|_| NAMES)?;
        let mut secrets = Vec::new();
        for (name, secret) in named.iter() {
            let secret = secret.as_str().ok_or(NAMES)?.trim();
            check_session(secret)?;
            let name = match name {
                "" => None,
                name if is_name(name) => Some(name.to_owned()),
                _ => return Err(NAMES),
            };
            secrets.push((name, secret.to_owned()));
        }
        if (1..=MAX_SECRETS).contains(&secrets.len()) {
            Ok(Self(secrets))
        } else {
            Err(NAMES)
        }
    }

    /// The secret that a token's header names; without a name, the one that has none.
    #[must_use]
    pub fn get(&self, name: Option<&str>) -> Option<&str> {
        self.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, secret)| secret)
    }

    /// The one that signs.
    #[must_use]
    pub fn first(&self) -> (Option<&str>, &str) {
        // There is always one.
        self.iter().next().unwrap_or_default()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Option<&str>, &str)> {
        self.0
            .iter()
            .map(|(name, secret)| (name.as_deref(), secret.as_str()))
    }
}

/// Names are compared, never looked up anywhere; this keeps them fit for a header and a log.
fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.iter().map(|(name, _)| name))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "0123456789abcdef0123456789abcdef";
    const B: &str = "fedcba9876543210fedcba9876543210";

    #[test]
    fn secrets_are_one_or_several_by_name() {
        let secret = Secret::new(A);
        let one = SigningKeys::parse(&secret).unwrap();
        assert_eq!(one.first(), (None, A));
        assert_eq!((one.get(None), one.get(Some(""))), (Some(A), None));

        let secret = Secret::new(&format!(r#" {{"z-2":"{A}","a-1":"{B}","":"{B}"}} "#));
        let several = SigningKeys::parse(&secret).unwrap();
        assert_eq!(
            several.first(),
            (Some("z-2"), A),
            "the first signs, not the least"
        );
        assert_eq!(several.get(Some("a-1")), Some(B));
        assert_eq!(several.get(None), Some(B));
        assert_eq!(several.get(Some("../../x")), None);
        assert_eq!(
            format!("{several:?}"),
            r#"[Some("z-2"), Some("a-1"), None]"#
        );
    }

    #[test]
    fn every_secret_must_be_good() {
        for text in [
            String::new(),
            "{}".to_owned(),
            "{".to_owned(),
            format!(r#"{{"a":"{A}","b":"short"}}"#),
            format!(r#"{{"a":"{A}","b":7}}"#),
            format!(r#"{{"a":"{A}","a":"{B}"}}"#),
            format!(r#"{{"a b":"{A}"}}"#),
            format!(r#"{{"../x":"{A}"}}"#),
            format!(r#"{{"{}":"{A}"}}"#, "a".repeat(65)),
        ] {
            let secret = Secret::new(&text);
            let fault = SigningKeys::parse(&secret).err();
            assert!(matches!(fault, Some(SecretFault::Session(_))), "{text}");
        }
    }
}
