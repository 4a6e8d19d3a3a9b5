//! A request's body on its way to the upstream.

use super::{Admission, Answer, Awaiting, Lost, Question, Step, UpstreamRequest};
use crate::proxy::budget::{Asked, Charge};
use crate::proxy::error::ProxyError;
use crate::proxy::request::pace::Pace;
use crate::proxy::request::params::{self, Params};
use crate::proxy::request::strict_json::Json;
use crate::proxy::response::usage::{Account, ask_for_usage};
use crate::proxy::response::{Facts, Forwarded};
use crate::proxy::route::Route;
use crate::proxy::routing;
use crate::proxy::upstream;

/// A request body as it goes on, and what is known of it.
#[derive(Debug, Default)]
pub(super) struct Payload {
    /// JSON that was written here.
    json: Option<Vec<u8>>,
    /// Is it the caller's, passed on unread?
    is_upload: bool,
    /// Size of the caller's body.
    bytes: u64,
    model: Option<String>,
    /// See `Account::max_output_tokens`.
    max_output_tokens: Option<u64>,
    /// Did the caller ask for an event stream?
    streams: bool,
    /// Is its usage asked for by the proxy alone?
    hides_usage: bool,
    /// What it can cost at most, where there is a budget.
    pub charge: Option<Charge>,
}

impl Payload {
    /// A checked JSON object. A stream whose usage is wanted is asked for it.
    fn of(params: Params, bytes: usize, wants_usage: bool) -> Self {
        let Params {
            streams,
            max_output_tokens,
            mut body,
            ..
        } = params;
        let hides_usage = wants_usage && streams && !ask_for_usage(&mut body);
        Self {
            json: Some(body.to_bytes()),
            is_upload: false,
            bytes: bytes as u64,
            model: body.get("model").and_then(Json::as_str).map(str::to_owned),
            max_output_tokens,
            streams,
            hides_usage,
            charge: None,
        }
    }
}

impl Admission {
    /// How slowly the request's body may come.
    #[must_use]
    pub fn pace(&self) -> Pace {
        self.gate.config.body_pace
    }

    /// Why there is no body, as the caller is told. `option` is the one that sets the limit, if there is
    /// one.
    pub(super) fn lost(lost: Lost, max_bytes: u32, option: &str) -> ProxyError {
        match lost {
            Lost::Large => ProxyError::over_bytes(max_bytes, option),
            Lost::Slow(why) => ProxyError::too_slow(&why.to_string()),
            Lost::Broken => ProxyError::body_incomplete(),
        }
    }

    /// Why an upload ended before its end, as the caller is told.
    #[must_use]
    pub fn lost_upload(lost: Lost) -> ProxyError {
        Self::lost(lost, 0, "")
    }

    /// The body, checked. What JSON the upstream gets is written here.
    pub(super) fn read(&mut self, answer: Answer<'_>) -> Result<Step, ProxyError> {
        let config = &self.gate.config;
        let bytes = match answer {
            Answer::Body(bytes) => bytes,
            Answer::Lost(lost) => {
                let most = config.max_body_bytes;
                return Err(Self::lost(lost, most, routing::MAX_BODY_OPTION));
            }
            _ => return Err(ProxyError::internal()),
        };
        let end_user = self.pseudonym("end user");
        let params = params::check(self.route, bytes, config, &self.caller, &end_user)?;
        let most = config.max_input_tokens;
        if params.streams {
            self.name_stream(bytes)?;
        }
        if most.is_none() && !self.counts_for_budget() {
            return self.checked(params, bytes.len(), None);
        }
        // A token is at least one byte, so a body with no more bytes than the limit is not counted.
        let json = params.body.to_bytes();
        let over = most.filter(|most| params.images > 0 || json.len() > *most as usize);
        match over {
            Some(most) if !self.asks.count_tokens || !params.countable => {
                return Err(too_many_tokens(most, None));
            }
            None if !self.counts_for_budget() || !params.countable => {
                return self.checked(params, bytes.len(), None);
            }
            _ => {}
        }
        // JSON that was written here is UTF-8.
        let json = String::from_utf8_lossy(&json).into_owned();
        let awaiting = Awaiting::Tokens(params, bytes.len(), over);
        Ok(self.ask(awaiting, Question::CountTokens(json)))
    }

