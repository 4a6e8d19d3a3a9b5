//! One request to the upstream and what becomes of its answer.

use std::future::ready;
use std::rc::Rc;

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStream, Request, RequestInit, RequestRedirect, Response};

use super::body::{self, Lost, Start};
use super::hooks::{Hooks, Relayed};
use super::log::{self, log};
use super::payload::Payload;
use super::slots::Slot;
use super::upload::Pump;
use super::{Answer, headers, now_unix_ms, signal_of};
use crate::proxy::pace::Pace;
use crate::proxy::policy::Route;
use crate::proxy::prompt::Prompt;
use crate::proxy::refusal::Refusal;
use crate::proxy::response::deadlines::{Break, Limits};
use crate::proxy::response::filter::{Filter, Form};
use crate::proxy::response::head::{self, Verdict};
use crate::proxy::response::upstream_error;
use crate::proxy::response::usage::{Account, Cost, Outcome, UsageEvent};
use crate::proxy::secret::Secret;
use crate::proxy::upstream;
use crate::wire::sniff::Content;

/// A JSON answer up to this size is looked at as a whole before any of it goes on. A longer one
/// (pictures, embeddings) goes on in pieces.
const MAX_WHOLE_BYTES: usize = 1 << 20;

/// A JSON answer up to this size becomes the one chunk of the stream that was asked for. It has room for
/// a picture.
const MAX_CHUNK_BYTES: usize = 8 << 20;

/// How long the body of an upstream's error is waited for.
const MAX_EXPLAINING_MS: u32 = 5000;

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

/// An answer of which more than the head must be looked at.
struct Looked {
    content_type: Option<String>,
    body: Option<ReadableStream>,
    controller: AbortController,
    hides_usage: bool,
}

/// Blanks before JSON, by which servers keep a connection alive, are nothing of the answer.
fn drop_blanks(bytes: &mut Vec<u8>) {
    if bytes.trim_ascii_start().is_empty() {
        bytes.clear();
    }
}

/// The upstream's answer and what ends it.
struct Asked {
    response: Response,
    controller: AbortController,
}

