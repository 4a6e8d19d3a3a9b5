//! The proof that a page shows before it gets a session: a Turnstile token, verified at Cloudflare.
//!
//! <https://developers.cloudflare.com/turnstile/get-started/server-side-validation/>: a token lives
//! 300 seconds, is at most 2048 characters long, and is good once.

use serde::Deserialize;

use crate::proxy::config::Anonymous;
use crate::proxy::error::ProxyError;
use crate::proxy::request::strict_json::{self, Json};
use crate::wire::plain;

/// Where proofs are verified unless the configuration says otherwise.
pub const SITEVERIFY: &str = "https://challenges.cloudflare.com/turnstile/v0/siteverify";

/// A verification's answer is a few hundred bytes.
pub const MAX_ANSWER_BYTES: usize = 16 * 1024;

const MAX_PROOF_CHARS: usize = 2048;

/// The largest body of `POST /session`: who sends it has proved nothing yet.
pub const MAX_BODY_BYTES: u32 = 8 * 1024;

/// The body of `POST /session`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// Turnstile's token.
    pub token: String,
    /// The id that the page had from its last session, as it says.
    pub visitor: Option<String>,
}

/// Reads the body of `POST /session`: `{"turnstile":"…"}`, and perhaps `"visitor":"…"`.
///
/// # Errors
/// 401 when there is no proof; 400 when the body is something else or the proof too long.
pub fn proof(body: &[u8]) -> Result<Proof, ProxyError> {
    if body.is_empty() {
        return Err(required());
    }
    let body = strict_json::read(body)?;
    let (mut token, mut visitor) = (None, None);
    for (name, value) in body.iter() {
        let (member, code) = match name {
            "turnstile" => (&mut token, "invalid_proof"),
            "visitor" => (&mut visitor, "invalid_visitor"),
            _ => {
                return Err(ProxyError::new(
                    400,
                    "param_not_allowed",
                    "The body must be {\"turnstile\":\"<token>\"}, with \"visitor\" from the last \
                     session if there was one, and hold no other parameter.",
                ));
            }
        };
        *member = match value {
            Json::Null => None,
            Json::Text(text) => Some(text.clone()),
            _ => return Err(malformed(name, code, "must be a string")),
        };
    }
    let token = token
        .filter(|token| !token.is_empty())
        .ok_or_else(required)?;
    if token.len() > MAX_PROOF_CHARS || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(malformed(
            "turnstile",
            "invalid_proof",
            "is not a Turnstile token",
        ));
    }
    Ok(Proof { token, visitor })
}

fn required() -> ProxyError {
    let mut refusal = ProxyError::new(
        401,
        "proof_required",
        "A Turnstile token is required: {\"turnstile\":\"<token>\"}.",
    );
    refusal.param = Some("turnstile".to_owned());
    refusal
}

fn malformed(name: &str, code: &'static str, what: &str) -> ProxyError {
    let mut refusal = ProxyError::new(400, code, &format!("{name} {what}."));
    refusal.param = Some(name.to_owned());
    refusal
}

#[derive(Deserialize)]
struct Answer {
    success: bool,
    hostname: Option<String>,
    action: Option<String>,
    #[serde(default, rename = "error-codes")]
    error_codes: Vec<String>,
}

/// Judges the verification's answer. Whatever is not a clear yes or no closes the door.
///
/// # Errors
/// 403 for a proof that is not good here; 503 when nothing can be said of it.
pub fn judge(status: u16, body: &[u8], settings: &Anonymous) -> Result<(), ProxyError> {
    let answer = plain::of_bytes::<Answer>(body)
        .filter(|_| status == 200)
        .ok_or_else(ProxyError::unavailable)?;
    if !answer.success {
        // The first two are not the caller's fault, and no other proof would fare better.
        let said = |codes: [&str; 2]| {
            let mut all = answer.error_codes.iter();
            all.any(|code| codes.contains(&code.as_str()))
        };
        return Err(if said(["missing-input-secret", "invalid-input-secret"]) {
            ProxyError::misconfigured()
        } else if said(["bad-request", "internal-error"]) {
            ProxyError::unavailable()
        } else {
            refused()
        });
    }
    let host = answer
        .hostname
        .is_some_and(|host| settings.hostnames.contains(&host));
    let action = settings
        .action
        .as_ref()
        .is_none_or(|action| answer.action.as_ref() == Some(action));
    if host && action {
        Ok(())
    } else {
        Err(refused())
    }
}

