//! How many requests of one caller are in flight.
//!
//! The count is kept in plain JavaScript objects, and what takes a request off it is a bound method
//! of theirs: it works after this code has returned, and if its WebAssembly instance dies. It counts
//! in one isolate; Cloudflare runs many, so it bounds what one caller can hold of each.

use js_sys::{Function, Map, Promise, Reflect, Set};
use wasm_bindgen::prelude::{JsCast, JsValue};
use web_sys::ReadableStream;

/// The callers with requests in flight.
#[derive(Debug)]
pub(super) struct Slots(Map);

/// A place; it is given back when it is dropped, unless an answer's body holds it.
pub(super) struct Slot(Option<Function>);

/// Callers whose requests have ended are forgotten when there are so many.
const SWEEP_AT: u32 = 1000;

impl Slots {
    pub(super) fn new() -> Self {
        Self(Map::new())
    }

    /// A place, if the caller has one left. It is given back when `left`, the caller's signal, is
    /// aborted, too: a request whose caller has left may never be resumed.
    pub(super) fn take(
        &self,
        subject: &str,
        most: u32,
        left: Option<&web_sys::AbortSignal>,
    ) -> Option<Slot> {
        if self.0.size() >= SWEEP_AT {
            self.sweep();
        }
        let subject = JsValue::from_str(subject);
        let known = self.0.get(&subject);
        let requests: Set = if known.is_undefined() {
            let requests = Set::new(&JsValue::UNDEFINED);
            self.0.set(&subject, &requests);
            requests
        } else {
            known.unchecked_into()
        };
        if requests.size() >= most {
            return None;
        }
        let mark: JsValue = js_sys::Object::new().into();
        requests.add(&mark);
        let delete = Reflect::get(&requests, &JsValue::from_str("delete")).ok()?;
        let delete: Function = delete.dyn_into().ok()?;
        let release: Function = delete.bind1(&requests, &mark).unchecked_into();
        if let Some(left) = left {
            let _ = left.add_event_listener_with_callback("abort", &release);
        }
        Some(Slot(Some(release)))
    }

    fn sweep(&self) {
        let done = Set::new(&JsValue::UNDEFINED);
        self.0.for_each(&mut |requests, subject| {
            if requests.unchecked_into::<Set>().size() == 0 {
                done.add(&subject);
            }
        });
        done.for_each(&mut |subject, _, _| {
            self.0.delete(&subject);
        });
    }
}

impl Slot {
    /// What gives the place back, for whoever sees the answer's end.
    pub(super) fn into_release(mut self) -> Option<Function> {
        self.0.take()
    }

    /// Gives the place back when the body has ended in whatever way.
    pub(super) fn hold(
        mut self,
        body: Option<ReadableStream>,
        wait_until: Option<&dyn Fn(Promise)>,
    ) -> Result<Option<ReadableStream>, JsValue> {
        // Without a body the answer is over, and the place is given back here.
        let Some(body) = body else { return Ok(None) };
        let Some(release) = self.0.take() else {
            return Ok(Some(body));
        };
        let global = js_sys::global();
        // workerd's own kind passes bytes on without waking JavaScript.
        let class = ["IdentityTransformStream", "TransformStream"]
            .into_iter()
            .filter_map(|name| Reflect::get(&global, &JsValue::from_str(name)).ok())
            .find_map(|class| class.dyn_into::<Function>().ok())
            .ok_or(JsValue::UNDEFINED)?;
        let pipe = Reflect::construct(&class, &js_sys::Array::new())?;
        let part = |name| Reflect::get(&pipe, &JsValue::from_str(name));
        let pipe_to: Function = Reflect::get(&body, &JsValue::from_str("pipeTo"))?.dyn_into()?;
        let ended = pipe_to.call1(&body, &part("writable")?)?;
        let then: Function = Reflect::get(&ended, &JsValue::from_str("then"))?.dyn_into()?;
        let released = then.call2(&ended, &release, &release)?;
        // A Worker's request ends with its answer; what follows on it must be waited for.
        if let Some(wait_until) = wait_until {
            wait_until(Promise::resolve(&released));
        }
        Ok(Some(part("readable")?.unchecked_into()))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(release) = &self.0 {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}
