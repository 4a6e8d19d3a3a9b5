//! One request to the upstream and what becomes of its answer.

use std::future::ready;
use std::rc::Rc;

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, ReadableStream, ReadableStreamDefaultReader, Request, RequestInit,
    RequestRedirect, Response,
};

use super::body::{self, Lost};
use super::hooks::{Hooks, Relayed};
use super::payload::Payload;
use super::pieces::Pieces;
use super::slots::Slot;
use super::upload::Pump;
use super::{Answer, headers, now_unix_ms, signal_of};
use crate::proxy::pace::Pace;
use crate::proxy::policy::Route;
use crate::proxy::prompt::Prompt;
use crate::proxy::refusal::Refusal;
use crate::proxy::response::deadlines::Limits;
use crate::proxy::response::head::Head;
use crate::proxy::response::usage::Account;
use crate::proxy::response::{Body, Facts, Forwarded, Inspector, Reply, Step, upstream_error};
use crate::proxy::secret::Secret;
use crate::proxy::upstream;

/// A request that may go on.
pub(super) struct Exchange<'a> {
    pub(super) url: String,
    pub(super) route: Route,
    pub(super) key: &'a Secret,
    pub(super) request: &'a Request,
    pub(super) hooks: &'a Hooks<'a>,
    pub(super) request_id: &'a str,
    pub(super) subject: String,
    pub(super) timeout_ms: u32,
    pub(super) limits: Limits,
    /// How slowly an upload may come.
    pub(super) body_pace: Pace,
    /// What no error of the upstream may repeat.
    pub(super) prompt: Option<&'a Rc<Prompt>>,
}

/// The upstream's answer and what ends it.
struct Asked {
    response: Response,
    controller: AbortController,
}

