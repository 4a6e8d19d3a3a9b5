//! A response that is kept.

use serde_json::{Value, json};

use super::{ask::Ask, items};

/// A response, what led to it, and its events.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The response as it is now.
    pub response: Value,
    /// Its events so far.
    pub events: Vec<Value>,
    /// The items of its own request.
    pub input: Vec<Value>,
    /// All that went before those.
    pub history: Vec<Value>,
    /// Whether it is made in the background.
    pub background: bool,
    ended: bool,
}

impl Kept {
    /// One that begins.
    pub fn begun(ask: &Ask, response: Value) -> Self {
        Self {
            response,
            events: Vec::new(),
            input: ask.input.clone(),
            history: ask.history.clone(),
            background: ask.background,
            ended: false,
        }
    }

    /// All that the next response goes on from.
    pub fn context(&self) -> Vec<Value> {
        let output = items::list(self.response.get("output"));
        let before = self.history.iter().chain(&self.input).cloned();
        before.chain(output).collect()
    }

    /// Lets an event happen, unless the response has ended. Says whether it goes on.
    pub fn happen(&mut self, event: Value) -> bool {
        if self.ended {
            return false;
        }
        if let Some(response) = event.get("response") {
            self.response = response.clone();
        }
        self.events.push(event);
        true
    }

    /// Whether no more events come.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// No more events come.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// Stops it.
    pub fn cancel(&mut self) {
        self.end();
        if let Some(response) = self.response.as_object_mut() {
            response.insert("status".into(), json!("cancelled"));
        }
    }
}
