//! What follows from a failed attempt: another token, another attempt, or the end of the call.
//!
//! Both languages decide alike: `pkg-template/lib/transport.js` has the same in JavaScript, and the cases
//! of `tests/fixtures/attempts.json` hold for both.

use super::retry::{Failure, Permille, delay_ms};

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The token is dropped, another one is asked for, and the request is sent again at once.
    Renew {
        /// The call asks for a token of its own. Otherwise all calls whose token was the same one
        /// share a question.
        alone: bool,
    },
    /// The request is sent again after so many milliseconds.
    Retry {
        /// How long to wait.
        after_ms: u32,
    },
    /// The call fails.
    Give {
        /// The token was refused: the next call asks for another.
        drop_token: bool,
    },
}

/// Where the token of the failed attempt came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// From no function: it is fixed, or a key, or there is none.
    Given,
    /// From the author's function, and the call has not had another one before.
    Asked,
    /// From the author's function, in place of a refused one, and another call had asked for it.
    Shared,
    /// From the author's function, and it is the last one: this call asked for it in place of a
    /// refused one, or the function gave the refused one again, or the body cannot be sent again.
    Last,
}

/// What follows from a failure. The parameters after `token` are those of [`delay_ms`].
#[must_use]
#[allow(clippy::too_many_arguments)]
pub fn next(
    failure: Failure<'_>,
    token: Token,
    retries_done: u32,
    max_retries: u32,
    now_unix_ms: u64,
    chance: Permille,
    date_unix_ms: impl Fn(&str) -> Option<u64>,
) -> Next {
    if let Failure::Status { status, body, .. } = failure
        && token != Token::Given
        && let Some(expired) = refused_token(status, body)
    {
        return match token {
            Token::Asked => Next::Renew { alone: false },
            // The token was new, so it was good for one request, and another call was faster.
            Token::Shared if !expired => Next::Renew { alone: true },
            _ => Next::Give { drop_token: true },
        };
    }
    match delay_ms(
        failure,
        retries_done,
        max_retries,
        now_unix_ms,
        chance,
        date_unix_ms,
    ) {
        Some(after_ms) => Next::Retry { after_ms },
        None => Next::Give { drop_token: false },
    }
}

/// Whether our own proxy refuses the session token, and then, whether it had expired.
///
/// The body must be the one that the proxy writes (`proxy::Refusal`), byte by byte but for the
/// message: a 401 of a gateway before it says nothing of the token.
fn refused_token(status: u16, body: &[u8]) -> Option<bool> {
    const UNAUTHORIZED: &[u8] =
        br#"","type":"authentication_error","code":"unauthorized","param":null}}"#;
    const EXPIRED: &[u8] =
        br#"","type":"authentication_error","code":"token_expired","param":null}}"#;
    if status != 401 {
        return None;
    }
    is_refusal(body, EXPIRED)
        .then_some(true)
        .or_else(|| is_refusal(body, UNAUTHORIZED).then_some(false))
}

/// Is a body an error whose message is plain text, with this behind the message?
#[inline(never)]
fn is_refusal(body: &[u8], tail: &[u8]) -> bool {
    let rest = body.strip_prefix(br#"{"error":{"message":""#);
    let message = rest.and_then(|rest| rest.strip_suffix(tail));
    message.is_some_and(|message| !message.iter().any(|byte| matches!(byte, b'"' | b'\\')))
}

#[cfg(test)]
pub(super) fn fixture() -> serde_json::Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/attempts.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::super::retry::Hints;
    use super::*;

    #[test]
    fn the_fixtures_refusals_are_renewed_or_not() {
        let fixture = fixture();
        let mut seen = 0;
        for case in fixture["refusals"].as_array().unwrap() {
            let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
            let body = match &case["body"] {
                serde_json::Value::String(text) => text.clone(),
                json => json.to_string(),
            };
            for (token, name) in [
                (Token::Given, "given"),
                (Token::Asked, "asked"),
                (Token::Shared, "shared"),
                (Token::Last, "last"),
            ] {
                let failure = Failure::Status {
                    status,
                    hints: Hints::default(),
                    body: body.as_bytes(),
                };
                let then = next(failure, token, 0, 2, 0, Permille(0), |_| None);
                let then = match then {
                    Next::Renew { alone: false } => "renew",
                    Next::Renew { alone: true } => "renew alone",
                    Next::Retry { .. } => "retry",
                    Next::Give { drop_token: true } => "drop",
                    Next::Give { drop_token: false } => "give",
                };
                let expected = case["then"][name].as_str().unwrap_or("give");
                assert_eq!(then, expected, "{name}: {case}");
                seen += 1;
            }
        }
        assert!(seen > 40);
    }

    #[test]
    fn without_an_answer_no_token_is_renewed() {
        let token = Token::Asked;
        let then = next(Failure::NoResponse, token, 0, 1, 0, Permille(0), |_| None);
        assert_eq!(then, Next::Retry { after_ms: 500 });
    }
}
