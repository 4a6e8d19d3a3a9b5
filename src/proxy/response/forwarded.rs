//! What a response is judged by: the request that was sent to the upstream.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::deadlines::Limits;
use super::filter::Form;
use super::usage::Account;
use crate::proxy::auth::secrets::Secret;
use crate::proxy::budget::Charge;
use crate::proxy::request::prompt::Prompt;
use crate::proxy::route::Route;

/// A request that was sent to the upstream.
#[derive(Debug, Clone)]
pub struct Forwarded {
    /// Everything but the secrets.
    pub facts: Facts,
    /// The key that it carried, which nothing of the response may hold.
    pub key: Secret,
    /// The operator's prompt, which no error may repeat.
    pub prompt: Option<Rc<Prompt>>,
}

/// What an [`Inspector`](super::Inspector) knows of its request, as plain values. A driver keeps them,
/// so that a stream outlives the WebAssembly instance that began it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// The endpoint.
    #[serde(with = "by_name")]
    pub route: Route,
    /// The upstream's host and port, for the operator's log.
    pub upstream_host: String,
    /// Did the caller ask for an event stream?
    pub streams: bool,
    /// Is the event with the usage the proxy's own wish, so that the caller does not get it?
    pub hides_usage: bool,
    /// Is there a prompt that no error may repeat?
    pub hides_prompt: bool,
    /// See [`Config::inspect_answers`](crate::proxy::Config::inspect_answers).
    pub inspects: bool,
    /// How long the upstream may take to begin its answer, in milliseconds.
    pub timeout_ms: u32,
    /// The limits of the answer after its head.
    pub limits: Limits,
    /// What the record says of the request; `None` if no record is wanted.
    pub account: Option<Account>,
    /// What a budget has reserved for the request, if there is one.
    pub charge: Option<Charge>,
    /// The stream that has begun, if one has.
    pub stream: Option<Begun>,
}

/// A stream that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Begun {
    /// What its body is.
    pub form: Form,
    /// When the upstream's head came, in milliseconds since 1970.
    pub at_ms: u64,
}

/// A route as its name in the configuration.
mod by_name {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::proxy::route::Route;

    pub(super) fn serialize<S: Serializer>(route: &Route, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&route.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Route, D::Error> {
        let name = String::deserialize(from)?;
        Route::named(&name).ok_or_else(|| D::Error::custom("an unknown route"))
    }
}
