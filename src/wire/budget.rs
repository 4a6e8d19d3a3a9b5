//! Budgets: what a caller of this crate's proxy may still spend. No other server has them.

use super::ObjectKind;

object! {
    /// What the caller may still spend (`GET /budget` of a proxy with a budget).
    response struct Budget {
        /// Always `budget`.
        #[ts(type = "\"budget\"")]
        object: ObjectKind,
        /// Of all amounts: `usd`.
        currency: String,
        /// The caller's own limits, all of which hold.
        limits: Vec<BudgetBalance>,
        /// The limits of all callers together.
        everyone: BudgetOfEveryone,
    }
}

object! {
    /// One limit and what is left of it. Amounts are US dollars.
    response struct BudgetBalance {
        /// `day`, `month` or `lifetime`, in UTC.
        #[ts(type = "\"day\" | \"month\" | \"lifetime\"")]
        window: String,
        /// The most that may be spent in the window.
        limit: f64,
        /// What requests have cost in it.
        spent: f64,
        /// What is reserved for requests under way.
        held: f64,
        /// What is left.
        left: f64,
        /// When the next window begins, Unix time in seconds; absent for the lifetime.
        #[ts(optional = nullable)]
        resets_at: Option<u64>,
    }
}

object! {
    /// The limits of all callers together, of which a caller learns no amounts.
    response struct BudgetOfEveryone {
        /// Whether nothing is left.
        exhausted: bool,
    }
}
