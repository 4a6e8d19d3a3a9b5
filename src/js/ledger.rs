//! The ledger, for the Durable Object in `pkg-template/edge/durable`: one question in, one answer out.

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::ledger::{
    Balance, Entry, Flag, Limit, Overview, Reservation, Row, State, Upkeep, Verdict, balances,
    expire, forget_before_ms, reserve, settle, upkeep,
};
use crate::wire::plain;

/// One member, by the step's name.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase", rename_all_fields = "camelCase")]
enum Question {
    Reserve {
        state: State,
        request: Reservation,
        limits: Vec<Limit>,
        now_ms: u64,
    },
    Settle {
        state: State,
        id: String,
        cost: u64,
        now_ms: u64,
    },
    Expire {
        state: State,
        now_ms: u64,
    },
    Balances {
        state: State,
        limits: Vec<Limit>,
        now_ms: u64,
    },
    Upkeep {
        book: Overview,
        now_ms: u64,
    },
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Reserved {
        #[serde(flatten)]
        verdict: Verdict,
        write: Write,
        balances: Vec<Balance>,
    },
    Settled {
        cost: u64,
        flags: Vec<Flag>,
        write: Write,
    },
    Balances {
        balances: Vec<Balance>,
    },
    Kept {
        #[serde(flatten)]
        upkeep: Upkeep,
        rows: Vec<Row>,
        #[serde(rename = "forgetBeforeMs")]
        forget_before_ms: u64,
    },
    Nothing {},
}

/// What to write: the entry, and all rows of the book, if they change.
#[derive(Serialize)]
struct Write {
    entry: Option<Entry>,
    rows: Option<Vec<Row>>,
}

impl Write {
    fn of(before: &State, entry: Option<Entry>, changed: Vec<Row>) -> Self {
        Self {
            entry,
            rows: (!changed.is_empty()).then(|| before.merged(changed)),
        }
    }
}

fn answer(question: Question) -> Answer {
    match question {
        Question::Reserve {
            state,
            request,
            limits,
            now_ms,
        } => {
            let got = reserve(&state, &request, &limits, now_ms);
            let write = Write::of(&state, got.entry, got.rows);
            let rows = write.rows.clone().unwrap_or(state.rows);
            let after = State { entry: None, rows };
            Answer::Reserved {
                verdict: got.verdict,
                write,
                balances: balances(&after, &limits, now_ms),
            }
        }
        Question::Settle {
            state,
            id,
            cost,
            now_ms,
        } => {
            let got = settle(&state, &id, cost, now_ms);
            Answer::Settled {
                cost: got.cost,
                flags: got.flags,
                write: Write::of(&state, got.entry, got.rows),
            }
        }
        Question::Expire { state, now_ms } => match expire(&state, now_ms) {
            None => Answer::Nothing {},
            Some(got) => Answer::Settled {
                cost: got.cost,
                flags: got.flags,
                write: Write::of(&state, got.entry, got.rows),
            },
        },
        Question::Balances {
            state,
            limits,
            now_ms,
        } => Answer::Balances {
            balances: balances(&state, &limits, now_ms),
        },
        Question::Upkeep { book, now_ms } => {
            let upkeep = upkeep(&book, now_ms);
            let mut rows = book.rows;
            rows.retain(|row| !upkeep.stale.contains(row));
            Answer::Kept {
                upkeep,
                rows,
                forget_before_ms: forget_before_ms(now_ms),
            }
        }
    }
}

/// Answers one step's question, as JSON. Throws a text if the question is malformed, in which case
/// nothing may be written.
#[wasm_bindgen(js_name = ledgerStep)]
pub fn ledger_step(question: &str) -> Result<String, JsValue> {
    let question: Question = plain::of_text(question)
        .map_err(|fault| JsValue::from_str(&format!("the ledger's question: {fault}")))?;
    serde_json::to_string(&answer(question))
        .map_err(|fault| JsValue::from_str(&format!("the ledger's answer: {fault}")))
}
