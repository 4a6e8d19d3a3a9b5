//! What an answer cost, and the most that one can cost. Computed in picodollars, rounded up once to
//! nanodollars.

use serde_json::Value;

use super::ConversationError;
use super::chat::{ChatRules, Count, Tally, messages};
use super::lookup::lookup;
use crate::models::{Catalog, Meter, PriceFault, Till, nano, usage_price};

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
    usage_price(found, usage, service_tier).map_err(said_of(model, service_tier))
}

/// The error of a model and a tier.
fn said_of(model: &str, tier: Option<&str>) -> impl Fn(PriceFault) -> ConversationError {
    move |fault| match fault {
        PriceFault::NoPrice { meter, tier } => ConversationError::NoPrice {
            model: model.into(),
            meter,
            tier,
        },
        PriceFault::UnknownTier => ConversationError::UnknownTier {
            tier: tier.unwrap_or_default().into(),
        },
        PriceFault::BadUsage { field } => ConversationError::BadUsage { field },
        PriceFault::TooDear => ConversationError::TooDear,
    }
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
    let fault = said_of(&model.id, tier);
    let till = Till::new(found, tier, counted.tokens).map_err(&fault)?;
    let long_cache = params
        .get("prompt_cache_retention")
        .is_some_and(|kept| !kept.is_null());
    let read = till.dearest(&[
        Some(Meter::Input),
        Some(Meter::CacheWrite),
        long_cache.then_some(Meter::CacheWriteLong),
    ]);
    let read = read.map_err(&fault)?;
    let seen = till.dearest(&[
        Some(Meter::Input),
        Some(Meter::CacheWrite),
        Some(Meter::ImageInput),
    ]);
    let seen = seen.map_err(&fault)?;
    let speaks = params.get("modalities").and_then(Value::as_array);
    let speaks = speaks.is_some_and(|list| list.iter().any(|kind| kind == "audio"));
    let written = till.dearest(&[Some(Meter::Output), speaks.then_some(Meter::AudioOutput)]);
    let written = written.map_err(&fault)?;
    let cost = |count: u64, pico: u64| u128::from(count) * u128::from(pico);
    let pico = cost(counted.tokens.saturating_sub(images), read)
        .saturating_add(cost(images, seen.max(read)))
        .saturating_add(cost(output, written));
    Ok(WorstPrice {
        nano_dollars: nano(pico).map_err(fault)?,
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
