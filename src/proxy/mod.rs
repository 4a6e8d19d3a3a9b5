//! A proxy that holds the key, so that a page needs none.
//!
//! [`routing`] and its neighbours decide without I/O: what a request may do ([`auth`], [`request`]),
//! what the upstream sees of it and what the caller sees of the answer. The worker (feature
//! `proxy-handler`) runs these decisions in a Worker; session tokens say who may use it.

#[cfg(feature = "proxy-handler")]
pub mod admission;
pub mod answer;
pub mod auth;
mod bounds;
pub mod config;
mod config_fault;
pub mod cors;
pub mod error;
pub mod notice;
#[cfg(test)]
mod options;
pub mod request;
pub mod route;
pub mod routing;
mod scrub;
pub mod upstream;

#[cfg(feature = "proxy-handler")]
mod worker;

pub use answer::usage::UsageEvent;
pub use auth::caller::Caller;
pub use auth::secrets::{Secret, SecretFault, Secrets, Weakness};
#[cfg(feature = "proxy-handler")]
pub use auth::session_token;
pub use auth::signing_keys::SigningKeys;
pub use config::{Config, ConfigFault};
pub use error::ProxyError;
#[cfg(all(feature = "proxy-handler", not(feature = "__npm-edge")))]
pub use worker::Host;
#[cfg(feature = "proxy-handler")]
pub use worker::{Checks, Proxy};
#[cfg(feature = "__npm-edge")]
pub(crate) use worker::{Hooks, Relayed};
