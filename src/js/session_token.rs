//! The package's session tokens: `signSessionToken` and `verifySessionToken`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::proxy::auth::anonymous::Anonymous;
use crate::proxy::auth::caller::limits_of;
use crate::proxy::auth::session_token::{self, DAY_SECONDS, SignFault};
use crate::proxy::{Caller, Config, Secret, SigningKeys};
use crate::wire::plain;

/// Signs a session token; throws the name of the option at fault.
#[wasm_bindgen(js_name = signSessionToken)]
pub fn sign_session_token(options: &str) -> Result<String, JsValue> {
    let options: SignOptions = plain::of_text(options).map_err(|e| malformed(&e))?;
    let config = Config {
        // What the proxy takes at most is its own to say.
        max_token_seconds: DAY_SECONDS,
        issuer: options.issuer,
        audience: options.audience,
        ..Config::default()
    };
    let secret = Secret::new(&options.secret);
    let keyring = SigningKeys::parse(&secret).map_err(|_| JsValue::from_str("secret"))?;
    let budget = match &options.budget {
        Some(limits) => Some(limits_of(limits).ok_or_else(|| JsValue::from_str("budget"))?),
        None => None,
    };
    let caller = Caller {
        subject: options.sub,
        token_id: Some(options.token_id),
        origin: options.origin,
        models: options.models,
        max_tokens: options.max_tokens,
        budget,
        ..Caller::default()
    };
    session_token::sign(
        &caller,
        options.ttl_seconds,
        &keyring,
        &config,
        options.now_seconds,
    )
    .map_err(|fault| {
        JsValue::from_str(match fault {
            SignFault::Secret => "secret",
            SignFault::Subject => "sub",
            SignFault::Lifetime => "ttlSeconds",
        })
    })
}

/// What `signSessionToken` passes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignOptions {
    secret: String,
    sub: String,
    token_id: String,
    origin: Option<String>,
    models: Option<Vec<String>>,
    max_tokens: Option<u32>,
    /// US dollars by the name of their window.
    budget: Option<BTreeMap<String, f64>>,
    #[serde(default = "ttl_seconds")]
    ttl_seconds: u32,
    now_seconds: u64,
    issuer: Option<String>,
    audience: Option<String>,
}

/// A token lives as long as that of an anonymous page.
fn ttl_seconds() -> u32 {
    Anonymous::default().ttl_seconds
}

/// Checks an `Authorization` header; gives the session as JSON, or undefined when it is refused. Throws the
/// name of the option at fault.
#[wasm_bindgen(js_name = verifySessionToken)]
pub fn verify_session_token(options: &str) -> Result<Option<String>, JsValue> {
    let options: VerifyOptions = plain::of_text(options).map_err(|e| malformed(&e))?;
    let mut config = Config {
        issuer: options.issuer,
        audience: options.audience,
        session_epoch: options.epoch,
        ..Config::default()
    };
    if let Some(most) = options.max_token_seconds {
        config.max_token_seconds = most;
    }
    let secret = Secret::new(&options.secret);
    let keyring = SigningKeys::parse(&secret).map_err(|_| JsValue::from_str("secret"))?;
    let authorization = options.authorization.as_deref();
    match session_token::verify(authorization, &keyring, &config, options.now_seconds) {
        Ok(caller) => {
            let facts = SessionFacts {
                sub: caller.subject,
                jti: caller.token_id,
                issued_at: caller.issued_at,
                expires_at: caller.expires_at,
                origin: caller.origin,
                models: caller.models,
                max_tokens: caller.max_tokens,
                budget: caller.budget.as_deref().map(session_token::claim_of),
            };
            serde_json::to_string(&facts)
                .map(Some)
                .map_err(|e| malformed(&e))
        }
        Err(_) => Ok(None),
    }
}

/// What `verifySessionToken` passes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VerifyOptions {
    secret: String,
    authorization: Option<String>,
    max_token_seconds: Option<u32>,
    now_seconds: u64,
    issuer: Option<String>,
    audience: Option<String>,
    epoch: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionFacts {
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<u64>,
    expires_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    models: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    budget: Option<BTreeMap<String, f64>>,
}

/// A text of the wrong shape: what `pkg-template/edge/proxy.js` passes is not what is read here.
fn malformed(error: &impl std::fmt::Display) -> JsValue {
    JsValue::from_str(&format!("options: {error}"))
}
