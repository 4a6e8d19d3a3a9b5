//! A ledger in a database: one question in, one answer out.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::sql::{self, LEDGER, Sql, SqlRow, SqlValue};
use super::{
    Balance, Entry, Flag, KEPT_MS, Limit, Overview, Phase, Reservation, Row, State, Verdict,
    balances, expire, forget_before_ms, reserve, settle, upkeep,
};

/// What a ledger is asked. In JSON: `{"do":"settle","id":"a","cost":300}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Question {
    /// Reserves the worst price of a request, if the limits allow it.
    Reserve {
        /// The request's id.
        id: String,
        /// The most that it can cost, in nano-dollars.
        nano: u64,
        /// How long it is held, in milliseconds.
        ttl_ms: u64,
        /// All of them hold.
        limits: Vec<Limit>,
    },
    /// Replaces a request's reservation by what it has cost.
    Settle {
        /// The request's id.
        id: String,
        /// What it has cost, in nano-dollars.
        cost: u64,
    },
    /// What these limits have left.
    Balances {
        /// The limits.
        limits: Vec<Limit>,
    },
    /// All that is written, for the operator.
    Read,
    /// Forgets everything, for the operator. Requests under way are charged when they end, each for itself.
    Reset,
}

/// What a ledger answers: the members that the question asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Answer {
    /// [`LEDGER`](super::LEDGER).
    pub ledger: String,
    /// May the request be made? For [`Question::Reserve`].
    #[serde(flatten)]
    pub verdict: Option<Verdict>,
    /// What the limits have left, for [`Question::Reserve`] and [`Question::Balances`].
    pub balances: Vec<Balance>,
    /// What a settlement has charged, in nano-dollars, for [`Question::Settle`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<u64>,
    /// What was unusual about a settlement.
    pub flags: Vec<Flag>,
    /// The sums of the windows, for [`Question::Read`].
    pub rows: Vec<Row>,
    /// Requests under way, and those that have ended within the last hour, for [`Question::Read`].
    pub entries: Vec<Entry>,
}

/// An answer, and when the book must be looked over at the latest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answered {
    /// The answer, as JSON.
    pub json: String,
    /// [`Book::look_over`] must be called at this time or earlier, in milliseconds since 1970. It must be
    /// as safe as what was written: an alarm that is set before anything else is awaited.
    pub alarm_ms: Option<u64>,
}

/// Why a book has not answered. What was written until then must be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BookFault<E> {
    /// The question is not a [`Question`].
    Question(String),
    /// The database failed.
    Sql(E),
    /// The database holds what no ledger has written.
    Malformed(String),
}

