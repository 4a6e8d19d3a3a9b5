//! What is known of one model.

use alloc::borrow::Cow;

use super::Encoding;

/// A model: how it cuts text, how much it takes, what it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// The name, as a request gives it.
    pub id: Cow<'static, str>,
    /// How it cuts text into tokens; `None` where that is not documented.
    pub encoding: Option<Encoding>,
    /// Tokens of question and answer together; 0 if it is not known.
    pub context_window: u32,
    /// The longest answer in tokens; 0 for a model that does not write or of which it is not known.
    pub max_output_tokens: u32,
    /// The last day on which it is served, as `2026-10-23`; empty if none is announced.
    pub last_day: Cow<'static, str>,
    /// Its prices. The price of a meter that is missing is not known.
    pub rates: Cow<'static, [Rate]>,
}

/// What a unit of one kind costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// What is measured.
    pub meter: Meter,
    /// For which service tier.
    pub tier: Tier,
    /// The price of requests whose input is longer than [`LONG_CONTEXT_TOKENS`].
    pub long: bool,
    /// Picodollars a unit. A million tokens at 1 US dollar are 1,000,000 picodollars a token, so that
    /// every published price is a whole number: batches of cached input are half a nanodollar.
    pub pico: u64,
}

/// A request with more tokens of input than this pays the prices of long ones, where a model has such.
pub const LONG_CONTEXT_TOKENS: u64 = 272_000;

/// What a price is for. A token, unless the name says another unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Meter {
    /// Text that is read.
    Input,
    /// Text that is read from the cache of prompts.
    CachedInput,
    /// Text that is written into that cache.
    CacheWrite,
    /// The same, to be kept for more than 12 hours.
    CacheWriteLong,
    /// Text that is written, reasoning with it.
    Output,
    /// Sound that is heard.
    AudioInput,
    /// Sound that is heard from the cache.
    CachedAudioInput,
    /// Sound that is spoken.
    AudioOutput,
    /// Pictures that are seen.
    ImageInput,
    /// Pictures that are seen from the cache.
    CachedImageInput,
    /// Pictures that are drawn.
    ImageOutput,
    /// A second of sound that is heard.
    InputSecond,
    /// A character of text that is to be spoken.
    Character,
}

impl Meter {
    /// Every meter.
    pub const ALL: [Self; 13] = [
        Self::Input,
        Self::CachedInput,
        Self::CacheWrite,
        Self::CacheWriteLong,
        Self::Output,
        Self::AudioInput,
        Self::CachedAudioInput,
        Self::AudioOutput,
        Self::ImageInput,
        Self::CachedImageInput,
        Self::ImageOutput,
        Self::InputSecond,
        Self::Character,
    ];

    /// Its name in JavaScript: `cachedInput`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::CachedInput => "cachedInput",
            Self::CacheWrite => "cacheWrite",
            Self::CacheWriteLong => "cacheWriteLong",
            Self::Output => "output",
            Self::AudioInput => "audioInput",
            Self::CachedAudioInput => "cachedAudioInput",
            Self::AudioOutput => "audioOutput",
            Self::ImageInput => "imageInput",
            Self::CachedImageInput => "cachedImageInput",
            Self::ImageOutput => "imageOutput",
            Self::InputSecond => "inputSecond",
            Self::Character => "character",
        }
    }
}

/// How soon an answer is wanted, which has a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tier {
    /// `default`, and `auto` where the project says nothing else.
    Standard,
    /// The batch API.
    Batch,
    /// `flex`
    Flex,
    /// `priority` and `fast`
    Priority,
    /// `ultrafast`
    Ultrafast,
}

impl Tier {
    /// Every tier.
    pub const ALL: [Self; 5] = [
        Self::Standard,
        Self::Batch,
        Self::Flex,
        Self::Priority,
        Self::Ultrafast,
    ];

    /// Its name as a request's `service_tier`, and `batch` for batches, which no request names.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "default",
            Self::Batch => "batch",
            Self::Flex => "flex",
            Self::Priority => "priority",
            Self::Ultrafast => "ultrafast",
        }
    }

    /// The tier of a `service_tier`; one that is not known is not priced.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Standard),
            "fast" => Some(Self::Priority),
            name => Self::ALL.into_iter().find(|tier| tier.name() == name),
        }
    }
}

impl Model {
    /// The price of a unit in picodollars.
    ///
    /// A request that is too long for its tier is served as a standard one, so where a tier has no
    /// price for long requests the standard one counts.
    pub fn pico(&self, meter: Meter, tier: Tier, long: bool) -> Option<u64> {
        let rate = |tier, long| {
            let mut rates = self.rates.iter();
            rates
                .find(|rate| rate.meter == meter && rate.tier == tier && rate.long == long)
                .map(|rate| rate.pico)
        };
        if long {
            let long = rate(tier, true).or_else(|| rate(Tier::Standard, true));
            return long.or_else(|| rate(tier, false));
        }
        rate(tier, false)
    }
}

/// A price of the table.
pub(super) const fn rate(meter: Meter, tier: Tier, long: bool, pico: u64) -> Rate {
    Rate {
        meter,
        tier,
        long,
        pico,
    }
}

/// An entry of the table.
pub(super) const fn model(
    id: &'static str,
    encoding: Option<Encoding>,
    context_window: u32,
    max_output_tokens: u32,
    last_day: &'static str,
    rates: &'static [Rate],
) -> Model {
    Model {
        id: Cow::Borrowed(id),
        encoding,
        context_window,
        max_output_tokens,
        last_day: Cow::Borrowed(last_day),
        rates: Cow::Borrowed(rates),
    }
}
