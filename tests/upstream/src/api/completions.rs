//! Completions: text that goes on where the prompt ends.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::post,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    answer,
    chat::Usage,
    completion_stream, models,
    sampling::{self, for_choice, room, sampling, stream, token_text},
    tokens,
};
use crate::{
    error::ApiError,
    lm::{
        Model,
        generation::{Generation, Options, Sampled},
        sampler::top,
        tokenizer::Token,
    },
    params::Params,
    record::now_ms,
    server::AppState,
};

/// Models that the documents name for this endpoint.
pub const DOCUMENTED: [&str; 4] = [
    "text-davinci-003",
    "gpt-3.5-turbo-instruct",
    "davinci-002",
    "babbage-002",
];

/// Routes of this endpoint.
pub fn router() -> Router<AppState> {
    Router::new().route("/v1/completions", post(create))
}

/// A request that was found in order.
pub struct Ask {
    /// Model id to answer with.
    pub model: String,
    /// How to generate, for each prompt.
    pub prompts: Vec<Options>,
    /// Choices for each prompt.
    pub n: usize,
    /// Candidates for each prompt.
    pub best_of: usize,
    /// Whether the prompt is part of the text.
    pub echo: bool,
    /// How many alternatives the log-probabilities list, if asked for.
    pub logprobs: Option<usize>,
    /// Whether the last chunk is to carry usage.
    pub include_usage: bool,
}

impl Ask {
    /// Tokens of all prompts.
    pub fn prompt_tokens(&self) -> usize {
        self.prompts
            .iter()
            .map(|options| options.prompt.len())
            .sum()
    }
}

/// Log-probabilities in the old shape: parallel lists.
#[derive(Debug, Default, Serialize)]
pub struct Logprobs {
    tokens: Vec<String>,
    token_logprobs: Vec<Option<f64>>,
    top_logprobs: Option<Vec<Option<Map<String, Value>>>>,
    text_offset: Vec<usize>,
}

impl Logprobs {
    /// Those of `tokens`, whose text starts at `offset` (in characters).
    pub fn new(model: &Model, tokens: &[Sampled], listed: usize, mut offset: usize) -> Self {
        let mut all = Self {
            top_logprobs: (listed > 0).then(Vec::new),
            ..Self::default()
        };
        for sampled in tokens {
            let text = token_text(model, sampled.token);
            all.text_offset.push(offset);
            offset += text.chars().count();
            // The first token of a prompt follows nothing: its log-probability is null.
            let known = sampled.logprob.is_finite();
            all.token_logprobs.push(known.then_some(sampled.logprob));
            if let Some(lists) = &mut all.top_logprobs {
                let mut list: Map<String, Value> = sampled
                    .top
                    .iter()
                    .map(|(token, log)| (token_text(model, *token), json!(log)))
                    .collect();
                list.insert(text.clone(), json!(sampled.logprob));
                lists.push(known.then_some(list));
            }
            all.tokens.push(text);
        }
        all
    }
}

async fn create(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let params = Params::read(&headers, &body)?;
    let (streams, include_usage) = stream(&params)?;
    let ask = ask(&state, &params, include_usage)?;
    let id = state.id("cmpl-");
    if streams {
        if ask.best_of > ask.n {
            return Err(ApiError::invalid(
                "best_of",
                "Results cannot be streamed with 'best_of' > 'n'.",
            ));
        }
        return Ok(completion_stream::respond(state.model, id, ask));
    }
    Ok(Json(complete(&state.model, &id, &ask)).into_response())
}

/// One candidate.
struct Candidate {
    text: String,
    tokens: Vec<Sampled>,
    finish_reason: &'static str,
    /// log p a token: what "best" means.
    score: f64,
}

