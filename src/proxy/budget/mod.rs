//! A budget's terms: what may be spent by whom, what a request can cost at most, and what it has cost.
//!
//! Pure. The ledger itself ([`crate::ledger`]) is kept where storage is, and asked
//! before a request goes on.

mod charge;
mod errors;
mod prices;
mod quote;
#[cfg(test)]
mod tests;
mod told;
pub(crate) mod written;

use serde::{Deserialize, Serialize};

use crate::ledger::{Limit, Window};
use crate::proxy::auth::caller::Caller;
use crate::proxy::auth::rate_key::address_bucket;
use crate::proxy::config::{Config, Models};
use crate::proxy::route::Route;
pub use charge::{Charge, Charged, Doubt};
pub use prices::{OwnPrice, Prices};
pub use quote::{Asked, quote};
pub use told::{Reply, told};

/// Limits on what requests may cost.
///
/// In JSON it is as the npm package's option has it, in US dollars:
/// `{"limits":[{"per":"subject","window":"day","usd":0.5}],"prices":{"my-model":{"input":0.25,"output":2}}}`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "written::Written")]
pub struct Budget {
    /// What each subject may spend. Anonymous sessions of one address count as one subject.
    pub per_subject: Vec<Limit>,
    /// What all subjects may spend together.
    pub for_everyone: Vec<Limit>,
    /// What models cost.
    pub prices: Prices,
}

/// Why a budget's terms are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BudgetFault {
    /// No limit is set.
    NoLimit,
    /// Anonymous sessions need a limit for everyone: one visitor can have many addresses.
    Everyone,
    /// Answers that are not inspected have no usage to settle by.
    Uninspected,
    /// A model of the list has no price.
    Unpriced(String),
    /// A parameter is opened whose cost cannot be bounded.
    Unbounded(String),
}

impl std::fmt::Display for BudgetFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoLimit => f.write_str("budget.limits must hold a limit"),
            Self::Everyone => f.write_str(
                "budget.limits must hold a limit with per: \"everyone\", since anonymousSessions are \
                 on and one visitor can have many addresses",
            ),
            Self::Uninspected => {
                f.write_str("inspectAnswers must not be false with budget, which settles by usage")
            }
            Self::Unpriced(model) => write!(
                f,
                "budget.prices must have an entry for {model}, whose price is not in the table of \
                 models"
            ),
            Self::Unbounded(name) => write!(
                f,
                "allowParams must not hold {name} together with budget, which cannot bound what it \
                 costs"
            ),
        }
    }
}

/// Parameters whose cost neither the size of a request nor the cap on its answer bounds.
const UNBOUNDED: [&str; 5] = [
    "web_search_options",
    "audio",
    "input_audio",
    "modalities",
    "prediction",
];

impl Budget {
    /// Checks the terms against the proxy's other settings.
    ///
    /// # Errors
    /// The first fault.
    pub fn check(&self, config: &Config) -> Result<(), BudgetFault> {
        if self.per_subject.is_empty() && self.for_everyone.is_empty() {
            return Err(BudgetFault::NoLimit);
        }
        if config.anonymous.is_some() && self.for_everyone.is_empty() {
            return Err(BudgetFault::Everyone);
        }
        if !config.inspect_answers {
            return Err(BudgetFault::Uninspected);
        }
        for entry in &config.allowed_params {
            let opened = entry.rsplit('.').next().unwrap_or_default();
            if UNBOUNDED.contains(&opened) {
                return Err(BudgetFault::Unbounded(entry.clone()));
            }
        }
        if let Models::List(models) = &config.models {
            for model in models {
                if !self.prices.knows(model) {
                    return Err(BudgetFault::Unpriced(model.clone()));
                }
            }
        }
        Ok(())
    }

    /// The limits of one caller: a session may lower them, never raise them, since all of them hold.
    #[must_use]
    pub fn limits_of(&self, caller: &Caller) -> Vec<Limit> {
        let own = caller.budget.iter().flatten();
        self.per_subject.iter().chain(own).copied().collect()
    }
}

/// Whose spending a request counts as. Visitors without an account count by their address: a new
/// session costs them nothing.
#[must_use]
pub fn account_of(caller: &Caller, address: Option<&str>) -> String {
    if caller.subject.starts_with(ANONYMOUS) {
        format!("address:{}", address_bucket(address))
    } else {
        format!("subject:{}", caller.subject)
    }
}

/// How the subjects of anonymous sessions begin.
pub const ANONYMOUS: &str = "anonymous:";

/// The account of all callers together.
pub const EVERYONE: &str = "everyone";

/// What the keeper of the ledger is asked for: what accounts have left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Accounts {
    /// Whose spending it is; see [`account_of`].
    pub account: String,
    /// The account's limits.
    pub limits: Vec<Limit>,
    /// The limits of all accounts together.
    pub everyone: Vec<Limit>,
}

/// What the keeper of the ledger is asked before a request goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Demand {
    /// The request's id.
    pub id: String,
    /// The most that it can cost, in nano-dollars.
    pub nano: u64,
    /// How long the reservation is held, in milliseconds.
    pub ttl_ms: u64,
    /// Whose spending it is.
    #[serde(flatten)]
    pub accounts: Accounts,
}

/// How much longer than the longest answer a reservation is held: five minutes.
const GRACE_MS: u64 = 300_000;

/// How long a reservation is held: until the longest answer has ended, and five minutes more.
#[must_use]
pub fn ttl_ms(config: &Config) -> u64 {
    u64::from(config.timeout_ms) + u64::from(config.max_duration_ms) + GRACE_MS
}

/// Does a request of this route cost anything?
#[must_use]
pub const fn is_charged(route: Route) -> bool {
    route.has_body() && !matches!(route, Route::InputTokens)
}

/// The name of a window for a person.
pub(super) const fn spoken(window: Window) -> &'static str {
    match window {
        Window::Day => "today",
        Window::Month => "this month",
        Window::Lifetime => "this account",
    }
}
