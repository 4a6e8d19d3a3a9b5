//! A proxy that holds the key, so that a page needs none.
//!
//! [`policy`] and its neighbours decide without I/O: what a request may do, what the upstream sees
//! of it and what the caller sees of the answer. The handler (feature `proxy-handler`) runs these
//! decisions in a Worker; session tokens say who may use it.

pub mod answer;
pub mod caller;
pub mod config;
pub mod json;
pub mod keyring;
pub mod limits;
pub mod params;
pub mod policy;
pub mod refusal;
pub mod route;
pub mod secret;
pub mod turnstile;
pub mod upstream;

#[cfg(feature = "proxy-handler")]
mod handler;
#[cfg(feature = "proxy-handler")]
pub mod session;

pub use caller::Caller;
pub use config::{Config, ConfigFault};
#[cfg(feature = "proxy-handler")]
pub use handler::{Checks, Host, Proxy, Relay, Relayed};
pub use keyring::Keyring;
pub use secret::{Secret, SecretFault, Secrets};
