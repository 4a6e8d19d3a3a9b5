//! What has been counted so far, and what could not be.

use alloc::string::String;

use super::{ChatRules, Count, Counted};

/// For the start of the answer: `<|start|>assistant<|message|>`.
const ANSWER: i64 = 3;
/// Added to the tokens of a message by a format that is not documented, at most.
const UNDOCUMENTED: i64 = 5;

/// A count under way.
pub(in super::super) struct Tally<'a, C> {
    pub(super) counter: &'a mut C,
    pub(super) rules: &'a ChatRules,
    tokens: i64,
    exact: bool,
    /// Whether the most is wanted and not the likeliest.
    pub(super) most: bool,
    /// The first thing that has tokens and could not be counted.
    unbounded: Option<String>,
    images: u64,
}

impl<'a, C: Count> Tally<'a, C> {
    pub fn new(counter: &'a mut C, rules: &'a ChatRules) -> Self {
        Self {
            counter,
            rules,
            tokens: 0,
            exact: rules.documented,
            most: false,
            unbounded: None,
            images: 0,
        }
    }

    /// Where a count is not documented, the most that it can be.
    pub fn most(mut self) -> Self {
        self.most = true;
        self
    }

    pub fn counted(&self) -> Counted {
        Counted {
            tokens: self.tokens.max(0) as u64,
            exact: self.exact,
        }
    }

    /// What has tokens and could not be counted.
    pub fn unbounded(&self) -> Option<&str> {
        self.unbounded.as_deref()
    }

    /// How many of the tokens are of pictures.
    pub fn images(&self) -> u64 {
        self.images
    }

    /// Of a text without a format around it, the count is exact.
    pub fn plain(&mut self) {
        self.exact = true;
    }

    pub fn add(&mut self, tokens: i64) {
        self.tokens += tokens;
    }

    pub fn text(&mut self, text: &str) {
        self.tokens += self.counter.count(text) as i64;
    }

    pub(super) fn estimate(&mut self) {
        self.exact = false;
    }

    pub(super) fn answer(&mut self) {
        self.add(ANSWER);
    }

    pub(super) fn begin(&mut self) {
        let undocumented = self.most && !self.rules.documented;
        self.add(self.rules.per_message + if undocumented { UNDOCUMENTED } else { 0 });
    }

    /// Something whose format is not documented.
    pub(super) fn foreign(&mut self) {
        self.exact = false;
        if self.most {
            self.add(UNDOCUMENTED);
        }
    }

    pub(super) fn picture(&mut self, low: bool) {
        self.exact = false;
        let image = &self.rules.image;
        let tokens = match (low, self.most) {
            (true, _) => image.low,
            (false, true) => image.most,
            (false, false) => image.usual,
        };
        self.images += tokens as u64;
        self.add(tokens);
    }

    pub(super) fn uncounted(&mut self, what: impl FnOnce() -> String) {
        self.exact = false;
        if self.unbounded.is_none() {
            self.unbounded = Some(what());
        }
    }
}
