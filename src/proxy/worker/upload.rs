//! Passes an upload on without reading it, and ends one that comes too slowly (SECURITY.md, row P3).

use std::future::Future;
use std::pin::Pin;

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

use super::body;
use super::now_unix_ms;
use crate::proxy::admission::Lost;
use crate::proxy::request::pace::Pace;

/// What passes the pieces on. It ends well when there is nothing left to do.
pub(super) type Pump = Pin<Box<dyn Future<Output = Result<(), Lost>>>>;

/// The stream that the upstream gets in place of the caller's, and what fills it.
pub(super) fn watched(
    body: ReadableStream,
    length: u64,
    pace: Pace,
) -> Result<(ReadableStream, Pump), JsValue> {
    let (readable, writer) = pipe(length)?;
    let ends = Ends {
        reader: body::reader(body)?,
        writer,
        open: true,
    };
    Ok((readable, Box::pin(ends.run(pace))))
}

/// A pipe of the platform's. workerd's own kind lets the upstream have the length.
fn pipe(length: u64) -> Result<(ReadableStream, JsValue), JsValue> {
    let global = js_sys::global();
    let class = |name| -> Option<Function> {
        let class = Reflect::get(&global, &JsValue::from_str(name)).ok()?;
        class.dyn_into().ok()
    };
    let pipe = match class("FixedLengthStream") {
        Some(fixed) => Reflect::construct(&fixed, &Array::of1(&js_sys::BigInt::from(length)))?,
        None => {
            let class = class("TransformStream").ok_or(JsValue::UNDEFINED)?;
            Reflect::construct(&class, &Array::new())?
        }
    };
    let readable = Reflect::get(&pipe, &JsValue::from_str("readable"))?;
    let writable = Reflect::get(&pipe, &JsValue::from_str("writable"))?;
    let writer = call(&writable, "getWriter", &JsValue::UNDEFINED)?;
    Ok((readable.unchecked_into(), writer))
}

/// Where the pieces come from, and where they go.
struct Ends {
    reader: ReadableStreamDefaultReader,
    writer: JsValue,
    open: bool,
}

impl Ends {
    async fn run(mut self, pace: Pace) -> Result<(), Lost> {
        let (mut began, mut bytes) = (now_unix_ms(), 0_u64);
        let mut last = began;
        while let Some(piece) = self.next(&pace, began, last, bytes).await? {
            bytes = bytes.saturating_add(piece.length().into());
            last = now_unix_ms();
            if self.write(&piece).await.is_err() {
                // The upstream wants no more of it; its answer says why.
                return Ok(());
            }
            // While the upstream makes the caller wait, the caller is not slow.
            let waited = now_unix_ms().saturating_sub(last);
            (began, last) = (began.saturating_add(waited), last.saturating_add(waited));
        }
        self.open = false;
        // Nobody waits for the end of it: the upstream may answer before.
        let closed = call(&self.writer, "close", &JsValue::UNDEFINED);
        forget(closed);
        Ok(())
    }

    /// The next piece. One timer at a time: when it ends, the clock tells whether there is time left.
    async fn next(
        &self,
        pace: &Pace,
        began: u64,
        last: u64,
        bytes: u64,
    ) -> Result<Option<Uint8Array>, Lost> {
        let mut read = Box::pin(body::next(&self.reader));
        loop {
            let left = pace.look(began, last, bytes, now_unix_ms());
            let timer = TimeoutFuture::new(left.map_err(Lost::Slow)?);
            match select(read, timer).await {
                Either::Left((piece, _)) => return piece.map_err(|_| Lost::Broken),
                Either::Right(((), pending)) => read = pending,
            }
        }
    }

    async fn write(&self, piece: &Uint8Array) -> Result<(), JsValue> {
        // Of another realm, perhaps, so that it is no `Promise` of this one.
        let written = Promise::resolve(&call(&self.writer, "write", piece)?);
        JsFuture::from(written).await.map(drop)
    }
}

/// If the upload is given up, cancels the caller's stream and aborts the upstream's, so that the upstream
/// never takes a part for the whole body.
impl Drop for Ends {
    fn drop(&mut self) {
        if self.open {
            forget(Ok(self.reader.cancel().into()));
            forget(call(&self.writer, "abort", &JsValue::UNDEFINED));
        }
    }
}

fn call(of: &JsValue, name: &str, argument: &JsValue) -> Result<JsValue, JsValue> {
    let method: Function = Reflect::get(of, &JsValue::from_str(name))?.dyn_into()?;
    method.call1(of, argument)
}

/// Ignores the result of a promise. A rejection must not become an unhandled one of the Worker.
fn forget(promise: Result<JsValue, JsValue>) {
    if let Ok(promise) = promise {
        wasm_bindgen_futures::spawn_local(async move {
            let _ = JsFuture::from(Promise::resolve(&promise)).await;
        });
    }
}
