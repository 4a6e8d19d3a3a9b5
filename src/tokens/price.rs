//! What an answer cost, and the most that one can cost. Computed in picodollars, rounded up once to
//! nanodollars.

use alloc::string::{String, ToString};

use serde_json::Value;

use super::ConversationError;
use super::chat::{ChatRules, Count, Tally, messages};
use super::lookup::lookup;
use crate::models::{Catalog, Found, LONG_CONTEXT_TOKENS, Meter, Model, Tier};

/// What a number of JavaScript holds exactly.
const MOST_NANO: u128 = (1 << 53) - 1;

/// The most that an answer can cost, and by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorstPrice {
    /// The price in nanodollars: thousandths of a millionth of a US dollar.
    pub nano_dollars: u64,
    /// The tokens of the input, at most.
    pub tokens: u64,
    /// The tokens of all answers together, at most.
    pub max_output_tokens: u64,
    /// Whether `tokens` is what the documents say, and no estimate.
    pub exact: bool,
}

const DRAWN: Meter = Meter::ImageOutput;

/// The price of a `usage`, of a chat completion, a completion, a response or an embedding, in
/// nanodollars.
///
/// `service_tier` is that of the answer; without one the standard prices count.
///
/// # Errors
/// [`ConversationError::UnknownModel`], [`ConversationError::NoPrice`], [`ConversationError::UnknownTier`],
/// [`ConversationError::BadUsage`] and [`ConversationError::TooDear`].
pub fn price(
    catalog: &Catalog,
    model: &str,
    usage: &Value,
    service_tier: Option<&str>,
) -> Result<u64, ConversationError> {
    let found = catalog.find(model);
    let found = found.ok_or_else(|| ConversationError::UnknownModel {
        model: model.into(),
    })?;
    let number = |place: &Value, field: &'static str| match place.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(number) => number
            .as_u64()
            .map(Some)
            .ok_or(ConversationError::BadUsage { field }),
    };
    let either = |new: &'static str, old: &'static str| {
        Ok::<_, ConversationError>(number(usage, new)?.or(number(usage, old)?))
    };
    let input = either("input_tokens", "prompt_tokens")?;
    let output = either("output_tokens", "completion_tokens")?;
    if input.or(output).is_none() {
        return Err(ConversationError::BadUsage {
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
    let part =
        |place: &Value, field| Ok::<_, ConversationError>(number(place, field)?.unwrap_or(0));
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
        rest.ok_or(ConversationError::BadUsage { field })
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

    let till = Till::new(found, model, service_tier, input)?;
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

/// The most that the answers to a request can cost: what is read at the dearest price of its kind, and
/// every answer as long as it may be.
///
/// For chat completions (`messages`) and completions (`prompt`). Where the documents only estimate
/// the tokens of the input, the count is the most that is plausible: 5 tokens more a message, a tool's
/// definition as JSON, a picture as large as pictures can be. `service_tier: "auto"` counts as the standard tier,
/// unless `service_tier` here says otherwise.
///
/// # Errors
/// Those of [`price`], and [`ConversationError::Unbounded`] for sound, files and tools of the server,
/// and for a model whose longest answer is not known if the parameters give none.
pub fn worst_price(
    counter: &mut impl Count,
    rules: &ChatRules,
    catalog: &Catalog,
    params: &Value,
    service_tier: Option<&str>,
) -> Result<WorstPrice, ConversationError> {
    let found = lookup(catalog, params)?;
    let mut tally = Tally::new(counter, rules).most();
    let mut answers = 1;
    if params.get("messages").is_none() && params.get("prompt").is_some() {
        answers = prompts(&mut tally, params)?;
    } else {
        tally.frame(params)?;
        for (at, message) in messages(params)?.iter().enumerate() {
            tally.message(message, at)?;
        }
    }
    if let Some(by) = tally.unbounded() {
        return Err(ConversationError::Unbounded { by: by.into() });
    }
    let counted = tally.counted();
    let images = tally.images();

    let number = |name: &str| params.get(name).and_then(Value::as_u64);
    let model = found.model;
    let (window, longest) = (model.context_window.into(), model.max_output_tokens.into());
    let legacy = params.get("messages").is_none();
    let asked = number("max_completion_tokens")
        .or_else(|| number("max_tokens"))
        // The documents' default of a completion.
        .or(legacy.then_some(16));
    let most = if longest == 0 { window } else { longest };
    let each = match (asked, most) {
        (None, 0) => {
            return Err(ConversationError::Unbounded {
                by: "max_completion_tokens".into(),
            });
        }
        (None, most) => most,
        (Some(asked), 0) => asked,
        (Some(asked), most) => asked.min(most),
    };
    let copies = number("n").unwrap_or(1).max(number("best_of").unwrap_or(1));
    let output = each
        .checked_mul(copies)
        .and_then(|o| o.checked_mul(answers));
    let output = output.ok_or(ConversationError::TooDear)?;

    let tier = service_tier.or_else(|| params.get("service_tier")?.as_str());
    let till = Till::new(found, &model.id, tier, counted.tokens)?;
    let long_cache = params
        .get("prompt_cache_retention")
        .is_some_and(|kept| !kept.is_null());
    let read = till.dearest(&[
        Some(Meter::Input),
        Some(Meter::CacheWrite),
        long_cache.then_some(Meter::CacheWriteLong),
    ])?;
    let seen = till.dearest(&[
        Some(Meter::Input),
        Some(Meter::CacheWrite),
        Some(Meter::ImageInput),
    ])?;
    let speaks = params.get("modalities").and_then(Value::as_array);
    let speaks = speaks.is_some_and(|list| list.iter().any(|kind| kind == "audio"));
    let written = till.dearest(&[Some(Meter::Output), speaks.then_some(Meter::AudioOutput)])?;
    let cost = |count: u64, pico: u64| u128::from(count) * u128::from(pico);
    let pico = cost(counted.tokens.saturating_sub(images), read)
        .saturating_add(cost(images, seen.max(read)))
        .saturating_add(cost(output, written));
    Ok(WorstPrice {
        nano_dollars: nano(pico)?,
        tokens: counted.tokens,
        max_output_tokens: output,
        exact: counted.exact,
    })
}

/// Counts the prompts of a completion; how many there are.
fn prompts<C: Count>(tally: &mut Tally<'_, C>, params: &Value) -> Result<u64, ConversationError> {
    tally.plain();
    if let Some(suffix) = params.get("suffix").and_then(Value::as_str) {
        tally.text(suffix);
    }
    let unbounded = || ConversationError::Unbounded {
        by: "prompt".into(),
    };
    let ids = |list: &[Value]| list.iter().all(Value::is_u64).then_some(list.len() as i64);
    match params.get("prompt") {
        Some(Value::String(prompt)) => tally.text(prompt),
        Some(Value::Array(list)) if !list.is_empty() => {
            if let Some(tokens) = ids(list) {
                tally.add(tokens);
                return Ok(1);
            }
            for prompt in list {
                match prompt {
                    Value::String(prompt) => tally.text(prompt),
                    Value::Array(list) => tally.add(ids(list).ok_or_else(unbounded)?),
                    _ => return Err(unbounded()),
                }
            }
            return Ok(list.len() as u64);
        }
        _ => return Err(unbounded()),
    }
    Ok(1)
}

/// A model's prices for one request.
struct Till<'a> {
    model: &'a Model,
    name: String,
    tier: Tier,
    long: bool,
    priced: bool,
}

impl<'a> Till<'a> {
    fn new(
        found: Found<'a>,
        name: &str,
        tier: Option<&str>,
        input: u64,
    ) -> Result<Self, ConversationError> {
        let tier = match tier {
            None => Tier::Standard,
            Some(name) => Tier::from_name(name)
                .ok_or_else(|| ConversationError::UnknownTier { tier: name.into() })?,
        };
        Ok(Self {
            model: found.model,
            name: name.to_string(),
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
    fn pico(&self, meter: Meter) -> Result<u64, ConversationError> {
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
        Err(ConversationError::NoPrice {
            model: self.name.clone(),
            meter,
            tier: self.tier,
        })
    }

    fn cost(&self, count: u64, meter: Meter) -> Result<u128, ConversationError> {
        if count == 0 {
            return Ok(0);
        }
        Ok(u128::from(count) * u128::from(self.pico(meter)?))
    }

    fn dearest(&self, meters: &[Option<Meter>]) -> Result<u64, ConversationError> {
        let mut most = 0;
        for meter in meters.iter().flatten() {
            most = most.max(self.pico(*meter)?);
        }
        Ok(most)
    }
}

fn nano(pico: u128) -> Result<u64, ConversationError> {
    let nano = pico.div_ceil(1000);
    u64::try_from(nano)
        .ok()
        .filter(|_| nano <= MOST_NANO)
        .ok_or(ConversationError::TooDear)
}
