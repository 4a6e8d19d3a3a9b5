//! Chat completions.

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::post,
};
use serde::Serialize;
use serde_json::Value;

use super::{
    answer, chat_stream, models,
    sampling::{self, for_choice, room, sampling, stream, token_text},
    tools::{self, Call},
};
use crate::{
    error::ApiError,
    lm::{
        Model,
        generation::{Generation, Options, Piece, Sampled},
        sampler::Random,
        structured,
    },
    params::{Params, wrong_type},
    record::now_ms,
    server::AppState,
};

/// Routes of this endpoint.
pub fn router() -> Router<AppState> {
    Router::new().route("/v1/chat/completions", post(create))
}

/// A request that was found in order.
pub struct Ask {
    /// Model id to answer with.
    pub model: String,
    /// How to generate.
    pub options: Options,
    /// Number of choices.
    pub n: usize,
    /// Whether log-probabilities were asked for.
    pub logprobs: bool,
    /// Tools to call instead of answering, for each choice.
    pub calls: Vec<Call>,
    /// Tokens of the prompt.
    pub prompt_tokens: usize,
    /// Whether the last chunk is to carry usage.
    pub include_usage: bool,
}

/// Tokens used.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Usage {
    /// In the prompt.
    pub prompt_tokens: usize,
    /// In all choices.
    pub completion_tokens: usize,
    /// Together.
    pub total_tokens: usize,
}

impl Usage {
    /// Adds up.
    pub fn new(prompt_tokens: usize, completion_tokens: usize) -> Self {
        Self {
            prompt_tokens,
            completion_tokens,
            total_tokens: prompt_tokens + completion_tokens,
        }
    }
}

#[derive(Serialize)]
struct Message {
    role: &'static str,
    content: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Call>,
    refusal: Option<String>,
}

#[derive(Serialize)]
struct Choice {
    index: usize,
    message: Message,
    logprobs: Option<Logprobs>,
    finish_reason: &'static str,
}

#[derive(Serialize)]
struct Completion {
    id: String,
    object: &'static str,
    created: u64,
    model: String,
    choices: Vec<Choice>,
    usage: Usage,
    system_fingerprint: String,
}

/// Log-probabilities of some text.
#[derive(Debug, Serialize)]
pub struct Logprobs {
    /// One for each token.
    pub content: Vec<TokenLogprob>,
    /// Never anything here.
    pub refusal: Option<()>,
}

/// One token's log-probability.
#[derive(Debug, Serialize)]
pub struct TokenLogprob {
    token: String,
    logprob: f64,
    bytes: Vec<u8>,
    top_logprobs: Vec<TopLogprob>,
}

#[derive(Debug, Serialize)]
struct TopLogprob {
    token: String,
    logprob: f64,
    bytes: Vec<u8>,
}

