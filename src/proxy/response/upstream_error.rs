//! What the caller is told of an upstream that failed or refused, and nothing of its account (threat
//! table, rows K3 to K5).

use serde::Deserialize;

use crate::proxy::auth::secrets::Secret;
use crate::proxy::error::ProxyError;
use crate::proxy::notice::shown;
use crate::proxy::request::prompt::Prompt;
use crate::proxy::scrub::is_name;
pub use crate::proxy::scrub::scrub;
use crate::wire::{ApiError, plain};

/// So much of an error body is read; a message is far shorter.
pub const MAX_ERROR_BODY_BYTES: usize = 16 * 1024;

/// What is neither JSON nor events, nor a text where there are texts.
pub(in crate::proxy) fn unexpected_type() -> ProxyError {
    ProxyError::new(
        502,
        "upstream_invalid",
        "The model server answered with an unexpected content type.",
    )
}

/// The answer's head did not come.
#[must_use]
pub fn unreachable() -> ProxyError {
    ProxyError::new(
        502,
        "upstream_unreachable",
        "The model server could not be reached.",
    )
}

/// The same, and why. `cause` is what the platform says of it; `None` if a function of the author's
/// failed, whose words may tell secrets. The caller learns only that it failed.
#[must_use]
pub fn unreachable_because(host: &str, cause: Option<&str>, key: &Secret) -> ProxyError {
    let why = match cause {
        Some(cause) => shown(&scrub(cause, key)),
        None => "the option fetch failed".to_owned(),
    };
    let text = format!("the upstream {host} could not be reached: {why}");
    unreachable().noting("upstream", text)
}

/// The answer's head did not come in time.
#[must_use]
pub fn timed_out(host: &str, timeout_ms: u32) -> ProxyError {
    let text = format!(
        "the upstream {host} did not answer in {timeout_ms} ms: timeout (Config::timeout_ms)"
    );
    ProxyError::new(
        504,
        "upstream_timeout",
        "The model server did not answer in time.",
    )
    .noting("upstream's time", text)
}

#[derive(Deserialize)]
struct Envelope {
    error: Detail,
}

#[derive(Deserialize)]
struct Detail {
    message: Option<String>,
    code: Option<serde_json::Value>,
    param: Option<serde_json::Value>,
}

/// The refusal for an upstream's 4xx, with as much of its explanation as names no account and does not
/// tell the prompt.
#[must_use]
pub fn explain(status: u16, body: &[u8], key: &Secret, prompt: Option<&Prompt>) -> ProxyError {
    let detail = plain::of_bytes::<Envelope>(body).map(|envelope| envelope.error);
    let text = |value: Option<serde_json::Value>| match value {
        Some(serde_json::Value::String(text)) => Some(text).filter(|text| is_name(text, key)),
        _ => None,
    };
    let (message, code, param) = detail.map_or((None, None, None), |detail| {
        (detail.message, text(detail.code), text(detail.param))
    });
    let said = message.unwrap_or_default();
    let message = Some(scrub(&said, key)).filter(|message| !message.is_empty());
    let fixed = if status == 429 {
        "The model server limits its requests. Try again later."
    } else {
        "The model server refused the request."
    };
    let code = code.as_deref().unwrap_or(if status == 429 {
        "rate_limited"
    } else {
        "upstream_refused"
    });
    let mut refusal = ProxyError::new(status, code, message.as_deref().unwrap_or(fixed));
    refusal.param = param;
    match prompt {
        Some(prompt) => prompt.hide(refusal, &said),
        None => refusal,
    }
}

/// The refusal for an error that came in the place of an answer, or in its midst.
#[must_use]
pub fn report(error: &ApiError, key: &Secret) -> ProxyError {
    let mut refusal = failed();
    let message = scrub(&error.message, key);
    if !message.is_empty() {
        refusal.message = message;
    }
    // A number is a status, and this answer has one.
    let is_number = |code: &&String| code.bytes().all(|b| b.is_ascii_digit());
    let code = error.code.as_ref().filter(|code| !is_number(code));
    if let Some(code) = code.filter(|code| is_name(code, key)) {
        refusal.code.clone_from(code);
    }
    refusal.param = error.param.clone().filter(|param| is_name(param, key));
    refusal
}

/// The model server failed while it answered.
#[must_use]
pub fn failed() -> ProxyError {
    ProxyError::new(
        502,
        "upstream_refused",
        "The model server refused the request.",
    )
}
