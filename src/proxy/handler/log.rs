//! Lines for the operator, on the Worker's console.

use std::cell::RefCell;

use wasm_bindgen::prelude::JsValue;
use web_sys::console;

use super::now_unix_ms;
use crate::proxy::notice::{self, LineLimit};
use crate::proxy::refusal::Refusal;

thread_local! {
    static WRITTEN: RefCell<LineLimit> = const { RefCell::new(LineLimit::new()) };
}

/// Writes a line of ours, once a second at most: whoever finds the proxy can make it fail.
pub(super) fn log(line: &str) {
    write(line, line);
}

/// Writes what the operator reads of a refusal.
pub(super) fn note(refusal: &Refusal) {
    if let Some(notice) = refusal.notice() {
        write(notice.kind, &notice::line(&notice.text));
    }
}

fn write(kind: &str, line: &str) {
    let due = WRITTEN.try_with(|written| {
        written
            .try_borrow_mut()
            .is_ok_and(|mut written| written.due(kind, now_unix_ms()))
    });
    if due.unwrap_or_default() {
        console::error_1(&JsValue::from_str(line));
    }
}
