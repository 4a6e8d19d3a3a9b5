//! What a call from JavaScript asks the policy, without a crossing that waits.
//!
//! Lists cross as one text, their items apart by NUL: `pkg-template/lib/transport.js` lets none with
//! a NUL through, and no URL or header that this module gives has one.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use super::base;
use crate::policy::endpoint::{BaseUrl, UrlFault};
use crate::policy::headers::{self, HeaderFault, HeaderList};
use crate::policy::retry::{Failure, Permille, delay_ms};

/// Where a keyless client's call goes, and with which headers, its token left out.
///
/// `call` holds the base URL, the path, the body's media type or nothing, and then in threes: `?`,
/// `+` or `-` for a query parameter, a header that is set or one that is removed; its name; its
/// value.
///
/// The answer holds nothing, the URL, and names and values of the headers; or the name of the
/// option at fault, the name of the header or nothing, and what is wrong with it.
#[wasm_bindgen]
#[must_use]
pub fn plan(call: &str) -> String {
    planned(call, base::proxy, headers::check_keyless)
}

/// The `Authorization` header for a session token, or what is wrong with the token.
#[wasm_bindgen]
#[must_use]
pub fn authorization(token: &str) -> String {
    words(headers::session_authorization(token))
}

/// How long to wait before the next attempt, in milliseconds; -1 when there is to be none.
///
/// `answer` holds the headers `x-should-retry`, `retry-after-ms` and `retry-after` and the body;
/// without a status there was no answer. `date_ms` is the time that `retry-after` names, if it is a
/// date, and `chance` lies in 0..1.
#[wasm_bindgen(js_name = retryDelay)]
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
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
    let mut list = HeaderList::new();
    for name in ["x-should-retry", "retry-after-ms", "retry-after"] {
        let value = items.take();
        if !value.is_empty() {
            list.set(name, value);
        }
    }
    let failure = match status {
        0 => Failure::NoResponse,
        status => Failure::Status {
            status,
            headers: &list,
            body: items.0,
        },
    };
    // A date before 1970 becomes 0, which is past; no date (NaN) is past as well.
    let date = |_: &str| Some(date_ms as u64);
    let chance = Permille((chance * 1000.0) as u16);
    delay_ms(
        failure,
        retries_done,
        max_retries,
        now_ms as u64,
        chance,
        date,
    )
    .and_then(|ms| i32::try_from(ms).ok())
    .unwrap_or(-1)
}

pub(super) fn planned(
    call: &str,
    base: impl Fn(&str) -> Result<BaseUrl, UrlFault>,
    check: impl Fn(&str, &str) -> Result<(), HeaderFault>,
) -> String {
    match arranged(call, base, check) {
        Ok(plan) => plan,
        Err((option, name, clause)) => {
            let mut fault = option.to_owned();
            push(&mut fault, name);
            push(&mut fault, clause);
            fault
        }
    }
}

/// An option, the name inside it that is at fault or nothing, and what is wrong.
type Fault<'a> = (&'static str, &'a str, &'static str);

fn arranged<'a>(
    call: &'a str,
    base: impl Fn(&str) -> Result<BaseUrl, UrlFault>,
    check: impl Fn(&str, &str) -> Result<(), HeaderFault>,
) -> Result<String, Fault<'a>> {
    let mut items = Items(call);
    let base = base(items.take()).map_err(|fault| ("base", "", fault.clause()))?;
    let (path, media_type) = (items.take(), items.take());
    let mut query = Vec::new();
    let mut list = HeaderList::new();
    list.set("Accept", "application/json");
    if !media_type.is_empty() {
        list.set("Content-Type", media_type);
    }
    while !items.0.is_empty() {
        let (kind, name, value) = (items.take(), items.take(), items.take());
        if kind == "?" {
            query.push((name.to_owned(), value.to_owned()));
            continue;
        }
        check(name, value).map_err(|fault| ("headers", name, fault.clause()))?;
        if kind == "+" {
            list.set(name, value);
        } else {
            list.remove(name);
        }
    }
    let url = base
        .join(path, &query)
        .map_err(|fault| ("path", "", fault.clause()))?;
    let mut plan = String::new();
    push(&mut plan, &url);
    for (name, value) in list.iter() {
        push(&mut plan, name);
        push(&mut plan, value);
    }
    Ok(plan)
}

fn push(list: &mut String, item: &str) {
    list.push('\0');
    list.push_str(item);
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