    pub(super) fn tokens_counted(
        &mut self,
        params: Params,
        bytes: usize,
        most: Option<u32>,
        answer: Answer<'_>,
    ) -> Result<Step, ProxyError> {
        let counted = serde_json::from_str::<f64>(self.said("countTokens", answer)?).ok();
        let counted = counted.filter(|tokens| (0.0..1e15).contains(tokens));
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Within the range.
        let counted = counted.map(|tokens| tokens.ceil() as u64);
        if let Some(most) = most
            && counted.is_none_or(|tokens| tokens > u64::from(most))
        {
            return Err(too_many_tokens(most, counted));
        }
        self.checked(params, bytes, counted)
    }

    /// `counted` is the most tokens that the request has, if they were counted.
    fn checked(
        &mut self,
        params: Params,
        bytes: usize,
        counted: Option<u64>,
    ) -> Result<Step, ProxyError> {
        let charge = self.quote(Asked::Params(&params, counted))?;
        // Other streams tell their usage unasked, and know no such option.
        let is_asked = matches!(self.route, Route::ChatCompletions | Route::Completions);
        let asks = self.wants_usage() && is_asked;
        let payload = Payload::of(params, bytes, asks);
        self.payload = Payload { charge, ..payload };
        self.reserve()
    }

    /// A budget settles by it.
    fn wants_usage(&self) -> bool {
        self.asks.usage || self.gate.config.budget.is_some()
    }

    pub(super) fn check_upload(&mut self) -> Result<Step, ProxyError> {
        // It is not read, so a session for some models only cannot be held to them.
        if self.caller.models.is_some() {
            return Err(ProxyError::new(
                403,
                "model_not_allowed",
                "A session for some models only may not upload files, since the proxy does not \
                 read which model they name.",
            ));
        }
        let length = self.head.content_length.as_deref();
        let bytes = length
            .and_then(|length| length.parse().ok())
            .unwrap_or_default();
        self.payload = Payload {
            is_upload: true,
            bytes,
            charge: self.quote(Asked::Upload(bytes))?,
            ..Payload::default()
        };
        self.reserve()
    }

    pub(super) fn forward(&mut self, url: String) -> Result<Step, ProxyError> {
        let Ok(keys) = &*self.keys else {
            return Err(ProxyError::misconfigured());
        };
        let mut headers = upstream::request_headers(self.route, &keys.secrets.key);
        if let (true, Some(own)) = (self.payload.is_upload, &self.head.content_type) {
            headers.set("content-type", own.as_str());
        }
        if self.stream.is_some() {
            self.awaiting = Awaiting::Visit(None);
        }
        Ok(Step::Forward(UpstreamRequest {
            stream: self.stream.clone(),
            url,
            method: self.route.method(),
            headers,
            upload_bytes: self.payload.is_upload.then_some(self.payload.bytes),
            body: self.payload.json.take(),
        }))
    }

    /// What the inspector of the answer has to know of the request, which is sent at this time. Nothing
    /// before [`Step::Forward`].
    #[must_use]
    pub fn forwarded(&self, now_ms: u64) -> Option<Forwarded> {
        let keys = self.keys.as_ref().as_ref().ok()?;
        let (config, payload) = (&self.gate.config, &self.payload);
        // A request that can cost nothing needs no record.
        let is_recorded = self.wants_usage() && self.route.has_body();
        let host = config.upstream.split('/').nth(2).unwrap_or_default();
        Some(Forwarded {
            facts: Facts {
                route: self.route,
                upstream_host: host.to_owned(),
                streams: payload.streams,
                hides_usage: payload.hides_usage,
                hides_prompt: self.gate.prompt.is_some(),
                inspects: config.inspect_answers,
                timeout_ms: config.timeout_ms,
                limits: config.answer_limits(),
                account: is_recorded.then(|| Account {
                    request_id: self.request_id.clone(),
                    subject: self.caller.subject.clone(),
                    route: self.route.path().to_owned(),
                    model: payload.model.clone(),
                    stream: payload.streams,
                    request_bytes: payload.bytes,
                    max_output_tokens: payload.max_output_tokens,
                    started_at_ms: now_ms,
                }),
                charge: payload.charge.clone(),
                stream: None,
            },
            key: keys.secrets.key.clone(),
            prompt: self.gate.prompt.clone(),
        })
    }
}

fn too_many_tokens(most: u32, counted: Option<u64>) -> ProxyError {
    let tokens = counted.map_or_else(
        || "a byte counts as one where they cannot be counted, and an image as more".to_owned(),
        |tokens| format!("it has {tokens} at most"),
    );
    let error = ProxyError::new(
        413,
        "input_too_large",
        &format!("The request is too long: at most {most} tokens here, and {tokens}."),
    );
    error.noting(
        "tokens",
        format!("a request over {most} tokens: maxInputTokens (Config::max_input_tokens)"),
    )
}
