//! Session tokens: JSON Web Tokens signed with HMAC-SHA-256 (RFC 7519, RFC 7518 section 3.2).
//!
//! `jws` reads and signs them; what their claims mean is decided here.

use std::collections::BTreeMap;
use std::fmt;

use hmac::Mac;
use serde::{Deserialize, Serialize};

use crate::ledger::Limit;
use crate::proxy::auth::caller::{Caller, given, is_subject, limits_of};
use crate::proxy::auth::jws::{self, Token};
use crate::proxy::auth::signing_keys::SigningKeys;
use crate::proxy::config::Config;
use crate::proxy::error::ProxyError;
use crate::wire::plain;

/// Clocks may differ by so much.
pub const LEEWAY_SECONDS: u64 = 60;

/// No token lives longer.
pub const DAY_SECONDS: u32 = 86_400;

/// No token of ours comes near it; a longer text is not looked at.
const MAX_TOKEN_BYTES: usize = 4096;

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    iat: Option<u64>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    nbf: Option<u64>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    jti: Option<String>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    iss: Option<String>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    aud: Option<Audience>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    origin: Option<String>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    models: Option<Vec<String>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    max_tokens: Option<u32>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    budget: Option<BTreeMap<String, f64>>,
}

/// One audience or several (RFC 7519, section 4.1.3).
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// The caller that a request's `Authorization` header names.
///
/// # Errors
/// 401: `token_expired` for a token that was good once, otherwise always the same answer.
pub fn verify(
    authorization: Option<&str>,
    keyring: &SigningKeys,
    config: &Config,
    now_unix_seconds: u64,
) -> Result<Caller, ProxyError> {
    let Some(authorization) = authorization else {
        return Err(ProxyError::unauthorized());
    };
    let refused = |why: &str| {
        ProxyError::unauthorized().noting("token", format!("a session token was refused: {why}"))
    };
    let token = bearer(authorization).ok_or_else(|| refused(NO_TOKEN))?;
    let claims = read(token, keyring, config).map_err(refused)?;
    let latest = now_unix_seconds.saturating_add(LEEWAY_SECONDS);
    let longest = u64::from(config.max_token_seconds);
    if claims.exp > latest.saturating_add(longest)
        || claims
            .iat
            .is_some_and(|iat| claims.exp > iat && claims.exp - iat > longest)
    {
        return Err(refused(&format!(
            "it is valid for longer than {longest} seconds: maxTokenSeconds \
             (Config::max_token_seconds)"
        )));
    }
    let timely = claims.nbf.is_none_or(|nbf| nbf <= latest)
        && claims
            .iat
            .is_none_or(|iat| iat <= latest && claims.exp > iat);
    if !timely {
        return Err(refused(
            "its nbf or iat lies in the future, or its exp before its iat",
        ));
    }
    // A token that does not say when it was signed may be older than the epoch.
    let revoked = config
        .session_epoch
        .is_some_and(|epoch| claims.iat.is_none_or(|iat| iat < epoch));
    if revoked {
        return Err(refused(
            "it was signed before SESSION_EPOCH (Config::session_epoch)",
        ));
    }
    let named = claims.jti.as_deref().is_none_or(is_subject);
    // The upstream might take a cap of 0 for none.
    let capped = claims.max_tokens.is_none_or(|most| most > 0);
    if !named || !capped || !is_subject(&claims.sub) {
        return Err(refused(
            "its sub or jti has not 1 to 128 bytes without control characters, or its max_tokens is 0",
        ));
    }
    if claims.exp.saturating_add(LEEWAY_SECONDS) <= now_unix_seconds {
        return Err(ProxyError::token_expired());
    }
    let budget = match &claims.budget {
        Some(limits) => Some(limits_of(limits).ok_or_else(|| {
            refused("its budget names a window that does not exist, or an amount that is not one")
        })?),
        None => None,
    };
    Ok(Caller {
        subject: claims.sub,
        token_id: claims.jti,
        issued_at: claims.iat,
        expires_at: Some(claims.exp),
        origin: claims.origin,
        models: claims.models,
        max_tokens: claims.max_tokens,
        budget,
    })
}

/// Why no token was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignFault {
    /// The secret is too weak, see [`SigningKeys`].
    Secret,
    /// The subject is empty, longer than 128 bytes, or has control characters.
    Subject,
    /// The lifetime is zero or over the limit.
    Lifetime,
}

