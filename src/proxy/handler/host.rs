//! What the program around a proxy may do for it.

use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::prelude::JsValue;
use web_sys::{AbortController, ReadableStream};

use super::checks::Checks;
use crate::proxy::answer::Watch;
use crate::proxy::answer::usage::Account;

/// How long a JSON answer may pause unless the host says otherwise.
const IDLE_MS: u32 = 300_000;

/// Hooks around a request. Without any, the platform fetches, and answers go on untouched.
pub struct Host<'a> {
    /// In the place of the platform's `fetch`, a service binding's say.
    pub fetch: Option<&'a Function>,
    /// What the author of the Worker decides about a request.
    pub checks: Checks,
    /// Keeps a request's work alive until the promise is settled: a Worker's `ctx.waitUntil`.
    pub wait_until: Option<&'a dyn Fn(Promise)>,
    /// Passes an answer on under the eyes of its watch.
    pub relay: Option<Relay<'a>>,
    /// Takes the JSON record of what a request has cost, once. A relayed answer's host makes that
    /// itself.
    pub report: Option<&'a dyn Fn(String)>,
    /// How long a JSON answer may pause, in milliseconds.
    pub idle_ms: u32,
}

/// Makes the stream that the caller gets.
pub type Relay<'a> = &'a dyn Fn(Relayed) -> Result<ReadableStream, JsValue>;

impl Default for Host<'_> {
    fn default() -> Self {
        Self {
            fetch: None,
            checks: Checks::default(),
            wait_until: None,
            relay: None,
            report: None,
            idle_ms: IDLE_MS,
        }
    }
}

impl std::fmt::Debug for Host<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
    }
}

/// An answer to be passed on.
#[derive(Debug)]
pub struct Relayed {
    /// Its beginning, if it was read already.
    pub first: Option<Uint8Array>,
    /// The rest.
    pub body: Option<ReadableStream>,
    /// What ends its connection.
    pub controller: AbortController,
    /// What decides.
    pub watch: Watch,
    /// What its record says, if one is wanted.
    pub account: Option<Account>,
    /// To be called once the answer has ended, in whatever way: the caller may ask for another.
    pub release: Option<Function>,
}
