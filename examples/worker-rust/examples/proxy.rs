//! The proxy alone, in as few lines as it takes: those of the crate's page.

use std::cell::OnceCell;

use openai_wasm::proxy::{ConfigFault, Host, Proxy, Secrets, var};
use worker::{Context, Env, Request, event, web_sys};

thread_local! {
    static PROXY: OnceCell<Result<Proxy, ConfigFault>> = const { OnceCell::new() };
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<web_sys::Response> {
    let made = PROXY.with(|proxy| proxy.get_or_init(|| Proxy::from_vars(var(&env))).clone());
    let proxy = made.map_err(|fault| fault.to_string())?;
    let host = Host::new(move |work| context.wait_until(work));
    Ok(proxy
        .handle(request.inner(), &Secrets::from_vars(var(&env)), &host)
        .await)
}
