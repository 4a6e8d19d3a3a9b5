//! The Worker in Rust around a proxy.

use std::fmt;
use std::future::{Future, pending};
use std::rc::Rc;

use futures_util::future::{AbortHandle, Abortable, LocalBoxFuture};
use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::JsValue;

use super::ask::Checks;
use super::budget::{Ledger, Spending};
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
    ledger: Option<Ledger>,
    /// What this request has reserved.
    pub(super) spending: Option<Rc<Spending>>,
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
            ledger: None,
            spending: None,
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

    /// How the ledger of an account is asked, which a budget needs: `(account, question)` gives what that
    /// account's [`Book`](crate::ledger::Book) answers. Both are texts; accounts are named by
    /// [`account_of`](crate::proxy::budget::account_of) and
    /// [`EVERYONE`](crate::proxy::budget::EVERYONE).
    ///
    /// In a Worker each account is a Durable Object of that name. What fails is logged, and the caller
    /// gets 503. With the crate `worker`, and the class of `examples/worker-rust`:
    ///
    /// ```ignore
    /// let ledgers = env.durable_object("BUDGET")?;
    /// host.ledger(move |account, question| {
    ///     let ledgers = ledgers.clone();
    ///     async move { ask(&ledgers, &account, question).await }
    /// })
    /// ```
    pub fn ledger<F, E>(mut self, ask: impl Fn(String, String) -> F + 'static) -> Self
    where
        F: Future<Output = Result<String, E>> + 'static,
        E: fmt::Display,
    {
        self.ledger = Some(Rc::new(move |account, question| {
            let asked = ask(account, question);
            Box::pin(async { asked.await.map_err(|fault| fault.to_string()) })
        }));
        self
    }

    /// The same for one request.
    pub(super) fn of_request(&self) -> Self {
        let spending = self.ledger.clone().map(Spending::new).map(Rc::new);
        Self {
            spending,
            ..self.clone()
        }
    }

    /// What takes a request's cost: the ledger of a budget first, then the hook.
    pub(super) fn teller(&self) -> Option<OnUsage> {
        let (spending, on_usage) = (self.spending.clone(), self.on_usage.clone());
        let Some(spending) = spending else {
            return on_usage;
        };
        Some(Rc::new(move |mut event| {
            let (spending, on_usage) = (Rc::clone(&spending), on_usage.clone());
            Box::pin(async move {
                spending.charge(&mut event).await;
                if let Some(on_usage) = on_usage {
                    on_usage(event).await;
                }
            })
        }))
    }

    /// Gives back what a request has reserved that is not sent on.
    pub(super) fn release(&self) {
        if let Some(spending) = self.spending.clone() {
            (self.wait_until)(Box::pin(async move { spending.release().await }));
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
