//! Sends a call: its attempts, their time limits and the waiting between them. What follows from one
//! that failed, `policy::attempts` decides.

use std::future::ready;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use futures_util::future::{Either, select};

use super::call::Parts;
use super::read::{Opened, Read};
use super::resume::Kept;
use super::token::{BoxError, Credential, Renewed};
use super::{Client, Error, ErrorKind, Meta, RequestOptions, Settings};
use crate::policy::attempts::{Attempts, Give, Stage, Step};
use crate::policy::headers::{self, HeaderFault, HeaderList};
use crate::policy::keys;
use crate::transport::{Body, Fault, FaultKind, Method, Request, Response, Transport};

/// Why an attempt failed.
enum Failed<F> {
    /// No response, or its body broke off.
    Fault(F),
    /// The function that gives the token or the key failed.
    Credential(BoxError),
    /// The time limit passed.
    Timeout,
    /// The server answered with an error status and this body.
    Status(Meta, String),
    /// In place of a refused token, the function gave the same one: the refusal stands.
    SameToken(Error),
}

/// How far an attempt has come, seen from outside of its future.
struct Reached(AtomicU8);

impl Reached {
    const SENT: u8 = 1;
    const ANSWERED: u8 = 2;

    fn at_start() -> Self {
        Self(AtomicU8::new(0))
    }

    fn set(&self, stage: u8) {
        self.0.store(stage, Ordering::Relaxed);
    }

    fn stage(&self) -> Stage {
        match self.0.load(Ordering::Relaxed) {
            0 => Stage::Asking,
            Self::SENT => Stage::Sent,
            _ => Stage::Answered,
        }
    }
}