fn complete(model: &Arc<Model>, id: &str, ask: &Ask) -> Value {
    let mut completion_tokens = 0;
    let mut choices = Vec::new();
    for options in &ask.prompts {
        let mut candidates = Vec::new();
        for candidate in 0..ask.best_of {
            let mut generation = Generation::new(model.clone(), for_choice(options, candidate));
            let (mut text, mut tokens) = (String::new(), Vec::new());
            for piece in generation.by_ref() {
                text.push_str(&piece.text);
                tokens.extend(piece.tokens);
            }
            completion_tokens += generation.completion_tokens();
            let sum: f64 = tokens.iter().map(|token| token.logprob).sum();
            let score = sum / tokens.len().max(1) as f64;
            let finish_reason = generation.finish().as_str();
            candidates.push(Candidate {
                text,
                tokens,
                finish_reason,
                score,
            });
        }
        if ask.best_of > ask.n {
            candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
        }
        for candidate in candidates.into_iter().take(ask.n) {
            let prompt = model.tokenizer.decode(&options.prompt);
            let before = prompt.chars().count();
            let (mut tokens, mut offset) = (candidate.tokens, before);
            if ask.echo {
                tokens.splice(0..0, prompt_tokens(model, options));
                offset = 0;
            }
            let logprobs = ask
                .logprobs
                .map(|listed| Logprobs::new(model, &tokens, listed, offset));
            let echoed = if ask.echo { prompt } else { String::new() };
            choices.push(json!({
                "text": format!("{echoed}{}", candidate.text), "index": choices.len(),
                "logprobs": logprobs, "finish_reason": candidate.finish_reason,
            }));
        }
    }
    json!({
        "id": id, "object": "text_completion", "created": now_ms() / 1000, "model": ask.model,
        "system_fingerprint": model.fingerprint, "choices": choices,
        "usage": Usage::new(ask.prompt_tokens(), completion_tokens),
    })
}

/// The prompt's own tokens with their log-probabilities, for `echo`.
pub fn prompt_tokens(model: &Model, options: &Options) -> Vec<Sampled> {
    let ngram = &model.ngram;
    let dense: Vec<u32> = options
        .prompt
        .iter()
        .filter_map(|token| ngram.dense(*token))
        .collect();
    let mut sampled = Vec::new();
    for (index, (token, at)) in options.prompt.iter().zip(&dense).enumerate() {
        let logs = ngram.log_probabilities(dense.get(..index).unwrap_or_default());
        let logprob = logs.get(*at as usize).copied().filter(|_| index > 0);
        sampled.push(Sampled {
            token: *token,
            logprob: logprob.unwrap_or(f64::NEG_INFINITY),
            top: top(&logs, options.top_logprobs)
                .into_iter()
                .map(|(dense, log)| (ngram.public(dense), log))
                .collect(),
        });
    }
    sampled
}

/// Checks a request.
fn ask(state: &AppState, params: &Params, include_usage: bool) -> Result<Ask, ApiError> {
    let asked_model = params.required_string("model")?;
    models::known_or(state, asked_model, &DOCUMENTED)?;
    let documented = DOCUMENTED.contains(&asked_model);
    let model = &state.model;
    let prompts: Vec<Vec<Token>> = match params.get("prompt") {
        Some(prompt) => tokens::inputs("prompt", prompt, model)?,
        None => vec![Vec::new()],
    };
    let n = params.integer("n", 1..=128)?.unwrap_or(1) as usize;
    let best_of = params
        .integer("best_of", 0..=20)?
        .map_or(n, |best| best.max(1) as usize);
    if best_of < n {
        return Err(ApiError::invalid(
            "best_of",
            format!("'best_of' ({best_of}) must not be less than 'n' ({n})."),
        ));
    }
    let logprobs = params
        .integer("logprobs", 0..=5)?
        .map(|listed| listed as usize);
    let asked = params.integer("max_tokens", 0..=i64::MAX)?.unwrap_or(16) as usize;
    let echo = params.boolean("echo")?;
    // The text after the insertion is accepted, and the machine is too small to aim for it.
    params.string("suffix")?;
    params.string("user")?;
    let base = Options {
        sampling: sampling(params, model)?,
        stop: params.stop()?,
        seed: sampling::seed(state, params)?,
        top_logprobs: logprobs.unwrap_or(0),
        continues: true,
        ..Options::default()
    };
    let prompts = prompts
        .into_iter()
        .enumerate()
        .map(|(index, prompt)| {
            let text = model.tokenizer.decode(&prompt);
            Ok(Options {
                max_tokens: room(params, "max_tokens", Some(asked), prompt.len())?,
                fixed: answer::fixed(&text).map(|text| model.tokenizer.encode(&text)),
                seed: base.seed.wrapping_add(index as u64),
                subject: text,
                prompt,
                ..base.clone()
            })
        })
        .collect::<Result<Vec<_>, ApiError>>()?;
    Ok(Ask {
        model: if documented {
            models::DEFAULT
        } else {
            asked_model
        }
        .to_owned(),
        prompts,
        n,
        best_of,
        echo,
        logprobs,
        include_usage,
    })
}