/// Makes a token for a caller whom the author has authenticated. Its times are set here.
///
/// # Errors
/// [`SignFault`].
pub fn sign(
    caller: &Caller,
    ttl_seconds: u32,
    keyring: &SigningKeys,
    config: &Config,
    now_unix_seconds: u64,
) -> Result<String, SignFault> {
    if !is_subject(&caller.subject) {
        return Err(SignFault::Subject);
    }
    if ttl_seconds == 0 || ttl_seconds > config.max_token_seconds {
        return Err(SignFault::Lifetime);
    }
    let claims = Claims {
        sub: caller.subject.clone(),
        exp: now_unix_seconds.saturating_add(u64::from(ttl_seconds)),
        iat: Some(now_unix_seconds),
        nbf: None,
        jti: caller.token_id.clone(),
        iss: config.issuer.clone(),
        aud: config.audience.clone().map(Audience::One),
        origin: caller.origin.clone(),
        models: caller.models.clone(),
        max_tokens: caller.max_tokens,
        budget: caller.budget.as_deref().map(claim_of),
    };
    let (name, secret) = keyring.first();
    jws::sign(name, &claims, secret).ok_or(SignFault::Secret)
}

/// The claim of some limits.
#[allow(clippy::cast_precision_loss)] // Amounts are below 2^53.
pub(crate) fn claim_of(limits: &[Limit]) -> BTreeMap<String, f64> {
    let mut claim = BTreeMap::new();
    for limit in limits {
        claim.insert(limit.window.name().to_owned(), limit.nano as f64 / 1e9);
    }
    claim
}

/// A caller's subject as others may know it: HMAC-SHA-256 under `secret`, hexadecimal. Without
/// the secret it tells nothing of the subject, and no two subjects share one, however they are
/// spelled (threat table, rows A14 and V15). `purpose` keeps the hashes of different uses apart.
#[must_use]
pub fn pseudonym(purpose: &str, subject: impl AsRef<[u8]>, secret: &str) -> String {
    let Some(mac) = jws::mac(secret) else {
        return String::new();
    };
    let mac = mac
        .chain_update(purpose)
        .chain_update([0])
        .chain_update(subject);
    jws::hex(&mac.finalize().into_bytes())
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

/// What is told of a text that is not a token at all.
const NO_TOKEN: &str = "it is not a JSON Web Token signed with HS256";

/// The claims, or why the token is refused.
fn read(token: &str, keyring: &SigningKeys, config: &Config) -> Result<Claims, &'static str> {
    let token = Token::of(token).ok_or(NO_TOKEN)?;
    // `kid` chooses among the secrets by its whole text.
    let secret = keyring
        .get(token.kid.as_deref())
        .ok_or("no secret of sessionSecret (Secrets::session) has the name in its header (kid)")?;
    if !token.is_signed_by(secret) {
        return Err("it was signed with another secret than sessionSecret (Secrets::session)");
    }
    let claims = token.claims();
    let claims = claims.and_then(|json| plain::of_text::<Claims>(&json).ok());
    let claims = claims.ok_or("its claims are not of the types that they must have")?;
    const MISSING: &str = "a claim is missing: iss or aud";
    if let Some(issuer) = &config.issuer
        && claims.iss.as_ref().ok_or(MISSING)? != issuer
    {
        return Err("its iss is not that of issuer (Config::issuer)");
    }
    // RFC 7519, section 4.1.3: who is not named by an audience refuses the token.
    let is_meant = match (&claims.aud, &config.audience) {
        (None, None) => true,
        (Some(_), None) => false,
        (None, Some(_)) => return Err(MISSING),
        (Some(Audience::One(aud)), Some(own)) => aud == own,
        (Some(Audience::Several(all)), Some(own)) => all.contains(own),
    };
    if is_meant {
        Ok(claims)
    } else {
        Err("its aud is not that of audience (Config::audience)")
    }
}

impl std::error::Error for SignFault {}

impl fmt::Display for SignFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secret => "the secret is too weak: give 32 random bytes or more",
            Self::Subject => {
                "the subject must have 1 to 128 bytes and no control characters: give the user's id"
            }
            Self::Lifetime => {
                "the lifetime must be 1 second or more, and within `max_token_seconds`"
            }
        })
    }
}
