//! Who calls, and what this caller may do.

use crate::proxy::error::ProxyError;
use crate::proxy::notice::shown;
use crate::proxy::routing::Head;

/// A caller, as a session token or the author's own check says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    /// A user, a device, an anonymous visitor.
    pub subject: String,
    /// The token's own id (`jti`).
    pub token_id: Option<String>,
    /// When the token was signed, in seconds since 1970.
    pub issued_at: Option<u64>,
    /// When the token expires, in seconds since 1970.
    pub expires_at: Option<u64>,
    /// The only origin whose pages may use the token.
    pub origin: Option<String>,
    /// The only models that it opens, of those that the proxy has.
    pub models: Option<Vec<String>>,
    /// The most tokens of an answer.
    pub max_tokens: Option<u32>,
}

const MAX_SUBJECT_BYTES: usize = 128;

/// 1 to 128 bytes without control characters.
#[must_use]
pub fn is_subject(subject: &str) -> bool {
    (1..=MAX_SUBJECT_BYTES).contains(&subject.len()) && !subject.chars().any(char::is_control)
}

impl Caller {
    /// May this caller use the model?
    #[must_use]
    pub fn may_use(&self, model: &str) -> bool {
        self.models
            .as_ref()
            .is_none_or(|models| models.iter().any(|known| known == model))
    }

    /// Does the request come from the page that the token is for?
    ///
    /// Browsers name the origin of every request but a GET of the same origin, so only there it may
    /// be missing.
    ///
    /// # Errors
    /// 403 `origin_not_allowed`.
    pub fn check_origin(&self, head: &Head<'_>) -> Result<(), ProxyError> {
        match (&self.origin, head.origin) {
            (None, _) => Ok(()),
            (Some(_), None) if matches!(head.method, "GET" | "HEAD") => Ok(()),
            (Some(own), Some(origin)) if own == origin => Ok(()),
            (Some(own), origin) => {
                let refusal = ProxyError::new(
                    403,
                    "origin_not_allowed",
                    "The session token belongs to a page of another origin.",
                );
                let origin = origin.map_or_else(|| "none".to_owned(), shown);
                Err(refusal.noting(
                    "token's origin",
                    format!(
                        "a token of {} was used from another origin: {origin}",
                        shown(own)
                    ),
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_of_one_page_serves_no_other() {
        let own = "https://app.example.com";
        for (bound, method, origin, good) in [
            (None, "POST", None, true),
            (None, "POST", Some("https://b.example.com"), true),
            (Some(own), "POST", Some(own), true),
            (Some(own), "GET", None, true),
            (Some(own), "POST", None, false),
            (Some(own), "POST", Some("https://b.example.com"), false),
            (Some(own), "GET", Some("null"), false),
        ] {
            let caller = Caller {
                origin: bound.map(str::to_owned),
                ..Caller::default()
            };
            let head = Head {
                method,
                origin,
                ..Head::default()
            };
            assert_eq!(
                caller.check_origin(&head).is_ok(),
                good,
                "{bound:?} {method} {origin:?}"
            );
        }
    }
}
