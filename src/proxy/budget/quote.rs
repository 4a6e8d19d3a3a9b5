//! The most that a request can cost.

use super::charge::Charge;
use super::{Budget, errors};
use crate::models::{Found, ImageTokens, Meter, PriceFault, Till, nano};
use crate::proxy::error::ProxyError;
use crate::proxy::request::params::Params;
use crate::proxy::request::strict_json::{Json, Object};
use crate::proxy::route::Route;

/// A request whose price is asked for.
#[derive(Debug, Clone, Copy)]
pub enum Asked<'a> {
    /// JSON that goes on. With `counted`, the most tokens that its input has, where they were counted.
    Params(&'a Params, Option<u64>),
    /// An upload of so many bytes, which the proxy does not read.
    Upload(u64),
}

/// What a message adds to its text, in tokens, at most.
const TOKENS_A_MESSAGE: u64 = 8;

/// The lowest bit rate at which a format that the API takes holds speech: 6,000 bits a second, of Opus
/// (RFC 6716, section 2.1.1).
const LOWEST_BITS_A_SECOND: u64 = 6_000;

/// Audio tokens of a byte of text that is spoken slowly: seven letters a second, at the 21 tokens a second
/// of `gpt-4o-mini-tts`. Writings whose letters are syllables have three bytes each.
const SPOKEN_A_BYTE: u64 = 3;

/// The same of a digit or a sign, which is spoken as a word.
const SPOKEN_A_SIGN: u64 = 15;

/// The model of a request for moderation that names none.
const MODERATION: &str = "omni-moderation-latest";

/// The most that a request can cost, and by what its answer is to be charged.
///
/// The input counts a token for each byte, unless it was counted; the output is as long as its cap
/// allows, for each answer that is asked for; all of it at the dearest price of its kind. It is
/// computed exactly and rounded up once.
///
/// # Errors
/// 403 `model_not_priced` for a model without a price; 400 `cost_not_bounded`.
pub fn quote(budget: &Budget, route: Route, asked: Asked<'_>) -> Result<Charge, ProxyError> {
    let (params, counted) = match asked {
        Asked::Upload(bytes) => return upload(budget, bytes),
        Asked::Params(params, counted) => (params, counted),
    };
    let body = &params.body;
    let model = match body.get("model").and_then(Json::as_str) {
        None if matches!(route, Route::Moderations) => MODERATION,
        None => return Err(ProxyError::internal()),
        Some(model) => model,
    };
    let answers = whole(body, "n").unwrap_or(1).max(1);
    if let Some(each) = budget
        .prices
        .image(model)
        .filter(|_| route == Route::ImageGenerations)
    {
        return Ok(Charge::flat(each.saturating_mul(answers)));
    }
    let found = budget.prices.find(model);
    let found = found.ok_or_else(|| errors::not_priced(model))?;
    let tier = body.get("service_tier").and_then(Json::as_str);
    let input = input_tokens(params, model, counted);
    let (output, meter) = match route {
        Route::ImageGenerations => {
            let each = picture_tokens(body);
            (each.saturating_mul(answers), Meter::ImageOutput)
        }
        Route::Speech => {
            let by_character = of_characters(found, body);
            if let Some(nano) = by_character.map_err(|fault| errors::no_price(model, fault))? {
                return Ok(Charge::flat(nano));
            }
            (spoken_tokens(body), Meter::AudioOutput)
        }
        Route::ChatCompletions | Route::Completions | Route::Responses => {
            (params.max_output_tokens.unwrap_or(u64::MAX), Meter::Output)
        }
        _ => (0, Meter::Output),
    };
    price(found, tier, params, (input, output), meter)
        .map(|charge| charge.showing(budget.prices.shows_all(model)))
        .map_err(|fault| errors::no_price(model, fault))
}

fn price(
    found: Found<'_>,
    tier: Option<&str>,
    params: &Params,
    (input, output): (u64, u64),
    written: Meter,
) -> Result<Charge, PriceFault> {
    let till = Till::new(found, tier, input)?;
    let keeps_long = params.body.get("prompt_cache_retention").is_some();
    let read = till.dearest(&[
        Some(Meter::Input),
        Some(Meter::CacheWrite),
        keeps_long.then_some(Meter::CacheWriteLong),
        (params.images > 0).then_some(Meter::ImageInput),
    ])?;
    let write = if output == 0 {
        0
    } else {
        till.dearest(&[Some(written)])?
    };
    let asked = u128::from(input) * u128::from(read);
    let most = asked.saturating_add(u128::from(output) * u128::from(write));
    Ok(Charge::metered(
        found.model,
        till.tier(),
        written,
        nano(most)?,
        nano(asked)?,
        write,
    ))
}

