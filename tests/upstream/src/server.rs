//! Sockets, and the way of a request: record, faults before the head, key,
//! endpoint, faults in the answer.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use openai_wasm::tokens::Encoding;
use serde_json::Value;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tower::ServiceExt;

use crate::{
    api, control,
    error::ApiError,
    faults::{Armed, head, send},
    lm::Model,
    record::{Log, Outcome, Record},
    tap::{Connection, Tap},
    usage::Meter,
};

/// Largest request body.
const BODY_LIMIT_BYTES: usize = 64 << 20;

/// How to start the server.
#[derive(Clone, Debug)]
pub struct Config {
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Pause between streamed events.
    pub event_interval: Duration,
    /// The only key that is accepted; any, and none, if unset.
    pub api_key: Option<String>,
    /// Pause between the stages of a fine-tuning job.
    pub fine_tune_step: Duration,
    /// The encoding by which chat's usage is counted, instead of the stand-in's own tokens.
    pub tokens: Option<Encoding>,
    /// The seed of a request that names none; without it the clock's. The default is 1, so that tests are repeatable.
    pub seed: Option<u64>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            port: 0,
            event_interval: Duration::ZERO,
            api_key: None,
            fine_tune_step: api::fine_tunes::STEP,
            tokens: None,
            seed: Some(1),
        }
    }
}

/// What every route can reach.
#[derive(Clone)]
pub struct AppState {
    /// Settings.
    pub config: Arc<Config>,
    /// Address of the server, for the URLs it hands out.
    pub url: Arc<str>,
    /// Language model.
    pub model: Arc<Model>,
    /// What counts usage.
    pub meter: Meter,
    /// Requests so far.
    pub log: Log,
    /// Faults for requests to come.
    pub armed: Armed,
    /// How many events `stepped` streams may send.
    pub permits: Arc<Semaphore>,
    /// Objects that clients made: files, fine-tunes, images.
    pub store: api::store::Store,
    counter: Arc<AtomicU64>,
}

impl AppState {
    /// An id nobody had before, as `chatcmpl-…`.
    pub fn id(&self, prefix: &str) -> String {
        let number = self.counter.fetch_add(1, Ordering::Relaxed);
        let mut random = crate::lm::sampler::Random::new(number ^ crate::record::now_ms() << 20);
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut id = prefix.to_owned();
        for _ in 0..24 {
            id.push(
                alphabet
                    .get(random.below(alphabet.len()))
                    .copied()
                    .map_or('0', char::from),
            );
        }
        id
    }
}

/// A running server; stops when dropped.
pub struct Handle {
    /// Where it listens.
    pub addr: SocketAddr,
    /// What came in.
    pub log: Log,
    /// Faults for requests to come.
    pub armed: Armed,
    task: tokio::task::JoinHandle<()>,
}

impl Handle {
    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Serves until the process ends.
    pub async fn wait(mut self) {
        // The task ends only by abort.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts a server on 127.0.0.1.
///
/// # Errors
/// If the port cannot be had.
pub async fn start(config: Config) -> io::Result<Handle> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port)).await?;
    let addr = listener.local_addr()?;
    let log = Log::default();
    let armed = Armed::default();
    let state = AppState {
        meter: Meter::new(config.tokens),
        config: Arc::new(config),
        url: format!("http://{addr}").into(),
        model: Model::train(),
        log: log.clone(),
        armed: armed.clone(),
        permits: Arc::new(Semaphore::new(0)),
        store: api::store::Store::default(),
        counter: Arc::default(),
    };
    let endpoints = api::router().with_state(state.clone());
    let controls = control::router().with_state(state.clone());
    let task = tokio::spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let (state, endpoints) = (state.clone(), endpoints.clone());
                    connections.spawn(serve(stream, state, endpoints, controls.clone()));
                }
                // Out of file descriptors, most likely: let some close.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
            while connections.try_join_next().is_some() {}
        }
    });
    Ok(Handle {
        addr,
        log,
        armed,
        task,
    })
}

async fn serve(stream: TcpStream, state: AppState, endpoints: Router, controls: Router) {
    // Every event leaves as it is written; an error here costs only latency.
    let _ = stream.set_nodelay(true);
    let connection = state.log.connect();
    let _gone = Gone(state.log.clone(), connection.clone());
    let io = TokioIo::new(Tap::new(stream, connection.clone()));
    let service = service_fn(|request: Request<Incoming>| {
        let (state, endpoints, controls) = (state.clone(), endpoints.clone(), controls.clone());
        let connection = connection.clone();
        async move {
            let origin = request.headers().get(header::ORIGIN).cloned();
            let wanted = request
                .headers()
                .get(header::ACCESS_CONTROL_REQUEST_HEADERS)
                .cloned();
            let mut response = if request.uri().path().starts_with("/__control/") {
                connection.expect_next_head();
                if request.method() == Method::OPTIONS {
                    StatusCode::NO_CONTENT.into_response()
                } else {
                    match controls.oneshot(request.map(Body::new)).await {
                        Ok(response) => response,
                        Err(never) => match never {},
                    }
                }
            } else {
                answer(state, endpoints, connection, request).await?
            };
            if origin.is_some() {
                allow_origin(response.headers_mut(), wanted);
            }
            Ok::<_, io::Error>(response)
        }
    });
    // Errors here are clients that left and faults that cut: both are in the record.
    let _ = http1::Builder::new().serve_connection(io, service).await;
}

