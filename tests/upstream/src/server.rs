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
    Json, Router,
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header, request::Parts,
    },
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use crate::{
    api, control,
    error::ApiError,
    faults::{Armed, Faults, events, send},
    lm::Model,
    record::{Log, Outcome, Record},
    tap::{Connection, Tap},
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
}

impl Default for Config {
    fn default() -> Self {
        Self {
            port: 0,
            event_interval: Duration::ZERO,
            api_key: None,
            fine_tune_step: api::fine_tunes::STEP,
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
    /// Requests so far.
    pub log: Log,
    /// Faults for requests to come.
    pub armed: Armed,
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
        config: Arc::new(config),
        url: format!("http://{addr}").into(),
        model: Model::train(),
        log: log.clone(),
        armed: armed.clone(),
        store: api::store::Store::default(),
        counter: Arc::default(),
    };
    let endpoints = api::router().with_state(state.clone());
    let controls = control::router().with_state(state.clone());
    let task = tokio::spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        loop {
            if let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(
                    stream,
                    state.clone(),
                    endpoints.clone(),
                    controls.clone(),
                ));
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
    if let Some(wanted) = wanted {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"),
        );
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
    let mut response = match before_endpoint(&faults, &key, streams) {
        Some(response) => response,
        // An image's URL works without a key, as the blob store's does.
        None if parts.uri.path().starts_with("/images/") => oneshot(endpoints, parts, body).await,
        None => match check_key(&state, &parts.headers) {
            Err(error) => error.into_response(),
            Ok(()) => {
                let body = with_stream_switched(&faults, body);
                oneshot(endpoints, parts, body).await
            }
        },
    };
    if faults.has("usage") && !is_event_stream(&response) {
        response = spoil_usage(&faults, response).await;
    }
    add_headers(&faults, response.headers_mut(), &state);
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
            key,
        },
    ))
}

async fn oneshot(endpoints: Router, mut parts: Parts, body: Bytes) -> Response {
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

async fn spoil_usage(faults: &Faults, response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let bytes = body
        .collect()
        .await
        .map(|body| body.to_bytes())
        .unwrap_or_default();
    let bytes = match serde_json::from_slice::<Value>(&bytes) {
        Ok(mut value) => {
            events::change_usage(faults, &mut value);
            Bytes::from(value.to_string())
        }
        Err(_) => bytes,
    };
    Response::from_parts(parts, Body::from(bytes))
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
        Some(key) => Err(wrong_key(key)),
        None => Err(ApiError::invalid(
            "",
            "You didn't provide an API key. You need to provide your API key in an Authorization \
             header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
        )
        .with_status(StatusCode::UNAUTHORIZED)),
    }
}

/// 401 with the key masked as OpenAI masks it: the first 9 and the last 4 characters stay, as in `sk-proj-C****NARY`.
fn wrong_key(key: &str) -> ApiError {
    let characters: Vec<char> = key.chars().collect();
    let masked: String = if characters.len() > 13 {
        let head = characters.iter().take(9);
        let tail = characters.iter().skip(characters.len() - 4);
        head.chain(['*'; 4].iter()).chain(tail).collect()
    } else {
        "****".to_owned()
    };
    ApiError {
        status: StatusCode::UNAUTHORIZED,
        message: format!(
            "Incorrect API key provided: {masked}. You can find your API key at \
             https://platform.openai.com/account/api-keys."
        ),
        kind: "invalid_request_error",
        param: None,
        code: Some("invalid_api_key"),
    }
}

fn wants_stream(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body)
        .is_ok_and(|value| value.get("stream").and_then(Value::as_bool) == Some(true))
}

/// `json` answers a stream call with JSON, `sse` a plain call with events.
fn with_stream_switched(faults: &Faults, body: Bytes) -> Bytes {
    let stream = match (faults.has("json"), faults.has("sse")) {
        (true, _) => false,
        (_, true) => true,
        _ => return body,
    };
    match serde_json::from_slice::<Value>(&body) {
        Ok(Value::Object(mut object)) => {
            object.insert("stream".into(), json!(stream));
            if !stream {
                object.remove("stream_options");
            }
            Bytes::from(Value::Object(object).to_string())
        }
        _ => body,
    }
}