impl Exchange<'_> {
    /// Sends the request on, and does with the answer what its inspector says.
    pub(super) async fn run(
        self,
        mut payload: Payload,
        slot: Option<Slot>,
    ) -> Result<Answer, Refusal> {
        // Of a request whose caller has left already the upstream hears nothing, so it costs nothing.
        if self.caller_left() {
            return Err(upstream_error::unreachable());
        }
        let mut inspector = Inspector::new(self.forwarded(&mut payload), now_unix_ms());
        match self.ask(payload, &mut inspector).await {
            Ok(asked) => self.pass_on(asked, inspector, slot).await,
            Err(refusal) => {
                self.settle(&mut inspector);
                Err(refusal)
            }
        }
    }

    fn forwarded(&self, payload: &mut Payload) -> Forwarded {
        // A request that can cost nothing needs no record.
        let is_recorded = self.hooks.report.is_some() && self.route.has_body();
        Forwarded {
            facts: Facts {
                route: self.route,
                upstream_host: self.url.split('/').nth(2).unwrap_or_default().to_owned(),
                streams: payload.streams,
                hides_usage: payload.hides_usage,
                hides_prompt: self.prompt.is_some(),
                inspects: self.hooks.relay.is_some(),
                timeout_ms: self.timeout_ms,
                limits: self.limits,
                account: is_recorded.then(|| Account {
                    request_id: self.request_id.to_owned(),
                    subject: self.subject.clone(),
                    route: self.route.path().to_owned(),
                    model: payload.model.take(),
                    stream: payload.streams,
                    request_bytes: payload.bytes,
                    max_output_tokens: payload.max_output_tokens,
                    started_at_ms: now_unix_ms(),
                }),
                stream: None,
            },
            key: self.key.clone(),
            prompt: self.prompt.cloned(),
        }
    }

    /// An exchange ends here.
    fn settle(&self, inspector: &mut Inspector) {
        let event = inspector.record(now_unix_ms());
        if let (Some(report), Some(event)) = (self.hooks.report, event) {
            report(event);
        }
    }

    /// Waits for the head of the answer.
    async fn ask(&self, mut payload: Payload, inspector: &mut Inspector) -> Result<Asked, Refusal> {
        let internal = |_| Refusal::internal();
        let controller = controller().map_err(internal)?;
        self.follow_caller(&controller).map_err(internal)?;

        let init = RequestInit::new();
        init.set_method(self.route.method());
        init.set_redirect(RequestRedirect::Manual);
        init.set_signal(Some(&controller.signal()));
        let mut list = upstream::request_headers(self.route, self.key);
        if let Some(content_type) = &payload.content_type {
            list.set("content-type", content_type.as_str());
        }
        init.set_headers(&*headers(&list).map_err(internal)?);
        let pump = payload
            .attach(&init, self.body_pace)
            .map_err(internal)?
            .unwrap_or_else(|| Box::pin(ready(Ok(()))));
        let sent = match fetch(self.hooks.fetch, &self.url, &init) {
            Ok(sent) => JsFuture::from(sent),
            Err(cause) => return Err(self.unreachable(inspector, &cause)),
        };
        inspector.tick(now_unix_ms(), None, false);
        let late = TimeoutFuture::new(inspector.again_ms());
        let answer = select(sent, late);
        let answer = match select(answer, pump).await {
            Either::Left((answer, pump)) => {
                if let Either::Left((Ok(_), _)) = &answer {
                    // The upstream answers before it has all of the upload.
                    go_on(pump, controller.clone());
                }
                answer
            }
            Either::Right((Ok(()), answer)) => answer.await,
            Either::Right((Err(why), _)) => {
                controller.abort();
                let refusal = match why {
                    Lost::Slow(why) => Refusal::too_slow(&why.to_string()),
                    Lost::Broken | Lost::Large => Refusal::body_incomplete(),
                };
                self.leave_if_left(inspector);
                return Err(refused(inspector.give_up(refusal)));
            }
        };
        match answer {
            Either::Left((Ok(response), _)) if is_response(&response) => Ok(Asked {
                response: response.unchecked_into(),
                controller,
            }),
            Either::Left((Err(cause), _)) => Err(self.unreachable(inspector, &cause)),
            Either::Left(_) => Err(self.unreachable(inspector, &JsValue::UNDEFINED)),
            Either::Right(((), _)) => {
                controller.abort();
                self.leave_if_left(inspector);
                // Timers may come a millisecond early.
                let late_ms = now_unix_ms() + u64::from(inspector.again_ms());
                Err(refused(inspector.tick(late_ms, None, false)))
            }
        }
    }

    /// The upstream did not answer, as `fetch` says. What it throws may name the address.
    fn unreachable(&self, inspector: &mut Inspector, cause: &JsValue) -> Refusal {
        self.leave_if_left(inspector);
        let message = cause.dyn_ref::<js_sys::Error>().map(js_sys::Error::message);
        let message = message.and_then(|message| message.as_string());
        let is_ours = self.hooks.fetch.is_none();
        refused(inspector.unreachable(is_ours.then(|| message.unwrap_or_default()).as_deref()))
    }

    fn leave_if_left(&self, inspector: &mut Inspector) {
        if self.caller_left() {
            inspector.left();
        }
    }

    /// Does what the inspector says until the caller's answer begins.
    async fn pass_on(
        &self,
        asked: Asked,
        mut inspector: Inspector,
        slot: Option<Slot>,
    ) -> Result<Answer, Refusal> {
        let Asked {
            response,
            controller,
        } = asked;
        let header = |name| response.headers().get(name).ok().flatten();
        let (content_type, retry_after) = (header("content-type"), header("retry-after"));
        let head = Head {
            status: response.status(),
            content_type: content_type.as_deref(),
            retry_after: retry_after.as_deref(),
        };
        let mut held = Pieces::default();
        let mut reader = None;
        let mut step = inspector.head(&head, now_unix_ms());
        loop {
            match step {
                Step::Wait => {
                    if reader.is_none() {
                        let body = response.body().map(body::reader);
                        // A body that somebody else reads has nothing for us.
                        reader = match body.transpose() {
                            Ok(reader) => reader,
                            Err(_) => {
                                step = inspector.lost();
                                continue;
                            }
                        };
                    }
                    step = self.read(reader.as_ref(), &mut inspector, &mut held).await;
                    continue;
                }
                Step::Forward { len, skip } => {
                    held.take(len + skip);
                }
                Step::Respond(Reply { content_type, body }) => {
                    if let Some(reader) = reader {
                        reader.release_lock();
                    }
                    let body = match body {
                        Body::Whole => held.joined().into(),
                        Body::Text(text) => Uint8Array::from(text.as_bytes()).into(),
                        Body::Untouched => self.untouched(response.body(), slot)?,
                        Body::Stream => {
                            let body = response.body();
                            let slot = slot.and_then(Slot::into_release);
                            return self
                                .relay(held, body, controller, inspector, slot)
                                .map(|body| Answer::Pass { body, content_type });
                        }
                    };
                    self.settle(&mut inspector);
                    return Ok(Answer::Pass { body, content_type });
                }
                last => {
                    // The rest of the body is of no use to anyone.
                    controller.abort();
                    self.settle(&mut inspector);
                    return Err(refused(last));
                }
            }
            step = inspector.step();
        }
    }

    /// Tells the inspector of the next piece of the body, or of the time.
    async fn read(
        &self,
        reader: Option<&ReadableStreamDefaultReader>,
        inspector: &mut Inspector,
        held: &mut Pieces,
    ) -> Step {
        let Some(reader) = reader else {
            return inspector.end(now_unix_ms());
        };
        let waiting_since_ms = now_unix_ms();
        let mut read = Box::pin(body::next(reader));
        loop {
            let step = inspector.tick(now_unix_ms(), Some(waiting_since_ms), false);
            if step != Step::Wait {
                return step;
            }
            match select(read, TimeoutFuture::new(inspector.again_ms())).await {
                Either::Left((Ok(Some(piece)), _)) => {
                    let bytes = piece.to_vec();
                    held.push(piece);
                    return inspector.push(&bytes, now_unix_ms());
                }
                Either::Left((Ok(None), _)) => return inspector.end(now_unix_ms()),
                Either::Left((Err(_), _)) => {
                    self.leave_if_left(inspector);
                    return inspector.lost();
                }
                Either::Right(((), pending)) => read = pending,
            }
        }
    }

    /// The platform pumps the body without waking this code again.
    fn untouched(
        &self,
        body: Option<ReadableStream>,
        slot: Option<Slot>,
    ) -> Result<JsValue, Refusal> {
        let held = match slot {
            Some(slot) => slot.hold(body, self.hooks.wait_until),
            None => Ok(body),
        };
        held.map(JsValue::from).map_err(|_| Refusal::internal())
    }

    /// The stream that the caller gets.
    fn relay(
        &self,
        held: Pieces,
        body: Option<ReadableStream>,
        controller: AbortController,
        inspector: Inspector,
        release: Option<Function>,
    ) -> Result<JsValue, Refusal> {
        let relay = self.hooks.relay.ok_or_else(Refusal::internal)?;
        relay(Relayed {
            held,
            body,
            controller,
            inspector,
            release,
        })
        .map(JsValue::from)
        .map_err(|_| Refusal::internal())
    }

    fn caller_left(&self) -> bool {
        signal_of(self.request).is_some_and(|signal| signal.aborted())
    }

    /// Aborts the upstream's fetch when the caller leaves: while it is awaited, and while its body
    /// streams. workerd's `fetch` does not take over the incoming request's signal, not even when it
    /// is passed, so it gets a controller of its own.
    ///
    /// The listener is the controller's own bound `abort`, no closure of ours: it works after this
    /// code has returned, and if its instance dies.
    fn follow_caller(&self, controller: &AbortController) -> Result<(), JsValue> {
        let Some(signal) = signal_of(self.request) else {
            return Ok(());
        };
        if signal.aborted() {
            controller.abort();
            return Ok(());
        }
        let abort: Function = Reflect::get(controller, &JsValue::from_str("abort"))?.dyn_into()?;
        // Bound without an argument, the event would become the abort's reason.
        let abort = abort.bind1(controller, &JsValue::UNDEFINED);
        signal.add_event_listener_with_callback("abort", abort.unchecked_ref())
    }
}

