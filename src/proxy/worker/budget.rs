//! A request's budget: asks the ledgers before it goes on, and tells them afterwards what it has cost.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_util::future::{Either, LocalBoxFuture, join_all, select};
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::prelude::JsValue;
use web_sys::console;

use crate::ledger::{self, Flag, Limit, Verdict};
use crate::proxy::budget::{Accounts, Demand, Doubt, EVERYONE, Reply};
use crate::proxy::response::usage::UsageEvent;

/// Asks an account's ledger; see [`Host::ledger`](super::Host::ledger).
pub(super) type Ledger =
    Rc<dyn Fn(String, String) -> LocalBoxFuture<'static, Result<String, String>>>;

/// Shorter than what is waited for a check, so that what comes too late is given back here.
const ANSWER_MS: u32 = 4000;
/// A settlement that fails is sent again after these times; then the reservation's expiry charges it.
const AGAIN_MS: [u32; 4] = [100, 400, 1600, 6400];

/// What one request has reserved.
pub(super) struct Spending {
    ledger: Ledger,
    id: RefCell<String>,
    /// The accounts whose ledgers hold a reservation.
    held: RefCell<Vec<String>>,
    /// Whether the request is over: what is reserved from now on would be lost.
    over: Cell<bool>,
}

impl Spending {
    pub(super) fn new(ledger: Ledger) -> Self {
        Self {
            ledger,
            id: RefCell::default(),
            held: RefCell::default(),
            over: Cell::new(false),
        }
    }

    /// Reserves in the account's ledger, and then in everyone's. On failure all is given back.
    pub(super) async fn reserve(&self, demand: &Demand) -> Option<Reply> {
        self.id.replace(demand.id.clone());
        let asked = Box::pin(self.reserve_in_all(demand));
        let failure = match select(asked, TimeoutFuture::new(ANSWER_MS)).await {
            Either::Left((Ok(reply), _)) => return Some(reply),
            Either::Left((Err(failure), _)) => failure,
            Either::Right(_) => "it did not answer in time".to_owned(),
        };
        failed("answer", &failure);
        None
    }

    pub(super) async fn balances(&self, accounts: &Accounts) -> Option<Reply> {
        let of = async |account: &str, limits: &[Limit]| {
            if limits.is_empty() {
                return Ok(Vec::new());
            }
            let limits = limits.to_vec();
            let question = ledger::Question::Balances { limits };
            self.call(account, &question)
                .await
                .map(|answer| answer.balances)
        };
        let own = of(&accounts.account, &accounts.limits).await;
        let everyone = of(EVERYONE, &accounts.everyone).await;
        match (own, everyone) {
            (Ok(balances), Ok(everyone_balances)) => Some(Reply {
                verdict: None,
                everyone: false,
                balances,
                everyone_balances,
            }),
            (Err(failure), _) | (_, Err(failure)) => {
                failed("answer", &failure);
                None
            }
        }
    }

    /// Gives back what is reserved, if there is something.
    pub(super) async fn release(&self) {
        self.settle(0).await;
    }

    /// Puts the ledgers' doubts about a charge into the record.
    pub(super) async fn charge(&self, event: &mut UsageEvent) {
        let Some(charged) = &mut event.cost else {
            return;
        };
        // The answer goes out first: where the object shares the thread, its write to the disk would hold it.
        TimeoutFuture::new(0).await;
        charged.flags.extend(self.settle(charged.nano).await);
    }

    async fn reserve_in_all(&self, demand: &Demand) -> Result<Reply, String> {
        let Accounts {
            account,
            limits,
            everyone,
        } = &demand.accounts;
        let own = self.reserve_in(account, limits, demand).await?;
        let mut reply = Reply {
            verdict: own.verdict,
            everyone: false,
            balances: own.balances,
            everyone_balances: Vec::new(),
        };
        if own.verdict == Some(Verdict::Admitted) && !everyone.is_empty() {
            let all = self.reserve_in(EVERYONE, everyone, demand).await?;
            reply.everyone = all.verdict != Some(Verdict::Admitted);
            reply.verdict = all.verdict;
            reply.everyone_balances = all.balances;
        }
        Ok(reply)
    }

    async fn reserve_in(
        &self,
        account: &str,
        limits: &[Limit],
        demand: &Demand,
    ) -> Result<ledger::Answer, String> {
        if self.over.get() {
            return Err("the request is over".to_owned());
        }
        let question = ledger::Question::Reserve {
            id: demand.id.clone(),
            nano: demand.nano,
            ttl_ms: demand.ttl_ms,
            limits: limits.to_vec(),
        };
        // Noted before it is asked: if no answer comes, something may be reserved.
        self.held.borrow_mut().push(account.to_owned());
        let answer = self.call(account, &question).await?;
        if answer.verdict != Some(Verdict::Admitted) {
            self.held.borrow_mut().retain(|held| held != account);
        }
        Ok(answer)
    }

    async fn settle(&self, cost: u64) -> Vec<Doubt> {
        self.over.set(true);
        let accounts = self.held.take();
        let question = ledger::Question::Settle {
            id: self.id.borrow().clone(),
            cost,
        };
        let told = accounts
            .iter()
            .map(|account| self.insist(account, &question));
        let mut doubts: Vec<Doubt> = Vec::new();
        for doubt in join_all(told).await.into_iter().flatten() {
            if !doubts.contains(&doubt) {
                doubts.push(doubt);
            }
        }
        doubts
    }

    /// Settles, again and again.
    async fn insist(&self, account: &str, question: &ledger::Question) -> Vec<Doubt> {
        let mut waits = AGAIN_MS.into_iter();
        loop {
            let failure = match self.call(account, question).await {
                Ok(answer) => return answer.flags.into_iter().filter_map(doubt).collect(),
                Err(failure) => failure,
            };
            let Some(wait_ms) = waits.next() else {
                failed("settle", &failure);
                return vec![Doubt::Unsettled];
            };
            TimeoutFuture::new(wait_ms).await;
        }
    }

    async fn call(
        &self,
        account: &str,
        question: &ledger::Question,
    ) -> Result<ledger::Answer, String> {
        let question = serde_json::to_string(question).map_err(|fault| fault.to_string())?;
        let answer = (self.ledger)(account.to_owned(), question).await?;
        serde_json::from_str::<ledger::Answer>(&answer)
            .ok()
            .filter(|answer| answer.ledger == ledger::LEDGER)
            .ok_or_else(|| "its answer is not that of a BudgetLedger".to_owned())
    }
}

/// What a settlement's flag means for the charge.
const fn doubt(flag: Flag) -> Option<Doubt> {
    match flag {
        Flag::Overrun => Some(Doubt::Overrun),
        Flag::Late => Some(Doubt::Late),
        Flag::Unreserved => Some(Doubt::Unreserved),
        Flag::Repeated => Some(Doubt::Repeated),
        // No settlement has it.
        Flag::Expired => None,
    }
}

/// The operator learns why; callers hear nothing of it.
fn failed(what: &str, failure: &str) {
    let line = format!("openai-wasm proxy: the budget's ledger failed to {what}: {failure}");
    console::error_1(&JsValue::from(line));
}
