//! Which setting the proxy refuses, and what to do about it.

use std::fmt;

use super::params::allow;
use super::response::deadlines::LONGEST_TIMER_MS;
use crate::policy::allow_http;
use crate::policy::endpoint::UrlFault;

/// A setting that the proxy refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigFault {
    /// The upstream's URL.
    Upstream(UrlFault),
    /// The entry of [`Config::allow_http`](super::config::Config::allow_http) of that index.
    AllowHttp(usize, allow_http::EntryFault),
    /// The entry of [`Config::allowed_params`](super::config::Config::allowed_params) of that index.
    AllowedParam(usize, allow::EntryFault),
    /// Completions are switched on, which a system prompt does not bind.
    LockedCompletions,
    /// The allowed origin of that index is none, or one that cannot be listed (`null`, `*`).
    Origin(usize),
    /// The named number must not be zero.
    Zero(&'static str),
    /// The named time is longer than a timer can be: 2 147 483 647 milliseconds.
    TooLong(&'static str),
    /// No model is listed.
    Models,
    /// Where Turnstile's proofs are verified.
    VerifyUrl(UrlFault),
    /// Anonymous sessions need the hosts whose pages may solve the challenge.
    Hostnames,
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
            Self::Zero(name) => write!(f, "{name} must not be 0"),
            Self::TooLong(name) => write!(f, "{name} must not be over {LONGEST_TIMER_MS}"),
            Self::Models => f.write_str(
                "models must list what callers may use: set the option `models` or the variable \
                 OPENAI_MODELS, to \"*\" if every model of the key is meant",
            ),
            Self::VerifyUrl(fault) => write!(f, "verify_url {}", fault.clause()),
            Self::Hostnames => f.write_str("hostnames must list where the challenge is solved"),
        }
    }
}

impl std::error::Error for ConfigFault {}