/// What the caller gets after the last step. One who has left gets nothing.
fn refused(last: Step) -> Refusal {
    match last {
        Step::Refuse(refusal) => refusal,
        _ => upstream_error::unreachable(),
    }
}

/// Passes the rest of an upload on. If it comes too slowly, the answer ends with it.
fn go_on(pump: Pump, controller: AbortController) {
    wasm_bindgen_futures::spawn_local(async move {
        if let Err(Lost::Slow(_)) = pump.await {
            controller.abort();
        }
    });
}

/// The platform's `fetch`, or the one in its place.
pub(super) fn fetch(
    own: Option<&Function>,
    url: &str,
    init: &RequestInit,
) -> Result<Promise, JsValue> {
    let url = JsValue::from_str(url);
    let answer = match own {
        Some(fetch) => fetch.call2(&JsValue::UNDEFINED, &url, init)?,
        None => {
            let global = js_sys::global();
            let fetch: Function = Reflect::get(&global, &JsValue::from_str("fetch"))?.dyn_into()?;
            fetch.call2(&JsValue::UNDEFINED, &url, init)?
        }
    };
    Ok(Promise::resolve(&answer))
}

/// A controller of the platform's. One that this instance made would end with it, and a stream that
/// is under way outlives a trap.
pub(super) fn controller() -> Result<AbortController, JsValue> {
    let class = Reflect::get(&js_sys::global(), &JsValue::from_str("AbortController"))?;
    let class: Function = class.dyn_into()?;
    Ok(Reflect::construct(&class, &Array::new())?.unchecked_into())
}

/// A given function may resolve to anything.
pub(super) fn is_response(value: &JsValue) -> bool {
    Reflect::get(value, &JsValue::from_str("status")).is_ok_and(|status| status.as_f64().is_some())
        && Reflect::get(value, &JsValue::from_str("headers"))
            .is_ok_and(|headers| headers.is_object())
}
