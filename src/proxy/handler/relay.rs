//! Passes an answer on to the caller of a Worker in Rust: the loop, the clock and the end. What goes
//! on is decided by [`Filter`].
//!
//! The npm package has the same loop in `pkg-template/edge/relay.js`, where a stream has to outlive
//! the WebAssembly instance that began it.

use std::cell::{Cell, RefCell};
use std::future::{poll_fn, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures_util::future::{AbortHandle, Abortable, Either, LocalBoxFuture, join, select};
use futures_util::stream::{self, StreamExt};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, Promise, TypeError, Uint8Array};
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, ReadableStream, ReadableStreamDefaultReader};

use super::body;
use super::hooks::Relayed;
use super::host::OnUsage;
use super::now_unix_ms;
use crate::proxy::refusal::Refusal;
use crate::proxy::response::deadlines::{Break, HEARTBEAT, Limits, Look, Times};
use crate::proxy::response::filter::{Filter, Then};
use crate::proxy::response::usage::Account;

/// How long the rest of a body may take once its answer is whole, in milliseconds.
const DRAIN_MS: u32 = 1000;

/// What a request says of how its answer is passed on.
pub(super) struct Terms {
    pub limits: Limits,
    /// Tells that the caller has left.
    pub signal: Option<AbortSignal>,
    pub on_usage: Option<OnUsage>,
}

/// The stream that the caller gets, and what must be kept going beside it: it keeps the time, hears
/// that the caller leaves, and tells what the answer has cost.
pub(super) fn pass(
    relayed: Relayed,
    terms: Terms,
) -> Result<(ReadableStream, LocalBoxFuture<'static, ()>), JsValue> {
    let (stirred, stir) = stirring(terms.signal.as_ref())?;
    let (stop, stopped) = AbortHandle::new_pair();
    let answer = Rc::new(Answer {
        watch: RefCell::new(relayed.watch),
        account: relayed.account,
        limits: terms.limits,
        signal: terms.signal,
        // A body that somebody else reads has nothing for us: the answer is truncated.
        reader: relayed.body.and_then(|body| body::reader(body).ok()),
        controller: relayed.controller,
        release: relayed.release,
        began_ms: now_unix_ms(),
        waiting_since_ms: Cell::new(None),
        sent_ms: Cell::new(now_unix_ms()),
        beat: Cell::new(false),
        asked: RefCell::new(None),
        ended: Cell::new(false),
        last: RefCell::new(None),
        stop,
        stir,
    });
    let end = tend(Rc::clone(&answer), stirred, terms.on_usage);
    let pump = Pump {
        answer: Rc::clone(&answer),
        first: relayed.first,
        pending: None,
        held: Vec::new(),
        again: false,
        bytes: 0,
    };
    let chunks = stream::unfold(pump, |mut pump| async move {
        let chunk = pump.next().await?;
        Some((Ok(chunk.into()), pump))
    });
    // Whoever ends the answer from outside ends a read that is pending, too.
    let chunks = Abortable::new(Box::pin(chunks), stopped);
    let last = stream::once(ready(())).filter_map(move |()| ready(answer.last.take()));
    let stream = wasm_streams::ReadableStream::from_stream(chunks.chain(last));
    Ok((stream.into_raw(), Box::pin(end)))
}

/// An event that comes once: the caller leaves, or what it gives beside is called.
fn stirring(signal: Option<&AbortSignal>) -> Result<(JsFuture, Function), JsValue> {
    let mut stir = None;
    let stirred = Promise::new(&mut |resolve, _| stir = Some(resolve));
    let stir = stir.ok_or(JsValue::UNDEFINED)?;
    if let Some(signal) = signal {
        if signal.aborted() {
            stir.call0(&JsValue::UNDEFINED)?;
        }
        signal.add_event_listener_with_callback("abort", &stir)?;
    }
    Ok((JsFuture::from(stirred), stir))
}

