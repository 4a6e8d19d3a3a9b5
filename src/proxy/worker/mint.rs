//! `POST /session`: a token for a page whose visitor nobody knows, against a Turnstile proof.

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use serde_json::json;
use wasm_bindgen::prelude::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, RequestInit, RequestRedirect, Response};

use super::admission::Limit;
use super::checks::Checks;
use super::exchange::{controller, fetch, is_response};
use super::{Proxy, admission, body, log, now_unix_seconds, request_id};
use crate::policy::headers::HeaderList;
use crate::proxy::SigningKeys;
use crate::proxy::auth::caller::Caller;
use crate::proxy::auth::rate_key::address_bucket;
use crate::proxy::auth::secrets::Secret;
use crate::proxy::auth::{session_token, turnstile};
use crate::proxy::config::{Anonymous, Models};
use crate::proxy::error::ProxyError;
use crate::proxy::route::Media;
use crate::proxy::routing::{self, Head};

const TIMEOUT_MS: u32 = 5000;

impl Proxy {
    /// The answer's body: `{"token","expires_at"}`.
    pub(super) async fn mint(
        &self,
        origin: String,
        request: &Request,
        head: &Head<'_>,
        turnstile_secret: Option<&Secret>,
        keyring: Option<&SigningKeys>,
        checks: &Checks,
    ) -> Result<String, ProxyError> {
        let settings = self.config.anonymous.as_ref();
        let (Some(settings), Some(keyring), Some(limit), Some(secret)) =
            (settings, keyring, &checks.limit_sessions, turnstile_secret)
        else {
            log(
                "openai-wasm proxy: not configured: anonymous sessions need a limit for each \
                 address",
            );
            return Err(ProxyError::misconfigured());
        };
        let address = address_bucket(head.address);
        let of = Limit::Sessions;
        admission::count(limit, of, &format!("session:{address}")).await?;
        // Nobody has proved anything yet.
        routing::check_body(Media::Json, head, turnstile::MAX_BODY_BYTES, "")?;
        let body = self
            .read_json(request, turnstile::MAX_BODY_BYTES, "")
            .await?;
        let proof = turnstile::proof(&body)?;
        verify(settings, secret, &proof, head.address).await?;

        let now = now_unix_seconds();
        let caller = Caller {
            subject: format!("anonymous:{}", request_id()),
            token_id: Some(request_id()),
            origin: Some(origin),
            models: settings
                .models
                .clone()
                .or_else(|| match &self.config.models {
                    Models::List(models) => Some(models.clone()),
                    Models::None | Models::Any => None,
                }),
            max_tokens: Some(settings.max_tokens.unwrap_or(self.config.max_output_tokens)),
            ..Caller::default()
        };
        let token = session_token::sign(&caller, settings.ttl_seconds, keyring, &self.config, now)
            .map_err(|_| {
                log("openai-wasm proxy: not configured: a session outlives max_token_seconds");
                ProxyError::misconfigured()
            })?;
        let expires_at = now.saturating_add(u64::from(settings.ttl_seconds));
        Ok(json!({ "token": token, "expires_at": expires_at }).to_string())
    }
}

/// Asks Cloudflare about the proof. Without a clear answer there is no session.
async fn verify(
    settings: &Anonymous,
    secret: &Secret,
    proof: &str,
    address: Option<&str>,
) -> Result<(), ProxyError> {
    let unavailable = |_| {
        log("openai-wasm proxy: the proof could not be verified");
        ProxyError::unavailable()
    };
    let mut question = json!({ "secret": secret.expose(), "response": proof });
    if let (Some(address), Some(fields)) = (address, question.as_object_mut()) {
        fields.insert("remoteip".to_owned(), address.into());
    }
    let mut headers = HeaderList::new();
    headers.set("content-type", "application/json");
    headers.set("accept", "application/json");

    let controller = controller().map_err(unavailable)?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(&controller.signal()));
    init.set_headers(&*super::headers(&headers).map_err(unavailable)?);
    init.set_body(&question.to_string().into());
    let sent = fetch(None, &settings.verify_url, &init).map_err(unavailable)?;
    let answered = async {
        let response = JsFuture::from(sent).await?;
        if !is_response(&response) {
            return Err(response);
        }
        let response: Response = response.unchecked_into();
        let bytes = body::read(response.body(), turnstile::MAX_ANSWER_BYTES).await?;
        Ok((response.status(), bytes.unwrap_or_default()))
    };
    match select(Box::pin(answered), TimeoutFuture::new(TIMEOUT_MS)).await {
        Either::Left((Ok((status, bytes)), _)) => {
            let judged = turnstile::judge(status, &bytes, settings);
            match &judged {
                Err(refusal) if refusal.code == "misconfigured" => {
                    log("openai-wasm proxy: not configured: Turnstile does not accept its secret");
                }
                Err(refusal) if refusal.status == 503 => {
                    log("openai-wasm proxy: Turnstile gave no answer that counts");
                }
                _ => {}
            }
            judged
        }
        Either::Left((Err(cause), _)) => Err(unavailable(cause)),
        Either::Right(_) => {
            controller.abort();
            Err(unavailable(wasm_bindgen::JsValue::UNDEFINED))
        }
    }
}
