//! A native transport over reqwest: TLS by rustls, on tokio.

use std::error::Error;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;
use reqwest::multipart::{Form, Part};
use reqwest::redirect::Policy;

use super::{Body, Fault, FaultKind, Method, Request, Response, Streaming, Transport};
use crate::policy::attempts::is_redirect;
use crate::policy::retry::Permille;
use crate::wire::form::FormField;

/// Sends by reqwest, inside a tokio runtime. Cloning it is cheap and shares its connections.
///
/// Redirects are not followed, whatever the builder says: they could carry the credential to another
/// host. Time limits are the client's, so a builder needs none.
///
/// ```no_run
/// # fn f() -> Result<(), Box<dyn std::error::Error>> {
/// use openai_wasm::client::{Client, SessionToken};
/// use openai_wasm::transport::ReqwestTransport;
///
/// let transport = ReqwestTransport::from_builder(reqwest::Client::builder().https_only(true))?;
/// let client = Client::with_transport(transport);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct ReqwestTransport(reqwest::Client);

impl ReqwestTransport {
    /// A transport with reqwest's own defaults.
    ///
    /// # Errors
    /// TLS could not be started, for example since the system has no certificates.
    pub fn new() -> Result<Self, ReqwestFault> {
        Self::from_builder(reqwest::Client::builder())
    }

    /// A transport with proxies, certificates or limits of yours.
    ///
    /// # Errors
    /// reqwest refuses what the builder was given, or TLS could not be started.
    pub fn from_builder(builder: reqwest::ClientBuilder) -> Result<Self, ReqwestFault> {
        let client = builder.redirect(Policy::none()).build();
        client
            .map(Self)
            .map_err(|cause| ReqwestFault::new(FaultKind::Network, cause))
    }
}

impl Transport for ReqwestTransport {
    type Payload = ReqwestPayload;
    type Body = ReqwestBody;
    type Fault = ReqwestFault;

    fn form(&self, fields: &[FormField<'_>]) -> Result<ReqwestPayload, ReqwestFault> {
        let fields = fields.iter().map(|field| match field {
            FormField::Text { name, value } => Field {
                name: (*name).to_string(),
                bytes: Bytes::from(value.to_string()),
                filename: None,
                content_type: None,
            },
            FormField::File { name, file } => Field {
                name: (*name).to_string(),
                bytes: Bytes::copy_from_slice(&file.bytes),
                filename: Some(file.filename.clone()),
                content_type: file.content_type.clone(),
            },
        });
        let fields: Vec<_> = fields.collect();
        // An invalid media type is refused here, not at the first attempt.
        multipart(&fields)?;
        Ok(ReqwestPayload(Payload::Form(fields)))
    }

    async fn send(
        &self,
        request: Request<ReqwestPayload>,
    ) -> Result<Response<ReqwestBody>, ReqwestFault> {
        let network = |cause| ReqwestFault::new(FaultKind::Network, cause);
        let mut builder = self.0.request(method(request.method), &request.url);
        for (name, value) in request.headers.iter() {
            builder = builder.header(name, value);
        }
        builder = match request.payload {
            None => builder,
            Some(ReqwestPayload(Payload::Text(text))) => builder.body(text),
            Some(ReqwestPayload(Payload::Form(fields))) => builder.multipart(multipart(&fields)?),
        };
        let response = builder.send().await.map_err(network)?;
        let status = response.status().as_u16();
        if is_redirect(status) {
            return Err(ReqwestFault {
                kind: FaultKind::Redirect,
                cause: None,
            });
        }
        let headers = response.headers().iter().map(|(name, value)| {
            (
                name.as_str(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        });
        Ok(Response {
            status,
            headers: headers.collect(),
            body: ReqwestBody(response),
        })
    }

    async fn sleep(&self, ms: u32) {
        tokio::time::sleep(Duration::from_millis(ms.into())).await;
    }

    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(future);
        }
    }

    fn now_unix_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        since
            .ok()
            .and_then(|since| since.as_millis().try_into().ok())
            .unwrap_or_default()
    }