/// A token in whose place the next attempt shows another one.
struct Refused {
    header: String,
    /// The call asks for a token that no other one gets.
    alone: bool,
    error: Error,
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
                let (text, meta) = self.answer(parts, options, T::Body::text).await?;
                Ok((read(&meta, text)?, meta))
            }
            Read::Open(read) => {
                let (body, meta) = self.body(parts, options).await?;
                Ok((read(self.opened(options, &meta, body, None)).await?, meta))
            }
            Read::Events(read) => {
                let Some(asked) = Kept::ask(self, parts, options) else {
                    let (body, meta) = self.body(parts, options).await?;
                    return Ok((read(self.opened(options, &meta, body, None)).await?, meta));
                };
                let answer = self.body(parts, asked.options()).await;
                let (kept, answer) = asked.answered(answer);
                let (body, meta) = answer?;
                Ok((read(self.opened(options, &meta, body, kept)).await?, meta))
            }
        }
    }

    fn opened(
        &self,
        options: &RequestOptions,
        meta: &Meta,
        body: T::Body,
        kept: Option<Kept<T>>,
    ) -> Opened<T> {
        Opened {
            settings: Arc::clone(&self.settings),
            limits: self.settings.limits.under(options),
            meta: meta.clone(),
            body,
            kept,
        }
    }

    /// A successful answer with its body unread.
    pub(super) async fn body(
        &self,
        parts: &Parts<T::Payload>,
        options: &RequestOptions,
    ) -> Result<(T::Body, Meta), Error> {
        self.answer(parts, options, |body| ready(Ok(body))).await
    }

    /// The first successful answer, of whose body `take` has taken inside the attempt's time limit
    /// what it wants. After the first byte of it nothing is repeated.
    pub(super) async fn answer<B, Taken: Future<Output = Result<B, T::Fault>> + Send>(
        &self,
        parts: &Parts<T::Payload>,
        options: &RequestOptions,
        take: impl Fn(T::Body) -> Taken + Send + Sync,
    ) -> Result<(B, Meta), Error> {
        let settings = &*self.settings;
        let limits = settings.limits.under(options);
        let mut request = settings.prepare(parts, options)?;
        let anonymous = options
            .headers
            .iter()
            .any(|(name, value)| value.is_none() && name.eq_ignore_ascii_case("authorization"));
        let credential = settings.credential.as_deref().filter(|_| !anonymous);
        let renewable = credential.is_some_and(|credential| credential.renews());
        let mut attempts = Attempts::new(limits.max_retries, renewable, true);
        let mut refused = None;
        loop {
            let reached = Reached::at_start();
            let attempt = async {
                if let Some(credential) = credential {
                    let value = settings.ask(credential, refused, &mut attempts).await?;
                    request.headers.set("Authorization", value);
                }
                reached.set(Reached::SENT);
                settings.exchange(request.clone(), &reached, &take).await
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
            let stage = reached.stage();
            let step = failed.step(attempts, stage, &settings.transport);
            let shown = request.headers.get("authorization").unwrap_or_default();
            if let (Some(credential), Step::Renew { .. } | Step::Give(Give::Refused)) =
                (credential, step)
            {
                credential.refuse(shown);
            }
            refused = match step {
                Step::Renew { alone } => Some(Refused {
                    header: shown.to_owned(),
                    alone,
                    error: failed.into_error(&request.url, stage, Give::Refused),
                }),
                Step::Retry { after_ms } => {
                    settings.transport.sleep(after_ms).await;
                    attempts = attempts.retried();
                    None
                }
                Step::Give(why) => {
                    return Err(failed.into_error(&request.url, stage, why));
                }
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

    /// The header value of an attempt.
    async fn ask(
        &self,
        credential: &dyn Credential,
        refused: Option<Refused>,
        attempts: &mut Attempts,
    ) -> Result<String, Failed<T::Fault>> {
        let apart = self.transport.requests_are_apart();
        let Some(Refused {
            header,
            alone,
            error,
        }) = refused
        else {
            let asked = credential.authorization(apart).await;
            return asked.map_err(Failed::Credential);
        };
        let renewed = credential.renew(&header, alone, apart).await;
        let (value, shared) = match renewed.map_err(Failed::Credential)? {
            Renewed::Own(value) => (value, false),
            Renewed::Shared(value) => (value, true),
            Renewed::Same => return Err(Failed::SameToken(error)),
        };
        *attempts = attempts.renewed(shared);
        Ok(value)
    }

    async fn exchange<B, Taken: Future<Output = Result<B, T::Fault>> + Send>(
        &self,
        request: Request<T::Payload>,
        reached: &Reached,
        take: &(impl Fn(T::Body) -> Taken + Sync),
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
        reached.set(Reached::ANSWERED);
        Ok((take(body).await.map_err(Failed::Fault)?, meta))
    }
}

impl<F: Fault> Failed<F> {
    /// What follows.
    fn step<T: Transport>(&self, attempts: Attempts, stage: Stage, transport: &T) -> Step {
        let stage = match self {
            Self::Status(meta, body) => {
                let (status, body) = (meta.status(), body.as_bytes());
                return attempts.on_response(status, meta.hints(), body, transport.chance());
            }
            // The transport reads the head of an answer before it tells of a redirect.
            Self::Fault(fault) if fault.kind() == FaultKind::Redirect => Stage::Answered,
            _ => stage,
        };
        attempts.on_fault(stage, transport.chance())
    }

    /// `url` is where the request went; its query is not repeated.
    fn into_error(self, url: &str, stage: Stage, why: Give) -> Error {
        match self {
            Self::SameToken(error) => error,
            Self::Fault(fault) => {
                let kind = match fault.kind() {
                    FaultKind::Redirect => ErrorKind::Redirect,
                    _ => ErrorKind::Connection,
                };
                let message = match fault.kind() {
                    FaultKind::Network => {
                        format!("{}: {fault}", url.split('?').next().unwrap_or_default())
                    }
                    _ => fault.to_string(),
                };
                Error::new(kind, message).with_source(Arc::new(fault))
            }
            Self::Credential(cause) => Error::new(
                ErrorKind::Credential,
                format!("the function that gives the token or the key failed: {cause}"),
            )
            .with_source(cause.into()),
            Self::Timeout => Error::new(
                ErrorKind::Timeout,
                match stage {
                    Stage::Asking => "the function that gives the token or the key took too long",
                    _ => "the request timed out",
                },
            ),
            Self::Status(..) if why == Give::Redirect => Error::new(
                ErrorKind::Redirect,
                "the server answered with a redirect, which is not followed",
            ),
            Self::Status(meta, body) => Error::status_error(&meta, &body),
        }
    }
}
