//! From a request's head to a caller who may go on: the checks before the body is read, cheapest
//! first.

use wasm_bindgen::prelude::JsValue;
use web_sys::Request;

use super::checks::{self, Checks};
use super::head::Received;
use super::hooks::Hooks;
use super::slots::Slot;
use super::{Proxy, log, now_unix_seconds, signal_of};
use crate::proxy::SigningKeys;
use crate::proxy::auth::caller::Caller;
use crate::proxy::auth::rate_key::address_bucket;
use crate::proxy::auth::secrets::{SecretFault, Secrets};
use crate::proxy::auth::session_token;
use crate::proxy::auth::session_token::pseudonym;
use crate::proxy::error::ProxyError;
use crate::proxy::route::Route;

/// Somebody who may go on.
pub(super) struct Admitted {
    pub caller: Caller,
    /// What the provider may know of the caller.
    pub end_user: String,
    /// The caller's place among those of its requests that are in flight.
    pub slot: Option<Slot>,
}

/// The longer of the periods over which Cloudflare's binding counts: a shorter wait might be too
/// short.
const RETRY_AFTER_SECONDS: u32 = 60;

/// A slot is free again when one of the caller's answers ends.
const RETRY_SOON_SECONDS: u32 = 1;

impl Proxy {
    /// The secrets that this proxy needs, checked: with the author's own authentication and without
    /// anonymous sessions, nothing is signed here.
    pub(super) fn check_secrets<'a>(
        &self,
        secrets: &'a Secrets,
        checks: &Checks,
    ) -> Result<Option<SigningKeys>, ProxyError> {
        let checked = if checks.authenticate.is_some() && self.config.anonymous.is_none() {
            secrets.check_key(&self.config).map(|()| None)
        } else {
            secrets
                .check(&self.config)
                .and_then(|()| SigningKeys::parse(&secrets.session))
                .map(Some)
        };
        let turnstile = match self.config.anonymous {
            Some(_) => secrets.check_turnstile(),
            None => Ok(()),
        };
        let checked = checked.and_then(|keyring| turnstile.map(|()| keyring));
        checked.map_err(|fault: SecretFault| {
            let fault = fault.of(secrets);
            log(&format!("openai-wasm proxy: not configured: {fault}"));
            ProxyError::misconfigured()
        })
    }

    /// Lets a caller in, or not.
    pub(super) async fn admit(
        &self,
        route: Route,
        request: &Request,
        received: &Received,
        secrets: &Secrets,
        keyring: Option<&SigningKeys>,
        hooks: &Hooks<'_>,
    ) -> Result<Admitted, ProxyError> {
        let (head, authorization, checks) =
            (received.head(), received.authorization(), hooks.checks);
        if let Some(limit) = &checks.limit_address {
            let of = Limit::Addresses;
            count(limit, of, &address_bucket(head.address)).await?;
        }
        let caller = authenticate(self, request, authorization, keyring, checks).await?;
        caller.check_origin(&head)?;
        if let Some(is_revoked) = &checks.is_revoked
            && checks::decide(is_revoked, "isRevoked", &checks::session(&caller)?).await?
        {
            return Err(ProxyError::unauthorized());
        }
        // Without a secret of our own the key serves: the provider, who has both, learns nothing.
        let secret = keyring.map_or(secrets.key.expose(), |keyring| keyring.first().1);
        if let Some(limit) = &checks.limit_subject {
            let key = format!("sub:{}", pseudonym("limit", &caller.subject, secret));
            count(limit, Limit::Subjects, &key).await?;
        }
        let slot = if route.has_body() {
            let left = signal_of(request);
            let slot = self
                .slots
                .take(&caller.subject, self.config.max_concurrent, left.as_ref());
            let most = self.config.max_concurrent;
            Some(slot.ok_or_else(|| ProxyError::too_many_at_once(most, RETRY_SOON_SECONDS))?)
        } else {
            None
        };
        Ok(Admitted {
            end_user: pseudonym("end user", &caller.subject, secret),
            caller,
            slot,
        })
    }

    /// The last check before the upstream hears of a request: a request that was refused before
    /// has not used its token up.
    pub(super) async fn claim(&self, caller: &Caller, checks: &Checks) -> Result<(), ProxyError> {
        let Some(claim_once) = &checks.claim_once else {
            return Ok(());
        };
        if caller.token_id.is_none() {
            return Err(ProxyError::unauthorized());
        }
        if checks::decide(claim_once, "claimOnce", &checks::session(caller)?).await? {
            Ok(())
        } else {
            Err(ProxyError::unauthorized())
        }
    }
}

/// Is the proxy switched on?
pub(super) async fn check_open(checks: &Checks) -> Result<(), ProxyError> {
    if let Some(disabled) = &checks.disabled
        && checks::decide(disabled, "disabled", &JsValue::UNDEFINED).await?
    {
        return Err(ProxyError::disabled());
    }
    Ok(())
}

/// What is counted.
#[derive(Clone, Copy)]
pub(super) enum Limit {
    Addresses,
    Subjects,
    Sessions,
}

impl Limit {
    /// Its name in the log, its option, and what a caller is told.
    const fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Addresses => (
                "the limit of addresses",
                "rateLimits.address (Checks::limit_address)",
                "Too many requests from this address. Try again later.",
            ),
            Self::Subjects => (
                "the limit of subjects",
                "rateLimits.subject (Checks::limit_subject)",
                "Too many requests of this session's subject. Try again later.",
            ),
            Self::Sessions => (
                "the limit of sessions",
                "rateLimits.session (Checks::limit_sessions)",
                "Too many sessions for this address. Try again later.",
            ),
        }
    }
}

/// Counts a request against a limit.
pub(super) async fn count(
    limit: &js_sys::Function,
    of: Limit,
    key: &str,
) -> Result<(), ProxyError> {
    let (name, option, message) = of.texts();
    if checks::decide(limit, name, &JsValue::from_str(key)).await? {
        return Ok(());
    }
    let mut refusal = ProxyError::rate_limited(RETRY_AFTER_SECONDS);
    message.clone_into(&mut refusal.message);
    Err(refusal.noting(option, format!("{name} was reached: {option}")))
}

async fn authenticate(
    proxy: &Proxy,
    request: &Request,
    authorization: Option<&str>,
    keyring: Option<&SigningKeys>,
    checks: &Checks,
) -> Result<Caller, ProxyError> {
    let Some(own) = &checks.authenticate else {
        let keyring = keyring.ok_or_else(ProxyError::misconfigured)?;
        return session_token::verify(authorization, keyring, &proxy.config, now_unix_seconds());
    };
    // A token of the mint comes first, if there is a mint; another one is the author's.
    let minted = keyring.filter(|_| authorization.is_some()).map(|keyring| {
        session_token::verify(authorization, keyring, &proxy.config, now_unix_seconds())
    });
    match minted {
        Some(Ok(caller)) => Ok(caller),
        Some(Err(refusal)) if refusal.code == "token_expired" => Err(refusal),
        _ => checks::authenticate(own, request).await,
    }
}
