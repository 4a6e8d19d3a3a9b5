//! A proxy that holds the key, so that a page needs none.
//!
//! [`routing`] and its neighbours decide without I/O: what a request may do ([`auth`], [`request`]),
//! what the upstream sees of it and what the caller sees of the answer. The worker (feature
//! `proxy-handler`) runs these decisions in a Worker; session tokens say who may use it.

#[macro_use]
mod setters;

#[cfg(feature = "__admission")]
pub mod admission;
pub mod auth;
mod bounds;
pub mod budget;
pub mod config;
mod config_fault;
pub mod cors;
pub mod error;
pub mod notice;
#[cfg(feature = "__admission")]
#[cfg(test)]
mod options;
#[cfg(test)]
mod refusals;
pub mod request;
pub mod response;
pub mod route;
pub mod routing;
mod scrub;
pub mod streams;
pub mod upstream;
mod vars;

#[cfg(feature = "proxy-handler")]
mod worker;

pub use auth::caller::Caller;
pub use auth::secrets::{Secret, SecretFault, Secrets, Weakness};
#[cfg(feature = "__admission")]
pub use auth::session_token;
pub use auth::signing_keys::SigningKeys;
pub use budget::Budget;
pub use config::{Config, ConfigFault};
pub use error::ProxyError;
pub use response::usage::UsageEvent;
#[cfg(feature = "proxy-handler")]
pub use worker::{Checks, Host, Proxy, var};
