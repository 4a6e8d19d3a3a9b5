//! The Worker in Rust around a proxy.

use std::fmt;
use std::future::{Future, pending};
use std::rc::Rc;

use futures_util::future::{AbortHandle, Abortable, LocalBoxFuture};
use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::JsValue;

use super::ask::{Checks, settle};
use crate::proxy::budget::Settlement;
use crate::proxy::config::Config;
use crate::proxy::response::usage::UsageEvent;

/// Keeps work going that nobody awaits.
pub(super) type WaitUntil = Rc<dyn Fn(LocalBoxFuture<'static, ()>)>;

/// Takes what a request has cost.
pub(super) type OnUsage = Rc<dyn Fn(UsageEvent) -> LocalBoxFuture<'static, ()>>;

/// What a Worker in Rust brings along for a request: the platform's context, and hooks.
///
/// With the crate `worker`, whose `Context` and `console_log!` these are:
///
/// ```no_run
/// # use futures_util::future::LocalBoxFuture;
/// # struct Context; impl Context { fn wait_until(&self, _: LocalBoxFuture<'static, ()>) {} }
/// # macro_rules! console_log { ($($t:tt)*) => { println!($($t)*) } }
/// # fn host(context: Context) -> openai_wasm::proxy::Host {
/// use openai_wasm::proxy::{Host, UsageEvent};
///
/// Host::new(move |work| context.wait_until(work)).on_usage(|event: UsageEvent| async move {
///     let (subject, tokens) = (event.request.subject, event.usage.total_tokens());
///     console_log!("{subject} has spent {tokens} tokens");
/// })
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Host {
    pub(super) wait_until: WaitUntil,
    pub(super) fetch: Option<Function>,
    pub(super) checks: Checks,
    pub(super) on_usage: Option<OnUsage>,
}

impl Host {
    /// `wait_until` keeps a future going that nobody awaits: the `wait_until` of a Worker's context,
    /// elsewhere `wasm_bindgen_futures::spawn_local`.
    ///
    /// A Worker's request otherwise ends with its caller: an answer that was left would be neither
    /// counted nor would its memory be given back.
    pub fn new(wait_until: impl Fn(LocalBoxFuture<'static, ()>) + 'static) -> Self {
        Self {
            wait_until: Rc::new(wait_until),
            fetch: None,
            checks: Checks::default(),
            on_usage: None,
        }
    }

    /// A function in the place of the platform's `fetch`, called as `fetch(url, init)`: a service
    /// binding's, say. It must follow `init.signal`.
    pub fn fetch(mut self, fetch: Function) -> Self {
        self.fetch = Some(fetch);
        self
    }

    /// What the author of the Worker decides about a request.
    pub fn checks(mut self, checks: Checks) -> Self {
        self.checks = checks;
        self
    }

    /// Hears what each request has cost, exactly once: at the end of its answer, whole or not, or
    /// when its caller has left. The answer does not wait for it.
    ///
    /// Streams are asked for their usage; the event with it is left out unless the caller asked too.
    /// It needs [`Config::inspect_answers`](crate::proxy::Config::inspect_answers): without, the
    /// proxy refuses every request with 503.
    pub fn on_usage<F>(mut self, hook: impl Fn(UsageEvent) -> F + 'static) -> Self
    where
        F: Future<Output = ()> + 'static,
    {
        self.on_usage = Some(Rc::new(move |event| Box::pin(hook(event))));
        self
    }

    /// What takes a request's cost: the ledger of a budget first, then the hook.
    pub(super) fn teller(&self) -> Option<OnUsage> {
        let (ledger, on_usage) = (self.checks.settle.clone(), self.on_usage.clone());
        if ledger.is_none() {
            return on_usage;
        }
        Some(Rc::new(move |mut event| {
            let (ledger, on_usage) = (ledger.clone(), on_usage.clone());
            Box::pin(async move {
                if let (Some(ledger), Some(charged)) = (&ledger, &mut event.cost) {
                    let settlement = Settlement {
                        id: event.request.request_id.clone(),
                        cost: charged.nano,
                    };
                    charged.flags.extend(settle(ledger, &settlement).await);
                }
                if let Some(on_usage) = on_usage {
                    on_usage(event).await;
                }
            })
        }))
    }

    /// Gives back what a request has reserved that is not sent on.
    pub(super) fn release(&self, id: Option<String>) {
        if let (Some(ledger), Some(id)) = (self.checks.settle.clone(), id) {
            (self.wait_until)(Box::pin(async move {
                settle(&ledger, &Settlement { id, cost: 0 }).await;
            }));
        }
    }

    /// The request goes on as long as this lives, though its caller may have left.
    pub(super) fn keep(&self) -> Kept {
        let (kept, dropped) = AbortHandle::new_pair();
        let until_dropped = Abortable::new(pending::<()>(), dropped);
        (self.wait_until)(Box::pin(async {
            let _ = until_dropped.await;
        }));
        Kept(kept)
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
    }
}

pub(super) struct Kept(AbortHandle);

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Host {
    /// What the author has to change before a proxy of these settings can be trusted.
    pub(super) fn unfit(&self, config: &Config) -> Option<&'static str> {
        if self.on_usage.is_some() && !config.inspect_answers {
            return Some("inspect_answers must not be off with on_usage, which needs it");
        }
        let member = |object: &JsValue, name| Reflect::get(object, &JsValue::from_str(name)).ok();
        let flags = member(&js_sys::global(), "Cloudflare")
            .filter(JsValue::is_object)
            .and_then(|platform| member(&platform, "compatibilityFlags"))
            .filter(JsValue::is_object)?;
        let tells = member(&flags, "enable_request_signal").is_some_and(|flag| flag.is_truthy());
        (!tells).then_some(r#"the Worker needs the compatibility flag "enable_request_signal""#)
    }
}
