//! One request to the upstream and what becomes of its answer.

use std::future::ready;

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, ReadableStream, ReadableStreamDefaultReader, Request, RequestInit,
    RequestRedirect, Response,
};

use super::pieces::Pieces;
use super::relay::{self, Relayed, Terms};
use super::upload::{self, Pump};
use super::{Host, body, headers, now_unix_ms, respond, signal_of};
use crate::proxy::admission::{self, Admission, Lost, Place, UpstreamRequest};
use crate::proxy::error::ProxyError;
use crate::proxy::request::pace::Pace;
use crate::proxy::response::head::Head;
use crate::proxy::response::{Body, Inspector, Reply, Step, upstream_error};

/// A request that may go on.
pub(super) struct Exchange<'a> {
    pub(super) request: &'a Request,
    pub(super) host: &'a Host,
    pub(super) sent: UpstreamRequest,
    /// How slowly an upload may come.
    pub(super) pace: Pace,
}

/// What the caller gets of an answer that is passed on.
struct Passed {
    head: admission::Response,
    body: JsValue,
}

/// The upstream's answer and what ends it.
struct Asked {
    response: Response,
    controller: AbortController,
}

impl Exchange<'_> {
    /// Sends the request on, and does with the answer what its inspector says.
    pub(super) async fn run(mut self, mut admission: Admission) -> Response {
        let now_ms = now_unix_ms();
        let forwarded = admission.forwarded(now_ms);
        let has_body = admission.has_body();
        let (Some(forwarded), false) = (forwarded, self.caller_left()) else {
            // Of a request whose caller has left already the upstream hears nothing, so it costs nothing.
            self.host.release();
            return respond(
                admission.refuse(&upstream_error::unreachable(), now_ms),
                None,
            );
        };
        let mut inspector = Inspector::new(forwarded, now_ms);
        let asked = match self.ask(&mut inspector).await {
            Ok(asked) => asked,
            Err(error) => {
                self.settle(&mut inspector);
                return respond(admission.refuse(&error, now_unix_ms()), None);
            }
        };
        match self.pass_on(asked, inspector, &mut admission).await {
            Ok(Passed { head, .. }) if !has_body => respond(head, None),
            Ok(Passed { head, body }) => respond(head, Some(body)),
            Err(error) => respond(admission.refuse(&error, now_unix_ms()), None),
        }
    }

    /// An exchange ends here.
    fn settle(&self, inspector: &mut Inspector) {
        let event = inspector.record(now_unix_ms());
        if let (Some(on_usage), Some(event)) = (self.host.teller(), event) {
            (self.host.wait_until)(on_usage(event));
        }
    }

    /// Waits for the head of the answer.
    async fn ask(&mut self, inspector: &mut Inspector) -> Result<Asked, ProxyError> {
        let internal = |_| ProxyError::internal();
        let controller = controller().map_err(internal)?;
        self.follow_caller(&controller).map_err(internal)?;

        let init = RequestInit::new();
        init.set_method(self.sent.method);
        init.set_redirect(RequestRedirect::Manual);
        init.set_signal(Some(&controller.signal()));
        init.set_headers(&*headers(&self.sent.headers).map_err(internal)?);
        let pump = self.attach(&init).map_err(internal)?;
        let sent = match fetch(self.host.fetch.as_ref(), &self.sent.url, &init) {
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
                self.leave_if_left(inspector);
                return Err(refused(inspector.give_up(Admission::lost_upload(why))));
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

    /// Gives the request its body, and an upload what passes it on.
    fn attach(&mut self, init: &RequestInit) -> Result<Pump, JsValue> {
        let nothing: Pump = Box::pin(ready(Ok(())));
        if let Some(bytes) = self.sent.body.take() {
            init.set_body(&Uint8Array::from(bytes.as_slice()));
            return Ok(nothing);
        }
        let (Some(length), Some(stream)) = (self.sent.upload_bytes, self.request.body()) else {
            return Ok(nothing);
        };
        let (body, pump) = upload::watched(stream, length, self.pace)?;
        init.set_body(&body);
        // Other platforms than Workers ask for it with a stream (Fetch standard, RequestInit).
        Reflect::set(
            init,
            &JsValue::from_str("duplex"),
            &JsValue::from_str("half"),
        )?;
        Ok(pump)
    }

    /// The upstream did not answer, as `fetch` says. What it throws may name the address.
    fn unreachable(&self, inspector: &mut Inspector, cause: &JsValue) -> ProxyError {
        self.leave_if_left(inspector);
        let message = cause.dyn_ref::<js_sys::Error>().map(js_sys::Error::message);
        let message = message.and_then(|message| message.as_string());
        let is_ours = self.host.fetch.is_none();
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
        admission: &mut Admission,
    ) -> Result<Passed, ProxyError> {
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
                    let head = admission.pass(content_type);
                    let body = match body {
                        Body::Whole => held.joined().into(),
                        Body::Text(text) => Uint8Array::from(text.as_bytes()).into(),
                        Body::Untouched => {
                            self.untouched(response.body(), admission.take_place())?
                        }
                        Body::Stream => {
                            let relayed = Relayed {
                                held,
                                body: response.body(),
                                controller,
                                inspector,
                                place: admission.take_place(),
                            };
                            let body = self.relay(relayed, admission.has_body())?;
                            return Ok(Passed { head, body });
                        }
                    };
                    self.settle(&mut inspector);
                    return Ok(Passed { head, body });
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

    /// The platform pumps the body without waking this code again. The place is given back when it has
    /// ended, in whatever way.
    fn untouched(
        &self,
        body: Option<ReadableStream>,
        place: Option<Place>,
    ) -> Result<JsValue, ProxyError> {
        let (Some(body), Some(place)) = (&body, place) else {
            return Ok(body.into());
        };
        let (readable, ended) = pipe(body).map_err(|_| ProxyError::internal())?;
        // A Worker's request ends with its answer; what follows on it must be waited for.
        (self.host.wait_until)(Box::pin(async move {
            let _ = JsFuture::from(ended).await;
            drop(place);
        }));
        Ok(readable)
    }

    /// The stream that the caller gets.
    fn relay(&self, relayed: Relayed, has_body: bool) -> Result<JsValue, ProxyError> {
        let terms = Terms {
            signal: signal_of(self.request),
            on_usage: self.host.teller(),
        };
        let (stream, end) = relay::pass(relayed, terms).map_err(|_| ProxyError::internal())?;
        (self.host.wait_until)(end);
        if !has_body {
            let _ = stream.cancel();
        }
        Ok(stream.into())
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

/// A pipe of the platform's around a body: its readable end, and a promise of the body's end.
fn pipe(body: &ReadableStream) -> Result<(JsValue, Promise), JsValue> {
    let global = js_sys::global();
    // workerd's own kind passes bytes on without waking JavaScript.
    let class = ["IdentityTransformStream", "TransformStream"]
        .into_iter()
        .filter_map(|name| Reflect::get(&global, &JsValue::from_str(name)).ok())
        .find_map(|class| class.dyn_into::<Function>().ok())
        .ok_or(JsValue::UNDEFINED)?;
    let pipe = Reflect::construct(&class, &Array::new())?;
    let part = |name| Reflect::get(&pipe, &JsValue::from_str(name));
    let pipe_to: Function = Reflect::get(body, &JsValue::from_str("pipeTo"))?.dyn_into()?;
    let ended = pipe_to.call1(body, &part("writable")?)?;
    Ok((part("readable")?, Promise::resolve(&ended)))
}

/// What the caller gets after the last step. One who has left gets nothing.
fn refused(last: Step) -> ProxyError {
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
