//! Passes an answer on to the caller of a Worker in Rust: reads, waits, and does what the answer's
//! [`Inspector`] says.
//!
//! The npm package's driver is `pkg-template/edge/relay.js`.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures_util::future::{Either, LocalBoxFuture, join, select};
use futures_util::stream;
use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, Promise, TypeError, Uint8Array};
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, ReadableStream, ReadableStreamDefaultReader};

use super::body;
use super::host::OnUsage;
use super::now_unix_ms;
use super::pieces::Pieces;
use crate::proxy::admission::Place;
use crate::proxy::response::{Inspector, Step};

/// How long the rest of a body may take once its answer is whole, in milliseconds.
const DRAIN_MS: u32 = 1000;

/// An answer to be passed on.
pub(super) struct Relayed {
    /// What was read of it and has not gone on.
    pub held: Pieces,
    /// The rest.
    pub body: Option<ReadableStream>,
    /// What ends its connection.
    pub controller: AbortController,
    /// What decides.
    pub inspector: Inspector,
    /// The caller's place among its requests in flight.
    pub place: Option<Place>,
}

/// What a request says of how its answer is passed on.
pub(super) struct Terms {
    /// Tells that the caller has left.
    pub signal: Option<AbortSignal>,
    pub on_usage: Option<OnUsage>,
}

/// The stream that the caller gets, and what must be kept going with it: it keeps the time, hears that
/// the caller leaves, and tells what the answer has cost.
pub(super) fn pass(
    relayed: Relayed,
    terms: Terms,
) -> Result<(ReadableStream, LocalBoxFuture<'static, ()>), JsValue> {
    let (woken, wake) = wake_on_abort(terms.signal.as_ref())?;
    let answer = Rc::new(Answer {
        inspector: RefCell::new(relayed.inspector),
        held: RefCell::new(relayed.held),
        signal: terms.signal,
        // A body that somebody else reads has nothing for us: the answer is truncated.
        reader: relayed.body.and_then(|body| body::reader(body).ok()),
        controller: relayed.controller,
        place: Cell::new(relayed.place),
        waiting_since_ms: Cell::new(None),
        ready: RefCell::default(),
        asked: RefCell::new(None),
        end: Cell::new(None),
        wake,
    });
    let first = answer.inspector.borrow_mut().step();
    answer.run(first);
    let end = supervise(Rc::clone(&answer), woken, terms.on_usage);
    let pump = Pump { answer, read: None };
    let chunks = stream::unfold(pump, |mut pump| async move {
        let chunk = poll_fn(|context| pump.poll_chunk(context)).await?;
        Some((chunk, pump))
    });
    let stream = wasm_streams::ReadableStream::from_stream(chunks);
    Ok((stream.into_raw(), Box::pin(end)))
}

/// Resolves once, when the caller leaves or the returned function is called.
fn wake_on_abort(signal: Option<&AbortSignal>) -> Result<(JsFuture, Function), JsValue> {
    let mut wake = None;
    let woken = Promise::new(&mut |resolve, _| wake = Some(resolve));
    let wake = wake.ok_or(JsValue::UNDEFINED)?;
    if let Some(signal) = signal {
        if signal.aborted() {
            wake.call0(&JsValue::UNDEFINED)?;
        }
        signal.add_event_listener_with_callback("abort", &wake)?;
    }
    Ok((JsFuture::from(woken), wake))
}

/// Keeps the deadlines until the answer ends, then reports what it has cost and drains its body.
async fn supervise(answer: Rc<Answer>, mut woken: JsFuture, on_usage: Option<OnUsage>) {
    // One timer for all, and none for each read.
    while answer.end.get().is_none() {
        answer.tick();
        let again = TimeoutFuture::new(answer.inspector.borrow().again_ms());
        if answer.end.get().is_none()
            && let Either::Left(_) = select(&mut woken, again).await
        {
            // Before the answer's end only the caller's signal wakes it.
            answer.leave();
        }
    }
    let event = answer.inspector.borrow_mut().record(now_unix_ms());
    let told = async {
        if let (Some(on_usage), Some(event)) = (on_usage, event) {
            on_usage(event).await;
        }
    };
    join(told, answer.drain()).await;
}

/// How an answer has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Whole,
    Failed,
    Broken,
    Left,
}

/// An answer under way, in the hands of the stream and of the task that tends it.
struct Answer {
    inspector: RefCell<Inspector>,
    /// What has come and is not settled.
    held: RefCell<Pieces>,
    signal: Option<AbortSignal>,
    reader: Option<ReadableStreamDefaultReader>,
    controller: AbortController,
    place: Cell<Option<Place>>,
    /// Since when a read is awaited.
    waiting_since_ms: Cell<Option<u64>>,
    /// What the caller gets when it asks.
    ready: RefCell<VecDeque<Uint8Array>>,
    /// The caller has asked, and gets what comes.
    asked: RefCell<Option<Waker>>,
    end: Cell<Option<End>>,
    wake: Function,
}