impl<E: fmt::Display> fmt::Display for BookFault<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Question(fault) => write!(f, "the ledger's question: {fault}"),
            Self::Sql(fault) => write!(f, "the ledger's storage: {fault}"),
            Self::Malformed(fault) => write!(f, "what the ledger's storage holds: {fault}"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> std::error::Error for BookFault<E> {}

type Outcome<T, S> = Result<T, BookFault<<S as Sql>::Error>>;

/// A ledger in a database.
///
/// It reads, decides and writes without waiting in between. The caller runs each call as one
/// transaction, and lets no answer out before what was written is safe. In a Durable Object that is
/// `transactionSync` and the output gate; `examples/worker-rust` has the whole class.
#[derive(Debug)]
pub struct Book<S>(S);

impl<S: Sql> Book<S> {
    /// Opens the book, with its tables.
    ///
    /// # Errors
    /// The database failed.
    pub fn open(sql: S) -> Outcome<Self, S> {
        for table in [sql::CREATE_BOOK, sql::CREATE_ENTRIES] {
            sql.exec(table, &[]).map_err(BookFault::Sql)?;
        }
        Ok(Self(sql))
    }

    /// Answers a [`Question`] in JSON by an [`Answer`] in JSON.
    ///
    /// # Errors
    /// The question is malformed, or the database failed: nothing may stay written.
    pub fn answer(&self, question: &str, now_ms: u64) -> Outcome<Answered, S> {
        let question = serde_json::from_str(question)
            .map_err(|fault| BookFault::Question(fault.to_string()))?;
        let (answer, alarm_ms) = match question {
            Question::Reserve {
                id,
                nano,
                ttl_ms,
                limits,
            } => self.reserve(
                &Reservation {
                    id,
                    nano,
                    expires_at_ms: now_ms.saturating_add(ttl_ms),
                },
                &limits,
                now_ms,
            )?,
            Question::Settle { id, cost } => self.settle(&id, cost, now_ms)?,
            Question::Balances { limits } => {
                let state = State {
                    entry: None,
                    rows: self.rows()?,
                };
                let answer = Answer {
                    balances: balances(&state, &limits, now_ms),
                    ..Answer::default()
                };
                (answer, None)
            }
            Question::Read => {
                let rows = self.exec(sql::READ_ENTRIES, &[])?;
                let answer = Answer {
                    rows: self.rows()?,
                    entries: rows.into_iter().map(of::<_, S>).collect::<Result<_, _>>()?,
                    ..Answer::default()
                };
                (answer, None)
            }
            Question::Reset => {
                for table in sql::FORGET_ALL {
                    self.exec(table, &[])?;
                }
                (Answer::default(), None)
            }
        };
        let answer = Answer {
            ledger: LEDGER.to_owned(),
            ..answer
        };
        let json = serde_json::to_string(&answer)
            .map_err(|fault| BookFault::Malformed(fault.to_string()))?;
        Ok(Answered { json, alarm_ms })
    }

    /// Charges reservations whose time is over and deletes what is no longer needed. Gives the time of
    /// the next look, in milliseconds since 1970; `None` if nothing will change. It may be called twice.
    ///
    /// # Errors
    /// The database failed.
    pub fn look_over(&self, now_ms: u64) -> Outcome<Option<u64>, S> {
        let now = SqlValue::Integer(integer(now_ms));
        for row in self.exec(sql::READ_EXPIRED, &[now])? {
            let id = row.get("id").and_then(Value::as_str).unwrap_or_default();
            let state = self.state(id)?;
            if let Some(expired) = expire(&state, now_ms) {
                self.write(&state, expired.entry.as_ref(), expired.rows)?;
            }
        }
        let forgotten = SqlValue::Integer(integer(forget_before_ms(now_ms)));
        self.exec(sql::FORGET_ENTRIES, &[forgotten])?;
        let mut rows = self.rows()?;
        let times = self.exec(sql::READ_TIMES, &[])?;
        let mut times = times.into_iter().next().unwrap_or_default();
        times.insert("rows".to_owned(), json!(rows));
        let book: Overview = of::<_, S>(times)?;
        let next = upkeep(&book, now_ms);
        if !next.stale.is_empty() {
            rows.retain(|row| !next.stale.contains(row));
            self.write_rows(&rows)?;
        }
        Ok(next.alarm_ms)
    }

    fn reserve(
        &self,
        request: &Reservation,
        limits: &[Limit],
        now_ms: u64,
    ) -> Outcome<(Answer, Option<u64>), S> {
        let state = self.state(&request.id)?;
        let reserved = reserve(&state, request, limits, now_ms);
        let alarm_ms = reserved.entry.as_ref().map(|entry| entry.expires_at_ms);
        let rows = self.write(&state, reserved.entry.as_ref(), reserved.rows)?;
        let after = State { entry: None, rows };
        let answer = Answer {
            verdict: Some(reserved.verdict),
            balances: balances(&after, limits, now_ms),
            ..Answer::default()
        };
        Ok((answer, alarm_ms))
    }

    fn settle(&self, id: &str, cost: u64, now_ms: u64) -> Outcome<(Answer, Option<u64>), S> {
        let state = self.state(id)?;
        let settled = settle(&state, id, cost, now_ms);
        self.write(&state, settled.entry.as_ref(), settled.rows)?;
        // The entry is deleted some day; the alarm rings earlier if something is held.
        let ends = settled.entry.map(|entry| entry.expires_at_ms);
        let answer = Answer {
            cost: Some(settled.cost),
            flags: settled.flags,
            ..Answer::default()
        };
        Ok((answer, ends.map(|end| end.saturating_add(KEPT_MS))))
    }

    fn exec(&self, statement: &str, values: &[SqlValue<'_>]) -> Outcome<Vec<SqlRow>, S> {
        self.0.exec(statement, values).map_err(BookFault::Sql)
    }

    fn rows(&self) -> Outcome<Vec<Row>, S> {
        let book = self.exec(sql::READ_BOOK, &[])?;
        let Some(rows) = book.first().and_then(|book| book.get("rows")) else {
            return Ok(Vec::new());
        };
        serde_json::from_str(rows.as_str().unwrap_or_default())
            .map_err(|fault| BookFault::Malformed(fault.to_string()))
    }

    fn state(&self, id: &str) -> Outcome<State, S> {
        let found = self.exec(sql::READ_ENTRY, &[SqlValue::Text(id)])?;
        Ok(State {
            entry: found.into_iter().next().map(of::<_, S>).transpose()?,
            rows: self.rows()?,
        })
    }

    /// Writes what a step gives; the book's rows after it.
    fn write(
        &self,
        before: &State,
        entry: Option<&Entry>,
        changed: Vec<Row>,
    ) -> Outcome<Vec<Row>, S> {
        if let Some(entry) = entry {
            self.exec(
                sql::WRITE_ENTRY,
                &[
                    SqlValue::Text(&entry.id),
                    SqlValue::Integer(integer(entry.reserved)),
                    SqlValue::Integer(integer(entry.reserved_at_ms)),
                    SqlValue::Integer(integer(entry.expires_at_ms)),
                    SqlValue::Text(phase(entry.phase)),
                    SqlValue::Integer(integer(entry.cost)),
                ],
            )?;
        }
        let is_new = !changed.is_empty();
        let rows = before.merged(changed);
        if is_new {
            self.write_rows(&rows)?;
        }
        Ok(rows)
    }

    fn write_rows(&self, rows: &[Row]) -> Outcome<(), S> {
        let json =
            serde_json::to_string(rows).map_err(|fault| BookFault::Malformed(fault.to_string()))?;
        self.exec(sql::WRITE_BOOK, &[SqlValue::Text(&json)])
            .map(drop)
    }
}

fn of<T: serde::de::DeserializeOwned, S: Sql>(row: SqlRow) -> Outcome<T, S> {
    serde_json::from_value(Value::Object(row))
        .map_err(|fault| BookFault::Malformed(fault.to_string()))
}

fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Held => "held",
        Phase::Expired => "expired",
        Phase::Settled => "settled",
    }
}
