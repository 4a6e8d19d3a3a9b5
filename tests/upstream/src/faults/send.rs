//! The answer on its way out: paced, counted, and spoiled where a fault says so.

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http_body::{Frame, SizeHint};
use tokio::sync::Semaphore;

use super::{Faults, events};
use crate::{
    record::{Entry, Outcome},
    tap::Connection,
};

/// What DeepSeek sends to keep a JSON call alive.
const BLANKS: &[u8] = b"\n\n\n";

/// What goes out next.
enum Step {
    Bytes {
        bytes: Bytes,
        ends_event: bool,
    },
    Pause(Duration),
    /// Waits for `POST /__control/step`.
    Permit,
    /// Nothing more, connection open.
    Stall,
    /// The body ends as if it were whole.
    End,
    /// The connection closes inside the body.
    Cut,
    /// The connection is reset inside the body.
    Reset,
}

/// What an answer needs to know of its request.
pub struct Delivery {
    /// Faults to apply.
    pub faults: Arc<Faults>,
    /// Record to write.
    pub entry: Entry,
    /// Connection it goes to.
    pub connection: Arc<Connection>,
    /// Pause between events.
    pub interval: Duration,
    /// What `stepped` streams wait for before each event but the first.
    pub permits: Arc<Semaphore>,
    /// The request's bearer token, for `echo-key`.
    pub key: String,
}

type Source = Pin<Box<dyn Stream<Item = Result<Bytes, axum::Error>> + Send>>;

struct Sender {
    source: Source,
    delivery: Delivery,
    steps: VecDeque<Step>,
    /// Whether the body is an event stream, one event a frame.
    is_events: bool,
    events: u64,
    offered: u64,
    written_before: u64,
    length: Option<u64>,
    /// Byte-wise writing: how many at once, and the pause after.
    unit: Option<(usize, Duration)>,
    unit_pending: bool,
    source_ended: bool,
}

