//! JSON Web Signatures with HMAC-SHA-256 in their compact form (RFC 7515; RFC 7518, section 3.2), and no
//! others: the header of a token chooses neither an algorithm nor where a key comes from.

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;

use crate::proxy::request::strict_json::{self, Json};

/// HMAC-SHA-256 under a secret; it takes secrets of every length.
pub(super) fn mac(secret: &str) -> Option<Hmac<Sha256>> {
    Hmac::new_from_slice(secret.as_bytes()).ok()
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or_default());
        text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or_default());
    }
    text
}

#[derive(Serialize)]
struct Header<'a> {
    typ: &'static str,
    alg: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

/// A token that says these claims, signed by the secret of this name.
pub(super) fn sign(kid: Option<&str>, claims: &impl Serialize, secret: &str) -> Option<String> {
    let header = Header {
        typ: "JWT",
        alg: "HS256",
        kid,
    };
    let coded = |json: Vec<u8>| Base64UrlUnpadded::encode_string(&json);
    let mut token = coded(serde_json::to_vec(&header).ok()?);
    token.push('.');
    token.push_str(&coded(serde_json::to_vec(claims).ok()?));
    let signature = mac(secret)?.chain_update(&token).finalize().into_bytes();
    token.push('.');
    token.push_str(&Base64UrlUnpadded::encode_string(&signature));
    Some(token)
}

/// A token in its parts, of which nothing is proven before [`Token::is_signed_by`].
pub(super) struct Token<'a> {
    /// The name of its secret.
    pub kid: Option<String>,
    signed: &'a str,
    claims: &'a str,
    signature: &'a str,
}

impl<'a> Token<'a> {
    /// Reads a token. Gives `None` if the text is malformed, if the algorithm is not HS256, or if the
    /// header has members other than `alg`, `typ` and `kid`, or values that are not strings.
    pub fn of(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header = strict_json::read(&Base64UrlUnpadded::decode_vec(header).ok()?).ok()?;
        let (mut alg, mut kid) = (None, None);
        for (name, value) in header.iter() {
            let Json::Text(value) = value else {
                return None;
            };
            match name {
                "alg" => alg = Some(value.as_str()),
                "kid" => kid = Some(value.clone()),
                "typ" if value.eq_ignore_ascii_case("JWT") => {}
                _ => return None,
            }
        }
        (alg == Some("HS256") && !claims.contains('.')).then_some(Self {
            kid,
            signed,
            claims,
            signature,
        })
    }

    /// Compares in constant time, and only the full length.
    pub fn is_signed_by(&self, secret: &str) -> bool {
        let signature = Base64UrlUnpadded::decode_vec(self.signature);
        match (mac(secret), signature) {
            (Some(mac), Ok(signature)) => mac
                .chain_update(self.signed)
                .verify_slice(&signature)
                .is_ok(),
            _ => false,
        }
    }

    /// The claims as JSON, in which no name stands twice.
    pub fn claims(&self) -> Option<String> {
        let claims = Base64UrlUnpadded::decode_vec(self.claims).ok()?;
        strict_json::read(&claims).ok()?;
        String::from_utf8(claims).ok()
    }
}
