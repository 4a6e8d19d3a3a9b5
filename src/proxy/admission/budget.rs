//! A budget's ledger, which is asked before a request goes on, and for `GET /v1/budget`.

use std::rc::Rc;

use super::{Admission, Answer, Awaiting, Question, Step};
use crate::policy::headers::HeaderList;
use crate::proxy::budget::{
    Accounts, Asked, Budget, Charge, Demand, Reply, account_of, is_charged, quote, told, ttl_ms,
};
use crate::proxy::error::ProxyError;

/// The header that says what is left, in US dollars.
const REMAINING: &str = "x-budget-remaining";

impl Admission {
    /// Reserves the most that the request can cost. Only its token is left to be checked after that; if it
    /// is refused then, the driver gives the reservation back.
    pub(super) fn reserve(&mut self) -> Result<Step, ProxyError> {
        if self.asks.claim_once && self.caller.token_id.is_none() {
            return Err(ProxyError::unauthorized());
        }
        // A request that cannot be sent reserves nothing.
        let url = self.url()?;
        let gate = Rc::clone(&self.gate);
        let Some(budget) = gate
            .config
            .budget
            .as_ref()
            .filter(|_| is_charged(self.route))
        else {
            return self.claim(url);
        };
        let charge = self.payload.charge.as_ref();
        let nano = charge.ok_or_else(ProxyError::internal)?.reserved;
        let demand = Demand {
            id: self.request_id.clone(),
            nano,
            ttl_ms: ttl_ms(&gate.config),
            accounts: self.accounts(budget)?,
        };
        Ok(self.ask(Awaiting::Reservation(url), Question::Reserve(demand)))
    }

    /// Notes what is left, and goes on if the request was admitted.
    pub(super) fn reserved(
        &mut self,
        url: String,
        answer: Answer<'_>,
        now_ms: u64,
    ) -> Result<Step, ProxyError> {
        let reply = self.reply(answer)?;
        self.remaining = reply.remaining();
        match reply.admit(now_ms) {
            Ok(()) => self.claim(url),
            Err(refusal) => self.attach_or(refusal),
        }
    }

    /// Asks what is left of the caller's budget.
    pub(super) fn ask_balances(&mut self) -> Result<Step, ProxyError> {
        let gate = Rc::clone(&self.gate);
        let budget = gate.config.budget.as_ref();
        let accounts = self.accounts(budget.ok_or_else(ProxyError::internal)?)?;
        Ok(self.ask(Awaiting::Balances, Question::Balances(accounts)))
    }

    pub(super) fn tell_balances(&mut self, answer: Answer<'_>) -> Result<Step, ProxyError> {
        let reply = self.reply(answer)?;
        Ok(Step::Respond(self.own(told(&reply).to_string())))
    }

    /// The most that a request can cost, where there is a budget.
    pub(super) fn quote(&self, asked: Asked<'_>) -> Result<Option<Charge>, ProxyError> {
        let budget = self.gate.config.budget.as_ref();
        budget
            .filter(|_| is_charged(self.route))
            .map(|budget| quote(budget, self.route, asked))
            .transpose()
    }

    /// Would a count of the request's tokens make it cheaper to reserve?
    pub(super) fn counts_for_budget(&self) -> bool {
        self.gate.config.budget.is_some() && self.asks.count_tokens
    }

    /// What is left, among the headers of the answer.
    pub(super) fn tell_remaining(&self, headers: &mut HeaderList) {
        if let Some(remaining) = &self.remaining {
            headers.set(REMAINING, remaining.as_str());
        }
    }

    fn reply(&mut self, answer: Answer<'_>) -> Result<Reply, ProxyError> {
        Reply::read(self.said("the budget's ledger", answer)?)
    }

    fn accounts(&mut self, budget: &Budget) -> Result<Accounts, ProxyError> {
        if !self.asks.reserve {
            return Err(self.misconfigured("a budget needs its ledger (Host::ledger)"));
        }
        Ok(Accounts {
            account: account_of(&self.caller, self.head.address.as_deref()),
            limits: budget.limits_of(&self.caller),
            everyone: budget.for_everyone.clone(),
        })
    }
}
