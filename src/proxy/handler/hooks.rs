//! What stands around the handling of one request: `pkg-template/edge` in the npm package, a
//! [`Host`](super::Host) in a Worker in Rust.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::JsValue;
use web_sys::{AbortController, ReadableStream};

use super::checks::Checks;
use super::pieces::Pieces;
use crate::proxy::response::Inspector;
use crate::proxy::response::usage::UsageEvent;

/// Hooks around a request.
pub(crate) struct Hooks<'a> {
    /// In the place of the platform's `fetch`, a service binding's say.
    pub fetch: Option<&'a Function>,
    /// What the author of the Worker decides about a request.
    pub checks: &'a Checks,
    /// Keeps a request's work alive until the promise is settled: a Worker's `ctx.waitUntil`.
    pub wait_until: Option<&'a dyn Fn(Promise)>,
    /// Passes an answer on under the eyes of its watch. Without it answers go on untouched.
    pub relay: Option<Relay<'a>>,
    /// Takes what a request has cost, once. A relayed answer's relay sees to that itself.
    pub report: Option<&'a dyn Fn(UsageEvent)>,
}

/// Makes the stream that the caller gets.
pub(crate) type Relay<'a> = &'a dyn Fn(Relayed) -> Result<ReadableStream, JsValue>;

/// An answer to be passed on.
pub(crate) struct Relayed {
    /// What was read of it and has not gone on.
    pub held: Pieces,
    /// The rest.
    pub body: Option<ReadableStream>,
    /// What ends its connection.
    pub controller: AbortController,
    /// What decides.
    pub inspector: Inspector,
    /// To be called once the answer has ended, in whatever way: the caller may ask for another.
    pub release: Option<Function>,
}
