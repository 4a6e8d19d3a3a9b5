//! What the documents say about parameters, checked before a request is sent.
//!
//! Compatible servers have other ranges, so nothing is checked unless a [`Profile`] is chosen: by
//! hand, or by the host for a client that knows the provider's. `null` counts as absent, and what
//! no row below speaks of is sent as it is.
//!
//! All rows stand in one table. From it come the check here, the npm package's
//! `lib/checks-table.js` and the list below; `tests/fixtures/checks.json` has both sides of every
//! row, and both languages are held to it.
//!
//! Where a document is not followed to the letter:
//!
//! - Fireworks prints `1 < x < 128` for `n`; 1 is accepted, because it is what a request without
//!   `n` means.
//! - "`best_of` must be greater than `n`": equal is accepted, since both default to 1.
//! - Rows of images name the model where a later document gives other models other limits; without
//!   a model the document of 2023 holds.
//! - Audio formats are those of 2026, which added `flac` and `ogg`; a name without an ending says
//!   nothing.
//! - Of a file for fine-tuning or a batch, only the first 64 KiB are read; its lines must be objects,
//!   whatever their fields, since those have changed with the models.
//! - No document counts `tools`; the limit is that of `functions`, which they replace.
//! - Names of messages may have dashes: that of a function's message is the function's name.
//!
#![doc = include_str!("table.md")]

#[cfg(test)]
mod cases;
mod file;
#[cfg(test)]
mod generated;
mod place;
mod rule;
mod table;

use std::fmt;

use serde_json::Value;

use crate::wire::Upload;
use place::{Place, When};
use rule::Rule;

/// Whose documents the parameters are held to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// Nobody's: nothing is checked.
    #[default]
    None,
    /// OpenAI's.
    OpenAi,
    /// Fireworks'.
    Fireworks,
}

impl Profile {
    /// The profile's name, as in JavaScript.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::OpenAi => "openai",
            Self::Fireworks => "fireworks",
        }
    }
}

/// One rule about one parameter.
struct Row {
    profiles: &'static [Profile],
    /// Paths that the parameter is posted to.
    endpoints: &'static [&'static str],
    /// Where the parameter stands: `a.b`, `a[].b` in each item, `a.*` each member.
    param: &'static str,
    rule: Rule,
    /// When the rule holds; `None`: always.
    when: Option<When>,
    /// The document that says so; it stands in the list for readers.
    #[cfg_attr(not(test), allow(dead_code))]
    source: &'static str,
}

/// A parameter that the documents rule out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Where the parameter stands, for instance `messages[0].name`.
    pub param: String,
    /// A clause after the parameter's name: `must be 0 to 2, not 3`, with the profile.
    pub message: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.param, self.message)
    }
}

impl std::error::Error for Refused {}

/// Checks the parameters of a `POST` to `path`, which stands below the base URL: `/completions`.
/// `files` are those of a form, by their fields' names.
///
/// ```
/// use openai_wasm::validation::{Profile, check};
///
/// let request = serde_json::json!({"model": "m", "prompt": "Say", "temperature": 3});
/// let refused = check(Profile::OpenAi, "/completions", &request, &[]).unwrap_err();
/// assert_eq!(refused.param, "temperature");
/// assert_eq!(refused.to_string(), "temperature must be 0 to 2, not 3 (profile openai)");
/// assert!(check(Profile::None, "/completions", &request, &[]).is_ok());
/// ```
///
/// # Errors
/// The first row of the table that the parameters break.
pub fn check(
    profile: Profile,
    path: &str,
    params: &Value,
    files: &[(&str, &Upload)],
) -> Result<(), Refused> {
    let path = path.split('?').next().unwrap_or(path);
    for row in table::ROWS {
        if row.profiles.contains(&profile) && row.endpoints.contains(&path) {
            row.check(params, files)
                .map_err(|(param, message)| Refused {
                    param,
                    message: format!("{message} (profile {})", profile.name()),
                })?;
        }
    }
    Ok(())
}

impl Row {
    fn check(&self, params: &Value, files: &[(&str, &Upload)]) -> Result<(), (String, String)> {
        for place in Place::find(self.param, params, files) {
            if self.when.is_some_and(|when| !when.holds(&place)) {
                continue;
            }
            if let Err(found) = self.rule.test(&place) {
                let mut message = self.rule.clause();
                if !found.is_empty() {
                    message += ", not ";
                    message += &found;
                }
                return Err((place.path, message));
            }
        }
        Ok(())
    }
}
