//! Who calls, and what this caller may do.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};

use serde::{Deserialize, Deserializer};

use crate::ledger::{Limit, MOST_NANO, Window};
use crate::proxy::error::ProxyError;
use crate::proxy::notice::shown;
use crate::proxy::request::strict_json;
use crate::proxy::routing::Head;
use crate::wire::plain;

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
    /// Limits of a budget, which hold besides the operator's.
    pub budget: Option<Vec<Limit>>,
}

/// A limit in US dollars; `None` for an amount that is not one, or for a window that does not exist.
#[must_use]
pub fn limit_of(window: &str, usd: f64) -> Option<Limit> {
    let window = Window::named(window)?;
    // Rounded down: a limit is never raised.
    let nano = (usd * 1e9 + 1e-3).floor();
    #[allow(clippy::cast_precision_loss)] // 2^53 - 1 is exact.
    let most = MOST_NANO as f64;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Within the range.
    (0.0..=most).contains(&nano).then_some(Limit {
        window,
        nano: nano as u64,
    })
}

/// Limits as a session has them: `{"day": 0.5}` is half a US dollar a day. `None` if an entry is not a valid limit.
#[must_use]
pub fn limits_of(written: &BTreeMap<String, f64>) -> Option<Vec<Limit>> {
    let limit = |(window, usd): (&String, &f64)| limit_of(window, *usd);
    written.iter().map(limit).collect()
}

const MAX_SUBJECT_BYTES: usize = 128;

/// 1 to 128 bytes without control characters.
#[must_use]
pub fn is_subject(subject: &str) -> bool {
    (1..=MAX_SUBJECT_BYTES).contains(&subject.len()) && !subject.chars().any(char::is_control)
}

/// A caller, as an author's function writes it. What is there must be right: a scope that is misspelt or
/// null must not open everything.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    sub: String,
    #[serde(default, deserialize_with = "given")]
    origin: Option<String>,
    #[serde(default, deserialize_with = "given")]
    models: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    max_tokens: Option<NonZeroU32>,
    #[serde(default, deserialize_with = "given")]
    budget: Option<BTreeMap<String, f64>>,
    #[serde(default, deserialize_with = "given")]
    jti: Option<String>,
    #[serde(default, deserialize_with = "given")]
    issued_at: Option<NonZeroU64>,
    #[serde(default, deserialize_with = "given")]
    expires_at: Option<NonZeroU64>,
}

/// A member that is there has a value: null may be a scope that could not be looked up.
pub(super) fn given<'de, D, T>(member: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(member).map(Some)
}

impl Caller {
    /// The members of a caller that an author's function names.
    pub const MEMBERS: [&str; 8] = [
        "sub",
        "origin",
        "models",
        "maxTokens",
        "budget",
        "jti",
        "issuedAt",
        "expiresAt",
    ];

    /// A caller from JSON: `{"sub":"ada","models":["gpt-5-nano"]}`. `None` if a member is missing,
    /// unknown, null or out of its bounds.
    #[must_use]
    pub fn of_json(json: &str) -> Option<Self> {
        // No name may stand twice.
        strict_json::read(json.as_bytes()).ok()?;
        let written: Written = plain::of_text(json).ok()?;
        let budget = match written.budget {
            Some(limits) => Some(limits_of(&limits)?),
            None => None,
        };
        let sound = is_subject(&written.sub) && written.jti.as_deref().is_none_or(is_subject);
        sound.then(|| Self {
            subject: written.sub,
            token_id: written.jti,
            issued_at: written.issued_at.map(NonZeroU64::get),
            expires_at: written.expires_at.map(NonZeroU64::get),
            origin: written.origin,
            models: written.models,
            max_tokens: written.max_tokens.map(NonZeroU32::get),
            budget,
        })
    }

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
    fn a_caller_in_json_has_sound_members_and_no_others() {
        for (json, good) in [
            (r#"{"sub":"ada"}"#, true),
            (
                r#"{"sub":"ada","models":[],"maxTokens":7,"jti":"x","issuedAt":1,"expiresAt":2,"origin":"o"}"#,
                true,
            ),
            (r#"{"sub":"ada","budget":{"day":0.5,"lifetime":0}}"#, true),
            (r#"{"sub":"ada","budget":{"week":0.5}}"#, false),
            (r#"{"sub":"ada","budget":{"day":-1}}"#, false),
            (r#"{"sub":"ada","budget":{"day":"1"}}"#, false),
            (r#"{"sub":"ada","budget":5}"#, false),
            (r#"{"models":[]}"#, false),
            (r#"{"sub":""}"#, false),
            (r#"{"sub":"a\nb"}"#, false),
            (r#"{"sub":7}"#, false),
            (r#"{"sub":"ada","models":null}"#, false),
            (r#"{"sub":"ada","models":"gpt"}"#, false),
            (r#"{"sub":"ada","models":[7]}"#, false),
            (r#"{"sub":"ada","model":["gpt"]}"#, false),
            (r#"{"sub":"ada","maxTokens":0}"#, false),
            (r#"{"sub":"ada","maxTokens":1.5}"#, false),
            (r#"{"sub":"ada","maxTokens":4294967296}"#, false),
            (r#"{"sub":"ada","expiresAt":-1}"#, false),
            (r#"{"sub":"ada","jti":""}"#, false),
            (r#"{"sub":"ada","sub":"bob"}"#, false),
            ("true", false),
            ("[]", false),
            ("", false),
        ] {
            assert_eq!(Caller::of_json(json).is_some(), good, "{json}");
        }
        for name in Caller::MEMBERS {
            let null = format!(r#"{{"sub":"ada","{name}":null}}"#);
            assert!(Caller::of_json(&null).is_none(), "{name}");
        }
    }

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