/// A token is at least a byte. Of pictures no number of bytes says how many tokens they have.
fn input_tokens(params: &Params, model: &str, counted: Option<u64>) -> u64 {
    let body = &params.body;
    let items = |name: &str| match body.get(name) {
        Some(Json::List(items)) => {
            let objects = items.iter().filter(|item| matches!(item, Json::Object(_)));
            objects.count() as u64
        }
        _ => 0,
    };
    let messages = items("messages") + items("input");
    let bytes = body.to_bytes().len().saturating_sub(params.image_chars) as u64;
    let each = u64::try_from(ImageTokens::of_model(model).most).unwrap_or(u64::MAX);
    let bound = bytes
        .saturating_add(messages.saturating_mul(TOKENS_A_MESSAGE))
        .saturating_add(each.saturating_mul(params.images as u64));
    counted.map_or(bound, |counted| counted.min(bound))
}

fn whole(body: &Object, name: &str) -> Option<u64> {
    match body.get(name) {
        Some(Json::Number(number)) => number.as_u64(),
        _ => None,
    }
}

/// Tokens of a picture of 1024 by 1024 at each quality, after the documents of `gpt-image-1`; larger ones
/// have more in proportion.
const QUALITIES: [(&str, u64); 2] = [("low", 272), ("medium", 1_056)];
const HIGH: u64 = 4_160;
const SQUARE: u64 = 1024 * 1024;
/// The largest size that a request gets that names none: 1024 by 1536.
const LARGEST: u64 = 1024 * 1536;
/// What each picture that is shown before the last one adds.
const TOKENS_A_PARTIAL: u64 = 100;

/// The most tokens of a picture.
fn picture_tokens(body: &Object) -> u64 {
    let text = |name| body.get(name).and_then(Json::as_str);
    let quality = text("quality").unwrap_or("auto");
    let known = QUALITIES.iter().find(|(name, _)| *name == quality);
    let square = known.map_or(HIGH, |(_, tokens)| *tokens);
    let area = text("size").and_then(|size| {
        let (width, height) = size.split_once('x')?;
        width.parse::<u64>().ok()?.checked_mul(height.parse().ok()?)
    });
    // A smaller picture is counted as one of 1024 by 1024.
    let area = area.unwrap_or(LARGEST).max(SQUARE);
    let tokens = u128::from(area) * u128::from(square);
    let tokens = u64::try_from(tokens.div_ceil(u128::from(SQUARE))).unwrap_or(u64::MAX);
    let partial = whole(body, "partial_images").unwrap_or(0);
    tokens.saturating_add(partial.saturating_mul(TOKENS_A_PARTIAL))
}

/// The price of a text that is to be spoken, for models that are priced by the character. One outside of
/// the basic plane counts as two.
fn of_characters(found: Found<'_>, body: &Object) -> Result<Option<u64>, PriceFault> {
    let till = Till::new(found, None, 0)?;
    let has_price = till.dearest(&[Some(Meter::Character)]).is_ok();
    let text = body.get("input").and_then(Json::as_str).unwrap_or_default();
    let characters = text.encode_utf16().count() as u64;
    let cost = has_price.then(|| nano(till.cost(characters, Meter::Character)?));
    cost.transpose()
}

/// The audio tokens of a text that is spoken slowly, and at this `speed`.
fn spoken_tokens(body: &Object) -> u64 {
    let text = body.get("input").and_then(Json::as_str).unwrap_or_default();
    let of_byte = |byte: u8| match byte {
        b'0'..=b'9' => SPOKEN_A_SIGN,
        byte if byte.is_ascii_punctuation() => SPOKEN_A_SIGN,
        _ => SPOKEN_A_BYTE,
    };
    let tokens: u64 = text.bytes().map(of_byte).sum();
    let speed = match body.get("speed") {
        Some(Json::Number(speed)) => speed.as_f64().unwrap_or(1.0).min(1.0),
        _ => 1.0,
    };
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )]
    let slowly = (tokens as f64 / speed).ceil() as u64; // Saturates; a speed of 0 is too dear.
    slowly.max(tokens)
}

/// The longest sound that so many bytes can hold, at the dearest price of a model that hears.
fn upload(budget: &Budget, bytes: u64) -> Result<Charge, ProxyError> {
    let model = budget.prices.dearest_listener();
    let found = Found {
        model: &model,
        priced: true,
    };
    let fault = |fault| errors::no_price("of an upload", fault);
    let till = Till::new(found, None, 0).map_err(fault)?;
    let second = till.dearest(&[Some(Meter::InputSecond)]).map_err(fault)?;
    let bits = u128::from(bytes) * 8 * u128::from(second);
    let most = nano(bits.div_ceil(u128::from(LOWEST_BITS_A_SECOND))).map_err(fault)?;
    let tier = till.tier();
    Ok(Charge::metered(&model, tier, Meter::Output, most, most, 0))
}
