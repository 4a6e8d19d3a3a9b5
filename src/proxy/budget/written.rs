//! A budget as it is written in the configuration, in US dollars: the option `budget` of the npm package.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Budget, OwnPrice, Prices};
use crate::ledger::{Limit, Window};
use crate::models::Meter;
use crate::proxy::auth::caller::limit_of;

/// The largest amount in US dollars. In nano-dollars JavaScript holds it exactly.
pub(crate) const MOST_USD: f64 = 9_000_000.0;
/// As text: to print fractions takes 5 KB of WebAssembly.
const MOST_TEXT: &str = "9000000";
/// The smallest limit in US dollars: a nano-dollar.
#[cfg(test)]
pub(crate) const LEAST_USD: f64 = 1e-9;
const LEAST_TEXT: &str = "1e-9";
/// Whom a limit can be for.
#[cfg(test)]
pub(crate) const PER: [&str; 2] = ["subject", "everyone"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    limits: Vec<WrittenLimit>,
    #[serde(default)]
    prices: BTreeMap<String, WrittenPrice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLimit {
    per: Per,
    window: Window,
    usd: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Per {
    Subject,
    Everyone,
}

/// US dollars a million tokens or characters, a minute or a picture.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenPrice {
    input: Option<f64>,
    cached_input: Option<f64>,
    cache_write: Option<f64>,
    output: Option<f64>,
    image_input: Option<f64>,
    image_output: Option<f64>,
    audio_output: Option<f64>,
    character: Option<f64>,
    audio_minute: Option<f64>,
    image: Option<f64>,
    #[serde(default = "may_reason")]
    reasoning: bool,
}

const fn may_reason() -> bool {
    true
}

/// Picodollars of a token for each US dollar that a million of them costs.
const A_MILLION: f64 = 1e6;
const NANO: f64 = 1e9;
const PICO: f64 = 1e12;

/// The members of a price that become rates: their names, what they meter, and how many picodollars of a
/// unit each US dollar stands for.
const RATES: [(&str, Meter, f64); 9] = [
    ("input", Meter::Input, A_MILLION),
    ("cachedInput", Meter::CachedInput, A_MILLION),
    ("cacheWrite", Meter::CacheWrite, A_MILLION),
    ("output", Meter::Output, A_MILLION),
    ("imageInput", Meter::ImageInput, A_MILLION),
    ("imageOutput", Meter::ImageOutput, A_MILLION),
    ("audioOutput", Meter::AudioOutput, A_MILLION),
    ("character", Meter::Character, A_MILLION),
    ("audioMinute", Meter::InputSecond, PICO / 60.0),
];

/// The names of everything that can have a price.
#[cfg(test)]
pub(crate) fn price_names() -> impl Iterator<Item = &'static str> {
    RATES.into_iter().map(|(name, ..)| name).chain(["image"])
}

impl WrittenPrice {
    /// In the order of [`RATES`].
    fn rates(&self) -> [Option<f64>; 9] {
        [
            self.input,
            self.cached_input,
            self.cache_write,
            self.output,
            self.image_input,
            self.image_output,
            self.audio_output,
            self.character,
            self.audio_minute,
        ]
    }

    fn read(&self, model: &str) -> Result<OwnPrice, String> {
        let option = |name: &str| format!("budget.prices[\"{model}\"]{name}");
        let priced = [self.input, self.image, self.audio_minute, self.character];
        if priced.iter().all(Option::is_none) {
            let option = option("");
            return Err(format!(
                "{option} must have a price: input, image, audioMinute or character"
            ));
        }
        let fault = |name: &str| {
            let option = option(&format!(".{name}"));
            format!("{option} must be a number of US dollars from 0 to {MOST_TEXT}")
        };
        let mut rates = Vec::new();
        for ((name, meter, units), usd) in RATES.into_iter().zip(self.rates()) {
            if let Some(usd) = usd {
                rates.push((meter, price(usd, units).ok_or_else(|| fault(name))?));
            }
        }
        let image = self.image.map(|usd| price(usd, NANO));
        let image = image.map(|nano| nano.ok_or_else(|| fault("image")));
        Ok(OwnPrice {
            model: model.to_owned(),
            rates,
            image_nano: image.transpose()?,
            shows_all: !self.reasoning,
        })
    }
}

/// A price, not less than was written. Binary fractions are a little off, in the sixteenth digit.
fn price(usd: f64, units: f64) -> Option<u64> {
    const OFF: f64 = 1e-15;
    let in_range = (0.0..=MOST_USD).contains(&usd);
    let exact = usd * units;
    let near = exact.round();
    let is_whole = (exact - near).abs() <= exact * OFF;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Within the range.
    let whole = if is_whole { near } else { exact.ceil() } as u64;
    in_range.then_some(whole)
}

