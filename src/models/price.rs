//! What a usage costs by a model's prices. Computed in picodollars, rounded up once to nanodollars.

use core::fmt;

use serde_json::Value;

use super::{Found, LONG_CONTEXT_TOKENS, Meter, Model, Tier};

/// What a number of JavaScript holds exactly.
const MOST_NANO: u128 = (1 << 53) - 1;

const DRAWN: Meter = Meter::ImageOutput;

/// Why a price is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PriceFault {
    /// The price of this meter is not known.
    NoPrice {
        /// What is measured.
        meter: Meter,
        /// For which tier.
        tier: Tier,
    },
    /// The service tier is not known.
    UnknownTier,
    /// A count of the usage cannot be true, or no count is there.
    BadUsage {
        /// The member.
        field: &'static str,
    },
    /// It costs more than a number of JavaScript holds in nanodollars.
    TooDear,
}

impl fmt::Display for PriceFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPrice { meter, tier } => {
                write!(
                    f,
                    "it has no price {} for the tier {}",
                    meter.name(),
                    tier.name()
                )
            }
            Self::UnknownTier => f.write_str("its service tier is not known"),
            Self::BadUsage { field } => write!(f, "{field} is not a count that can be true"),
            Self::TooDear => f.write_str("it costs more than nine million dollars"),
        }
    }
}

/// The price of a `usage`, of a chat completion, a completion, a response or an embedding, in
/// nanodollars.
///
/// # Errors
/// [`PriceFault`].
pub fn usage_price(
    found: Found<'_>,
    usage: &Value,
    service_tier: Option<&str>,
) -> Result<u64, PriceFault> {
    let number = |place: &Value, field: &'static str| match place.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(number) => number
            .as_u64()
            .map(Some)
            .ok_or(PriceFault::BadUsage { field }),
    };
    let either = |new: &'static str, old: &'static str| {
        Ok::<_, PriceFault>(number(usage, new)?.or(number(usage, old)?))
    };
    let input = either("input_tokens", "prompt_tokens")?;
    let output = either("output_tokens", "completion_tokens")?;
    if input.or(output).is_none() {
        return Err(PriceFault::BadUsage {
            field: "prompt_tokens",
        });
    }
    let (input, output) = (input.unwrap_or(0), output.unwrap_or(0));
    let details = |new: &str, old: &str| {
        let details = usage.get(new).or_else(|| usage.get(old));
        details.cloned().unwrap_or(Value::Null)
    };
    let read = details("input_tokens_details", "prompt_tokens_details");
    let wrote = details("output_tokens_details", "completion_tokens_details");
    let part = |place: &Value, field| Ok::<_, PriceFault>(number(place, field)?.unwrap_or(0));
    let none = Value::Null;
    let of_cached = read.get("cached_tokens_details").unwrap_or(&none);
    let cached = part(&read, "cached_tokens")?;
    let cached_audio = part(of_cached, "audio_tokens")?;
    let cached_image = part(of_cached, "image_tokens")?;
    let audio = part(&read, "audio_tokens")?;
    let image = part(&read, "image_tokens")?;
    let written = part(&read, "cache_write_tokens")?;
    let spoken = part(&wrote, "audio_tokens")?;
    let drawn = part(&wrote, "image_tokens")?;
    let less = |whole: u64, parts: &[u64], field| {
        let mut rest = Some(whole);
        for part in parts {
            rest = rest.and_then(|rest| rest.checked_sub(*part));
        }
        rest.ok_or(PriceFault::BadUsage { field })
    };
    let cached_text = less(
        cached,
        &[cached_audio, cached_image],
        "cached_tokens_details",
    )?;
    let new_audio = less(audio, &[cached_audio], "audio_tokens")?;
    let new_image = less(image, &[cached_image], "image_tokens")?;
    let text = [audio, image, cached_text, written];
    let text = less(input, &text, "prompt_tokens_details")?;
    let words = less(output, &[spoken, drawn], "completion_tokens_details")?;

    let till = Till::new(found, service_tier, input)?;
    let sum = [
        (text, Meter::Input),
        (cached_text, Meter::CachedInput),
        (written, Meter::CacheWrite),
        (new_audio, Meter::AudioInput),
        (cached_audio, Meter::CachedAudioInput),
        (new_image, Meter::ImageInput),
        (cached_image, Meter::CachedImageInput),
        (words, Meter::Output),
        (spoken, Meter::AudioOutput),
        (drawn, Meter::ImageOutput),
    ];
    let mut pico = 0;
    for (count, meter) in sum {
        pico = till.cost(count, meter)?.saturating_add(pico);
    }
    nano(pico)
}

