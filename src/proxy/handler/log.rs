//! Lines for the operator, on the Worker's console.

use std::cell::RefCell;

use wasm_bindgen::prelude::{JsCast, JsValue};
use web_sys::console;

use super::now_unix_ms;
use crate::proxy::notice::{self, LineLimit, shown};
use crate::proxy::refusal::Refusal;
use crate::proxy::response::upstream_error;
use crate::proxy::secret::Secret;

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

/// No answer came from the upstream: `own` says whether a `fetch` of the author's was asked, whose
/// words may speak of secrets.
pub(super) fn unreachable(url: &str, own: bool, key: &Secret, cause: &JsValue) -> Refusal {
    let why = if own {
        "the option fetch failed".to_owned()
    } else {
        let message = cause.dyn_ref::<js_sys::Error>().map(js_sys::Error::message);
        let message = message.and_then(|message| message.as_string());
        shown(&upstream_error::scrub(&message.unwrap_or_default(), key))
    };
    let text = format!("the upstream {} could not be reached: {why}", host_of(url));
    upstream_error::unreachable().noting("upstream", text)
}

/// The upstream did not begin its answer in time.
pub(super) fn late(url: &str, timeout_ms: u32) -> Refusal {
    let text = format!(
        "the upstream {} did not answer in {timeout_ms} ms: timeout (Config::timeout_ms)",
        host_of(url)
    );
    upstream_error::timed_out().noting("upstream's time", text)
}

/// The host and port of a URL.
fn host_of(url: &str) -> &str {
    url.split('/').nth(2).unwrap_or_default()
}
