//! `/v1/…`: the proxy, for pages whose client holds no key.

use std::cell::OnceCell;

use openai_wasm::proxy::error::ProxyError;
use openai_wasm::proxy::{ConfigFault, Host, Proxy, Secrets, UsageEvent, var};
use worker::{Context, Env, web_sys};

use crate::budget;

thread_local! {
    /// One for all requests of the isolate: it counts how many of a caller's are in flight. What is
    /// set changes with a deployment, which is another isolate.
    static PROXY: OnceCell<Result<Proxy, ConfigFault>> = const { OnceCell::new() };
}

pub async fn answer(
    request: &web_sys::Request,
    env: &Env,
    context: Context,
) -> Result<web_sys::Response, ConfigFault> {
    let proxy = PROXY.with(|made| made.get_or_init(|| Proxy::from_vars(var(env))).clone())?;
    if var(env)("PROXY_DISABLED").is_some_and(|off| off != "0" && off != "false") {
        return Ok(proxy.refuse(request, ProxyError::disabled()));
    }
    let mut host = Host::new(move |work| context.wait_until(work)).on_usage(tell);
    // Without the binding a budget is refused, by name.
    if let Ok(ledgers) = env.durable_object(budget::BINDING) {
        host = host.ledger(move |account, question| {
            let ledgers = ledgers.clone();
            async move { budget::ask(&ledgers, &account, &question).await }
        });
    }
    let secrets = Secrets::from_vars(var(env));
    Ok(proxy.handle(request, &secrets, &host).await)
}

/// What an answer has cost, as a line in the log. An account of costs would stand in a database.
async fn tell(event: UsageEvent) {
    match serde_json::to_string(&event) {
        Ok(event) => worker::console_log!("usage {event}"),
        Err(error) => worker::console_error!("usage has no JSON form: {error}"),
    }
}
