//! Session tokens: JSON Web Tokens signed with HMAC-SHA-256 (RFC 7519, RFC 7518 section 3.2).
//!
//! The crate `jsonwebtoken` reads, checks and writes them; RustCrypto's `hmac` computes and
//! compares. `jsonwebtoken` takes its cryptography from one provider per process. Its ready-made
//! ones bring RSA and elliptic curves, which triples what the proxy adds to a Worker, so the
//! provider here has HMAC-SHA-256 alone. It is installed at the first use unless the program has
//! installed another: a program that verifies other algorithms with `jsonwebtoken` installs its own
//! provider first, and this module uses that one.

use hmac::{Hmac, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind, Result as JwtResult, new_error};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use signature::{Signer, Verifier};

use super::config::Config;
use super::refusal::Refusal;
use super::secret::{Secret, check_session};

/// Clocks may differ by so much.
pub const LEEWAY_SECONDS: u64 = 60;

/// No token of ours comes near it; a longer text is not looked at.
const MAX_TOKEN_BYTES: usize = 4096;

const MAX_SUBJECT_BYTES: usize = 128;

/// Who a session belongs to and when it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The subject: a user, a device, an anonymous visitor.
    pub subject: String,
    /// When the token expires, in seconds since 1970.
    pub expires_at: u64,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iat: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    // One audience or several; `jsonwebtoken` compares them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    aud: Option<serde_json::Value>,
}

/// The session of a request's `Authorization` header.
///
/// # Errors
/// 401: `token_expired` for a token that was good once, otherwise always the same answer.
pub fn verify(
    authorization: Option<&str>,
    secret: &Secret,
    config: &Config,
    now_unix_seconds: u64,
) -> Result<Session, Refusal> {
    let token = authorization
        .and_then(bearer)
        .ok_or_else(Refusal::unauthorized)?;
    let claims = read(token, secret, config).ok_or_else(Refusal::unauthorized)?;
    let latest = now_unix_seconds.saturating_add(LEEWAY_SECONDS);
    let furthest = latest.saturating_add(u64::from(config.max_token_seconds));
    let timely = claims.exp <= furthest
        && claims.nbf.is_none_or(|nbf| nbf <= latest)
        && claims.iat.is_none_or(|iat| iat <= latest);
    if !timely || !is_subject(&claims.sub) {
        return Err(Refusal::unauthorized());
    }
    if claims.exp.saturating_add(LEEWAY_SECONDS) <= now_unix_seconds {
        return Err(Refusal::token_expired());
    }
    Ok(Session {
        subject: claims.sub,
        expires_at: claims.exp,
    })
}

/// Why no token was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignFault {
    /// The secret is too weak, see [`check_session`].
    Secret,
    /// The subject is empty, longer than 128 bytes, or has control characters.
    Subject,
    /// The lifetime is zero or over the limit.
    Lifetime,
}

/// Makes a token for a subject that the caller has authenticated.
///
/// # Errors
/// [`SignFault`].
pub fn sign(
    subject: &str,
    ttl_seconds: u32,
    secret: &Secret,
    config: &Config,
    now_unix_seconds: u64,
) -> Result<String, SignFault> {
    check_session(secret).map_err(|_| SignFault::Secret)?;
    if !is_subject(subject) {
        return Err(SignFault::Subject);
    }
    if ttl_seconds == 0 || ttl_seconds > config.max_token_seconds {
        return Err(SignFault::Lifetime);
    }
    let claims = Claims {
        sub: subject.to_owned(),
        exp: now_unix_seconds.saturating_add(u64::from(ttl_seconds)),
        iat: Some(now_unix_seconds),
        nbf: None,
        iss: config.issuer.clone(),
        aud: config.audience.clone().map(serde_json::Value::String),
    };
    install();
    let key = EncodingKey::from_secret(secret.expose().as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key)
        .map_err(|_| SignFault::Secret)
}

/// `Bearer <token>` and nothing else (RFC 6750, section 2.1). The scheme's case does not count
/// (RFC 9110, section 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    let fits = scheme.eq_ignore_ascii_case("bearer")
        && (1..=MAX_TOKEN_BYTES).contains(&token.len())
        && token
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    fits.then_some(token)
}

fn read(token: &str, secret: &Secret, config: &Config) -> Option<Claims> {
    install();
    let mut validation = Validation::new(Algorithm::HS256);
    // Time is an argument here, and the library would ask the platform's clock.
    validation.validate_exp = false;
    let mut required = vec!["exp", "sub"];
    if let Some(issuer) = &config.issuer {
        validation.set_issuer(&[issuer]);
        required.push("iss");
    }
    if let Some(audience) = &config.audience {
        validation.set_audience(&[audience]);
        required.push("aud");
    }
    validation.set_required_spec_claims(&required);
    let key = DecodingKey::from_secret(secret.expose().as_bytes());
    let data = jsonwebtoken::decode::<Claims>(token, &key, &validation).ok()?;
    // Nothing in the header may choose a key or change the meaning (`kid`, `jku`, `crit`, …):
    // there is one secret.
    let mut plain = Header::new(Algorithm::HS256);
    plain.typ.clone_from(&data.header.typ);
    let typed = plain
        .typ
        .as_deref()
        .is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
    (typed && plain == data.header).then_some(data.claims)
}

fn is_subject(subject: &str) -> bool {
    (1..=MAX_SUBJECT_BYTES).contains(&subject.len()) && !subject.chars().any(char::is_control)
}

/// Does nothing when the program has a provider already.
fn install() {
    let _ = PROVIDER.install_default();
}

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| Ok(Box::new(HmacSha256::new(*algorithm, key.as_bytes())?)),
    verifier_factory: |algorithm, key| {
        Ok(Box::new(HmacSha256::new(
            *algorithm,
            key.try_get_as_bytes()?,
        )?))
    },
    key_utils: KeyUtils::new_unimplemented(),
};

struct HmacSha256(Hmac<Sha256>);

impl HmacSha256 {
    fn new(algorithm: Algorithm, key: &[u8]) -> JwtResult<Self> {
        if algorithm != Algorithm::HS256 {
            return Err(new_error(ErrorKind::UnsupportedAlgorithm));
        }
        Hmac::new_from_slice(key)
            .map(Self)
            .map_err(|_| Error::from(ErrorKind::InvalidKeyFormat))
    }
}

impl Signer<Vec<u8>> for HmacSha256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(self
            .0
            .clone()
            .chain_update(message)
            .finalize()
            .into_bytes()
            .to_vec())
    }
}

impl Verifier<Vec<u8>> for HmacSha256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        // Compares in constant time, and only the full length.
        let mac = self.0.clone().chain_update(message);
        mac.verify_slice(signature)
            .map_err(|_| signature::Error::new())
    }
}

impl JwtSigner for HmacSha256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for HmacSha256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}
