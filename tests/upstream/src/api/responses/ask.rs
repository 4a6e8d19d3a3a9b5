//! A request for a response, checked.

use serde_json::{Map, Value, json};

use super::{hosted::Hosted, items};
use crate::{
    api::{
        answer, models,
        sampling::{self, room, sampling},
        tools::{self, Call},
    },
    error::ApiError,
    lm::{generation::Options, sampler::Random, structured},
    params::Params,
    record::now_ms,
    server::AppState,
};

/// A request that was found in order.
pub struct Ask {
    /// The response's identifier.
    pub id: String,
    /// What a response says of its request.
    pub echo: Map<String, Value>,
    /// The items of this request.
    pub input: Vec<Value>,
    /// All that went before those.
    pub history: Vec<Value>,
    /// How to generate.
    pub options: Options,
    /// Functions to call instead of answering.
    pub calls: Vec<Call>,
    /// Custom tools to call instead of answering, by name.
    pub custom: Vec<String>,
    /// Tools of the server's own that are used first.
    pub hosted: Vec<Hosted>,
    /// What the model says in refusing.
    pub refusal: Option<String>,
    /// What it thinks; as a summary, or as it is.
    pub thought: Option<Thought>,
    /// Tokens that go in.
    pub input_tokens: usize,
    /// Whether log-probabilities were asked for.
    pub logprobs: bool,
    /// Whether deltas are padded.
    pub obfuscation: bool,
    /// Whether it is kept.
    pub store: bool,
    /// Whether it is made in the background.
    pub background: bool,
    /// The conversation that it belongs to.
    pub conversation: Option<String>,
}

/// What a model thinks.
pub struct Thought {
    /// The text.
    pub text: String,
    /// Whether it comes as a summary.
    pub summarised: bool,
    /// Whether it comes encrypted besides.
    pub encrypted: bool,
}

struct Input {
    history: Vec<Value>,
    items: Vec<Value>,
    conversation: Option<String>,
    tokens: usize,
}

impl Ask {
    /// Counts what goes in.
    ///
    /// # Errors
    /// Those of [`Self::read`].
    pub fn input_tokens(state: &AppState, params: &Params) -> Result<usize, ApiError> {
        if let Some(model) = params.string("model")? {
            models::known(state, model)?;
        }
        Ok(Input::read(state, params)?.tokens)
    }

    /// Checks a request.
    ///
    /// # Errors
    /// 400 or 404, naming the parameter.
    pub fn read(state: &AppState, params: &Params) -> Result<Self, ApiError> {
        let model_id = params.required_string("model")?;
        models::known(state, model_id)?;
        let input = Input::read(state, params)?;
        let boolean = |name: &str, default| match params.get(name) {
            None => Ok(default),
            Some(_) => params.boolean(name),
        };
        let (store, background) = (boolean("store", true)?, params.boolean("background")?);
        if background && !store {
            return Err(ApiError::invalid(
                "background",
                "Background responses must be stored: 'store' must be true.",
            ));
        }
        let asked = params.integer("max_output_tokens", 16..=i64::MAX)?;
        let asked = asked.map(|asked| asked as usize);
        let max_tokens = room(params, "max_output_tokens", asked, input.tokens)?;
        let top_logprobs = params.integer("top_logprobs", 0..=20)?;
        let seed = sampling::seed(state, params)?;
        let said = |item: &&Value| item["type"] == "message" && item["role"] == "user";
        let all: Vec<&Value> = input.history.iter().chain(&input.items).collect();
        let subject = all.iter().rev().copied().find(said).map(items::text_of);
        let subject = subject.unwrap_or_default();
        let question = all
            .last()
            .filter(|item| said(item))
            .map(|_| subject.as_str());
        let includes = |name: &str| {
            let include = items::list(params.get("include"));
            include.iter().any(|one| one == name)
        };
        let list = items::list(params.get("tools"));
        let mentions = |name: &str| {
            question.is_some_and(|question| {
                let question = question.to_lowercase();
                question.contains(name) || question.contains(&name.replace('_', " "))
            })
        };
        let custom = list.iter().filter(|tool| tool["type"] == "custom");
        let custom = custom.filter_map(|tool| tool["name"].as_str());
        let custom = custom.filter(|name| mentions(&name.to_lowercase()));
        let hosted = list.iter().filter_map(|tool| tool["type"].as_str());
        let hosted = hosted.filter_map(|kind| Hosted::of(kind).filter(|_| mentions(kind)));
        let calls = tools::calls(&nested(params, &list), question, seed, || state.id("call_"));
        let fixed = formatted(params, &subject, seed)?.or_else(|| answer::fixed(&subject));
        let model = &state.model;
        Ok(Self {
            id: state.id("resp_"),
            echo: echo(params, model_id, store, background, &input)?,
            options: Options {
                sampling: sampling(params, model)?,
                max_tokens,
                seed,
                top_logprobs: top_logprobs.unwrap_or(0) as usize,
                fixed: fixed.map(|text| model.tokenizer.encode(&text)),
                ..Options::default()
            },
            calls: calls.map_err(flat)?,
            custom: custom.map(str::to_owned).collect(),
            hosted: hosted.collect(),
            refusal: subject
                .strip_prefix("refuse:")
                .map(|text| text.trim().to_owned()),
            thought: thought(params, &subject, includes("reasoning.encrypted_content")),
            input_tokens: input.tokens,
            logprobs: includes("message.output_text.logprobs"),
            obfuscation: params
                .get("stream_options")
                .and_then(|options| options.get("include_obfuscation"))
                .is_none_or(|is| is != &json!(false)),
            store,
            background,
            conversation: input.conversation,
            input: input.items,
            history: input.history,
        }
        .about(subject))
    }