fn refused() -> ProxyError {
    ProxyError::new(
        403,
        "proof_refused",
        "The Turnstile token was not accepted.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(result: Result<(), ProxyError>) -> u16 {
        result.map_or_else(|refusal| refusal.status, |()| 200)
    }

    #[test]
    fn a_proof_is_one_short_text() {
        let long = format!(r#"{{"turnstile":"{}"}}"#, "x".repeat(2049));
        let longest = format!(r#"{{"turnstile":"{}"}}"#, "x".repeat(2048));
        for (body, expected) in [
            (r#"{"turnstile":"0.abc"}"#, 200),
            (longest.as_str(), 200),
            (long.as_str(), 400),
            ("", 401),
            ("{}", 401),
            (r#"{"turnstile":""}"#, 401),
            (r#"{"turnstile":null}"#, 401),
            (r#"{"turnstile":7}"#, 400),
            (r#"{"turnstile":"a b"}"#, 400),
            (r#"{"turnstile":"a","secret":"b"}"#, 400),
            (r#"{"turnstile":"a","turnstile":"b"}"#, 400),
            (r#"{"turnstile":"a","visitor":"b"}"#, 200),
            (r#"{"turnstile":"a","visitor":null}"#, 200),
            (r#"{"turnstile":"a","visitor":7}"#, 400),
            (r#"{"visitor":"b"}"#, 401),
            ("x", 400),
        ] {
            let shown = body.get(..30).unwrap_or(body);
            assert_eq!(
                status(proof(body.as_bytes()).map(drop)),
                expected,
                "{shown}"
            );
        }
    }

    #[test]
    fn only_a_clear_yes_for_this_page_opens_the_door() {
        let settings = Anonymous {
            verify_url: SITEVERIFY.to_owned(),
            hostnames: vec!["app.example.com".to_owned()],
            action: Some("session".to_owned()),
            ttl_seconds: 900,
            models: None,
            max_tokens: None,
        };
        for (answer, expected) in [
            (
                r#"{"success":true,"hostname":"app.example.com","action":"session"}"#,
                200,
            ),
            (
                r#"{"success":true,"hostname":"evil.example.com","action":"session"}"#,
                403,
            ),
            (
                r#"{"success":true,"hostname":"app.example.com","action":"login"}"#,
                403,
            ),
            (r#"{"success":true,"hostname":"app.example.com"}"#, 403),
            (r#"{"success":true}"#, 403),
            (
                r#"{"success":false,"error-codes":["timeout-or-duplicate"]}"#,
                403,
            ),
            (r#"{"success":false}"#, 403),
            (
                r#"{"success":false,"error-codes":["invalid-input-secret"]}"#,
                503,
            ),
            (r#"{"success":false,"error-codes":["internal-error"]}"#, 503),
            (r#"{"success":"true","hostname":"app.example.com"}"#, 503),
            ("<html>", 503),
            ("", 503),
        ] {
            assert_eq!(
                status(judge(200, answer.as_bytes(), &settings)),
                expected,
                "{answer}"
            );
        }
        // No other proof and no other attempt would fare better with this secret.
        let refused = br#"{"success":false,"error-codes":["invalid-input-secret"]}"#;
        let refusal = judge(200, refused, &settings).unwrap_err();
        assert_eq!(refusal.code, "misconfigured");
        let good = br#"{"success":true,"hostname":"app.example.com","action":"session"}"#;
        assert_eq!(status(judge(500, good, &settings)), 503);
    }
}
