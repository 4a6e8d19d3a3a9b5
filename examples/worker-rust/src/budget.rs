//! The ledger of one account: what it has spent, and what is reserved for its requests under way.
//!
//! The crate decides and writes (`openai_wasm::ledger::Book`); here are storage, clock and alarm.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use openai_wasm::ledger::{Book, Sql, SqlRow, SqlValue};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use worker::js_sys::{Function, Reflect};
use worker::{
    Date, DurableObject, Env, Method, ObjectNamespace, Request, RequestInit, Response,
    ScheduledTime, SqlStorage, SqlStorageValue, State, Storage, durable_object,
};

/// The binding of the class below.
pub const BINDING: &str = "BUDGET";

/// If this clock is slower than the platform's, the alarm must not ring without a pause.
const PAUSE_MS: u64 = 100;

#[durable_object(alarm)]
pub struct BudgetLedger {
    storage: Rc<Storage>,
    /// When the alarm rings, as far as that is known.
    alarm_ms: Cell<Option<u64>>,
}

impl DurableObject for BudgetLedger {
    fn new(state: State, _env: Env) -> Self {
        Self {
            storage: Rc::new(state.storage()),
            alarm_ms: Cell::new(None),
        }
    }

    /// A question of the ledger's in JSON, answered in JSON.
    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let question = request.text().await?;
        if self.alarm_ms.get().is_none() {
            let known = self.storage.get_alarm().await?;
            self.alarm_ms
                .set(known.and_then(|time| u64::try_from(time).ok()));
        }
        // From here on nothing waits until all is written, the alarm with it.
        let now_ms = Date::now().as_millis();
        let answered = self.transact(move |book| book.answer(&question, now_ms))?;
        if let Some(time_ms) = answered.alarm_ms {
            self.ring_by(time_ms).await?;
        }
        Response::ok(answered.json)
    }

    /// Charges reservations whose time is over, and deletes what is no longer needed. The alarm may run twice.
    async fn alarm(&self) -> worker::Result<Response> {
        let now_ms = Date::now().as_millis();
        let next = self.transact(move |book| book.look_over(now_ms))?;
        let next = next.map(|time_ms| time_ms.max(now_ms + PAUSE_MS));
        self.alarm_ms.set(next);
        match next {
            Some(time_ms) => self.storage.set_alarm(at(time_ms)).await?,
            None => self.storage.delete_alarm().await?,
        }
        Response::empty()
    }
}

impl BudgetLedger {
    /// Runs a step as one transaction: what fails has written nothing.
    fn transact<T: 'static, E: std::fmt::Display>(
        &self,
        step: impl FnOnce(&Book<Sqlite>) -> Result<T, E> + 'static,
    ) -> worker::Result<T> {
        let done = Rc::new(RefCell::new(None));
        let (given, sql) = (Rc::clone(&done), Sqlite(self.storage.sql()));
        let run = move || -> Result<(), JsValue> {
            let failed = |fault: String| JsValue::from(fault);
            let book = Book::open(sql).map_err(|fault| failed(fault.to_string()))?;
            let value = step(&book).map_err(|fault| failed(fault.to_string()))?;
            given.replace(Some(value));
            Ok(())
        };
        // The crate `worker` has no binding for it. What the closure throws undoes its writes.
        let storage: &JsValue = self.storage.as_raw();
        let transact = Reflect::get(storage, &JsValue::from_str("transactionSync"))?;
        let transact: Function = transact.dyn_into()?;
        transact.call1(storage, &Closure::once_into_js(run))?;
        done.take()
            .ok_or_else(|| "the transaction did not run".into())
    }

    /// The alarm rings at this time, or earlier. It is set together with what was just written.
    async fn ring_by(&self, time_ms: u64) -> worker::Result<()> {
        if self.alarm_ms.get().is_some_and(|known| known <= time_ms) {
            return Ok(());
        }
        self.alarm_ms.set(Some(time_ms));
        let set = self.storage.set_alarm(at(time_ms)).await;
        if set.is_err() {
            self.alarm_ms.set(None);
        }
        set
    }
}

/// Milliseconds since 1970 as the platform has them.
fn at(time_ms: u64) -> ScheduledTime {
    let date: worker::js_sys::Date = Date::new(worker::DateInit::Millis(time_ms)).into();
    ScheduledTime::new(date)
}

/// The storage of a Durable Object.
struct Sqlite(SqlStorage);

impl Sql for Sqlite {
    type Error = worker::Error;

    fn exec(&self, statement: &str, values: &[SqlValue<'_>]) -> worker::Result<Vec<SqlRow>> {
        let values = values.iter().map(|value| match value {
            SqlValue::Integer(number) => SqlStorageValue::Integer(*number),
            SqlValue::Text(text) => SqlStorageValue::from(*text),
        });
        self.0
            .exec(statement, values.collect::<Vec<_>>())?
            .to_array()
    }
}

/// Asks the ledger of an account.
pub async fn ask(
    ledgers: &ObjectNamespace,
    account: &str,
    question: &str,
) -> worker::Result<String> {
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_body(Some(question.into()));
    // The host is never looked up: a stub's requests go to its object.
    let request = Request::new_with_init("https://ledger/", &init)?;
    let stub = ledgers.id_from_name(account)?.get_stub()?;
    let mut response = stub.fetch_with_request(request).await?;
    response.text().await
}