/// Until the answer ends, and behind its end.
async fn tend(answer: Rc<Answer>, mut stirred: JsFuture, on_usage: Option<OnUsage>) {
    // One timer for all, and none for each read.
    while !answer.ended.get() {
        match answer.look() {
            Err(why) => answer.breaks(why),
            Ok(Look { beat, again_ms }) => {
                if beat {
                    answer.beat();
                }
                let again = TimeoutFuture::new(again_ms);
                if let Either::Left(_) = select(&mut stirred, again).await {
                    // Unless the answer has ended, nobody but the caller's signal stirs.
                    answer.leave();
                }
            }
        }
    }
    let told = async {
        if let (Some(on_usage), Some(account)) = (on_usage, &answer.account) {
            let event = answer.watch.borrow().event(account, now_unix_ms());
            on_usage(event).await;
        }
    };
    join(told, answer.drain()).await;
}

/// An answer under way, in the hands of the stream and of the task beside it.
struct Answer {
    watch: RefCell<Filter>,
    account: Option<Account>,
    limits: Limits,
    signal: Option<AbortSignal>,
    reader: Option<ReadableStreamDefaultReader>,
    controller: AbortController,
    release: Option<Function>,
    began_ms: u64,
    /// Since when a read is awaited.
    waiting_since_ms: Cell<Option<u64>>,
    /// When the caller last got something.
    sent_ms: Cell<u64>,
    /// Is a heartbeat due, and who waits for it.
    beat: Cell<bool>,
    asked: RefCell<Option<Waker>>,
    ended: Cell<bool>,
    /// What the caller's stream ends with, if not with its own last byte.
    last: RefCell<Option<Result<JsValue, JsValue>>>,
    stop: AbortHandle,
    stir: Function,
}

impl Answer {
    fn look(&self) -> Result<Look, Break> {
        let is_between = self.watch.borrow().is_between_events();
        let times = Times {
            began_ms: self.began_ms,
            waiting_since_ms: self.waiting_since_ms.get(),
            quiet_since_ms: is_between.then(|| self.sent_ms.get()),
        };
        self.limits.look(&times, now_unix_ms())
    }

    /// Gives a caller who waits a heartbeat.
    fn beat(&self) {
        if let Some(asked) = self.asked.take() {
            self.beat.set(true);
            asked.wake();
        }
    }

    /// Something goes to the caller.
    fn sends(&self) {
        self.sent_ms.set(now_unix_ms());
    }