/// Faults that answer in the endpoint's place.
fn before_endpoint(faults: &Faults, key: &str, streams: bool) -> Option<Response> {
    let status = faults
        .get("status")
        .and_then(|status| status.parse().ok())
        .and_then(|status: u16| StatusCode::from_u16(status).ok());
    if let Some(url) = faults.get("redirect") {
        let mut response = status
            .unwrap_or(StatusCode::TEMPORARY_REDIRECT)
            .into_response();
        if let Ok(url) = HeaderValue::from_str(url) {
            response.headers_mut().insert(header::LOCATION, url);
        }
        return Some(response);
    }
    if faults.has("html") {
        let page = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>\
                    <h1>Sign in to the network</h1><script>location='/login'</script></body></html>";
        let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
        return Some((status.unwrap_or(StatusCode::OK), kind, page).into_response());
    }
    if faults.has("empty") {
        let kind = if streams {
            "text/event-stream"
        } else {
            "application/json"
        };
        let kind = [(header::CONTENT_TYPE, kind)];
        return Some((status.unwrap_or(StatusCode::OK), kind, Body::empty()).into_response());
    }
    if faults.has("json-error") {
        let error = refusal(StatusCode::INTERNAL_SERVER_ERROR, faults, key);
        return Some((StatusCode::OK, Json(error)).into_response());
    }
    let status = status?;
    let page = [(header::CONTENT_TYPE, "text/html")];
    Some(match faults.get("error-body") {
        Some("html") => (
            status,
            page,
            "<html><body><h1>Bad gateway</h1></body></html>",
        )
            .into_response(),
        Some("empty") => status.into_response(),
        Some("text") => (status, "upstream connect error").into_response(),
        Some("string") => (status, Json(json!({"error": "Something broke"}))).into_response(),
        Some("flat") => (
            status,
            Json(
                json!({"object": "error", "message": "Something broke", "type": "BadRequestError",
                "param": null, "code": status.as_u16()}),
            ),
        )
            .into_response(),
        _ if status.is_success() || status == StatusCode::NOT_MODIFIED => status.into_response(),
        _ => (status, Json(refusal(status, faults, key))).into_response(),
    })
}

/// The error body that OpenAI gives for `status`.
fn refusal(status: StatusCode, faults: &Faults, key: &str) -> Value {
    let shown = if faults.has("echo-key") {
        format!(" (key: {key})")
    } else {
        String::new()
    };
    let (message, kind, code) = match status.as_u16() {
        401 => return wrong_key_body(key, &shown),
        429 if faults.get("code") == Some("insufficient_quota") => (
            "You exceeded your current quota, please check your plan and billing details.".into(),
            "insufficient_quota",
            Some("insufficient_quota"),
        ),
        429 => (
            format!(
                "Rate limit reached for {} in organization org-STANDIN on requests per min (RPM): \
                 Limit 3, Used 3, Requested 1. Please try again in 20s.",
                api::models::DEFAULT
            ),
            "requests",
            Some("rate_limit_exceeded"),
        ),
        404 => ("No such object.".to_owned(), "invalid_request_error", None),
        400..=499 => (
            "The request was refused.".to_owned(),
            "invalid_request_error",
            None,
        ),
        _ => (
            "The server had an error while processing your request. Sorry about that!".to_owned(),
            "server_error",
            None,
        ),
    };
    let code = faults.get("code").or(code);
    json!({"error": {"message": format!("{message}{shown}"), "type": kind, "param": null, "code": code}})
}

fn wrong_key_body(key: &str, shown: &str) -> Value {
    let mut error = wrong_key(key);
    error.message.push_str(shown);
    error.body()
}

fn add_headers(faults: &Faults, headers: &mut HeaderMap, state: &AppState) {
    let mut set = |name: &str, value: &str| {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            headers.append(name, value);
        }
    };
    set("x-request-id", &state.id("req_"));
    for name in ["retry-after", "retry-after-ms"] {
        if let Some(value) = faults.get(name) {
            set(name, value);
        }
    }
    if let Some(value) = faults.get("should-retry") {
        set("x-should-retry", value);
    }
    if faults.has("account-headers") {
        for (name, value) in [
            ("set-cookie", "__cf_bm=secret-cookie; path=/; HttpOnly"),
            ("openai-organization", "org-STANDIN"),
            ("openai-project", "proj_STANDIN"),
            ("openai-processing-ms", "12"),
            ("openai-version", "2020-10-01"),
            ("x-ratelimit-limit-requests", "60"),
            ("x-ratelimit-limit-tokens", "150000"),
            ("x-ratelimit-remaining-requests", "59"),
            ("x-ratelimit-remaining-tokens", "149984"),
            ("x-ratelimit-reset-requests", "1s"),
            ("x-ratelimit-reset-tokens", "6m0s"),
            ("server", "cloudflare"),
            ("alt-svc", "h3=\":443\""),
            ("link", "</style.css>; rel=preload"),
            ("access-control-allow-origin", "*"),
        ] {
            set(name, value);
        }
    }
    for line in faults.all("header") {
        if let Some((name, value)) = line.split_once(':') {
            set(name.trim(), value.trim());
        }
    }
}