/// What a read brings: nothing at the body's end.
type Read = Result<Option<Uint8Array>, JsValue>;

impl Answer {
    fn tick(&self) {
        let is_asked = self.asked.borrow().is_some();
        let waiting_since_ms = self.waiting_since_ms.get();
        let mut inspector = self.inspector.borrow_mut();
        let step = inspector.tick(now_unix_ms(), waiting_since_ms, is_asked);
        drop(inspector);
        self.run(step);
    }

    fn take(&self, read: Read) {
        let mut inspector = self.inspector.borrow_mut();
        let step = match read {
            Ok(Some(piece)) => {
                let bytes = piece.to_vec();
                self.held.borrow_mut().push(piece);
                inspector.push(&bytes, now_unix_ms())
            }
            Ok(None) => inspector.end(now_unix_ms()),
            // The connection was lost, which may be our own doing.
            Err(_) if self.signal.as_ref().is_some_and(AbortSignal::aborted) => {
                drop(inspector);
                return self.leave();
            }
            Err(_) => inspector.lost(),
        };
        drop(inspector);
        self.run(step);
    }

    /// Does what the inspector says.
    fn run(&self, mut step: Step) {
        loop {
            match step {
                Step::Wait => break,
                Step::Forward { len, skip } => {
                    let mut held = self.held.borrow_mut();
                    if len > 0 {
                        self.ready.borrow_mut().push_back(held.take(len));
                    }
                    held.take(skip);
                }
                Step::Insert(text) => {
                    let text = Uint8Array::from(text.as_bytes());
                    self.ready.borrow_mut().push_back(text);
                }
                Step::Done => return self.end(End::Whole),
                Step::Failed => return self.end(End::Failed),
                // What begins an answer has been done before.
                Step::Broken | Step::Refuse(_) | Step::Respond(_) => return self.end(End::Broken),
            }
            step = self.inspector.borrow_mut().step();
        }
        if !self.ready.borrow().is_empty() {
            self.wake();
        }
    }

    fn wake(&self) {
        if let Some(asked) = self.asked.take() {
            asked.wake();
        }
    }

    /// The caller has left.
    fn leave(&self) {
        if self.end.get().is_none() {
            self.inspector.borrow_mut().left();
            self.end(End::Left);
        }
    }

    /// The end, which the inspector says once.
    fn end(&self, end: End) {
        self.end.set(Some(end));
        drop(self.place.take());
        let _ = self.wake.call0(&JsValue::UNDEFINED);
        if end != End::Whole {
            self.controller.abort();
        }
        self.wake();
    }

    /// A connection whose body was read to its end can be used again; one that stays open is closed.
    async fn drain(&self) {
        let Some(reader) = &self.reader else { return };
        if self.end.get() != Some(End::Whole) {
            return;
        }
        let rest = Box::pin(body::next(reader));
        let over = select(rest, TimeoutFuture::new(DRAIN_MS)).await;
        if !matches!(over, Either::Left((Ok(None), _))) {
            self.controller.abort();
        }
    }
}

/// Gives the caller's stream its chunks, one for each time that it asks. Dropped before the end, the
/// caller has left.
struct Pump {
    answer: Rc<Answer>,
    read: Option<LocalBoxFuture<'static, Read>>,
}

impl Pump {
    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<JsValue, JsValue>>> {
        let answer = Rc::clone(&self.answer);
        answer.asked.take();
        loop {
            if let Some(chunk) = answer.ready.borrow_mut().pop_front() {
                return Poll::Ready(Some(Ok(chunk.into())));
            }
            if let Some(end) = answer.end.get() {
                // A stream that has failed is not asked again.
                let broken = end == End::Broken;
                let error = broken.then(|| TypeError::new("The answer broke off.").into());
                return Poll::Ready(error.map(Err));
            }
            let read = self.read.get_or_insert_with(|| {
                answer.waiting_since_ms.set(Some(now_unix_ms()));
                let reader = answer.reader.clone();
                Box::pin(async move {
                    match reader {
                        Some(reader) => body::next(&reader).await,
                        None => Ok(None),
                    }
                })
            });
            let Poll::Ready(read) = read.as_mut().poll(context) else {
                answer.asked.replace(Some(context.waker().clone()));
                return Poll::Pending;
            };
            self.read = None;
            answer.waiting_since_ms.set(None);
            answer.take(read);
        }
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        self.answer.leave();
    }
}
