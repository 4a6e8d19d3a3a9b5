//! What a caller is told whose request a budget forbids. A caller is a person with an app.

use super::spoken;
use crate::ledger::Window;
use crate::models::PriceFault;
use crate::proxy::error::ProxyError;
use crate::proxy::notice::shown;

/// The model has no price, so nothing could be reserved for it.
pub(super) fn not_priced(model: &str) -> ProxyError {
    let message = format!("The model {} cannot be used here.", shown(model));
    let mut error = ProxyError::new(403, "model_not_priced", &message);
    error.param = Some("model".to_owned());
    error.noting(
        "price",
        format!(
            "a model was refused that has no price: budget.prices (Budget::prices): {}",
            shown(model)
        ),
    )
}

/// A price that the request needs is missing.
pub(super) fn no_price(model: &str, fault: PriceFault) -> ProxyError {
    let message = "What this request could cost cannot be said, so it cannot be made here.";
    ProxyError::new(400, "cost_not_bounded", message).noting(
        "price",
        format!(
            "a request was refused whose price is not known: budget.prices (Budget::prices): {}: \
             {fault}",
            shown(model)
        ),
    )
}

/// A limit has less left than the request could cost.
pub(super) fn exceeded(
    everyone: bool,
    window: Window,
    ends_at_ms: Option<u64>,
    now_ms: u64,
) -> ProxyError {
    let whose = if everyone {
        "The shared budget"
    } else {
        "Your budget"
    };
    let span = spoken(window);
    let again = match window {
        Window::Day => " It starts again at midnight UTC.",
        Window::Month => " It starts again on the first of next month.",
        Window::Lifetime => "",
    };
    let message = format!("{whose} for {span} has less left than this request could cost.{again}");
    let mut error = ProxyError::new(429, "budget_exceeded", &message);
    let seconds = ends_at_ms.map(|end| end.saturating_sub(now_ms).div_ceil(1000));
    error.retry_after_seconds = seconds.map(|seconds| u32::try_from(seconds).unwrap_or(u32::MAX));
    // No client should repeat it by itself.
    error.retryable = false;
    error.noting(
        "budget",
        format!(
            "a request was refused by the budget {} for {span}: budget.limits",
            if everyone {
                "of everyone"
            } else {
                "of a subject"
            }
        ),
    )
}