    fn about(mut self, subject: String) -> Self {
        self.options.subject = subject;
        self
    }
}

impl Input {
    fn read(state: &AppState, params: &Params) -> Result<Self, ApiError> {
        let (mut history, conversation) = before(state, params)?;
        let items = match params.get("input") {
            Some(input) => items::read(state, "input", input, &history)?,
            None => Vec::new(),
        };
        if items.is_empty() && history.is_empty() {
            return Err(
                ApiError::invalid("input", "Missing required parameter: 'input'.")
                    .with_code("missing_required_parameter"),
            );
        }
        let instructions = params.string("instructions")?.map(str::to_owned);
        let texts = history.iter().chain(&items).map(items::text_of);
        let texts: Vec<String> = texts.chain(instructions).collect();
        let tokenizer = &state.model.tokenizer;
        let own: usize = texts
            .iter()
            .map(|text| tokenizer.encode(text).len() + 4)
            .sum();
        let chat: Vec<Value> = texts
            .iter()
            .map(|text| json!({"role": "user", "content": text}))
            .collect();
        let tokens = state.meter.chat(&json!({"messages": chat}), own + 3);
        // What a response said stays known without what it thought.
        history.retain(|item| item["type"] != "reasoning");
        Ok(Self {
            history,
            items,
            conversation,
            tokens,
        })
    }
}

/// What a request goes on from.
fn before(state: &AppState, params: &Params) -> Result<(Vec<Value>, Option<String>), ApiError> {
    let (name, talk) = ("previous_response_id", params.get("conversation"));
    let previous = params.string(name)?;
    match (previous, talk) {
        (Some(_), Some(_)) => Err(ApiError::invalid(
            name,
            "Mutually exclusive parameters: 'previous_response_id' and 'conversation'.",
        )
        .with_code("mutually_exclusive_parameters")),
        (Some(id), None) => {
            let kept = state.store.read().responses.get(id).cloned();
            let words = format!("Previous response with id '{id}' not found.");
            let kept = kept.ok_or_else(|| {
                ApiError::invalid(name, words).with_code("previous_response_not_found")
            })?;
            Ok((kept.context(), None))
        }
        (None, Some(talk)) => {
            let id = talk
                .as_str()
                .or_else(|| talk["id"].as_str())
                .unwrap_or_default();
            let known = state.store.read().conversations.get(id).cloned();
            let words = format!("Conversation with id '{id}' not found.");
            let known = known.ok_or_else(|| ApiError::not_found("conversation", words))?;
            Ok((known.items, Some(id.to_owned())))
        }
        (None, None) => Ok((Vec::new(), None)),
    }
}