impl Exchange<'_> {
    /// Sends the request on and judges the answer.
    pub(super) async fn run(
        self,
        mut payload: Payload,
        slot: Option<Slot>,
    ) -> Result<Answer, Refusal> {
        let (streams, hides_usage) = (payload.streams, payload.hides_usage);
        // Of a request whose caller has left already the upstream hears nothing, so it costs nothing.
        if self.caller_left() {
            return Err(upstream_error::unreachable());
        }
        let account = Account {
            request_id: self.request_id.to_owned(),
            subject: self.subject.clone(),
            route: self.route.path().to_owned(),
            model: payload.model.take(),
            stream: streams,
            request_bytes: payload.bytes,
            max_output_tokens: payload.max_output_tokens,
            started_at_ms: now_unix_ms(),
        };
        match self.ask(payload).await {
            Ok(asked) => self.judge(asked, streams, hides_usage, account, slot).await,
            Err(refusal) => {
                self.settle(&account, Outcome::Failed, &Cost::default());
                Err(refusal)
            }
        }
    }

    /// Takes an event, if the answer can cost anything.
    fn report(&self) -> Option<&dyn Fn(UsageEvent)> {
        self.hooks.report.filter(|_| self.route.has_body())
    }

    /// An exchange ends here.
    fn settle(&self, account: &Account, outcome: Outcome, cost: &Cost) {
        if let Some(report) = self.report() {
            let outcome = if outcome != Outcome::Completed && self.caller_left() {
                Outcome::Disconnected
            } else {
                outcome
            };
            report(account.event(outcome, cost, now_unix_ms()));
        }
    }

    /// Waits for the head of the answer.
    async fn ask(&self, mut payload: Payload) -> Result<Asked, Refusal> {
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
        // What `fetch` throws may name the address; the caller learns only that it failed.
        let lost = |cause| {
            let own = self.hooks.fetch.is_some();
            log::unreachable(&self.url, own, self.key, &cause)
        };
        let sent = fetch(self.hooks.fetch, &self.url, &init).map_err(lost)?;
        let late = TimeoutFuture::new(self.timeout_ms);
        let answer = select(JsFuture::from(sent), late);
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
                return Err(match why {
                    Lost::Slow(why) => Refusal::too_slow(&why.to_string()),
                    Lost::Broken | Lost::Large => Refusal::body_incomplete(),
                });
            }
        };
        match answer {
            Either::Left((Ok(response), _)) if is_response(&response) => Ok(Asked {
                response: response.unchecked_into(),
                controller,
            }),
            Either::Left((Err(cause), _)) => Err(lost(cause)),
            Either::Left(_) => Err(lost(JsValue::UNDEFINED)),
            Either::Right(((), _)) => {
                controller.abort();
                Err(log::late(&self.url, self.timeout_ms))
            }
        }
    }

    async fn judge(
        &self,
        asked: Asked,
        streams: bool,
        hides_usage: bool,
        mut account: Account,
        slot: Option<Slot>,
    ) -> Result<Answer, Refusal> {
        let Asked {
            response,
            controller,
        } = asked;
        let status = response.status();
        let header = |name| response.headers().get(name).ok().flatten();
        let content_type = header("content-type");
        let mut refusal = match head::judge(self.route, status, content_type.as_deref(), streams) {
            Verdict::Pass(content_type) => {
                let form = Form::of(content_type);
                // An upload is not read: whether it asks for a stream, the answer says.
                account.stream = form == Form::Events;
                let watch = self.watch(form, hides_usage);
                let body = self
                    .pass(response.body(), controller, watch, account, slot)
                    .await?;
                return Ok(Answer::Pass { body, content_type });
            }
            Verdict::Look if self.hooks.relay.is_some() => {
                let looked = Looked {
                    content_type,
                    body: response.body(),
                    controller,
                    hides_usage,
                };
                let body = self.look(looked, account, slot).await?;
                let content_type = head::EVENTS;
                return Ok(Answer::Pass { body, content_type });
            }
            // Nobody looks at the bytes of this answer.
            Verdict::Look => upstream_error::unexpected_type(),
            Verdict::Refuse(refusal) => refusal,
            Verdict::Explain => {
                let (most, limits) = (
                    upstream_error::MAX_ERROR_BODY_BYTES,
                    self.explaining_limits(),
                );
                let body = body::read_start(response.body(), Vec::new(), &limits, |bytes| {
                    bytes.len() > most
                })
                .await;
                let whole = match body {
                    Ok(Start::Whole(whole)) => whole,
                    Ok(Start::Part(_)) | Err(_) => Vec::new(),
                };
                let prompt = self.prompt.map(Rc::as_ref);
                upstream_error::explain(status, &whole, self.key, prompt)
            }
        };
        // The rest of the body is of no use to anyone.
        controller.abort();
        let outcome = if status >= 400 {
            Outcome::Refused
        } else {
            Outcome::Failed
        };
        self.settle(&account, outcome, &Cost::default());
        if refusal.code == "upstream_auth" {
            log(&format!(
                "openai-wasm proxy: the upstream refused the key (status {status})"
            ));
        }
        if matches!(refusal.status, 429 | 503) {
            let value = header("retry-after");
            refusal.retry_after_seconds = head::retry_after(value.as_deref(), now_unix_ms() / 1000);
        }
        Err(refusal)
    }

    fn watch(&self, form: Form, hides_usage: bool) -> Filter {
        Filter::new(form, self.key, hides_usage).hiding(self.prompt.cloned())
    }

    /// The body as the caller gets it: an event stream in the making, or a whole answer.
    async fn pass(
        &self,
        body: Option<ReadableStream>,
        controller: AbortController,
        mut watch: Filter,
        account: Account,
        slot: Option<Slot>,
    ) -> Result<JsValue, Refusal> {
        if self.hooks.relay.is_none() {
            // Untouched: the platform pumps it without waking this code again.
            let Some(slot) = slot else {
                return Ok(body.into());
            };
            let held = slot.hold(body, self.hooks.wait_until);
            return held.map(JsValue::from).map_err(|_| Refusal::internal());
        }
        let mut first = Vec::new();
        if watch.form() != Form::Events {
            let too_long = |bytes: &mut Vec<u8>| {
                if watch.form() == Form::Bytes {
                    drop_blanks(bytes);
                }
                bytes.len() > MAX_WHOLE_BYTES
            };
            let start = body::read_start(body.clone(), first, &self.limits, too_long).await;
            match start {
                Ok(Start::Part(bytes)) => first = bytes,
                Ok(Start::Whole(whole)) => {
                    return match self.whole(&whole, &mut watch, &account) {
                        Ok(()) => Ok(Uint8Array::from(whole.as_slice()).into()),
                        Err(refusal) => Err(self.end(refusal, &controller, &watch, &account)),
                    };
                }
                Err(why) => {
                    let refusal = watch.broken(why);
                    return Err(self.end(refusal, &controller, &watch, &account));
                }
            }
        }
        self.relay(&first, body, controller, watch, account, slot)
    }

    /// An answer of another type where a stream was asked for: events, or the one chunk that its JSON
    /// becomes.
    async fn look(
        &self,
        looked: Looked,
        account: Account,
        slot: Option<Slot>,
    ) -> Result<JsValue, Refusal> {
        let Looked {
            content_type,
            body,
            controller,
            hides_usage,
        } = looked;
        let mut watch = self.watch(Form::Bytes, hides_usage);
        let content = |bytes: &[u8], ended| head::content(content_type.as_deref(), bytes, ended);
        let enough = |bytes: &mut Vec<u8>| content(bytes, false).is_some();
        let start = body::read_start(body.clone(), Vec::new(), &self.limits, enough).await;
        let (bytes, body) = match start {
            Ok(Start::Whole(bytes)) => (bytes, None),
            Ok(Start::Part(bytes)) => (bytes, body),
            Err(why) => {
                let refusal = watch.broken(why);
                return Err(self.end(refusal, &controller, &watch, &account));
            }
        };
        let refusal = match content(&bytes, body.is_none()) {
            Some(Content::Events) => {
                let watch = self.watch(Form::Events, hides_usage);
                return self.relay(&bytes, body, controller, watch, account, slot);
            }
            Some(Content::Json) => {
                let too_long = |bytes: &mut Vec<u8>| {
                    drop_blanks(bytes);
                    bytes.len() > MAX_CHUNK_BYTES
                };
                match body::read_start(body, bytes, &self.limits, too_long).await {
                    Ok(Start::Part(_)) => watch.broken(Break::Size),
                    Err(why) => watch.broken(why),
                    Ok(Start::Whole(json)) => match watch.whole(&json) {
                        Some(refusal) => refusal,
                        None => match head::as_events(&json) {
                            Some(events) => {
                                self.settle(&account, Outcome::Completed, &watch.cost());
                                return Ok(Uint8Array::from(events.as_bytes()).into());
                            }
                            None => upstream_error::unexpected_type(),
                        },
                    },
                }
            }
            Some(Content::Other) | None => upstream_error::unexpected_type(),
        };
        Err(self.end(refusal, &controller, &watch, &account))
    }

    /// The stream that the caller gets.
    fn relay(
        &self,
        first: &[u8],
        body: Option<ReadableStream>,
        controller: AbortController,
        watch: Filter,
        account: Account,
        slot: Option<Slot>,
    ) -> Result<JsValue, Refusal> {
        let relay = self.hooks.relay.ok_or_else(Refusal::internal)?;
        relay(Relayed {
            first: (!first.is_empty()).then(|| Uint8Array::from(first)),
            body,
            controller,
            watch,
            account: self.report().map(|_| account),
            release: slot.and_then(Slot::into_release),
        })
        .map(JsValue::from)
        .map_err(|_| Refusal::internal())
    }

    /// An answer that is no stream: nothing of it goes on unless all of it may.
    fn whole(&self, whole: &[u8], watch: &mut Filter, account: &Account) -> Result<(), Refusal> {
        match watch.whole(whole) {
            Some(refusal) => Err(refusal),
            None => {
                self.settle(account, Outcome::Completed, &watch.cost());
                Ok(())
            }
        }
    }

    /// An answer of which nothing goes on.
    fn end(
        &self,
        refusal: Refusal,
        controller: &AbortController,
        watch: &Filter,
        account: &Account,
    ) -> Refusal {
        controller.abort();
        let outcome = watch.outcome().unwrap_or(Outcome::Failed);
        self.settle(account, outcome, &watch.cost());
        refusal
    }

    /// An error's body only explains: the caller does not wait for it as for an answer.
    fn explaining_limits(&self) -> Limits {
        Limits {
            max_duration_ms: self.limits.max_duration_ms.min(MAX_EXPLAINING_MS),
            ..self.limits
        }
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
