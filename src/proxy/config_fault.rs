//! Which setting the proxy refuses, and what to do about it.

use std::fmt;

use crate::policy::allow_http;
use crate::policy::endpoint::UrlFault;
pub use crate::proxy::bounds::Bounds;
use crate::proxy::budget::BudgetFault;
use crate::proxy::request::params::allow;

/// A setting that the proxy refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigFault {
    /// The upstream's URL.
    Upstream(UrlFault),
    /// The entry of [`Config::allow_http`](crate::proxy::config::Config::allow_http) of that index.
    AllowHttp(usize, allow_http::EntryFault),
    /// The entry of [`Config::allowed_params`](crate::proxy::config::Config::allowed_params) of that index.
    AllowedParam(usize, allow::EntryFault),
    /// Completions are switched on, which a system prompt does not bind.
    LockedCompletions,
    /// The allowed origin of that index is none, or one that cannot be listed (`null`, `*`).
    Origin(usize),
    /// A number is out of its bounds.
    OutOfBounds(&'static Bounds),
    /// Anonymous sessions live longer than `max_token_seconds`.
    SessionLifetime,
    /// No model is listed.
    Models,
    /// Where Turnstile's proofs are verified.
    VerifyUrl(UrlFault),
    /// Anonymous sessions need the hosts whose pages may solve the challenge.
    Hostnames,
    /// The budget's terms.
    Budget(BudgetFault),
    /// The option or variable of that name cannot be read, and why.
    Malformed(String, String),
    /// The variable `SESSION_EPOCH`.
    SessionEpoch,
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upstream(fault) => write!(f, "upstream {}", fault.clause()),
            Self::AllowHttp(index, fault) => {
                write!(f, "allow_http[{index}] (the option allowHttp) {fault}")
            }
            Self::AllowedParam(index, fault) => {
                write!(
                    f,
                    "allowed_params[{index}] (the option allowParams) {fault}"
                )
            }
            Self::LockedCompletions => f.write_str(
                "routes must not hold completions together with the system prompt (the options \
                 routes and systemPrompt), which does not bind them",
            ),
            Self::Origin(index) => write!(
                f,
                "allowed_origins[{index}] must be an origin as browsers send it: \
                 https://app.example.com, without a path or a slash at its end"
            ),
            Self::OutOfBounds(bounds) => bounds.fmt(f),
            Self::SessionLifetime => f.write_str(
                "ttl_seconds of anonymous (the option anonymousSessions.ttlSeconds) must not be over \
                 max_token_seconds (maxTokenSeconds)",
            ),
            Self::Models => f.write_str(
                "models must list what callers may use: set the option `models` or the variable \
                 OPENAI_MODELS, to \"*\" if every model of the key is meant",
            ),
            Self::VerifyUrl(fault) => write!(f, "verify_url {}", fault.clause()),
            Self::Budget(fault) => fault.fmt(f),
            Self::Malformed(name, why) => write!(f, "{name}: {why}"),
            Self::SessionEpoch => {
                f.write_str("SESSION_EPOCH must be a time in seconds since 1970")
            }
            Self::Hostnames => f.write_str("hostnames must list where the challenge is solved"),
        }
    }
}

impl std::error::Error for ConfigFault {}
