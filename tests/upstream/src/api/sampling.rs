//! The parameters that chat and completions share.

use crate::{
    error::ApiError,
    lm::{Model, generation::Options, sampler::Sampling, tokenizer::Token},
    params::Params,
    server::AppState,
};

/// Tokens that prompt and answer may have together.
pub const CONTEXT_LENGTH: usize = 4096;

/// Reads the sampling parameters.
///
/// # Errors
/// 400 naming the parameter that the documents do not allow.
pub fn sampling(params: &Params, model: &Model) -> Result<Sampling, ApiError> {
    let none = Sampling::default();
    let mut logit_bias = Vec::new();
    for (token, bias) in params.logit_bias()? {
        let dense = model
            .ngram
            .dense(token)
            .filter(|_| model.tokenizer.knows(token));
        logit_bias.push((
            dense.ok_or_else(|| {
                ApiError::invalid(
                    "logit_bias",
                    format!("Invalid key in 'logit_bias': {token}. It is no token of this model."),
                )
            })?,
            bias,
        ));
    }
    Ok(Sampling {
        temperature: params
            .number("temperature", 0.0..=2.0)?
            .unwrap_or(none.temperature),
        top_p: params.number("top_p", 0.0..=1.0)?.unwrap_or(none.top_p),
        top_k: params.integer("top_k", 1..=128)?.map(|k| k as usize),
        min_p: params.number("min_p", 0.0..=1.0)?.unwrap_or(none.min_p),
        presence_penalty: params
            .number("presence_penalty", -2.0..=2.0)?
            .unwrap_or(0.0),
        frequency_penalty: params
            .number("frequency_penalty", -2.0..=2.0)?
            .unwrap_or(0.0),
        repetition_penalty: params
            .number("repetition_penalty", 0.0..=2.0)?
            .unwrap_or(1.0),
        logit_bias,
    })
}

/// `stream` and `stream_options.include_usage`.
///
/// # Errors
/// 400 for other types, and for `stream_options` without `stream`.
pub fn stream(params: &Params) -> Result<(bool, bool), ApiError> {
    let stream = params.boolean("stream")?;
    let Some(options) = params.get("stream_options") else {
        return Ok((stream, false));
    };
    if !stream {
        return Err(ApiError::invalid(
            "stream_options",
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
        ));
    }
    let usage = options
        .get("include_usage")
        .and_then(serde_json::Value::as_bool);
    Ok((stream, usage.unwrap_or(false)))
}

/// How many tokens the answer may have, given the prompt.
///
/// # Errors
/// 400 `context_length_exceeded` if it does not fit and the caller asked for an error.
pub fn room(
    params: &Params,
    name: &str,
    asked: Option<usize>,
    prompt: usize,
) -> Result<usize, ApiError> {
    let behaviour = params.one_of("context_length_exceeded_behavior", &["truncate", "error"])?;
    let left = CONTEXT_LENGTH.saturating_sub(prompt);
    // OpenAI answers with an error, Fireworks lowers max_tokens unless told otherwise; a
    // prompt that leaves no room at all fails either way.
    let too_long =
        left == 0 || (asked.is_some_and(|asked| asked > left) && behaviour != Some("truncate"));
    if too_long {
        return Err(ApiError::invalid(
            name,
            format!(
                "This model's maximum context length is {CONTEXT_LENGTH} tokens. However, you \
                 requested {} tokens ({prompt} in the prompt, {} in the completion). Please \
                 reduce the length of the prompt or completion.",
                prompt + asked.unwrap_or(0),
                asked.unwrap_or(0),
            ),
        )
        .with_code("context_length_exceeded"));
    }
    Ok(asked.unwrap_or(left).min(left))
}

/// The options of choice number `choice` of a request.
pub fn for_choice(base: &Options, choice: usize) -> Options {
    let mut options = base.clone();
    // The first choice has the seed itself, so that n does not change it.
    options.seed = base
        .seed
        .wrapping_add((choice as u64).wrapping_mul(0x2545_F491_4F6C_DD1D));
    options
}

/// The seed of a request, or else the server's, or one from the clock.
pub fn seed(state: &AppState, params: &Params) -> Result<u64, ApiError> {
    let seed = params.seed()?.or(state.config.seed);
    Ok(seed.unwrap_or_else(|| {
        let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        nanos.map_or(0, |time| time.as_nanos() as u64)
    }))
}

/// Text of a token, for log-probabilities.
pub fn token_text(model: &Model, token: Token) -> String {
    if token == crate::lm::tokenizer::END_OF_TEXT {
        return crate::lm::tokenizer::END_OF_TEXT_MARK.to_owned();
    }
    let bytes = model.tokenizer.bytes(token);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => format!(
            "bytes:{}",
            bytes
                .iter()
                .map(|b| format!("\\x{b:02x}"))
                .collect::<String>()
        ),
    }
}
