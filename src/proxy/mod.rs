//! A proxy that holds the key, so that a page needs none.
//!
//! [`policy`] and its neighbours decide without I/O: what a request may do, what the upstream sees
//! of it and what the caller sees of the answer. The handler (feature `proxy-handler`) runs these
//! decisions in a Worker; session tokens say who may use it.

mod anonymous;
pub mod caller;
pub mod config;
mod config_fault;
mod end_user;
pub mod json;
pub mod keyring;
pub mod limits;
mod models;
pub mod notice;
mod origin;
pub mod pace;
pub mod params;
pub mod policy;
pub mod prompt;
pub mod refusal;
pub mod response;
pub mod route;
mod scrub;
pub mod secret;
pub mod turnstile;
pub mod upstream;

#[cfg(feature = "proxy-handler")]
mod handler;
#[cfg(feature = "proxy-handler")]
pub mod session;

pub use caller::Caller;
pub use config::{Config, ConfigFault};
#[cfg(all(feature = "proxy-handler", not(feature = "__npm-edge")))]
pub use handler::Host;
#[cfg(feature = "proxy-handler")]
pub use handler::{Checks, Proxy};
#[cfg(feature = "__npm-edge")]
pub(crate) use handler::{Hooks, Relayed};
pub use keyring::Keyring;
pub use response::usage::UsageEvent;
pub use secret::{Secret, SecretFault, Secrets, Weakness};
