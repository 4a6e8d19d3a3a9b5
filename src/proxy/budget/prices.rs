//! What models cost: the table of models, under an operator's own entries.

use crate::models::{Catalog, Found, MODELS, Meter, Model, Rate, Tier};

/// An operator's own entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPrice {
    /// The model's name, as requests give it.
    pub model: String,
    /// What a unit of each meter costs, in picodollars.
    pub rates: Vec<(Meter, u64)>,
    /// The most that one picture costs, in nano-dollars, for a model that is priced by the picture.
    pub image_nano: Option<u64>,
    /// Does the model write nothing that is billed and not shown? Then an answer that its caller
    /// left costs what was shown.
    pub shows_all: bool,
}

/// What models cost.
#[derive(Clone, Debug, Default)]
pub struct Prices {
    catalog: Catalog,
    own: Vec<OwnPrice>,
}

/// Models that are known to write no hidden reasoning, by how their names begin.
const SHOWS_ALL: [&str; 9] = [
    "gpt-3.5-turbo",
    "gpt-4",
    "chatgpt-4o",
    "babbage",
    "davinci",
    "text-",
    "curie",
    "ada",
    "ft:gpt-4",
];

impl Prices {
    /// The table, under these entries.
    #[must_use]
    pub fn with(own: Vec<OwnPrice>) -> Self {
        let mut catalog = Catalog::new();
        for price in &own {
            let known = MODELS.iter().find(|model| *model.id == *price.model);
            let rates = price.rates.iter().map(|(meter, pico)| Rate {
                meter: *meter,
                tier: Tier::Standard,
                long: false,
                pico: *pico,
            });
            catalog = catalog.with(Model {
                id: price.model.clone().into(),
                encoding: known.and_then(|model| model.encoding),
                context_window: known.map_or(0, |model| model.context_window),
                max_output_tokens: known.map_or(0, |model| model.max_output_tokens),
                last_day: "".into(),
                rates: rates.collect::<Vec<_>>().into(),
            });
        }
        Self { catalog, own }
    }

    /// Has the model a price?
    #[must_use]
    pub fn knows(&self, model: &str) -> bool {
        self.image(model).is_some() || self.find(model).is_some()
    }

    /// The model with its prices, if it has any.
    pub(super) fn find(&self, model: &str) -> Option<Found<'_>> {
        let found = self.catalog.find(model)?;
        (found.priced && !found.model.rates.is_empty()).then_some(found)
    }

    /// The most that one picture costs, in nano-dollars, where that is the model's price.
    pub(super) fn image(&self, model: &str) -> Option<u64> {
        let is = |own: &&OwnPrice| own.model == model;
        self.own.iter().find(is)?.image_nano
    }

    /// Is all that the model writes shown?
    pub(super) fn shows_all(&self, model: &str) -> bool {
        let own = self.own.iter().find(|own| own.model == model);
        own.map_or_else(
            || SHOWS_ALL.iter().any(|start| model.starts_with(start)),
            |own| own.shows_all,
        )
    }

    /// A model that has the dearest price of each meter of all models that hear. The proxy does not read which
    /// model an upload names.
    pub(super) fn dearest_listener(&self) -> Model {
        let mut rates: Vec<Rate> = Vec::new();
        let own = self.own.iter().filter_map(|own| self.find(&own.model));
        let all = MODELS.iter().chain(own.map(|found| found.model));
        let hears = |model: &&Model| {
            let mut rates = model.rates.iter();
            rates.any(|rate| rate.meter == Meter::InputSecond)
        };
        for rate in all.filter(hears).flat_map(|model| model.rates.iter()) {
            if rate.tier != Tier::Standard || rate.long {
                continue;
            }
            match rates.iter_mut().find(|known| known.meter == rate.meter) {
                Some(known) => known.pico = known.pico.max(rate.pico),
                None => rates.push(*rate),
            }
        }
        Model {
            id: "".into(),
            encoding: None,
            context_window: 0,
            max_output_tokens: 0,
            last_day: "".into(),
            rates: rates.into(),
        }
    }
}
