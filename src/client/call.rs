//! One call: its attempts, their time limits, and what came of them.

use std::cell::Cell;
use std::pin::pin;

use futures_util::future::{Either, select};

use super::{Client, Settings};
use crate::policy::headers::{self, HeaderFault, HeaderList};
use crate::policy::retry::{Failure, delay_ms};
use crate::transport::{Body, Fault, Method, Request, Response, Transport};

/// What a caller asks for.
#[derive(Debug, Clone)]
pub struct Call<P> {
    /// The method.
    pub method: Method,
    /// The path below the base URL, starting with `/`, its ids percent-encoded.
    pub path: String,
    /// Query parameters, behind those of the client.
    pub query: Vec<(String, String)>,
    /// Headers that are set, or removed by `None`, over those of the client.
    pub headers: Vec<(String, Option<String>)>,
    /// The body.
    pub payload: Option<P>,
    /// The body's media type; `None` leaves it to the platform (forms).
    pub content_type: Option<&'static str>,
    /// The time limit of one attempt in milliseconds; `None` takes the client's.
    pub timeout_ms: Option<u32>,
    /// How often a failed attempt is repeated; `None` takes the client's.
    pub max_retries: Option<u32>,
}

impl<P> Call<P> {
    /// A call without a body.
    #[must_use]
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            payload: None,
            content_type: None,
            timeout_ms: None,
            max_retries: None,
        }
    }

    /// The same with a JSON body.
    #[must_use]
    pub fn json(mut self, payload: P) -> Self {
        self.payload = Some(payload);
        self.content_type = Some("application/json");
        self
    }
}

/// Why a call failed.
#[derive(Debug)]
pub enum CallError<F> {
    /// The call itself is malformed; nothing was sent.
    Option {
        /// The option's name.
        option: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// No response, or its body broke off.
    Fault(F),
    /// The time limit passed.
    Timeout,
    /// The server answered with an error status.
    Status {
        /// The HTTP status.
        status: u16,
        /// The response's headers.
        headers: HeaderList,
        /// The response's body.
        body: String,
    },
}

/// The proxy's code for a token that was good once, as it stands in the body: the client links no
/// JSON parser for it.
const TOKEN_EXPIRED: &str = "\"token_expired\"";

/// Words for a refused header, without its value.
pub(super) fn header_message(name: &str, fault: HeaderFault) -> String {
    format!("`{name}` {fault}")
}

impl<T: Transport> Client<T> {
    /// Sends a call, repeats it as the policy says, and reads a successful response with `read`
    /// inside the attempt's time limit. After the first byte of a response nothing is repeated.
    ///
    /// Dropping the future aborts the request.
    ///
    /// # Errors
    /// The last attempt's.
    pub async fn call<R>(
        &self,
        call: Call<T::Payload>,
        read: impl AsyncFn(Response<T::Body>) -> Result<R, T::Fault>,
    ) -> Result<R, CallError<T::Fault>> {
        let settings = &*self.settings;
        let mut request = settings.prepare(&call)?;
        let max_retries = call.max_retries.unwrap_or(settings.max_retries);
        let timeout_ms = call.timeout_ms.unwrap_or(settings.timeout_ms);
        let mut retries_done = 0;
        let mut renewed = false;
        loop {
            if let Some(credential) = &settings.credential
                && !removes(&call.headers, "authorization")
            {
                let value = credential.authorization().await.map_err(CallError::Fault)?;
                request.headers.set("Authorization", value);
            }
            let answered = Cell::new(false);
            let error = match settings
                .attempt(request.clone(), timeout_ms, &answered, &read)
                .await
            {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            if let CallError::Status {
                status: 401, body, ..
            } = &error
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
            let failure = match &error {
                CallError::Option { .. } => return Err(error),
                CallError::Fault(fault) if !fault.kind().is_transient() => return Err(error),
                CallError::Fault(_) | CallError::Timeout if answered.get() => return Err(error),
                CallError::Fault(_) | CallError::Timeout => Failure::NoResponse,
                CallError::Status {
                    status,
                    headers,
                    body,
                } => Failure::Status {
                    status: *status,
                    headers,
                    body,
                },
            };
            let transport = &settings.transport;
            let (now, chance) = (transport.now_unix_ms(), transport.chance());
            let Some(wait) = delay_ms(
                failure,
                retries_done,
                max_retries,
                now,
                chance,
                date_unix_ms,
            ) else {
                return Err(error);
            };
            transport.sleep(wait).await;
            retries_done += 1;
        }
    }
}

impl<T: Transport> Settings<T> {
    /// The request without its credential.
    fn prepare(&self, call: &Call<T::Payload>) -> Result<Request<T::Payload>, CallError<T::Fault>> {
        let mut query = self.query.clone();
        query.extend_from_slice(&call.query);
        let url = self
            .base
            .join(&call.path, &query)
            .map_err(|fault| CallError::Option {
                option: "path",
                message: fault.clause().to_owned(),
            })?;
        let check = if self.keyless {
            headers::check_keyless
        } else {
            headers::check
        };
        for (name, value) in &call.headers {
            check(name, value.as_deref().unwrap_or_default()).map_err(|fault| {
                CallError::Option {
                    option: "headers",
                    message: header_message(name, fault),
                }
            })?;
        }
        let mut list = HeaderList::new();
        list.set("Accept", "application/json");
        if let Some(content_type) = call.content_type {
            list.set("Content-Type", content_type);
        }
        list.apply(&self.headers);
        list.apply(&call.headers);
        Ok(Request {
            method: call.method,
            url,
            headers: list,
            payload: call.payload.clone(),
        })
    }

    async fn attempt<R>(
        &self,
        request: Request<T::Payload>,
        timeout_ms: u32,
        answered: &Cell<bool>,
        read: &impl AsyncFn(Response<T::Body>) -> Result<R, T::Fault>,
    ) -> Result<R, CallError<T::Fault>> {
        let exchange = async {
            let response = self
                .transport
                .send(request)
                .await
                .map_err(CallError::Fault)?;
            if matches!(response.status, 200..=299) {
                answered.set(true);
                return read(response).await.map_err(CallError::Fault);
            }
            let Response {
                status,
                headers,
                body,
            } = response;
            // The status says enough when the body does not come.
            let body = body.text().await.unwrap_or_default();
            Err(CallError::Status {
                status,
                headers,
                body,
            })
        };
        let limit = self.transport.sleep(timeout_ms);
        match select(pin!(exchange), pin!(limit)).await {
            Either::Left((result, _)) => result,
            Either::Right(((), _)) => Err(CallError::Timeout),
        }
    }
}

/// An HTTP date (RFC 9110, section 5.6.7) in milliseconds since 1970.
fn date_unix_ms(text: &str) -> Option<u64> {
    let date = httpdate::parse_http_date(text).ok()?;
    let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok()
}

fn removes(headers: &[(String, Option<String>)], name: &str) -> bool {
    headers
        .iter()
        .any(|(known, value)| value.is_none() && known.eq_ignore_ascii_case(name))
}
