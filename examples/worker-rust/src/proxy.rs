//! `/v1/…`: the proxy, for pages whose client holds no key.

use std::cell::OnceCell;
use std::rc::Rc;

use openai_wasm::proxy::config::Models;
use openai_wasm::proxy::error::ProxyError;
use openai_wasm::proxy::route::Route;
use openai_wasm::proxy::{Config, Host, Proxy, UsageEvent};
use worker::{Context, Env, web_sys};

use crate::{binding, secrets};

thread_local! {
    /// One for all requests of the isolate: it counts how many of a caller's are in flight. What is
    /// set changes with a deployment, which is another isolate.
    static PROXY: OnceCell<Result<Rc<Proxy>, String>> = const { OnceCell::new() };
}

pub async fn answer(
    request: &web_sys::Request,
    env: &Env,
    context: Context,
) -> Result<web_sys::Response, String> {
    let proxy = PROXY.with(|proxy| proxy.get_or_init(|| make(env)).clone())?;
    if binding(env, "PROXY_DISABLED").is_some_and(|off| off != "0" && off != "false") {
        return Ok(proxy.refuse(request, ProxyError::disabled()));
    }
    let host = Host::new(move |work| context.wait_until(work)).on_usage(tell);
    Ok(proxy.handle(request, &secrets(env), &host).await)
}

/// What an answer has cost, as a line in the log. An account of costs would stand in a database.
async fn tell(event: UsageEvent) {
    match serde_json::to_string(&event) {
        Ok(event) => worker::console_log!("usage {event}"),
        Err(error) => worker::console_error!("usage has no JSON form: {error}"),
    }
}

fn make(env: &Env) -> Result<Rc<Proxy>, String> {
    let mut config = Config {
        models: Models::List(list(env, "OPENAI_MODELS")),
        allowed_origins: list(env, "ALLOWED_ORIGINS"),
        routes: vec![Route::Models],
        ..Config::default()
    };
    if let Some(url) = binding(env, "OPENAI_BASE_URL") {
        config.upstream = url;
    }
    set(env, "TIMEOUT_MS", &mut config.timeout_ms)?;
    set(env, "IDLE_TIMEOUT_MS", &mut config.idle_timeout_ms)?;
    set(env, "MAX_DURATION_MS", &mut config.max_duration_ms)?;
    set(env, "MAX_ANSWER_BYTES", &mut config.max_answer_bytes)?;
    set(env, "HEARTBEAT_MS", &mut config.heartbeat_ms)?;
    set(env, "MAX_CONCURRENT", &mut config.max_concurrent)?;
    let proxy = Proxy::new(config).map_err(|fault| fault.to_string())?;
    Ok(Rc::new(proxy))
}

/// The items of a variable: `gpt-5-nano, gpt-5-mini`.
fn list(env: &Env, name: &str) -> Vec<String> {
    let text = binding(env, name).unwrap_or_default();
    text.split(',')
        .map(|item| item.trim().to_owned())
        .filter(|item| !item.is_empty())
        .collect()
}

/// A variable that is no number is no default.
fn set<N: std::str::FromStr>(env: &Env, name: &str, setting: &mut N) -> Result<(), String> {
    if let Some(text) = binding(env, name) {
        *setting = text
            .parse()
            .map_err(|_| format!("{name} must be a whole number"))?;
    }
    Ok(())
}