    fn chance(&self) -> Permille {
        // The standard library's hash keys are random; retries need no better chance.
        let random = RandomState::new().hash_one(0_u8) % 1000;
        Permille(u16::try_from(random).unwrap_or_default())
    }
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

/// A request's body: a text, or a form. Cloning it copies no bytes.
#[derive(Clone)]
pub struct ReqwestPayload(Payload);

#[derive(Clone)]
enum Payload {
    Text(Bytes),
    Form(Vec<Field>),
}

#[derive(Clone)]
struct Field {
    name: String,
    bytes: Bytes,
    filename: Option<String>,
    content_type: Option<String>,
}

impl From<String> for ReqwestPayload {
    fn from(text: String) -> Self {
        Self(Payload::Text(text.into()))
    }
}

fn multipart(fields: &[Field]) -> Result<Form, ReqwestFault> {
    let mut form = Form::new();
    for field in fields {
        let length = field.bytes.len().try_into().unwrap_or(u64::MAX);
        let mut part = Part::stream_with_length(field.bytes.clone(), length);
        if let Some(filename) = &field.filename {
            let content_type = field.content_type.as_deref();
            part = part.file_name(filename.clone());
            part = part
                .mime_str(content_type.unwrap_or("application/octet-stream"))
                .map_err(|cause| ReqwestFault::new(FaultKind::Network, cause))?;
        }
        form = form.part(field.name.clone(), part);
    }
    Ok(form)
}

/// Never the text: it may be a person's.
impl fmt::Debug for ReqwestPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestPayload").finish_non_exhaustive()
    }
}

/// The body of a response. Dropping it closes its connection, or its HTTP/2 stream.
#[derive(Debug)]
pub struct ReqwestBody(reqwest::Response);

impl Body<ReqwestFault> for ReqwestBody {
    async fn text(self) -> Result<String, ReqwestFault> {
        let bytes = self.0.bytes().await;
        let bytes = bytes.map_err(|cause| ReqwestFault::new(FaultKind::Body, cause))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// The bytes of a response as they come.
#[derive(Debug)]
pub struct ReqwestBytes(reqwest::Body);

impl Streaming<ReqwestFault> for ReqwestBody {
    type Bytes = ReqwestBytes;

    fn into_bytes(self) -> ReqwestBytes {
        ReqwestBytes(self.0.into())
    }
}

impl Stream for ReqwestBytes {
    type Item = Result<Vec<u8>, ReqwestFault>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let frame = match ready!(Pin::new(&mut self.0).poll_frame(context)) {
                None => return Poll::Ready(None),
                Some(Ok(frame)) => frame,
                Some(Err(cause)) => {
                    return Poll::Ready(Some(Err(ReqwestFault::new(FaultKind::Body, cause))));
                }
            };
            // Trailers are passed over.
            if let Ok(bytes) = frame.into_data() {
                return Poll::Ready(Some(Ok(bytes.into())));
            }
        }
    }
}

/// What reqwest reported, without the URL: its query may hold what must not be printed.
#[derive(Debug)]
pub struct ReqwestFault {
    kind: FaultKind,
    cause: Option<reqwest::Error>,
}

impl ReqwestFault {
    fn new(kind: FaultKind, cause: reqwest::Error) -> Self {
        Self {
            kind,
            cause: Some(cause.without_url()),
        }
    }
}

impl Fault for ReqwestFault {
    fn kind(&self) -> FaultKind {
        self.kind
    }
}

impl Error for ReqwestFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}

impl fmt::Display for ReqwestFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            FaultKind::Network => "the server was not reached",
            FaultKind::Redirect => "the server answered with a redirect, which is not followed",
            FaultKind::Body => "the connection was lost while the body was read",
        })?;
        // The first cause says the most: "connection refused", "unknown issuer".
        let mut first = self.source();
        while let Some(earlier) = first.and_then(Error::source) {
            first = Some(earlier);
        }
        match first {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}
