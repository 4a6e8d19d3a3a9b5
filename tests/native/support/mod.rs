//! A transport that plays a script on a clock of its own: no sockets, no waiting.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use openai_wasm::policy::headers::HeaderList;
use openai_wasm::policy::retry::Permille;
use openai_wasm::transport::{Body, Fault, FaultKind, Request, Response, Streaming, Transport};
use openai_wasm::wire::form::FormField;
use serde_json::Value;

/// What the network does with one request.
#[derive(Clone)]
pub enum Step {
    /// Answers with status, headers and a body of these pieces.
    Answer(u16, Vec<(&'static str, &'static str)>, Vec<Piece>),
    /// Fails before a response.
    Fail(FaultKind),
    /// Never answers.
    Hang,
}

/// What a body does next; its end is clean.
#[derive(Clone)]
pub enum Piece {
    Bytes(&'static str),
    /// Nothing for so many milliseconds.
    Pause(u32),
    /// The connection breaks.
    Break,
}

/// What a request carried.
#[derive(Clone, Debug, PartialEq)]
pub enum Sent {
    Text(String),
    /// Each field as `name=text`, or as `name=@filename;type;content`.
    Form(Vec<String>),
}

impl From<String> for Sent {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Sent {
    pub fn json(&self) -> Value {
        match self {
            Self::Text(text) => serde_json::from_str(text).unwrap(),
            Self::Form(fields) => panic!("a form: {fields:?}"),
        }
    }
}

#[derive(Default)]
struct World {
    now: AtomicU64,
    /// Deadlines that something waits for.
    timers: Mutex<BTreeMap<u64, usize>>,
    script: Mutex<VecDeque<Step>>,
    requests: Mutex<Vec<Request<Sent>>>,
    slept: Mutex<Vec<u32>>,
    open_bodies: AtomicUsize,
    aborted_sends: AtomicUsize,
    apart: AtomicBool,
}

#[derive(Clone, Default)]
pub struct Scripted(Arc<World>);

impl Scripted {
    pub fn new(script: impl IntoIterator<Item = Step>) -> Self {
        let world = Self::default();
        world.0.script.lock().unwrap().extend(script);
        world
    }

    /// The same where every request of the program stands alone.
    pub fn apart(self) -> Self {
        self.0.apart.store(true, SeqCst);
        self
    }

    pub fn requests(&self) -> Vec<Request<Sent>> {
        self.0.requests.lock().unwrap().clone()
    }

    /// Milliseconds on the scripted clock.
    pub fn now(&self) -> u64 {
        self.0.now.load(SeqCst)
    }

    /// Bodies that are neither read to their end nor dropped.
    pub fn open_bodies(&self) -> usize {
        self.0.open_bodies.load(SeqCst)
    }

    /// Requests that were dropped before they were answered.
    pub fn aborted_sends(&self) -> usize {
        self.0.aborted_sends.load(SeqCst)
    }

    /// Runs a future to its end, jumping the clock to the next deadline whenever all wait.
    pub fn run<F: IntoFuture>(&self, future: F) -> F::Output {
        let mut future = pin!(future.into_future());
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            let next = self.0.timers.lock().unwrap().keys().next().copied();
            let next = next.expect("the future waits for nothing: it hangs");
            self.0.timers.lock().unwrap().remove(&next);
            self.0.now.fetch_max(next, SeqCst);
        }
    }

    /// Runs a future up to a time on the clock, where it still has to wait.
    pub fn run_until<F: Future>(&self, ms: u64, mut future: Pin<&mut F>) {
        let mut context = Context::from_waker(Waker::noop());
        loop {
            assert!(future.as_mut().poll(&mut context).is_pending(), "it ended");
            let next = self.0.timers.lock().unwrap().keys().next().copied();
            let Some(next) = next.filter(|next| *next <= ms) else {
                self.0.now.store(ms, SeqCst);
                return;
            };
            self.0.timers.lock().unwrap().remove(&next);
            self.0.now.fetch_max(next, SeqCst);
        }
    }

    /// The items of a stream, to its end.
    pub fn drain<S: Stream + Unpin>(&self, mut stream: S) -> Vec<S::Item> {
        let mut items = Vec::new();
        while let Some(item) = self.run(std::future::poll_fn(|context| {
            Pin::new(&mut stream).poll_next(context)
        })) {
            items.push(item);
        }
        items
    }

