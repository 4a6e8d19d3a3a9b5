//! The inspector of a response, for the driver in `pkg-template/edge/relay.js`.

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::proxy::response::head::Head;
use crate::proxy::response::{self, Body, Facts, Reply, Step};
use crate::proxy::{ProxyError, Secret};
use crate::wire::plain;

/// Decides what becomes of a response. Its methods give the codes of `edge/codes.js`.
#[wasm_bindgen]
pub struct Inspector {
    inspector: response::Inspector,
    step: Step,
}

impl From<response::Inspector> for Inspector {
    fn from(inspector: response::Inspector) -> Self {
        Self {
            inspector,
            step: Step::Wait,
        }
    }
}

impl Inspector {
    fn take(&mut self, step: Step) -> u8 {
        self.step = step;
        self.step.code()
    }

    /// The request cannot go on.
    pub(super) fn give_up(&mut self, error: ProxyError) -> u8 {
        let step = self.inspector.give_up(error);
        self.take(step)
    }

    /// The error that the caller gets.
    pub(super) fn error(&self) -> ProxyError {
        match &self.step {
            Step::Refuse(error) => error.clone(),
            _ => ProxyError::internal(),
        }
    }
}

#[wasm_bindgen]
impl Inspector {
    /// Takes over from an inspector that died with its instance: `facts` are what its `facts` gave, and
    /// `gone` is how many bytes were passed on or dropped. Throws a text if the facts are malformed.
    #[wasm_bindgen(constructor)]
    pub fn resume(key: &str, facts: &str, gone: f64, now_ms: f64) -> Result<Self, JsValue> {
        let facts: Facts = plain::of_text(facts)
            .map_err(|_| JsValue::from_str("the facts of the request are malformed"))?;
        let key = Secret::new(key);
        let resumed = response::Inspector::resume(facts, key, whole(gone), whole(now_ms));
        Ok(resumed.into())
    }

    /// What the driver keeps for another instance, as JSON.
    #[must_use]
    pub fn facts(&self) -> String {
        // Strings and numbers always have a JSON form.
        serde_json::to_string(&self.inspector.facts()).unwrap_or_default()
    }

    /// The response's head has come.
    pub fn head(
        &mut self,
        status: u16,
        content_type: Option<String>,
        retry_after: Option<String>,
        now_ms: f64,
    ) -> u8 {
        let head = Head {
            status,
            content_type: content_type.as_deref(),
            retry_after: retry_after.as_deref(),
        };
        let step = self.inspector.head(&head, whole(now_ms));
        self.take(step)
    }

    /// No head came, as `fetch` says; nothing where a `fetch` of the author's failed.
    pub fn unreachable(&mut self, cause: Option<String>) -> u8 {
        let step = self.inspector.unreachable(cause.as_deref());
        self.take(step)
    }

    /// More of the body has come.
    pub fn push(&mut self, bytes: &[u8], now_ms: f64) -> u8 {
        let step = self.inspector.push(bytes, whole(now_ms));
        self.take(step)
    }

    /// The body has ended.
    pub fn end(&mut self, now_ms: f64) -> u8 {
        let step = self.inspector.end(whole(now_ms));
        self.take(step)
    }

    /// The connection to the upstream was lost.
    pub fn lost(&mut self) -> u8 {
        let step = self.inspector.lost();
        self.take(step)
    }

    /// The caller has left.
    pub fn left(&mut self) {
        self.inspector.left();
    }

    /// Looks at the clock: see `response::Inspector::tick`.
    pub fn tick(&mut self, now_ms: f64, waiting_since_ms: Option<f64>, is_asked: bool) -> u8 {
        let waiting_since_ms = waiting_since_ms.map(whole);
        let step = self
            .inspector
            .tick(whole(now_ms), waiting_since_ms, is_asked);
        self.take(step)
    }

    /// The next step.
    pub fn step(&mut self) -> u8 {
        let step = self.inspector.step();
        self.take(step)
    }

    /// In how many milliseconds to look at the clock again.
    #[wasm_bindgen(getter, js_name = againMs)]
    #[must_use]
    pub fn again_ms(&self) -> u32 {
        self.inspector.again_ms()
    }

    /// How many bytes the step passes on.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn len(&self) -> usize {
        match self.step {
            Step::Forward { len, .. } => len,
            _ => 0,
        }
    }

    /// How many bytes the step drops after them.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn skip(&self) -> usize {
        match self.step {
            Step::Forward { skip, .. } => skip,
            _ => 0,
        }
    }

    /// The step's text: what is inserted, the whole answer, or an error as JSON.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match &self.step {
            Step::Insert(text)
            | Step::Respond(Reply {
                body: Body::Text(text),
                ..
            }) => Some(text.clone()),
            Step::Refuse(refusal) => Some(refusal.body()),
            _ => None,
        }
    }

    /// The error that the caller gets, as JSON for `Admission.refuseAs`.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn refusal(&self) -> String {
        self.error().to_json().to_string()
    }

    /// The status of the error that the caller gets.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match &self.step {
            Step::Refuse(refusal) => Some(refusal.status),
            _ => None,
        }
    }

    /// The `Retry-After` of the error that the caller gets, in seconds.
    #[wasm_bindgen(getter, js_name = retryAfter)]
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        match &self.step {
            Step::Refuse(refusal) => refusal.retry_after_seconds,
            _ => None,
        }
    }

    /// The `Content-Type` of the answer that begins.
    #[wasm_bindgen(getter, js_name = contentType)]
    #[must_use]
    pub fn content_type(&self) -> Option<String> {
        match &self.step {
            Step::Respond(reply) => Some(reply.content_type.to_owned()),
            _ => None,
        }
    }

    /// The record of what the request has cost, as JSON, once; nothing if none is wanted.
    pub fn record(&mut self, now_ms: f64) -> Option<String> {
        let event = self.inspector.record(whole(now_ms))?;
        // Strings and numbers always have a JSON form.
        serde_json::to_string(&event).ok()
    }
}

/// A whole number that is not negative, as JavaScript has it.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn whole(number: f64) -> u64 {
    number as u64
}