/// Notes the end of a connection, also when its task is aborted.
struct Gone(Log, Arc<Connection>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.disconnect(&self.1);
    }
}

/// The API may be called from a page, as OpenAI's may.
fn allow_origin(headers: &mut HeaderMap, wanted: Option<HeaderValue>) {
    let any = HeaderValue::from_static("*");
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any.clone());
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, any);
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"),
    );
    if let Some(wanted) = wanted {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted);
    }
}

/// Answers one request. An error closes the connection without a head.
async fn answer(
    state: AppState,
    endpoints: Router,
    connection: Arc<Connection>,
    request: Request<Incoming>,
) -> io::Result<Response> {
    let (parts, body) = request.into_parts();
    let headers = connection
        .take_head()
        .unwrap_or_else(|| plain_headers(&parts.headers));
    let path = parts
        .uri
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    let mut entry = state.log.begin(
        &connection,
        Record {
            method: parts.method.to_string(),
            path,
            headers,
            ..Record::default()
        },
    );
    let body = match Limited::new(body, BODY_LIMIT_BYTES).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            let error = ApiError::invalid("", "The body is too large.")
                .with_status(StatusCode::PAYLOAD_TOO_LARGE);
            entry.status(error.status.as_u16());
            entry.settle(Outcome::Complete);
            return Ok(error.into_response());
        }
        // The client left in the middle of its upload: so the record says.
        Err(error) => return Err(io::Error::other(error)),
    };
    connection.expect_next_head();
    entry.body(&body);
    if parts.method == Method::OPTIONS {
        entry.status(204);
        entry.settle(Outcome::Complete);
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let wish = parts
        .headers
        .get("x-fault")
        .and_then(|value| value.to_str().ok());
    let faults = match state.armed.take(parts.uri.path(), wish) {
        Ok(faults) => Arc::new(faults),
        Err(message) => {
            entry.status(400);
            entry.settle(Outcome::Complete);
            return Ok(ApiError::invalid("x-fault", message).into_response());
        }
    };
    entry.faults(faults.text());
    for name in ["hang", "delay"] {
        match faults.get(name) {
            Some("") => std::future::pending().await,
            Some(pause) => {
                tokio::time::sleep(Duration::from_millis(pause.parse().unwrap_or(0))).await;
            }
            None => {}
        }
    }
    if faults.get("reset") == Some("") {
        connection.reset.store(true, Ordering::Relaxed);
        entry.settle(Outcome::ServerReset);
        return Err(io::Error::other("reset by a fault"));
    }
    if faults.get("cut") == Some("") {
        entry.settle(Outcome::ServerCut);
        return Err(io::Error::other("cut by a fault"));
    }
    let key = bearer(&parts.headers).unwrap_or_default().to_owned();
    let streams = wants_stream(&body);
    let mut response = match head::before_endpoint(&faults, &key, streams) {
        Some(response) => response,
        // An image's URL works without a key, as the blob store's does.
        None if parts.uri.path().starts_with("/images/") => oneshot(endpoints, parts, body).await,
        None => match check_key(&state, &parts.headers) {
            Err(error) => error.into_response(),
            Ok(()) => {
                let body = head::with_stream_switched(&faults, body);
                match faults.has("no-streams") {
                    true => oneshot(endpoints, parts, body).await,
                    false => api::streams::answer(&state, endpoints, parts, body).await,
                }
            }
        },
    };
    if faults.has("usage") && !is_event_stream(&response) {
        response = head::spoil_usage(&faults, response).await;
    }
    head::add_headers(&faults, response.headers_mut(), &state.id("req_"));
    let interval = faults
        .number("interval", 0)
        .map_or(state.config.event_interval, Duration::from_millis);
    Ok(send::send(
        response,
        send::Delivery {
            faults,
            entry,
            connection,
            interval,
            permits: state.permits.clone(),
            key,
        },
    ))
}

/// The answer of an endpoint.
pub async fn oneshot(endpoints: Router, mut parts: Parts, body: Bytes) -> Response {
    parts.headers.remove(header::CONTENT_LENGTH);
    match endpoints
        .oneshot(Request::from_parts(parts, Body::from(body)))
        .await
    {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn is_event_stream(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"))
}

/// The headers as hyper has them, where the raw head is not at hand (pipelining).
fn plain_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn check_key(state: &AppState, headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(expected) = &state.config.api_key else {
        return Ok(());
    };
    match bearer(headers) {
        Some(key) if key == expected => Ok(()),
        Some(key) => Err(head::wrong_key(key)),
        None => Err(ApiError::invalid(
            "",
            "You didn't provide an API key. You need to provide your API key in an Authorization \
             header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
        )
        .with_status(StatusCode::UNAUTHORIZED)),
    }
}

fn wants_stream(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body)
        .is_ok_and(|value| value.get("stream").and_then(Value::as_bool) == Some(true))
}