impl TryFrom<Written> for Budget {
    type Error = String;

    /// The terms in their exact units. A fault names its option.
    fn try_from(written: Written) -> Result<Self, String> {
        let mut budget = Self::default();
        for (index, WrittenLimit { per, window, usd }) in written.limits.iter().enumerate() {
            let limit: Option<Limit> =
                limit_of(window.name(), *usd).filter(|limit| limit.nano > 0 && *usd <= MOST_USD);
            let limit = limit.ok_or_else(|| {
                format!(
                    "budget.limits[{index}].usd must be a number of US dollars from {LEAST_TEXT} to \
                     {MOST_TEXT}"
                )
            })?;
            match per {
                Per::Subject => budget.per_subject.push(limit),
                Per::Everyone => budget.for_everyone.push(limit),
            }
        }
        let own = written.prices.iter();
        let own: Result<_, String> = own.map(|(model, price)| price.read(model)).collect();
        budget.prices = Prices::with(own?);
        Ok(budget)
    }
}

/// The tests that write a configuration write one without a budget.
#[cfg(test)]
impl serde::Serialize for Budget {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_none()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(prices: &Value, usd: f64) -> Result<Budget, String> {
        let written = json!({
            "limits": [
                { "per": "subject", "window": "day", "usd": usd },
                { "per": "everyone", "window": "month", "usd": 100 },
            ],
            "prices": prices,
        });
        serde_json::from_value(written).map_err(|fault| fault.to_string())
    }

    #[test]
    fn dollars_become_exact_units_that_are_never_too_low_a_price() {
        let prices = json!({
            "mine": { "input": 0.25, "cachedInput": 0.025, "output": 2, "reasoning": false },
            "ears": { "audioMinute": 0.006 },
            "painter": { "image": 0.04 },
        });
        let budget = read(&prices, 0.07).unwrap();
        let limit = |window, nano| Limit { window, nano };
        assert_eq!(budget.per_subject, [limit(Window::Day, 70_000_000)]);
        assert_eq!(budget.for_everyone, [limit(Window::Month, 100_000_000_000)]);
        for (usd, units, expected) in [
            (0.25, A_MILLION, 250_000),
            (0.1 + 0.2, A_MILLION, 300_000),
            (0.000_000_1, A_MILLION, 1),
            (0.006, PICO / 60.0, 100_000_000),
            (0.04, NANO, 40_000_000),
        ] {
            assert_eq!(price(usd, units), Some(expected), "{usd}");
        }
        assert_eq!(price(-1.0, 1.0), None);
        assert_eq!(price(f64::NAN, 1.0), None);
        assert!(budget.prices.knows("mine") && budget.prices.shows_all("mine"));
        assert!(budget.prices.knows("painter") && !budget.prices.shows_all("painter"));
    }

    #[test]
    fn every_word_that_is_told_to_the_package_is_read() {
        for per in PER {
            for window in Window::ALL {
                let limit = json!({ "per": per, "window": window.name(), "usd": LEAST_USD });
                let written = json!({ "limits": [limit] });
                assert!(serde_json::from_value::<Budget>(written).is_ok(), "{per}");
            }
        }
        for name in price_names() {
            let prices = json!({ "mine": { "input": 1, name: MOST_USD } });
            assert!(read(&prices, 1.0).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_its_option() {
        let good = json!({ "mine": { "input": 1 } });
        assert!(read(&good, 1.0).is_ok(), "the control");
        for (prices, usd, option) in [
            (good.clone(), 0.0, "budget.limits[0].usd"),
            (good.clone(), -1.0, "budget.limits[0].usd"),
            (good, 1e18, "budget.limits[0].usd"),
            (json!({ "mine": {} }), 1.0, "budget.prices[\"mine\"]"),
            (
                json!({ "mine": { "output": 1 } }),
                1.0,
                "budget.prices[\"mine\"]",
            ),
            (
                json!({ "mine": { "input": -1 } }),
                1.0,
                "budget.prices[\"mine\"].input",
            ),
            (
                json!({ "mine": { "image": 1e18 } }),
                1.0,
                "budget.prices[\"mine\"].image",
            ),
            (json!({ "mine": { "input": 1, "out": 1 } }), 1.0, "out"),
        ] {
            let said = read(&prices, usd).unwrap_err();
            assert!(said.contains(option), "{said}");
        }
    }
}
