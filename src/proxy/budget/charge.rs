//! What a request has cost.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::models::{Found, Meter, Model, Rate, Tier, Till, nano, usage_price};
use crate::proxy::response::usage::{Cost, Outcome};

/// What was reserved for a request, and the prices by which its answer is charged. It outlives the
/// instance that made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Charge {
    /// What was reserved, in nano-dollars.
    pub reserved: u64,
    /// The share of the input, in nano-dollars.
    input: u64,
    /// What a token of the output costs, in picodollars.
    output_pico: u64,
    /// Is all that the model writes shown?
    shows_all: bool,
    /// What its output is: the place of the meter in [`Meter::ALL`].
    written: usize,
    /// The place of the tier in [`Tier::ALL`].
    tier: usize,
    /// For each price the place of its meter and of its tier, whether it is that of long requests, and
    /// picodollars. Without any the reservation is the price.
    rates: Vec<(usize, usize, bool, u64)>,
}

/// What a request was charged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Charged {
    /// In US dollars.
    pub usd: f64,
    /// The same, exactly, in nano-dollars.
    pub nano: u64,
    /// What was reserved, in nano-dollars.
    pub reserved_nano: u64,
    /// Why it may be more or less than what the provider bills.
    pub flags: Vec<Doubt>,
}

/// Why a charge may not be what the provider bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Doubt {
    /// The answer had no usage that can be true: the whole reservation is charged.
    NoUsage,
    /// The answer did not come to its end. The input as it was reserved and what was passed on are
    /// charged, a token for each byte.
    LeftEarly,
    /// It cost more than was reserved.
    Overrun,
    /// The reservation had expired and been charged; this charge replaced it.
    Late,
    /// The ledger had forgotten the request.
    Unreserved,
    /// It was settled before.
    Repeated,
    /// The ledger did not answer: the reservation is charged when it expires.
    Unsettled,
}

impl Charge {
    /// A price that the answer does not change, in nano-dollars.
    pub(super) const fn flat(reserved: u64) -> Self {
        Self {
            reserved,
            input: reserved,
            output_pico: 0,
            shows_all: false,
            written: place_of(Meter::Output),
            tier: 0,
            rates: Vec::new(),
        }
    }

    pub(super) fn metered(
        model: &Model,
        tier: Tier,
        written: Meter,
        reserved: u64,
        input: u64,
        output_pico: u64,
    ) -> Self {
        let place = |tier: Tier| Tier::ALL.iter().position(|known| *known == tier);
        let rates = model.rates.iter().filter_map(|rate| {
            Some((
                place_of(rate.meter),
                place(rate.tier)?,
                rate.long,
                rate.pico,
            ))
        });
        Self {
            reserved,
            input,
            output_pico,
            shows_all: false,
            written: place_of(written),
            tier: place(tier).unwrap_or_default(),
            rates: rates.collect(),
        }
    }

    pub(super) const fn showing(mut self, all: bool) -> Self {
        self.shows_all = all;
        self
    }

    /// What the request is charged. An answer that the upstream refused costs nothing; one without a
    /// usage that can be true costs its reservation.
    #[must_use]
    pub fn of(&self, outcome: Outcome, cost: &Cost) -> Charged {
        let whole = |flag: Option<Doubt>| self.charged(self.reserved, flag);
        if outcome == Outcome::Refused || cost.unheard {
            return self.charged(0, None);
        }
        if self.rates.is_empty() {
            let flag = (outcome != Outcome::Completed).then_some(Doubt::LeftEarly);
            return whole(flag);
        }
        if let Some(usage) = &cost.usage {
            // The last count of a stream that was cut may not be the last word.
            let complete = outcome == Outcome::Completed;
            return match self.price_of(usage.as_map().clone()) {
                Some(nano) if complete => self.charged(nano, None),
                Some(nano) => self.charged(
                    nano.max(self.shown(cost).unwrap_or(self.reserved)),
                    Some(Doubt::LeftEarly),
                ),
                None => whole(Some(Doubt::NoUsage)),
            };
        }
        match self.shown(cost) {
            Some(nano) if outcome != Outcome::Completed => {
                self.charged(nano, Some(Doubt::LeftEarly))
            }
            _ => whole(Some(Doubt::NoUsage)),
        }
    }

    /// What was passed on of an answer, where nothing is billed that is not shown. `None` if nothing
    /// was: then it is not known how far the model has come.
    fn shown(&self, cost: &Cost) -> Option<u64> {
        let tokens = cost.said_bytes.max(cost.events);
        if !self.shows_all || tokens == 0 {
            return None;
        }
        let output = nano(u128::from(tokens) * u128::from(self.output_pico)).ok()?;
        Some(self.input.saturating_add(output).min(self.reserved))
    }

    fn price_of(&self, mut usage: serde_json::Map<String, Value>) -> Option<u64> {
        let rates = self.rates.iter().filter_map(|(meter, tier, long, pico)| {
            Some(Rate {
                meter: *Meter::ALL.get(*meter)?,
                tier: *Tier::ALL.get(*tier)?,
                long: *long,
                pico: *pico,
            })
        });
        let model = Model {
            id: "".into(),
            encoding: None,
            context_window: 0,
            max_output_tokens: 0,
            last_day: "".into(),
            rates: rates.collect::<Vec<_>>().into(),
        };
        let found = Found {
            model: &model,
            priced: true,
        };
        let tier = Tier::ALL.get(self.tier)?.name();
        if let Some(seconds) = usage.get("seconds") {
            return heard(found, seconds);
        }
        let detail = match Meter::ALL.get(self.written) {
            Some(Meter::ImageOutput) => Some("image_tokens"),
            Some(Meter::AudioOutput) => Some("audio_tokens"),
            _ => None,
        };
        if let Some(detail) = detail {
            // Models of one kind of output say it in the details, or not at all.
            let written = usage
                .get("output_tokens")
                .or_else(|| usage.get("completion_tokens"));
            let written = written.cloned().unwrap_or(Value::Null);
            usage.insert(
                "output_tokens_details".to_owned(),
                json!({ detail: written }),
            );
        }
        usage_price(found, &Value::Object(usage), Some(tier)).ok()
    }

    #[allow(clippy::cast_precision_loss)] // For people; `nano` is exact.
    fn charged(&self, nano: u64, flag: Option<Doubt>) -> Charged {
        Charged {
            usd: nano as f64 / 1e9,
            nano,
            reserved_nano: self.reserved,
            flags: flag.into_iter().collect(),
        }
    }
}

const fn place_of(meter: Meter) -> usize {
    meter as usize
}

/// The price of seconds of sound, of which a part counts as a whole.
fn heard(found: Found<'_>, seconds: &Value) -> Option<u64> {
    let seconds = seconds.as_f64().filter(|s| (0.0..1e9).contains(s))?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Within the range.
    let seconds = seconds.ceil() as u64;
    let till = Till::new(found, None, 0).ok()?;
    nano(till.cost(seconds, Meter::InputSecond).ok()?).ok()
}