/// A model's prices for one request.
pub struct Till<'a> {
    model: &'a Model,
    tier: Tier,
    long: bool,
    priced: bool,
}

impl<'a> Till<'a> {
    /// The prices of a request with so many tokens of input. Without a tier the standard prices count.
    ///
    /// # Errors
    /// [`PriceFault::UnknownTier`].
    pub fn new(found: Found<'a>, tier: Option<&str>, input: u64) -> Result<Self, PriceFault> {
        let tier = match tier {
            None => Tier::Standard,
            Some(name) => Tier::from_name(name).ok_or(PriceFault::UnknownTier)?,
        };
        Ok(Self {
            model: found.model,
            tier,
            long: input > LONG_CONTEXT_TOKENS,
            priced: found.priced,
        })
    }

    fn known(&self, meter: Meter) -> Option<u64> {
        let pico = self.model.pico(meter, self.tier, self.long);
        pico.filter(|_| self.priced)
    }

    /// The price of a unit. Falls back to the price of the broader meter (cached input to input). Sound
    /// never falls back to text.
    fn pico(&self, meter: Meter) -> Result<u64, PriceFault> {
        let whole = match meter {
            Meter::CachedInput | Meter::CacheWrite | Meter::CacheWriteLong | Meter::ImageInput => {
                Meter::Input
            }
            Meter::CachedAudioInput => Meter::AudioInput,
            Meter::CachedImageInput => Meter::ImageInput,
            Meter::ImageOutput => Meter::Output,
            // Models that draw and write no text.
            Meter::Output if self.known(meter).is_none() && self.known(DRAWN).is_some() => DRAWN,
            meter => meter,
        };
        if let Some(pico) = self.known(meter) {
            return Ok(pico);
        }
        if whole != meter {
            return self.pico(whole);
        }
        Err(PriceFault::NoPrice {
            meter,
            tier: self.tier,
        })
    }

    /// The tier whose prices count.
    #[must_use]
    pub const fn tier(&self) -> Tier {
        self.tier
    }

    /// What so many units cost, in picodollars.
    ///
    /// # Errors
    /// [`PriceFault::NoPrice`].
    pub fn cost(&self, count: u64, meter: Meter) -> Result<u128, PriceFault> {
        if count == 0 {
            return Ok(0);
        }
        Ok(u128::from(count) * u128::from(self.pico(meter)?))
    }

    /// The price of a unit of the dearest of these meters, in picodollars.
    ///
    /// # Errors
    /// [`PriceFault::NoPrice`].
    pub fn dearest(&self, meters: &[Option<Meter>]) -> Result<u64, PriceFault> {
        let mut most = 0;
        for meter in meters.iter().flatten() {
            most = most.max(self.pico(*meter)?);
        }
        Ok(most)
    }
}

/// Picodollars as nanodollars, rounded up.
///
/// # Errors
/// [`PriceFault::TooDear`].
pub fn nano(pico: u128) -> Result<u64, PriceFault> {
    let nano = pico.div_ceil(1000);
    u64::try_from(nano)
        .ok()
        .filter(|_| nano <= MOST_NANO)
        .ok_or(PriceFault::TooDear)
}
