//! What the keeper of the ledger answers, and what a caller is told of it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors;
use crate::ledger::{Balance, Verdict};
use crate::proxy::error::ProxyError;
use crate::wire::plain;

/// What the keeper of the ledger answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reply {
    /// Whether the request may be made; nothing if only balances were asked for.
    pub verdict: Option<Verdict>,
    /// Is the verdict that of the limits for everyone?
    pub everyone: bool,
    /// What the account's limits have left.
    pub balances: Vec<Balance>,
    /// What the limits for everyone have left.
    pub everyone_balances: Vec<Balance>,
}

impl Reply {
    /// Reads an answer.
    ///
    /// # Errors
    /// 503 `check_unavailable`.
    pub fn read(json: &str) -> Result<Self, ProxyError> {
        plain::of_text(json).map_err(|_| {
            ProxyError::unavailable().noting(
                "ledger",
                "the budget's ledger gave an answer that is not a ledger's: budget.binding must be a \
                 Durable Object of the class BudgetLedger"
                    .to_owned(),
            )
        })
    }

    /// Goes on if the request was admitted.
    ///
    /// # Errors
    /// 429 `budget_exceeded`, and 503 if the ledger has refused the id.
    pub fn admit(&self, now_ms: u64) -> Result<(), ProxyError> {
        match self.verdict {
            Some(Verdict::Admitted) => Ok(()),
            Some(Verdict::Exhausted {
                window, ends_at_ms, ..
            }) => Err(errors::exceeded(self.everyone, window, ends_at_ms, now_ms)),
            Some(Verdict::Taken) | None => Err(ProxyError::unavailable()),
        }
    }

    /// What the limit with the least left has left, in US dollars: `0.25`.
    #[must_use]
    pub fn remaining(&self) -> Option<String> {
        let least = self.balances.iter().map(|balance| balance.left).min()?;
        Some(dollars(least))
    }
}

/// Nano-dollars as a decimal number of US dollars, exactly.
fn dollars(nano: u64) -> String {
    const NANO: u64 = 1_000_000_000;
    let text = format!("{}.{:09}", nano / NANO, nano % NANO);
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short.is_empty() {
        "0".to_owned()
    } else {
        short.to_owned()
    }
}

/// The body of `GET /v1/budget`: the caller's own limits, and of everyone's no more than whether they are
/// exhausted.
#[must_use]
pub fn told(reply: &Reply) -> Value {
    let usd = |nano: u64| {
        let number: Value = serde_json::from_str(&dollars(nano)).unwrap_or(Value::Null);
        number
    };
    let limits = reply.balances.iter().map(|balance| {
        json!({
            "window": balance.window,
            "limit": usd(balance.limit),
            "spent": usd(balance.spent),
            "held": usd(balance.held),
            "left": usd(balance.left),
            "resets_at": balance.ends_at_ms.map(|end| end / 1000),
        })
    });
    let exhausted = reply
        .everyone_balances
        .iter()
        .any(|balance| balance.left == 0);
    json!({
        "object": "budget",
        "currency": "usd",
        "limits": limits.collect::<Vec<_>>(),
        "everyone": { "exhausted": exhausted },
    })
}
