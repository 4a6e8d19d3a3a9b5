//! What a call from JavaScript asks the policy, without a crossing that waits.

use alloc::borrow::ToOwned;
use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;

use super::rules;
use crate::policy::attempts::{Attempts, Give, Stage, Step};
use crate::policy::codes;
use crate::policy::endpoint::{UrlFault, check_path};
use crate::policy::headers::{self, CredentialFault, HeaderFault};
use crate::policy::retry::{Hints, Permille};

/// What is wrong with a part of a call, which a code names; `value` is a header's.
#[wasm_bindgen]
#[must_use]
pub fn fault(part: u8, text: &str, value: &str) -> Option<String> {
    clause(match part {
        codes::BASE => rules::base(text).map_err(UrlFault::clause),
        codes::PATH => check_path(text).map_err(UrlFault::clause),
        codes::CREDENTIAL => headers::check_credential(text).map_err(CredentialFault::clause),
        _ => rules::header(text, value).map_err(HeaderFault::clause),
    })
}

/// The machine [`Attempts`] at its first attempt, as a number.
#[wasm_bindgen]
#[must_use]
pub fn attempts(max_retries: u32, renewable: bool, repeatable: bool) -> u32 {
    Attempts::new(max_retries, renewable, repeatable).number()
}

/// The next attempt, after a wait.
#[wasm_bindgen]
#[must_use]
pub fn retried(attempts: u32) -> u32 {
    Attempts::of(attempts).retried().number()
}

/// The next attempt, with another token.
#[wasm_bindgen]
#[must_use]
pub fn renewed(attempts: u32, shared: bool) -> u32 {
    Attempts::of(attempts).renewed(shared).number()
}

/// The step after an answer whose status is no success: how long to wait in
/// milliseconds, or a code.
///
/// `in_ms` is how far the time lies in the future that `retry_after` names, or NaN.
#[wasm_bindgen(js_name = onResponse)]
#[must_use]
#[allow(
    clippy::too_many_arguments,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
pub fn on_response(
    attempts: u32,
    status: u16,
    should_retry: &str,
    retry_after_ms: &str,
    retry_after: &str,
    in_ms: f64,
    body: &str,
    permille: u16,
) -> i32 {
    let hints = Hints {
        should_retry: Some(should_retry),
        retry_after_ms: Some(retry_after_ms),
        retry_after: Some(retry_after),
        retry_after_in_ms: (in_ms >= 0.0).then_some(in_ms as u32),
    };
    let machine = Attempts::of(attempts);
    code(machine.on_response(status, &hints, body.as_bytes(), Permille(permille)))
}

/// The step after an attempt without an answer, or whose answer broke off.
#[wasm_bindgen(js_name = onFault)]
#[must_use]
pub fn on_fault(attempts: u32, stage: u8, permille: u16) -> i32 {
    let stage = match stage {
        codes::ASKING => Stage::Asking,
        codes::SENT => Stage::Sent,
        _ => Stage::Answered,
    };
    code(Attempts::of(attempts).on_fault(stage, Permille(permille)))
}

#[allow(clippy::cast_possible_wrap)]
fn code(step: Step) -> i32 {
    match step {
        // A minute at most.
        Step::Retry { after_ms } => after_ms as i32,
        Step::Renew { alone: false } => codes::RENEW,
        Step::Renew { alone: true } => codes::RENEW_ALONE,
        Step::Give(Give::Failure) => codes::GIVE,
        Step::Give(Give::Refused) => codes::GIVE_REFUSED,
        Step::Give(Give::Redirect) => codes::GIVE_REDIRECT,
    }
}

#[inline(never)]
pub(super) fn clause(result: Result<(), &'static str>) -> Option<String> {
    result.err().map(ToOwned::to_owned)
}
