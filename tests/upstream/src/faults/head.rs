//! Faults in the head of an answer, or in place of the endpoint.

use axum::{
    Json,
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::{Faults, events};
use crate::{api::models, error::ApiError};

/// 401 with the key masked as OpenAI masks it: the first 9 and the last 4 characters stay, as in `sk-proj-C****NARY`.
pub fn wrong_key(key: &str) -> ApiError {
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

/// `json` answers a stream call with JSON, `sse` a plain call with events.
pub fn with_stream_switched(faults: &Faults, body: Bytes) -> Bytes {
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

/// The fault `usage=KIND` on a whole answer.
pub async fn spoil_usage(faults: &Faults, response: Response) -> Response {
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

/// Faults that answer in the endpoint's place.
pub fn before_endpoint(faults: &Faults, key: &str, streams: bool) -> Option<Response> {
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
                models::DEFAULT
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

/// Headers that every answer has, and those of faults.
pub fn add_headers(faults: &Faults, headers: &mut HeaderMap, request_id: &str) {
    let mut set = |name: &str, value: &str| {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            headers.append(name, value);
        }
    };
    set("x-request-id", request_id);
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
