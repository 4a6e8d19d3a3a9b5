//! Finding a model by the name that a request gives.

use alloc::vec::Vec;

use super::id;
use super::{MODELS, Model};

/// The table, under an author's own entries.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    own: Vec<Model>,
}

/// A model and how it was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found<'a> {
    /// The entry.
    pub model: &'a Model,
    /// Whether its prices are those of the model that was asked for. Those of a fine-tuned model are
    /// not those of the model that was tuned.
    pub priced: bool,
}

impl Catalog {
    /// The table as it is.
    pub const fn new() -> Self {
        Self { own: Vec::new() }
    }

    /// The same with an entry that is looked at first. It replaces the one of the same name.
    #[must_use]
    pub fn with(mut self, model: Model) -> Self {
        self.own.retain(|own| own.id != model.id);
        self.own.push(model);
        self
    }

    /// The model of this name; of a snapshot that has no entry, the model without its date; of a
    /// fine-tuned one, the entry for tuned models of its kind, otherwise what was tuned, without a
    /// price.
    pub fn find(&self, id: &str) -> Option<Found<'_>> {
        let priced = |model| Found {
            model,
            priced: true,
        };
        if let Some(model) = self.entry(id) {
            return Some(priced(model));
        }
        let Some(base) = id::base(id) else {
            return self.snapshot("", id).map(priced);
        };
        if let Some(model) = self.snapshot("ft:", base) {
            return Some(priced(model));
        }
        // `ft:gpt-4o-mini` where the table has `ft:gpt-4o-mini-2024-07-18`: the newest.
        let tuned = |model: &&Model| {
            let dated = model.id.strip_prefix("ft:").and_then(id::undated);
            dated == Some(base)
        };
        let newest = self.all().filter(tuned).max_by(|a, b| a.id.cmp(&b.id));
        if let Some(model) = newest {
            return Some(priced(model));
        }
        let model = self.snapshot("", base)?;
        Some(Found {
            model,
            priced: false,
        })
    }

    fn snapshot(&self, kind: &str, id: &str) -> Option<&Model> {
        let named = |id: &str| {
            let is = |model: &&Model| model.id.strip_prefix(kind) == Some(id);
            self.all().find(is)
        };
        named(id).or_else(|| named(id::undated(id)?))
    }

    fn entry(&self, id: &str) -> Option<&Model> {
        self.all().find(|model| model.id == id)
    }

    fn all(&self) -> impl Iterator<Item = &Model> {
        self.own.iter().chain(MODELS)
    }
}
