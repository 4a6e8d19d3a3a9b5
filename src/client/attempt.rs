//! The attempts of one call: their time limits, and when there is another.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;

use futures_util::future::{Either, select};

use super::call::Parts;
use super::meta::date_unix_ms;
use super::read::{Opened, Read};
use super::token::{Credential, Renewed};
use super::{Client, Error, ErrorKind, Meta, RequestOptions, Settings};
use crate::policy::attempt::{Next, Token, next};
use crate::policy::headers::{self, HeaderFault, HeaderList};
use crate::policy::keys;
use crate::policy::retry::{Failure, Hints};
use crate::transport::{Body, Fault, FaultKind, Method, Request, Response, Transport};

/// Why an attempt failed.
enum Failed<F> {
    /// No response, or its body broke off.
    Fault(F),
    /// The time limit passed.
    Timeout,
    /// The server answered with an error status and this body.
    Status(Meta, String),
    /// So it did because of a token, in whose place the function gave the same one.
    SameToken(Meta, String),
}

/// Which of a call's tokens the next attempt shows.
enum Turn {
    /// The one that is in use.
    First,
    /// Another one than this, which was refused with the answer after it.
    Renewed {
        refused: String,
        alone: bool,
        answer: (Meta, String),
    },
}

/// How far an attempt has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Asking,
    Sent,
    Answered,
}

/// Words for a refused header, without its value.
pub(super) fn header_message(name: &str, fault: HeaderFault) -> String {
    format!("`{name}` {fault}")
}

impl<T: Transport> Client<T> {
    /// Sends a call, repeats it as the policy says, and reads a successful answer.
    pub(super) async fn send<R>(
        &self,
        parts: &Parts<T::Payload>,
        options: &RequestOptions,
        read: Read<T, R>,
    ) -> Result<(R, Meta), Error> {
        match read {
            Read::Whole(read) => {
                let text = async |body: T::Body| body.text().await;
                let (text, meta) = self.answer(parts, options, text).await?;
                Ok((read(&meta, text)?, meta))
            }
            Read::Open(read) => {
                let (body, meta) = self.answer(parts, options, async |body| Ok(body)).await?;
                let opened = Opened {
                    settings: Rc::clone(&self.settings),
                    limits: self.settings.limits.under(options),
                    meta: meta.clone(),
                    body,
                };
                Ok((read(opened).await?, meta))
            }
        }
    }

    /// The first successful answer, of whose body `take` has taken inside the attempt's time limit
    /// what it wants. After the first byte of it nothing is repeated.
    async fn answer<B>(
        &self,
        parts: &Parts<T::Payload>,
        options: &RequestOptions,
        take: impl AsyncFn(T::Body) -> Result<B, T::Fault>,
    ) -> Result<(B, Meta), Error> {
        let settings = &*self.settings;
        let limits = settings.limits.under(options);
        let mut request = settings.prepare(parts, options)?;
        let anonymous = options
            .headers
            .iter()
            .any(|(name, value)| value.is_none() && name.eq_ignore_ascii_case("authorization"));
        let credential = settings.credential.as_deref().filter(|_| !anonymous);
        let mut token = match credential {
            Some(credential) if credential.renews() => Token::Asked,
            _ => Token::Given,
        };
        let mut turn = Turn::First;
        let mut retries_done = 0;
        loop {
            let stage = Cell::new(Stage::Asking);
            let attempt = async {
                if let Some(credential) = credential {
                    let value = settings.ask(credential, turn, &mut token).await?;
                    request.headers.set("Authorization", value);
                }
                stage.set(Stage::Sent);
                settings.exchange(request.clone(), &stage, &take).await
            };
            let limit = settings.transport.sleep(limits.timeout_ms);
            let outcome = match select(pin!(attempt), pin!(limit)).await {
                Either::Left((outcome, _)) => outcome,
                Either::Right(((), _)) => Err(Failed::Timeout),
            };
            let failed = match outcome {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let failure = match &failed {
                Failed::Fault(fault) if !fault.kind().is_transient() => None,
                Failed::Fault(_) | Failed::Timeout if stage.get() != Stage::Sent => None,
                Failed::Fault(_) | Failed::Timeout => Some(Failure::NoResponse),
                Failed::Status(meta, body) => Some(Failure::Status {
                    status: meta.status(),
                    hints: Hints::of(meta.headers()),
                    body: body.as_bytes(),
                }),
                Failed::SameToken(..) => None,
            };
            let transport = &settings.transport;
            let then = failure.map(|failure| {
                next(
                    failure,
                    token,
                    retries_done,
                    limits.max_retries,
                    transport.now_unix_ms(),
                    transport.chance(),
                    date_unix_ms,
                )
            });
            let sent = request.headers.get("authorization").unwrap_or_default();
            if let (Some(credential), Some(Next::Renew { .. } | Next::Give { drop_token: true })) =
                (credential, then)
            {
                credential.refuse(sent);
            }
            turn = match (then, failed) {
                (Some(Next::Renew { alone }), Failed::Status(meta, body)) => Turn::Renewed {
                    refused: sent.to_owned(),
                    alone,
                    answer: (meta, body),
                },
                (Some(Next::Retry { after_ms }), _) => {
                    transport.sleep(after_ms).await;
                    retries_done += 1;
                    Turn::First
                }
                (_, Failed::Timeout) if stage.get() == Stage::Asking => {
                    let message = "the function that gives the token or the key took too long";
                    return Err(Error::new(ErrorKind::Timeout, message));
                }
                (_, failed) => return Err(failed.into_error(&request.url)),
            };
        }
    }
}

impl<T: Transport> Settings<T> {
    /// The request without its credential.
    fn prepare(
        &self,
        parts: &Parts<T::Payload>,
        options: &RequestOptions,
    ) -> Result<Request<T::Payload>, Error> {
        let mut query = self.query.clone();
        for later in [&parts.query, &options.query] {
            query.retain(|(name, _)| !later.iter().any(|(other, _)| other == name));
            query.extend_from_slice(later);
        }
        if self.keyless
            && let Some(name) = query
                .iter()
                .find_map(|(name, value)| keys::key_in_query(name, value))
        {
            return Err(Error::key(name));
        }
        if self.keyless
            && let Some(name) = keys::key_in_path(&parts.path)
        {
            return Err(Error::key(&name));
        }
        let url = self
            .base
            .join(&parts.path, &query)
            .map_err(|fault| Error::option("path", fault.clause()))?;
        let mut list = HeaderList::new();
        list.set("Accept", parts.accept);
        if let Some(content_type) = parts.content_type {
            list.set("Content-Type", content_type);
        }
        list.apply(&self.headers);
        if let Some(key) = &options.idempotency_key
            && parts.method != Method::Get
        {
            self.check_header("idempotency_key", "Idempotency-Key", Some(key))?;
            list.set("Idempotency-Key", key.as_str());
        }
        for (name, value) in &options.headers {
            self.check_header("headers", name, value.as_deref())?;
        }
        list.apply(&options.headers);
        Ok(Request {
            method: parts.method,
            url,
            headers: list,
            payload: parts.payload.clone(),
        })
    }