/// Sends `response` with the faults of its request.
pub fn send(response: Response, delivery: Delivery) -> Response {
    let (mut parts, body) = response.into_parts();
    let faults = delivery.faults.clone();
    delivery.entry.status(parts.status.as_u16());
    let is_events = parts
        .headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"));
    if let Some(value) = faults
        .get("content-type")
        .and_then(|v| HeaderValue::from_str(v).ok())
    {
        parts.headers.insert(header::CONTENT_TYPE, value);
    }
    if faults.has("gzip-lie") {
        parts
            .headers
            .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    let exact = http_body::Body::size_hint(&body).exact();
    let blanks = faults.has("leading-blanks") && !is_events;
    let exact = exact.map(|exact| exact + if blanks { BLANKS.len() as u64 } else { 0 });
    let mut length = if is_events || faults.has("end") {
        None
    } else {
        exact
    };
    if let (Some(length), Some(more)) = (length.as_mut(), faults.number("short-length", 100)) {
        *length += more;
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    let source: Source = match events::flood(&faults).filter(|_| is_events) {
        Some(flood) => Box::pin(stream::iter(flood.map(Ok))),
        None => Box::pin(body.into_data_stream()),
    };
    let unit = faults
        .number("drip", 1)
        .map(|pause| (1, Duration::from_millis(pause)))
        .or_else(|| faults.has("split").then_some((1, Duration::ZERO)))
        .or_else(|| {
            faults
                .number("chunk", 7)
                .map(|size| (size.max(1) as usize, Duration::ZERO))
        });
    let mut sender = Sender {
        source,
        steps: blanks
            .then(|| Step::Bytes {
                bytes: Bytes::from_static(BLANKS),
                ends_event: false,
            })
            .into_iter()
            .collect(),
        is_events,
        events: 0,
        offered: 0,
        written_before: delivery.connection.written.load(Ordering::Relaxed),
        length: exact.filter(|_| length.is_some()),
        unit,
        unit_pending: false,
        source_ended: false,
        delivery,
    };
    if exact == Some(0) && !is_events {
        // hyper never polls a body that is empty from the start.
        sender.delivery.entry.settle(Outcome::Complete);
    }
    let body = Outgoing {
        length,
        stream: Box::pin(stream::unfold(sender, Sender::next)),
    };
    Response::from_parts(parts, Body::new(body))
}

impl Sender {
    async fn next(mut self) -> Option<(io::Result<Bytes>, Self)> {
        loop {
            let Some(step) = self.steps.pop_front() else {
                if self.source_ended {
                    self.delivery.entry.settle(Outcome::Complete);
                    return None;
                }
                match self.source.next().await {
                    Some(Ok(frame)) => self.plan(frame),
                    Some(Err(_)) => self.steps.push_back(Step::Cut),
                    None => {
                        self.source_ended = true;
                        if self.delivery.faults.has("short-length") {
                            self.steps.push_back(Step::Cut);
                        }
                    }
                }
                continue;
            };
            match step {
                Step::Bytes { bytes, ends_event } => {
                    if let Some(bytes) = self.offer(bytes, ends_event).await {
                        return Some((Ok(bytes), self));
                    }
                }
                Step::Pause(pause) => tokio::time::sleep(pause).await,
                Step::Permit => {
                    if let Ok(permit) = self.delivery.permits.acquire().await {
                        permit.forget();
                    }
                }
                Step::Stall => match self.delivery.faults.number("keepalive", 100) {
                    None => std::future::pending().await,
                    Some(pause) => {
                        tokio::time::sleep(Duration::from_millis(pause.max(1))).await;
                        self.steps.push_front(Step::Stall);
                        return Some((Ok(Bytes::from_static(b": keep-alive\n\n")), self));
                    }
                },
                Step::End => {
                    self.delivery.entry.settle(Outcome::Complete);
                    return None;
                }
                Step::Cut => {
                    self.written_out().await;
                    self.delivery.entry.settle(Outcome::ServerCut);
                    return Some((Err(io::Error::other("cut by a fault")), self));
                }
                Step::Reset => {
                    self.written_out().await;
                    self.delivery.entry.settle(Outcome::ServerReset);
                    self.delivery
                        .connection
                        .reset
                        .store(true, Ordering::Relaxed);
                    return Some((Err(io::Error::other("reset by a fault")), self));
                }
            }
        }
    }

    /// Makes steps of one frame of the body.
    fn plan(&mut self, frame: Bytes) {
        if !self.is_events {
            self.steps.push_back(Step::Bytes {
                bytes: frame,
                ends_event: false,
            });
            return;
        }
        let faults = self.delivery.faults.clone();
        let index = self.events;
        self.events += 1;
        if index == 0 {
            self.halt_after_events(0);
            if let Some(bytes) = events::before_first(&faults) {
                self.steps.push_back(Step::Bytes {
                    bytes,
                    ends_event: false,
                });
            }
        } else if faults.has("stepped") {
            self.steps.push_back(Step::Permit);
        } else if !self.delivery.interval.is_zero() {
            self.steps.push_back(Step::Pause(self.delivery.interval));
        }
        let (is_done, first) = (events::is_last(&frame), frame.clone());
        let untouched = faults.text().is_empty();
        let bytes = if untouched {
            frame
        } else {
            Bytes::from(events::rewrite(&faults, index, &frame))
        };
        if !bytes.is_empty() {
            self.steps.push_back(Step::Bytes {
                bytes,
                ends_event: true,
            });
        }
        if index == 0 {
            for bytes in events::after_first(&faults, &self.delivery.key, &first) {
                self.steps.push_back(Step::Bytes {
                    bytes,
                    ends_event: true,
                });
            }
            if let Some(bytes) = events::giant(&faults, &first) {
                let whole = faults.has("giant");
                self.steps.push_back(Step::Bytes {
                    bytes,
                    ends_event: whole,
                });
                if !whole {
                    self.steps.push_back(Step::End);
                }
            }
        }
        if let Some(kind) = faults.get("error")
            && faults.number("error-after", 1).unwrap_or(1).max(1) == self.events
        {
            self.steps.push_back(Step::Bytes {
                bytes: events::error(kind),
                ends_event: true,
            });
            self.steps.push_back(Step::End);
        }
        self.halt_after_events(self.events);
        if is_done {
            if let Some(size) = faults.number("after-done", 1024) {
                let late = b"data: {\"late\":true}\n\n".repeat(size as usize / 21 + 1);
                self.steps.push_back(Step::Bytes {
                    bytes: Bytes::from(late),
                    ends_event: false,
                });
            }
            if faults.has("hold-open") {
                self.steps.push_back(Step::Stall);
            }
        }
    }

    /// Faults that end the stream after so many events.
    fn halt_after_events(&mut self, events: u64) {
        let faults = self.delivery.faults.clone();
        let due = |name: &str| faults.number(name, 1) == Some(events);
        if due("stall") {
            self.steps.push_back(Step::Stall);
        } else if due("cut-events") {
            self.steps.push_back(Step::Cut);
        } else if due("reset-events") {
            self.steps.push_back(Step::Reset);
        } else if due("end-events") {
            self.steps.push_back(Step::End);
        }
    }

    /// Hands bytes to the connection, as many as the faults let through.
    async fn offer(&mut self, mut bytes: Bytes, mut ends_event: bool) -> Option<Bytes> {
        if bytes.is_empty() {
            return None;
        }
        if let Some((size, pause)) = self.unit {
            if std::mem::replace(&mut self.unit_pending, true) {
                // A pending body makes hyper flush what it has.
                if pause.is_zero() {
                    tokio::task::yield_now().await;
                } else {
                    tokio::time::sleep(pause).await;
                }
            }
            if bytes.len() > size {
                let rest = bytes.split_off(size);
                self.steps.push_front(Step::Bytes {
                    bytes: rest,
                    ends_event,
                });
                ends_event = false;
            }
        }
        let faults = &self.delivery.faults;
        let mut limits = ["cut", "reset", "end"]
            .into_iter()
            .filter_map(|name| faults.number(name, 0).map(|limit| (limit, name)))
            .collect::<Vec<_>>();
        if !self.is_events
            && let Some(limit) = faults.number("stall", 0)
        {
            limits.push((limit, "stall"));
        }
        if let Some((limit, name)) = limits.into_iter().min()
            && self.offered + bytes.len() as u64 > limit
        {
            bytes.truncate(limit.saturating_sub(self.offered) as usize);
            ends_event = false;
            self.steps.clear();
            self.steps.push_front(match name {
                "cut" => Step::Cut,
                "reset" => Step::Reset,
                "stall" => Step::Stall,
                _ => Step::End,
            });
            if bytes.is_empty() {
                return None;
            }
        }
        self.offered += bytes.len() as u64;
        self.delivery.entry.offered(bytes.len(), ends_event);
        if self.length == Some(self.offered) && !faults.has("short-length") {
            self.delivery.entry.settle(Outcome::Complete);
        }
        Some(bytes)
    }

    /// Waits until the kernel has all that was offered (at most 2 s: a client may not read).
    async fn written_out(&mut self) {
        for _ in 0..2000 {
            let written = self.delivery.connection.written.load(Ordering::Relaxed);
            if written.saturating_sub(self.written_before) >= self.offered && written > 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // One more turn, so that the frame's last bytes are out as well.
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// A body that says its length where it has one.
struct Outgoing {
    length: Option<u64>,
    stream: Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>,
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.stream
            .as_mut()
            .poll_next(context)
            .map(|item| item.map(|data| data.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        self.length
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