/// The functions of a request as chat has them, so that they are called by the same rule.
fn nested(params: &Params, list: &[Value]) -> Params {
    let functions: Vec<Value> = list
        .iter()
        .filter(|tool| tool["type"] == "function")
        .map(|tool| json!({"type": "function", "function": tool}))
        .collect();
    let mut object = Map::new();
    let choice = match params.get("tool_choice") {
        Some(Value::Object(choice)) if choice.get("type") == Some(&json!("function")) => {
            Some(json!({"type": "function", "function": {"name": choice.get("name")}}))
        }
        Some(choice) if choice.is_string() && !functions.is_empty() => Some(choice.clone()),
        _ => None,
    };
    if !functions.is_empty() || choice.is_some() {
        object.insert("tools".into(), json!(functions));
    }
    object.extend(choice.map(|choice| ("tool_choice".to_owned(), choice)));
    if let Some(several) = params.get("parallel_tool_calls") {
        object.insert("parallel_tool_calls".into(), several.clone());
    }
    Params::from_object(object)
}

fn flat(mut error: ApiError) -> ApiError {
    error.param = error.param.map(|param| param.replace(".function", ""));
    error
}

/// The JSON that `text.format` asks for.
fn formatted(params: &Params, subject: &str, seed: u64) -> Result<Option<String>, ApiError> {
    let Some(format) = params.get("text").and_then(|text| text.get("format")) else {
        return Ok(None);
    };
    let mut random = Random::new(seed);
    match format.get("type").and_then(Value::as_str) {
        Some("text") => Ok(None),
        Some("json_object") => Ok(Some(
            structured::free_object(subject, &mut random).to_string(),
        )),
        Some("json_schema") => {
            let field = "text.format.schema";
            let schema = format.get("schema").ok_or_else(|| {
                ApiError::invalid(field, format!("Missing required parameter: '{field}'."))
            })?;
            Ok(Some(structured::value_for(schema, &mut random).to_string()))
        }
        _ => Err(ApiError::invalid(
            "text.format.type",
            "Supported values are: 'text', 'json_object', 'json_schema'.",
        )),
    }
}

fn thought(params: &Params, subject: &str, encrypted: bool) -> Option<Thought> {
    let reasoning = params
        .get("reasoning")
        .filter(|reasoning| reasoning["effort"] != "none")?;
    let about: String = subject.chars().take(40).collect();
    Some(Thought {
        text: format!("**Reading the question** It asks: {about}"),
        summarised: !reasoning["summary"].is_null(),
        encrypted,
    })
}

/// What a response says of its request.
fn echo(
    params: &Params,
    model: &str,
    store: bool,
    background: bool,
    input: &Input,
) -> Result<Map<String, Value>, ApiError> {
    let given = |name: &str, default: Value| params.get(name).cloned().unwrap_or(default);
    let conversation = input.conversation.as_ref().map(|id| json!({"id": id}));
    let echo = json!({
        "object": "response", "created_at": now_ms() / 1000, "model": model,
        "background": background, "store": store, "error": null, "incomplete_details": null,
        "instructions": given("instructions", Value::Null),
        "max_output_tokens": given("max_output_tokens", Value::Null),
        "max_tool_calls": given("max_tool_calls", Value::Null),
        "metadata": given("metadata", json!({})),
        "parallel_tool_calls": given("parallel_tool_calls", json!(true)),
        "previous_response_id": given("previous_response_id", Value::Null),
        "conversation": conversation,
        "reasoning": given("reasoning", Value::Null),
        "service_tier": "default",
        "temperature": given("temperature", json!(1.0)),
        "text": given("text", json!({"format": {"type": "text"}})),
        "tool_choice": given("tool_choice", json!("auto")),
        "tools": given("tools", json!([])),
        "top_logprobs": given("top_logprobs", json!(0)),
        "top_p": given("top_p", json!(1.0)),
        "truncation": params.one_of("truncation", &["auto", "disabled"])?.unwrap_or("disabled"),
        "safety_identifier": given("safety_identifier", Value::Null),
        "prompt_cache_key": given("prompt_cache_key", Value::Null),
    });
    match echo {
        Value::Object(echo) => Ok(echo),
        _ => Ok(Map::new()),
    }
}