    fn check_header(&self, option: &str, name: &str, value: Option<&str>) -> Result<(), Error> {
        let check = match value {
            Some(_) if self.keyless => headers::check_keyless,
            _ => headers::check,
        };
        check(name, value.unwrap_or_default())
            .map_err(|fault| Error::option(option, header_message(name, fault)))
    }

    /// The header value of an attempt, and where it came from.
    async fn ask(
        &self,
        credential: &dyn Credential<T::Fault>,
        turn: Turn,
        token: &mut Token,
    ) -> Result<String, Failed<T::Fault>> {
        let apart = self.transport.requests_are_apart();
        let (refused, alone, (meta, body)) = match turn {
            Turn::First => {
                let asked = credential.authorization(apart).await;
                return asked.map_err(Failed::Fault);
            }
            Turn::Renewed {
                refused,
                alone,
                answer,
            } => (refused, alone, answer),
        };
        let renewed = credential.renew(&refused, alone, apart).await;
        match renewed.map_err(Failed::Fault)? {
            Renewed::Own(value) => {
                *token = Token::Last;
                Ok(value)
            }
            Renewed::Shared(value) => {
                *token = Token::Shared;
                Ok(value)
            }
            Renewed::Same => Err(Failed::SameToken(meta, body)),
        }
    }

    async fn exchange<B>(
        &self,
        request: Request<T::Payload>,
        stage: &Cell<Stage>,
        take: &impl AsyncFn(T::Body) -> Result<B, T::Fault>,
    ) -> Result<(B, Meta), Failed<T::Fault>> {
        let sent = self.transport.send(request).await;
        let Response {
            status,
            headers,
            body,
        } = sent.map_err(Failed::Fault)?;
        let meta = Meta::new(status, headers, self.transport.now_unix_ms());
        if !matches!(status, 200..=299) {
            // The status says enough when the body does not come.
            return Err(Failed::Status(meta, body.text().await.unwrap_or_default()));
        }
        stage.set(Stage::Answered);
        Ok((take(body).await.map_err(Failed::Fault)?, meta))
    }
}

impl<F: Fault> Failed<F> {
    /// `url` is where the request went; its query is not repeated.
    fn into_error(self, url: &str) -> Error {
        match self {
            Self::Fault(fault) => {
                let (kind, place) = match fault.kind() {
                    FaultKind::Credential => (ErrorKind::Credential, ""),
                    FaultKind::Network => (
                        ErrorKind::Connection,
                        url.split('?').next().unwrap_or_default(),
                    ),
                    _ => (ErrorKind::Connection, ""),
                };
                let separator = if place.is_empty() { "" } else { ": " };
                Error::new(kind, format!("{place}{separator}{fault}"))
            }
            Self::Timeout => Error::new(ErrorKind::Timeout, "the request timed out"),
            Self::Status(meta, body) | Self::SameToken(meta, body) => {
                Error::status_error(&meta, &body)
            }
        }
    }
}