    /// The end, whichever it is: true exactly once.
    fn end(&self) -> bool {
        if self.ended.replace(true) {
            return false;
        }
        if let Some(release) = &self.release {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
        let _ = self.stir.call0(&JsValue::UNDEFINED);
        true
    }

    /// It is whole.
    fn done(&self) {
        self.end();
    }

    /// The caller has left.
    fn leave(&self) {
        if self.end() {
            self.close();
        }
    }

    /// It ends with an error: the stream's last event, or where there is no place for one a
    /// connection that breaks.
    fn fail(&self, refusal: &Refusal) {
        if self.end() {
            let event = self.watch.borrow().error_event(refusal);
            self.last.replace(Some(if event.is_empty() {
                Err(TypeError::new("The answer broke off.").into())
            } else {
                Ok(Uint8Array::from(event.as_bytes()).into())
            }));
            self.close();
        }
    }

    fn breaks(&self, why: Break) {
        if !self.ended.get() {
            let refusal = self.watch.borrow_mut().broken(why);
            self.fail(&refusal);
        }
    }

    /// The upstream's connection was lost, which may be our own doing.
    fn lost(&self) {
        if self.signal.as_ref().is_some_and(AbortSignal::aborted) {
            self.leave();
        } else {
            self.breaks(Break::Truncated);
        }
    }

    fn close(&self) {
        self.controller.abort();
        self.stop.abort();
    }

    /// A connection whose body was read to its end can be used again; one that stays open is closed.
    async fn drain(&self) {
        let Some(reader) = &self.reader else { return };
        if self.stop.is_aborted() {
            return;
        }
        let rest = Box::pin(body::next(reader));
        let over = select(rest, TimeoutFuture::new(DRAIN_MS)).await;
        if !matches!(over, Either::Left((Ok(None), _))) {
            self.controller.abort();
        }
    }
}

/// What a read brings: nothing at the body's end.
type Read = Result<Option<Uint8Array>, JsValue>;

/// What comes first.
enum Next {
    Read(Read),
    Beat,
}

/// Gives the caller's stream its chunks, one for each time that it asks. Dropped before the end, the
/// caller has left.
struct Pump {
    answer: Rc<Answer>,
    /// The beginning that was read already.
    first: Option<Uint8Array>,
    /// A read that goes on though its caller has got a heartbeat meanwhile.
    pending: Option<LocalBoxFuture<'static, Read>>,
    /// What has come and not gone on: an event that is not whole yet.
    held: Vec<u8>,
    /// Is there something in it that has not been judged?
    again: bool,
    bytes: u64,
}

impl Pump {
    async fn next(&mut self) -> Option<Uint8Array> {
        while !self.answer.ended.get() {
            // A read that goes on as it came need not be copied back.
            let mut whole = None;
            if !std::mem::take(&mut self.again) {
                let read = match self.read().await {
                    Next::Read(read) => read,
                    Next::Beat => {
                        self.answer.sends();
                        return Some(Uint8Array::from(HEARTBEAT.as_bytes()));
                    }
                };
                match read {
                    Ok(Some(chunk)) => {
                        let is_all = self.held.is_empty();
                        self.take(&chunk);
                        if self.bytes > self.answer.limits.max_answer_bytes {
                            self.answer.breaks(Break::Size);
                            return None;
                        }
                        whole = is_all.then_some(chunk);
                    }
                    Ok(None) => return self.over(),
                    Err(_) => {
                        self.answer.lost();
                        return None;
                    }
                }
            }
            let step = self.answer.watch.borrow_mut().push(&self.held);
            let chunk = match self.held.get(..step.forward) {
                None | Some([]) => None,
                Some(all) if all.len() == self.held.len() && whole.is_some() => whole,
                Some(part) => Some(Uint8Array::from(part)),
            };
            let gone = (step.forward + step.skip).min(self.held.len());
            self.held.drain(..gone);
            match step.then {
                Then::Wait => {}
                Then::Again => self.again = true,
                Then::Done => self.answer.done(),
                Then::Fail(refusal) => self.answer.fail(&refusal),
            }
            if chunk.is_some() {
                self.answer.sends();
                return chunk;
            }
        }
        None
    }

    async fn read(&mut self) -> Next {
        if let Some(first) = self.first.take() {
            return Next::Read(Ok(Some(first)));
        }
        let answer = Rc::clone(&self.answer);
        let Some(reader) = answer.reader.clone() else {
            return Next::Read(Ok(None));
        };
        answer.beat.set(false);
        if self.pending.is_none() {
            answer.waiting_since_ms.set(Some(now_unix_ms()));
            self.pending = Some(Box::pin(async move { body::next(&reader).await }));
        }
        let next = poll_fn(|context| self.poll_read(&answer, context)).await;
        if matches!(next, Next::Read(_)) {
            self.pending = None;
            answer.waiting_since_ms.set(None);
        }
        next
    }

    fn poll_read(&mut self, answer: &Answer, context: &mut Context<'_>) -> Poll<Next> {
        let pending = self
            .pending
            .as_mut()
            .map(|read| Pin::new(read).poll(context));
        if let Some(Poll::Ready(read)) = pending {
            return Poll::Ready(Next::Read(read));
        }
        if answer.beat.take() {
            return Poll::Ready(Next::Beat);
        }
        answer.asked.replace(Some(context.waker().clone()));
        Poll::Pending
    }

    fn take(&mut self, chunk: &Uint8Array) {
        body::append(&mut self.held, chunk);
        self.bytes += u64::from(chunk.length());
    }

    /// The upstream's body has ended: what is left of it, if that was the answer's end.
    fn over(&self) -> Option<Uint8Array> {
        let step = self.answer.watch.borrow_mut().end(&self.held);
        if let Then::Fail(refusal) = step.then {
            self.answer.fail(&refusal);
            return None;
        }
        self.answer.done();
        let rest = self.held.get(..step.forward)?;
        (!rest.is_empty()).then(|| Uint8Array::from(rest))
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        self.answer.leave();
    }
}
