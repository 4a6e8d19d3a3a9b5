//! Streams that are kept, for the Durable Object in `pkg-template/edge/durable`.

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::inspector::whole;
use crate::proxy::streams::{interrupted, stopped};
use crate::streamlog::{self, Due, Limits, error_event, events_after, judge};
use crate::wire::plain;

/// Follows one stream: numbers its events, gathers them to rows, and says when to write or to stop.
#[wasm_bindgen]
pub struct StreamLog(streamlog::Log);

#[wasm_bindgen]
impl StreamLog {
    /// A stream that begins now.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(max_bytes: f64, grace_ms: u32, now_ms: f64) -> Self {
        let limits = Limits {
            max_bytes: whole(max_bytes),
            grace_ms,
        };
        Self(streamlog::Log::new(limits, whole(now_ms)))
    }

    /// More of the stream has come. Gives what readers get of it.
    pub fn push(&mut self, bytes: &[u8], now_ms: f64) -> Vec<u8> {
        self.0.push(bytes, whole(now_ms))
    }

    /// The stream has ended: by itself, `stopped`, or `interrupted`. Gives what readers get besides.
    pub fn end(&mut self, why: Option<String>, now_ms: f64) -> Vec<u8> {
        let error = why.map(|why| match why.as_str() {
            "stopped" => stopped().body(),
            _ => interrupted().body(),
        });
        self.0.end(error.as_deref(), whole(now_ms))
    }

    /// So many readers are there.
    #[wasm_bindgen(js_name = setReaders)]
    pub fn set_readers(&mut self, readers: u32, now_ms: f64) {
        self.0.set_readers(readers, whole(now_ms));
    }

    /// Looks at the clock. Gives in how many milliseconds to look again, or 0 if a row is to be written, or
    /// -1 if the stream is to be stopped.
    pub fn look(&mut self, now_ms: f64) -> i32 {
        match self.0.look(whole(now_ms)) {
            Due::Nothing => i32::try_from(self.0.again_ms()).unwrap_or(i32::MAX).max(1),
            Due::Write => 0,
            Due::Stop => -1,
        }
    }

    /// The events that are to be written as a row.
    #[wasm_bindgen(js_name = takeRow)]
    pub fn take_row(&mut self) -> Vec<u8> {
        self.0.take_row()
    }

    /// The number of the last event of the row.
    #[wasm_bindgen(getter, js_name = rowLast)]
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // No stream has 2^53 events.
    pub fn row_last(&self) -> f64 {
        self.0.row_last() as f64
    }

    /// The storage refuses what is to be kept.
    #[wasm_bindgen(js_name = giveUpKeeping)]
    pub fn give_up_keeping(&mut self) {
        self.0.give_up_keeping();
    }

    /// The number of the last event.
    #[wasm_bindgen(getter)]
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // No stream has 2^53 events.
    pub fn last(&self) -> f64 {
        self.0.last() as f64
    }

    /// Can it be read again from its beginning?
    #[wasm_bindgen(getter, js_name = isKept)]
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.0.is_kept()
    }

    /// Have comments come since the last call?
    #[wasm_bindgen(js_name = takeComments)]
    pub fn take_comments(&mut self) -> bool {
        self.0.take_comments()
    }
}

/// What becomes of a request for a stream: see `streamlog::judge`. Throws a text if the question, which is
/// JSON as the answer is, is malformed.
#[wasm_bindgen(js_name = judgeStream)]
pub fn judge_stream(question: &str) -> Result<String, JsValue> {
    let question = plain::of_text(question)
        .map_err(|fault| JsValue::from_str(&format!("the question for a stream: {fault}")))?;
    serde_json::to_string(&judge(&question))
        .map_err(|fault| JsValue::from_str(&format!("the verdict on a stream: {fault}")))
}

/// Where in numbered events those after `after` begin.
#[wasm_bindgen(js_name = eventsAfter)]
#[must_use]
pub fn events_after_number(events: &[u8], after: f64) -> usize {
    events_after(events, whole(after))
}

/// The last event of a stream that was interrupted, for a reader who has this number of events.
#[wasm_bindgen(js_name = interruptedEvent)]
#[must_use]
pub fn interrupted_event(last: f64) -> String {
    error_event(whole(last).saturating_add(1), &interrupted().body())
}
