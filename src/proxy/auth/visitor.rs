//! The id by which a page's visitor is the same subject after a reload, though a session's token has
//! expired: `<uuid>.<time>.<signature>`, which the page keeps and sends with its next proof.
//!
//! An id opens nothing: a session needs a proof, and a budget counts visitors by their address. It is
//! signed with the session secret for one origin, and forgotten after 30 days without a session.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::proxy::auth::jws;
use crate::proxy::auth::signing_keys::SigningKeys;

/// An id that no session has renewed for so long is a stranger's: 30 days.
pub const MAX_AGE_SECONDS: u64 = 30 * 86_400;

/// Keeps its signatures apart from everything else that is signed with the secret.
const PURPOSE: &str = "openai-wasm visitor 1";

/// A UUID, a time and a signature have 112.
const MAX_BYTES: usize = 160;

/// The signed id of a visitor to pages of `origin`.
#[must_use]
pub fn sign(id: &str, origin: &str, keyring: &SigningKeys, now_unix_seconds: u64) -> String {
    let (_, secret) = keyring.first();
    let mac = mac(id, now_unix_seconds, origin, secret).map(Mac::finalize);
    let signature = mac.map(|mac| jws::hex(&mac.into_bytes()));
    format!("{id}.{now_unix_seconds}.{}", signature.unwrap_or_default())
}

/// The visitor whose id this is. Nothing if it was not signed here, for another origin, before
/// `epoch`, or too long ago.
#[must_use]
pub fn read<'a>(
    signed: &'a str,
    origin: &str,
    keyring: &SigningKeys,
    epoch: Option<u64>,
    now_unix_seconds: u64,
) -> Option<&'a str> {
    let mut parts = signed.split('.');
    let (id, time, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if signed.len() > MAX_BYTES || parts.next().is_some() {
        return None;
    }
    let signed_at: u64 = time.parse().ok()?;
    let is_of_age = signed_at <= now_unix_seconds
        && now_unix_seconds - signed_at <= MAX_AGE_SECONDS
        && epoch.is_none_or(|epoch| epoch <= signed_at);
    let bytes = bytes_of(signature)?;
    let mut secrets = keyring.iter();
    // Compares in constant time.
    let is_signed = secrets.any(|(_, secret)| {
        mac(id, signed_at, origin, secret).is_some_and(|mac| mac.verify_slice(&bytes).is_ok())
    });
    (is_of_age && is_signed).then_some(id)
}

fn mac(id: &str, time: u64, origin: &str, secret: &str) -> Option<Hmac<Sha256>> {
    // No part can hold NUL, so none can run into the next.
    let signed = format!("{PURPOSE}\0{origin}\0{id}\0{time}");
    Some(jws::mac(secret)?.chain_update(signed))
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pair = |pair: &[u8]| match *pair {
        [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
        _ => None,
    };
    hex.as_bytes().chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::auth::secrets::Secret;

    const ID: &str = "0b6f4a52-6d5c-4b54-8a39-0d0a5f3c2a11";
    const OLD: &str = "0123456789abcdef0123456789abcdef";
    const NEW: &str = "fedcba9876543210fedcba9876543210";
    const PAGE: &str = "https://app.example.com";
    const NOW: u64 = 1_795_910_400;

    fn keys(text: &str) -> SigningKeys {
        SigningKeys::parse(&Secret::new(text)).unwrap()
    }

    #[test]
    fn an_id_is_known_for_thirty_days_on_its_own_origin() {
        let (keyring, signed) = (keys(OLD), sign(ID, PAGE, &keys(OLD), NOW));
        assert!(signed.len() <= MAX_BYTES);
        let known = |origin, epoch, now| read(&signed, origin, &keyring, epoch, now);
        assert_eq!(known(PAGE, None, NOW), Some(ID));
        assert_eq!(known(PAGE, Some(NOW), NOW + MAX_AGE_SECONDS), Some(ID));
        assert_eq!(known(PAGE, None, NOW + MAX_AGE_SECONDS + 1), None);
        assert_eq!(known(PAGE, None, NOW - 1), None, "from the future");
        assert_eq!(known(PAGE, Some(NOW + 1), NOW + 2), None, "revoked");
        assert_eq!(known("https://b.example.com", None, NOW), None);
    }

    #[test]
    fn a_changed_id_is_not_accepted() {
        let (keyring, signed) = (keys(OLD), sign(ID, PAGE, &keys(OLD), NOW));
        let signature = signed.rsplit('.').next().unwrap();
        for forged in [
            String::new(),
            ID.to_owned(),
            format!("{ID}.{NOW}."),
            format!("{ID}.{}.{signature}", NOW + 1),
            format!("1{}.{NOW}.{signature}", &ID[1..]),
            format!("{ID}.{NOW}.{}", &signature[2..]),
            format!("{ID}.{NOW}.{signature}00"),
            format!("{ID}.{NOW}.{signature}0"),
            format!("{ID}.{NOW}.{}", "0".repeat(64)),
            format!("{ID}.{NOW}.{}é", &signature[2..]),
            format!("{signed}.x"),
            format!("{ID}.-1.{signature}"),
            "x".repeat(100_000),
            sign(ID, PAGE, &keys(NEW), NOW),
        ] {
            assert_eq!(read(&forged, PAGE, &keyring, None, NOW), None, "{forged}");
        }
    }

    #[test]
    fn a_secret_that_only_verifies_still_knows_its_visitors() {
        let both = keys(&format!(r#"{{"new":"{NEW}","":"{OLD}"}}"#));
        let signed = sign(ID, PAGE, &keys(OLD), NOW);
        assert_eq!(read(&signed, PAGE, &both, None, NOW), Some(ID));
        let renewed = sign(ID, PAGE, &both, NOW);
        assert_eq!(read(&renewed, PAGE, &keys(NEW), None, NOW), Some(ID));
    }
}
