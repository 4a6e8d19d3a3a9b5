//! Who calls: secrets, session tokens, what an anonymous page proves, and by what requests are counted.

pub mod anonymous;
pub mod caller;
#[cfg(feature = "__admission")]
mod jws;
pub mod rate_key;
pub mod secrets;
#[cfg(feature = "__admission")]
pub mod session_token;
pub mod signing_keys;
pub mod turnstile;
#[cfg(feature = "__admission")]
pub mod visitor;