    fn timer(&self, ms: u32) -> Timer {
        let at = self.now() + u64::from(ms);
        *self.0.timers.lock().unwrap().entry(at).or_default() += 1;
        Timer {
            world: self.clone(),
            at,
        }
    }
}

struct Timer {
    world: Scripted,
    at: u64,
}

impl Future for Timer {
    type Output = ();
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.world.now() >= self.at {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let mut timers = self.world.0.timers.lock().unwrap();
        if let Some(count) = timers.get_mut(&self.at) {
            *count -= 1;
            if *count == 0 {
                timers.remove(&self.at);
            }
        }
    }
}

#[derive(Debug)]
pub struct ScriptedFault(FaultKind);

impl fmt::Display for ScriptedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "scripted {:?}", self.0)
    }
}

impl Fault for ScriptedFault {
    fn kind(&self) -> FaultKind {
        self.0
    }
}

impl std::error::Error for ScriptedFault {}

/// A body; what is left of it when it is dropped counts as closed.
pub struct ScriptedBody {
    world: Scripted,
    pieces: VecDeque<Piece>,
    pause: Option<Timer>,
}

impl Drop for ScriptedBody {
    fn drop(&mut self) {
        let open = &self.world.0.open_bodies;
        open.fetch_sub(1, SeqCst);
    }
}

impl Stream for ScriptedBody {
    type Item = Result<Vec<u8>, ScriptedFault>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(pause) = &mut self.pause {
            if Pin::new(pause).poll(context).is_pending() {
                return Poll::Pending;
            }
            self.pause = None;
        }
        match self.pieces.pop_front() {
            None => Poll::Ready(None),
            Some(Piece::Bytes(bytes)) => Poll::Ready(Some(Ok(bytes.as_bytes().to_vec()))),
            Some(Piece::Break) => Poll::Ready(Some(Err(ScriptedFault(FaultKind::Body)))),
            Some(Piece::Pause(ms)) => {
                let pause = self.world.timer(ms);
                self.pause = Some(pause);
                self.poll_next(context)
            }
        }
    }
}

impl Body<ScriptedFault> for ScriptedBody {
    async fn text(mut self) -> Result<String, ScriptedFault> {
        let mut bytes = Vec::new();
        while let Some(piece) = std::future::poll_fn(|c| Pin::new(&mut self).poll_next(c)).await {
            bytes.extend(piece?);
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl Streaming<ScriptedFault> for ScriptedBody {
    type Bytes = Self;
    fn into_bytes(self) -> Self {
        self
    }
}

/// Counts a request that is dropped while it hangs.
struct Pending(Scripted);

impl Drop for Pending {
    fn drop(&mut self) {
        let aborted = &self.0.0.aborted_sends;
        aborted.fetch_add(1, SeqCst);
    }
}

impl Transport for Scripted {
    type Payload = Sent;
    type Body = ScriptedBody;
    type Fault = ScriptedFault;

    fn form(&self, fields: &[FormField<'_>]) -> Result<Sent, ScriptedFault> {
        let fields = fields.iter().map(|field| match field {
            FormField::Text { name, value } => format!("{name}={value}"),
            FormField::File { name, file } => {
                let kind = file.content_type.as_deref().unwrap_or_default();
                let content = String::from_utf8_lossy(&file.bytes);
                format!("{name}=@{};{kind};{content}", file.filename)
            }
            other => panic!("{other:?}"),
        });
        Ok(Sent::Form(fields.collect()))
    }

    async fn send(&self, request: Request<Sent>) -> Result<Response<ScriptedBody>, ScriptedFault> {
        self.0.requests.lock().unwrap().push(request);
        let step = self.0.script.lock().unwrap().pop_front();
        match step.expect("the script has no step for this request") {
            Step::Fail(kind) => Err(ScriptedFault(kind)),
            Step::Hang => {
                let _pending = Pending(self.clone());
                std::future::pending().await
            }
            Step::Answer(status, headers, pieces) => {
                let mut list = HeaderList::new();
                for (name, value) in headers {
                    list.set(name, value);
                }
                self.0.open_bodies.fetch_add(1, SeqCst);
                let body = ScriptedBody {
                    world: self.clone(),
                    pieces: pieces.into(),
                    pause: None,
                };
                Ok(Response {
                    status,
                    headers: list,
                    body,
                })
            }
        }
    }

    async fn sleep(&self, ms: u32) {
        self.0.slept.lock().unwrap().push(ms);
        self.timer(ms).await;
    }

    fn now_unix_ms(&self) -> u64 {
        self.now()
    }

    fn chance(&self) -> Permille {
        Permille(0)
    }

    fn requests_are_apart(&self) -> bool {
        self.0.apart.load(SeqCst)
    }
}
