//! The tokens of a request, held to the operator's limit.

use wasm_bindgen::prelude::JsValue;

use super::checks::{self, Checks};
use crate::proxy::error::ProxyError;
use crate::proxy::request::params::Params;

/// A token is at least one byte, so a body with no more bytes than the limit is not counted.
pub(super) async fn check(params: &Params, most: u32, checks: &Checks) -> Result<(), ProxyError> {
    let body = params.body.to_bytes();
    if params.images == 0 && body.len() <= most as usize {
        return Ok(());
    }
    let mut counted = None;
    if let Some(count) = checks.count_tokens.as_ref().filter(|_| params.countable) {
        // JSON that we wrote is UTF-8.
        let json = JsValue::from_str(&String::from_utf8_lossy(&body));
        counted = checks::number(count, "countTokens", &json).await?;
    }
    let tokens = match counted {
        Some(tokens) if tokens <= f64::from(most) => return Ok(()),
        Some(tokens) => format!("it has {tokens} at most"),
        None => {
            "a byte counts as one where they cannot be counted, and an image as more".to_owned()
        }
    };
    let refusal = ProxyError::new(
        413,
        "input_too_large",
        &format!("The request is too long: at most {most} tokens here, and {tokens}."),
    );
    Err(refusal.noting(
        "tokens",
        format!("a request over {most} tokens: maxInputTokens (Config::max_input_tokens)"),
    ))
}
