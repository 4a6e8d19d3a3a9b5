//! What a call from JavaScript asks the policy, without a crossing that waits.
//!
//! Lists cross as one text, their items apart by NUL: `pkg-template/lib/transport.js` lets none with
//! a NUL through.

use alloc::borrow::ToOwned;
use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;

use super::base;
use crate::policy::endpoint::{UrlFault, check_path};
use crate::policy::headers::{self, HeaderFault};
use crate::policy::retry::{Failure, Hints, Permille, delay_ms};

/// Why a keyless client must not make a call, or nothing.
///
/// `call` holds the base URL, the path, and names and values of the headers that the caller sets or
/// removes. The answer holds the name of the option at fault, the name of the header or nothing, and
/// what is wrong.
#[wasm_bindgen]
#[must_use]
pub fn refusal(call: &str) -> String {
    refused(call, base::check, headers::check_keyless_name)
}

/// The `Authorization` header for a session token, or what is wrong with the token.
#[wasm_bindgen]
#[must_use]
pub fn authorization(token: &str) -> String {
    words(headers::plain_session_authorization(token))
}

/// How long to wait before the next attempt, in milliseconds; -1 when there is to be none.
///
/// `answer` holds the headers `x-should-retry`, `retry-after-ms` and `retry-after` and the body;
/// `status` is 0 without an answer. `date_ms` is the time that `retry-after` names, if it is a date,
/// and `chance` lies in 0..1.
#[wasm_bindgen(js_name = retryDelay)]
#[must_use]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss
)]
pub fn retry_delay(
    status: u16,
    answer: &str,
    retries_done: u32,
    max_retries: u32,
    now_ms: f64,
    date_ms: f64,
    chance: f64,
) -> i32 {
    let mut items = Items(answer);
    let mut header = || Some(items.take()).filter(|value| !value.is_empty());
    let hints = Hints {
        should_retry: header(),
        retry_after_ms: header(),
        retry_after: header(),
    };
    let failure = match status {
        0 => Failure::NoResponse,
        _ => Failure::Status {
            status,
            hints,
            body: items.0.as_bytes(),
        },
    };
    // A date before 1970 becomes 0, which is past; no date (NaN) is past as well.
    let date = |_: &str| Some(date_ms as u64);
    let chance = Permille((chance * 1000.0) as u16);
    // A minute at most.
    delay_ms(
        failure,
        retries_done,
        max_retries,
        now_ms as u64,
        chance,
        date,
    )
    .map_or(-1, |wait| wait as i32)
}

pub(super) fn refused(
    call: &str,
    base: impl Fn(&str) -> Result<(), UrlFault>,
    check: impl Fn(&str, &str) -> Result<(), HeaderFault>,
) -> String {
    let (option, name, clause) = match fault(call, base, check) {
        Ok(()) => return String::new(),
        Err(fault) => fault,
    };
    let mut text = option.to_owned();
    for item in [name, clause] {
        text.push('\0');
        text.push_str(item);
    }
    text
}

/// An option, the name inside it that is at fault or nothing, and what is wrong.
type Fault<'a> = (&'static str, &'a str, &'static str);

fn fault<'a>(
    call: &'a str,
    base: impl Fn(&str) -> Result<(), UrlFault>,
    check: impl Fn(&str, &str) -> Result<(), HeaderFault>,
) -> Result<(), Fault<'a>> {
    let mut items = Items(call);
    base(items.take()).map_err(|fault| ("base", "", fault.clause()))?;
    check_path(items.take()).map_err(|fault| ("path", "", fault.clause()))?;
    while !items.0.is_empty() {
        let (name, value) = (items.take(), items.take());
        check(name, value).map_err(|fault| ("headers", name, fault.clause()))?;
    }
    Ok(())
}

/// The items of a list that are not taken yet.
struct Items<'a>(&'a str);

impl<'a> Items<'a> {
    fn take(&mut self) -> &'a str {
        let end = self.0.bytes().position(|byte| byte == 0);
        let end = end.unwrap_or(self.0.len());
        // NUL is one byte, so both cuts stand between characters.
        let item = self.0.get(..end).unwrap_or_default();
        self.0 = self.0.get(end + 1..).unwrap_or_default();
        item
    }
}

pub(super) fn words(result: Result<String, &'static str>) -> String {
    result.unwrap_or_else(ToOwned::to_owned)
}
