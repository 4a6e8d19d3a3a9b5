//! The attempts of one call: their time limits, and when there is another.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;

use futures_util::future::{Either, select};

use super::call::Parts;
use super::meta::date_unix_ms;
use super::read::{Opened, Read};
use super::{Client, Error, ErrorKind, Meta, RequestOptions, Settings};
use crate::policy::headers::{self, HeaderFault, HeaderList};
use crate::policy::keys;
use crate::policy::retry::{Failure, delay_ms};
use crate::transport::{Body, Fault, FaultKind, Method, Request, Response, Transport};

/// Why an attempt failed.
enum Failed<F> {
    /// No response, or its body broke off.
    Fault(F),
    /// The time limit passed.
    Timeout,
    /// The server answered with an error status and this body.
    Status(Meta, String),
}

/// The proxy's code for a token that was good once, as it stands in the body.
const TOKEN_EXPIRED: &str = "\"token_expired\"";

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
        let mut retries_done = 0;
        let mut renewed = false;
        loop {
            if let Some(credential) = &settings.credential
                && !anonymous
            {
                let value = credential.authorization().await.map_err(fault_error)?;
                request.headers.set("Authorization", value);
            }
            let answered = Cell::new(false);
            let attempt = settings.attempt(request.clone(), limits.timeout_ms, &answered, &take);
            let failed = match attempt.await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            if let Failed::Status(meta, body) = &failed
                && meta.status() == 401
                && !renewed
                && body.contains(TOKEN_EXPIRED)
                && let Some(credential) = &settings.credential
                && let Some(sent) = request.headers.get("authorization")
                && credential.renews(sent)
            {
                // Another token mends this, at once and once.
                renewed = true;
                continue;
            }
            let failure = match &failed {
                Failed::Fault(fault) if !fault.kind().is_transient() => None,
                Failed::Fault(_) | Failed::Timeout if answered.get() => None,
                Failed::Fault(_) | Failed::Timeout => Some(Failure::NoResponse),
                Failed::Status(meta, body) => Some(Failure::Status {
                    status: meta.status(),
                    headers: meta.headers(),
                    body,
                }),
            };
            let transport = &settings.transport;
            let wait = failure.and_then(|failure| {
                delay_ms(
                    failure,
                    retries_done,
                    limits.max_retries,
                    transport.now_unix_ms(),
                    transport.chance(),
                    date_unix_ms,
                )
            });
            let Some(wait) = wait else {
                return Err(failed.into());
            };
            transport.sleep(wait).await;
            retries_done += 1;
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
        query.extend_from_slice(&parts.query);
        query.extend_from_slice(&options.query);
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

    async fn attempt<B>(
        &self,
        request: Request<T::Payload>,
        timeout_ms: u32,
        answered: &Cell<bool>,
        take: &impl AsyncFn(T::Body) -> Result<B, T::Fault>,
    ) -> Result<(B, Meta), Failed<T::Fault>> {
        let exchange = async {
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
            answered.set(true);
            Ok((take(body).await.map_err(Failed::Fault)?, meta))
        };
        let limit = self.transport.sleep(timeout_ms);
        match select(pin!(exchange), pin!(limit)).await {
            Either::Left((result, _)) => result,
            Either::Right(((), _)) => Err(Failed::Timeout),
        }
    }
}

fn fault_error<F: Fault>(fault: F) -> Error {
    let kind = match fault.kind() {
        FaultKind::Credential => ErrorKind::Credential,
        _ => ErrorKind::Connection,
    };
    Error::new(kind, fault.to_string())
}

impl<F: Fault> From<Failed<F>> for Error {
    fn from(failed: Failed<F>) -> Self {
        match failed {
            Failed::Fault(fault) => fault_error(fault),
            Failed::Timeout => Self::new(ErrorKind::Timeout, "the request timed out"),
            Failed::Status(meta, body) => Self::status_error(&meta, &body),
        }
    }
}