/// The log-probabilities of `tokens`, as chat has them.
pub fn logprobs(model: &Model, tokens: &[Sampled]) -> Logprobs {
    let bytes = |token: u32| model.tokenizer.bytes(token).to_vec();
    let content = tokens
        .iter()
        .map(|sampled| TokenLogprob {
            token: token_text(model, sampled.token),
            logprob: sampled.logprob,
            bytes: bytes(sampled.token),
            top_logprobs: sampled
                .top
                .iter()
                .map(|(token, logprob)| TopLogprob {
                    token: token_text(model, *token),
                    logprob: *logprob,
                    bytes: bytes(*token),
                })
                .collect(),
        })
        .collect();
    Logprobs {
        content,
        refusal: None,
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
    let id = state.id("chatcmpl-");
    if streams {
        return Ok(chat_stream::respond(state.model, state.meter, id, ask));
    }
    Ok(Json(complete(&state, id, &ask)).into_response())
}

fn complete(state: &AppState, id: String, ask: &Ask) -> Completion {
    let model = &state.model;
    let mut completion_tokens = 0;
    let mut choices = Vec::new();
    for index in 0..ask.n {
        let mut generation = Generation::new(model.clone(), for_choice(&ask.options, index));
        let mut whole = Piece::default();
        if ask.calls.is_empty() {
            for piece in generation.by_ref() {
                whole.text.push_str(&piece.text);
                whole.tokens.extend(piece.tokens);
            }
            completion_tokens += state
                .meter
                .text(&whole.text, generation.completion_tokens());
        } else {
            let tokens = |call: &Call| model.tokenizer.encode(&call.function.arguments).len() + 4;
            completion_tokens += ask.calls.iter().map(tokens).sum::<usize>();
        }
        choices.push(Choice {
            index,
            logprobs: (ask.logprobs && ask.calls.is_empty())
                .then(|| logprobs(model, &whole.tokens)),
            finish_reason: if ask.calls.is_empty() {
                generation.finish().as_str()
            } else {
                "tool_calls"
            },
            message: Message {
                role: "assistant",
                content: ask.calls.is_empty().then_some(whole.text),
                tool_calls: ask.calls.clone(),
                refusal: None,
            },
        });
    }
    Completion {
        id,
        object: "chat.completion",
        created: now_ms() / 1000,
        model: ask.model.clone(),
        choices,
        usage: Usage::new(ask.prompt_tokens, completion_tokens),
        system_fingerprint: model.fingerprint.clone(),
    }
}

/// Checks a request.
fn ask(state: &AppState, params: &Params, include_usage: bool) -> Result<Ask, ApiError> {
    let model_id = params.required_string("model")?;
    models::known(state, model_id)?;
    let model = &state.model;
    let messages = messages(params)?;
    // Four tokens frame each message and three start the answer, as tiktoken's guide counts.
    let prompt: Vec<u32> = messages
        .iter()
        .flat_map(|message| model.tokenizer.encode(&message.text))
        .collect();
    let prompt_tokens = prompt.len() + 4 * messages.len() + 3;
    let prompt_tokens = state.meter.chat(&params.whole(), prompt_tokens);
    let n = params.integer("n", 1..=128)?.unwrap_or(1) as usize;
    let logprobs = params.boolean("logprobs")?;
    let top_logprobs = params.integer("top_logprobs", 0..=20)?;
    if top_logprobs.is_some() && !logprobs {
        return Err(ApiError::invalid(
            "top_logprobs",
            "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
        ));
    }
    let max = |name: &str| params.integer(name, 1..=i64::MAX);
    let (name, asked) = match (max("max_tokens")?, max("max_completion_tokens")?) {
        (Some(_), Some(_)) => {
            return Err(ApiError::invalid(
                "max_tokens",
                "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            ));
        }
        (Some(asked), None) => ("max_tokens", Some(asked as usize)),
        (None, asked) => ("messages", asked.map(|asked| asked as usize)),
    };
    let max_tokens = room(params, name, asked, prompt_tokens)?;
    let seed = sampling::seed(state, params)?;
    let last = messages.last();
    let question = last
        .filter(|message| message.role == "user")
        .map(|message| &*message.text);
    let calls = tools::calls(params, question, seed, || state.id("call_"))?;
    let subject: String = messages
        .iter()
        .rfind(|message| message.role == "user")
        .map(|message| message.text.clone())
        .unwrap_or_default();
    let text = formatted(params, &subject, seed)?.or_else(|| answer::fixed(&subject));
    Ok(Ask {
        model: model_id.to_owned(),
        options: Options {
            sampling: sampling(params, model)?,
            max_tokens,
            stop: params.stop()?,
            seed,
            top_logprobs: top_logprobs.unwrap_or(0) as usize,
            prompt,
            subject,
            continues: false,
            fixed: text.map(|text| model.tokenizer.encode(&text)),
        },
        n,
        logprobs,
        calls,
        prompt_tokens,
        include_usage,
    })
}

/// The JSON that `response_format` asks for.
fn formatted(params: &Params, subject: &str, seed: u64) -> Result<Option<String>, ApiError> {
    let name = "response_format";
    let Some(format) = params.get(name) else {
        return Ok(None);
    };
    let mut random = Random::new(seed);
    match format.get("type").and_then(Value::as_str) {
        Some("text") => Ok(None),
        Some("json_object") => Ok(Some(
            structured::free_object(subject, &mut random).to_string(),
        )),
        Some("json_schema") => {
            // OpenAI nests the schema beside a name; Fireworks takes it in either place.
            let schema = format
                .pointer("/json_schema/schema")
                .or_else(|| format.get("schema"));
            let schema = schema
                .or_else(|| format.get("json_schema"))
                .ok_or_else(|| {
                    let field = "response_format.json_schema";
                    ApiError::invalid(field, format!("Missing required parameter: '{field}'."))
                })?;
            Ok(Some(structured::value_for(schema, &mut random).to_string()))
        }
        _ => Err(ApiError::invalid(
            "response_format.type",
            "Supported values are: 'text', 'json_object', 'json_schema'.",
        )),
    }
}

struct Said {
    role: String,
    text: String,
}

const ROLES: [&str; 6] = [
    "system",
    "developer",
    "user",
    "assistant",
    "tool",
    "function",
];

fn messages(params: &Params) -> Result<Vec<Said>, ApiError> {
    let list = params.required("messages")?;
    let list = list
        .as_array()
        .ok_or_else(|| wrong_type("messages", "an array", list))?;
    if list.is_empty() {
        return Err(ApiError::invalid(
            "messages",
            "Invalid 'messages': empty array. Expected an array with minimum length 1.",
        )
        .with_code("empty_array"));
    }
    list.iter()
        .enumerate()
        .map(|(index, message)| said(index, message))
        .collect()
}

fn said(index: usize, message: &Value) -> Result<Said, ApiError> {
    let at = |field: &str| format!("messages[{index}]{field}");
    if !message.is_object() {
        return Err(wrong_type(&at(""), "an object", message));
    }
    let role = message
        .get("role")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !ROLES.contains(&role) {
        return Err(ApiError::invalid(
            &at(".role"),
            format!(
                "Invalid value: '{role}'. Supported values are: {}.",
                ROLES.map(|role| format!("'{role}'")).join(", ")
            ),
        )
        .with_code("invalid_value"));
    }
    let text = match message.get("content").unwrap_or(&Value::Null) {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let mut text = String::new();
            for (part_index, part) in parts.iter().enumerate() {
                match part.get("type").and_then(Value::as_str) {
                    Some("text") => {
                        text.push_str(part.get("text").and_then(Value::as_str).unwrap_or_default())
                    }
                    Some("image_url" | "input_audio" | "file" | "refusal") => {}
                    _ => {
                        return Err(ApiError::invalid(
                            &at(&format!(".content[{part_index}].type")),
                            "Invalid content part.",
                        ));
                    }
                }
            }
            text
        }
        Value::Null if role == "assistant" => String::new(),
        other => {
            return Err(wrong_type(
                &at(".content"),
                "a string or an array of parts",
                other,
            ));
        }
    };
    let calls = message.get("tool_calls").filter(|calls| !calls.is_null());
    let text = match calls {
        Some(calls) => format!("{text}{calls}"),
        None => text,
    };
    if role == "tool"
        && message
            .get("tool_call_id")
            .and_then(Value::as_str)
            .is_none()
    {
        let field = at(".tool_call_id");
        return Err(ApiError::invalid(
            &field,
            format!("Missing required parameter: '{field}'."),
        ));
    }
    Ok(Said {
        role: role.to_owned(),
        text,
    })
}
