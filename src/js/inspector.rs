//! An answer's watch, for the loop in `pkg-template/edge/relay.js`.

use std::rc::Rc;

use js_sys::{Array, Function};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::{JsCast, JsValue, wasm_bindgen};
use web_sys::ReadableStream;

use crate::proxy::prompt::Prompt;
use crate::proxy::refusal::Refusal;
use crate::proxy::response::deadlines::Break;
use crate::proxy::response::filter::{Filter, Form, Step, Then};
use crate::proxy::response::usage::Account;
use crate::proxy::{Relayed, Secret};

/// What a new watch needs to know, in a new instance.
#[derive(Serialize, Deserialize)]
struct Facts {
    events: bool,
    hides_usage: bool,
    hides_prompt: bool,
    account: Option<Account>,
}

/// Calls the loop: `relay(first, body, controller, watch, facts, release)`.
pub(super) fn relay(relay: &Function, relayed: Relayed) -> Result<ReadableStream, JsValue> {
    let Relayed {
        first,
        body,
        controller,
        watch,
        account,
        release,
    } = relayed;
    let facts = Facts {
        events: watch.form() == Form::Events,
        hides_usage: watch.hides_usage(),
        hides_prompt: watch.hides_prompt(),
        account,
    };
    let arguments = Array::of5(
        &first.into(),
        &body.into(),
        &controller.into(),
        &JsValue::UNDEFINED,
        &serde_json::to_string(&facts).unwrap_or_default().into(),
    );
    let watch = AnswerWatch::new(watch, facts.account);
    arguments.set(3, watch.into());
    arguments.push(&release.into());
    let stream = relay.apply(&JsValue::UNDEFINED, &arguments)?;
    Ok(stream.unchecked_into())
}

/// Decides what of an answer goes on.
#[wasm_bindgen]
pub struct AnswerWatch {
    watch: Filter,
    account: Option<Account>,
    step: (usize, usize),
    refusal: Option<Refusal>,
}

impl AnswerWatch {
    pub(super) fn new(watch: Filter, account: Option<Account>) -> Self {
        Self {
            watch,
            account,
            step: (0, 0),
            refusal: None,
        }
    }

    fn take(&mut self, step: Step) -> u32 {
        self.step = (step.forward, step.skip);
        match step.then {
            Then::Wait => 0,
            Then::Again => 1,
            Then::Done => 2,
            Then::Fail(refusal) => {
                self.refusal = Some(refusal);
                3
            }
        }
    }
}

#[wasm_bindgen]
impl AnswerWatch {
    /// A watch for an answer whose own died with its instance. It throws if `facts` are not those
    /// that came with the first.
    #[wasm_bindgen(constructor)]
    pub fn again(key: &str, facts: &str) -> Result<Self, JsValue> {
        let facts: Facts = serde_json::from_str(facts)
            .map_err(|_| JsValue::from_str("the answer's facts are malformed"))?;
        // From the midst of JSON nobody can tell what is a member of what: it is looked at as a text.
        let form = if facts.events {
            Form::Events
        } else {
            Form::Text
        };
        let prompt = facts.hides_prompt.then(|| Rc::new(Prompt::unknown()));
        let watch = Filter::new(form, &Secret::new(key), facts.hides_usage).hiding(prompt);
        Ok(Self::new(watch, facts.account))
    }

    /// What is to be done with the bytes: 0 wait for more, 1 push the rest again, 2 done, 3 failed.
    pub fn push(&mut self, pending: &[u8]) -> u32 {
        let step = self.watch.push(pending);
        self.take(step)
    }

    /// The same at the body's end.
    pub fn end(&mut self, pending: &[u8]) -> u32 {
        let step = self.watch.end(pending);
        self.take(step)
    }

    /// How many bytes go on.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn forward(&self) -> usize {
        self.step.0
    }

    /// How many bytes behind them are left out.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn skip(&self) -> usize {
        self.step.1
    }

    /// May a comment stand behind what has gone on?
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn between(&self) -> bool {
        self.watch.is_between_events()
    }

    /// The last event of an answer that failed, or that breaks for a reason: 0 truncated, 1 idle,
    /// 2 duration, 3 size. It is empty where the body has no place for one.
    pub fn error(&mut self, why: Option<u32>) -> String {
        let known = self.refusal.take();
        let refusal = known.unwrap_or_else(|| {
            self.watch.broken(match why {
                Some(1) => Break::Idle,
                Some(2) => Break::Duration,
                Some(3) => Break::Size,
                _ => Break::Truncated,
            })
        });
        self.watch.error_event(&refusal)
    }

    /// The record of what the answer has cost, as JSON; nothing if none is wanted.
    #[must_use]
    pub fn record(&self, now_ms: f64) -> Option<String> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let now_ms = now_ms as u64;
        let event = self.watch.event(self.account.as_ref()?, now_ms);
        // Strings and numbers always have a JSON form.
        serde_json::to_string(&event).ok()
    }
}
