//! `/__control`: what tests ask of the stand-in itself. None of it is recorded.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    error::ApiError,
    faults::Order,
    record::{Log, Outcome},
    server::AppState,
};

/// The control routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/__control/health", get(async || Json(json!({"ok": true}))))
        .route("/__control/requests", get(requests).delete(reset))
        .route("/__control/faults", post(arm).get(armed).delete(disarm))
        .route("/__control/step", post(step))
        .route("/__control/wait", get(wait))
}

async fn requests(State(state): State<AppState>) -> Json<Value> {
    Json(report(&state.log))
}

fn report(log: &Log) -> Value {
    let (open, opened) = log.connections();
    let requests = log.records();
    json!({
        "hits": log.hits(), "requests": requests,
        "connections": {"open": open, "opened": opened},
    })
}

async fn reset(State(state): State<AppState>) -> StatusCode {
    state.log.clear();
    state.armed.clear();
    state
        .permits
        .forget_permits(state.permits.available_permits());
    StatusCode::NO_CONTENT
}

/// Takes one order or a list of orders.
async fn arm(State(state): State<AppState>, Json(body): Json<Value>) -> Result<Response, ApiError> {
    let orders = match body {
        Value::Array(orders) => orders,
        order => vec![order],
    };
    let orders: Vec<Order> = orders
        .into_iter()
        .map(serde_json::from_value)
        .collect::<Result<_, _>>()
        .map_err(|error| ApiError::invalid("faults", error.to_string()))?;
    for order in orders {
        state
            .armed
            .arm(order)
            .map_err(|error| ApiError::invalid("faults", error))?;
    }
    Ok(Json(json!({"waiting": state.armed.left()})).into_response())
}

async fn armed(State(state): State<AppState>) -> Json<Value> {
    Json(json!({"waiting": state.armed.left()}))
}

async fn disarm(State(state): State<AppState>) -> StatusCode {
    state.armed.clear();
    StatusCode::NO_CONTENT
}

/// Lets `stepped` streams send one event more.
async fn step(State(state): State<AppState>) -> StatusCode {
    state.permits.add_permits(1);
    StatusCode::NO_CONTENT
}

/// Conditions of `/__control/wait`; all that are given must hold.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Conditions {
    /// At least this many requests came in.
    requests: Option<u64>,
    /// At least this many have their whole body.
    bodies: Option<u64>,
    /// At least this many clients left before the end of their answer.
    closed: Option<u64>,
    /// At least this many requests ended, in whatever way.
    ended: Option<u64>,
    /// The last request was sent at least this many events.
    events: Option<u64>,
    /// At most this many connections are open.
    connections: Option<u64>,
    /// Give up after this time (default 2000, at most 60000).
    timeout_ms: Option<u64>,
}

impl Conditions {
    fn hold(&self, log: &Log) -> bool {
        let (mut bodies, mut closed, mut ended, mut events) = (0, 0, 0, 0);
        log.inspect(|records| {
            for record in records {
                bodies += u64::from(record.body_complete);
                closed += u64::from(record.outcome == Outcome::ClientClosed);
                ended += u64::from(record.outcome != Outcome::Open);
                events = record.events_sent;
            }
        });
        [
            (self.requests, log.hits()),
            (self.bodies, bodies),
            (self.closed, closed),
            (self.ended, ended),
            (self.events, events),
        ]
        .into_iter()
        .all(|(wanted, have)| wanted.is_none_or(|least| have >= least))
            && self
                .connections
                .is_none_or(|most| log.connections().0 <= most)
    }
}

/// Answers as soon as the conditions hold; 504 if they do not in time.
async fn wait(State(state): State<AppState>, Query(conditions): Query<Conditions>) -> Response {
    let mut changes = state.log.subscribe();
    let timeout = Duration::from_millis(conditions.timeout_ms.unwrap_or(2000).min(60_000));
    let satisfied = tokio::time::timeout(timeout, async {
        loop {
            changes.mark_unchanged();
            if conditions.hold(&state.log) {
                break;
            }
            if changes.changed().await.is_err() {
                break;
            }
        }
    })
    .await
    .is_ok();
    let mut report = report(&state.log);
    if let Some(report) = report.as_object_mut() {
        report.insert("satisfied".into(), json!(satisfied));
    }
    let status = if satisfied {
        StatusCode::OK
    } else {
        StatusCode::GATEWAY_TIMEOUT
    };
    (status, Json(report)).into_response()
}
