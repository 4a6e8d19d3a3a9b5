//! What a call from JavaScript asks the policy, without a crossing that waits.

use alloc::borrow::ToOwned;
use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;

use super::rules;
use crate::policy::attempts::{Attempts, Give, Stage, Step};
use crate::policy::codes;
use crate::policy::endpoint::check_path;
use crate::policy::headers;
use crate::policy::retry::{Hints, Permille};

/// What is wrong with a part of a call, which a code names.
#[wasm_bindgen]
#[must_use]
pub fn fault(part: u8, text: &str) -> Option<String> {
    let fault = match part {
        codes::BASE => rules::base(text).err()?.clause(),
        codes::PATH => check_path(text).err()?.clause(),
        codes::CREDENTIAL => headers::authorization(text).err()?.clause(),
        codes::HEADER => rules::header_name(text).err()?.clause(),
        _ => headers::check_value(text).err()?.clause(),
    };
    Some(fault.to_owned())
}

/// The machine [`Attempts`] at its first attempt, as a number.
#[wasm_bindgen]
#[must_use]
pub fn attempts(max_retries: u32, renewable: bool, repeatable: bool) -> u32 {
    Attempts::new(max_retries, renewable, repeatable).0
}

/// The next attempt, after a wait.
#[wasm_bindgen]
#[must_use]
pub fn retried(attempts: u32) -> u32 {
    Attempts(attempts).retried().0
}

/// The next attempt, with another token.
#[wasm_bindgen]
#[must_use]
pub fn renewed(attempts: u32, shared: bool) -> u32 {
    Attempts(attempts).renewed(shared).0
}

/// The step after an answer whose status is no success: how long to wait in milliseconds, or a code.
///
/// `should_retry` is 1 for true, 0 for false, and -1 if the answer did not say. (An `Option<bool>` would
/// cost a page 80 bytes.)
#[wasm_bindgen(js_name = onResponse)]
#[must_use]
pub fn on_response(
    attempts: u32,
    status: u16,
    should_retry: i8,
    after_ms: f64,
    body: &str,
    permille: u16,
) -> i32 {
    let hints = Hints {
        should_retry: match should_retry {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
        after_ms: Some(after_ms),
    };
    let machine = Attempts(attempts);
    code(machine.on_response(status, hints, body.as_bytes(), Permille(permille)))
}

/// The step after an attempt without an answer, or whose answer broke off.
#[wasm_bindgen(js_name = onFault)]
#[must_use]
pub fn on_fault(attempts: u32, stage: u8, permille: u16) -> i32 {
    let stage = match stage {
        codes::ASKING => Stage::Asking,
        codes::SENT => Stage::Sent,
        codes::ENDED => Stage::Ended,
        _ => Stage::Answered,
    };
    code(Attempts(attempts).on_fault(stage, Permille(permille)))
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
