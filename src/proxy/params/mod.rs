//! What a caller may ask of the model: a body in, the body that the upstream gets out.
//!
//! Allow-lists decide about every name at every depth, the model is one of the operator's, output
//! and input are capped, and the end user is who the session says (threat table, row by row V8 to
//! V15).

mod rule;
mod tables;

use super::caller::Caller;
use super::config::{Config, Models};
use super::json::{self, Json, Object};
use super::refusal::Refusal;
use super::route::Route;
use rule::{Path, Walk};

/// A body that may go to the upstream.
#[derive(Debug, Clone, PartialEq)]
pub struct Params {
    /// Did the caller ask for an event stream?
    pub streams: bool,
    /// The body.
    pub body: Object,
}

/// Names by which callers say who their end user is; the proxy says it.
const END_USER: [&str; 3] = ["user", "safety_identifier", "prompt_cache_key"];

/// Names of the cap on an answer's tokens: the old one, which most servers know, and OpenAI's.
const CAPS: [&str; 2] = ["max_tokens", "max_completion_tokens"];

/// As much text is a token, about (<https://help.openai.com/en/articles/4936856>): a caller who sends
/// tokens gets no more of them through than one who sends their text.
const CHARS_PER_TOKEN: usize = 4;

/// Checks a body. `end_user` is what the provider may know of the caller.
///
/// # Errors
/// 400 or 413 that names the parameter; 403 for a model or a cap outside the caller's scope.
pub fn check(
    route: Route,
    bytes: &[u8],
    config: &Config,
    caller: &Caller,
    end_user: &str,
) -> Result<Params, Refusal> {
    let mut body = json::read(bytes)?;
    let model = take(&mut body, "model");
    let model = check_model(route, model, &config.models, caller)?;
    for name in END_USER {
        take(&mut body, name);
    }
    let cap = check_cap(route, &mut body, config, caller)?;

    let mut walk = Walk {
        listed: &config.allowed_params,
        image_urls: config.image_urls,
        max_image_chars: config.max_image_bytes as usize,
        image_chars: 0,
        images: 0,
        tokens: 0,
    };
    walk.object(&mut body, tables::of(route), &Path::Top)?;
    let chars = body
        .iter()
        .map(|(name, value)| name.len() + value.chars())
        .sum::<usize>()
        .saturating_sub(walk.image_chars)
        .saturating_add(walk.tokens.saturating_mul(CHARS_PER_TOKEN));
    if chars > config.max_input_chars as usize {
        return Err(Refusal::new(
            413,
            "input_too_large",
            "The request has more text than the proxy accepts.",
        ));
    }
    require_input(route, &body)?;
    if matches!(route, Route::ChatCompletions) {
        check_messages(&mut body, config)?;
    }

    let mut whole = Object::default();
    if let Some(model) = model {
        whole.set("model", Json::Text(model));
    }
    for (name, value) in body.iter() {
        whole.set(name, value.clone());
    }
    if let Some((name, cap)) = cap {
        whole.set(name, Json::Number(cap.into()));
    }
    if !matches!(route, Route::Moderations)
        && let Some(name) = config.end_user.param()
    {
        whole.set(name, Json::from(end_user));
    }
    let streams = whole.get("stream") == Some(&Json::Bool(true));
    Ok(Params {
        streams,
        body: whole,
    })
}

fn take(body: &mut Object, wanted: &str) -> Option<Json> {
    let mut taken = None;
    let _ = body.retain(|name, value| {
        if name == wanted {
            taken = Some(std::mem::replace(value, Json::Null));
        }
        Ok::<_, std::convert::Infallible>(name != wanted)
    });
    taken
}

/// The model, compared byte by byte: a case or a space more is another model. The answer is the
/// same for every reason, and does not say which there are.
fn check_model(
    route: Route,
    model: Option<Json>,
    models: &Models,
    caller: &Caller,
) -> Result<Option<String>, Refusal> {
    let refused = || {
        Path::Name(&Path::Top, "model").refuse_with(
            403,
            "model_not_allowed",
            "This session may not use that model.",
        )
    };
    match model {
        // The API has a default there.
        None | Some(Json::Null) if matches!(route, Route::Moderations) => Ok(None),
        Some(Json::Text(model)) if models.contains(&model) && caller.may_use(&model) => {
            Ok(Some(model))
        }
        _ => Err(refused()),
    }
}

/// How many answers a request asks for: one a prompt.
fn answers(route: Route, body: &Object) -> u32 {
    let prompts = match (route, body.get("prompt")) {
        (Route::Completions, Some(Json::List(prompts)))
            if matches!(prompts.first(), Some(Json::Text(_) | Json::List(_))) =>
        {
            prompts.len()
        }
        _ => 1,
    };
    u32::try_from(prompts).unwrap_or(u32::MAX)
}

/// The name and the value of the cap that the upstream gets. It holds for each prompt, and the caps of
/// the proxy and of the session for all of them: else a list of prompts would be `n` by another name.
fn check_cap(
    route: Route,
    body: &mut Object,
    config: &Config,
    caller: &Caller,
) -> Result<Option<(&'static str, u32)>, Refusal> {
    if !matches!(route, Route::ChatCompletions | Route::Completions) {
        return Ok(None);
    }
    let answers = answers(route, body);
    let proxys = config.max_output_tokens / answers;
    let sessions = caller.max_tokens.map(|own| own / answers);
    let most = sessions.map_or(proxys, |own| own.min(proxys));
    if most == 0 {
        return Err(Path::Name(&Path::Top, "prompt").refuse(
            "too_many_items",
            "There are too many prompts for the tokens that may be asked for.",
        ));
    }
    let given = CAPS.map(|name| (name, take(body, name)));
    let mut asked = None;
    for (name, value) in given {
        let Some(value) = value else { continue };
        let at = Path::Name(&Path::Top, name);
        if asked.is_some() {
            return Err(at.refuse(
                "invalid_value",
                "Only one of max_tokens and max_completion_tokens may be given.",
            ));
        }
        let tokens = match value {
            Json::Number(number) => number.as_u64().filter(|tokens| *tokens > 0),
            _ => None,
        }
        .ok_or_else(|| {
            at.refuse(
                "invalid_type",
                "This parameter must be a whole number above 0.",
            )
        })?;
        if tokens > u64::from(proxys) {
            return Err(at.refuse(
                "max_tokens_exceeded",
                "The proxy does not give that many tokens.",
            ));
        }
        if sessions.is_some_and(|own| tokens > u64::from(own)) {
            return Err(at.refuse_with(
                403,
                "max_tokens_not_allowed",
                "This session may not ask for that many tokens.",
            ));
        }
        asked = Some((name, u32::try_from(tokens).unwrap_or(u32::MAX)));
    }
    let name = match route {
        Route::ChatCompletions => config.cap_param(),
        _ => "max_tokens",
    };
    Ok(Some(asked.unwrap_or((name, most))))
}

/// What a request is about must be there: the provider would charge for what it makes of nothing.
fn require_input(route: Route, body: &Object) -> Result<(), Refusal> {
    let name = match route {
        Route::ChatCompletions => "messages",
        Route::Completions | Route::ImageGenerations => "prompt",
        _ => "input",
    };
    let there = body
        .get(name)
        .is_some_and(|value| *value != Json::List(Vec::new()));
    if there {
        Ok(())
    } else {
        Err(Path::Name(&Path::Top, name).refuse("param_required", "This parameter is required."))
    }
}

/// How many messages there are, and whose the first one is.
fn check_messages(body: &mut Object, config: &Config) -> Result<(), Refusal> {
    let top = Path::Name(&Path::Top, "messages");
    let Some(Json::List(messages)) = body.get_mut("messages") else {
        return Ok(());
    };
    if messages.len() > config.max_messages as usize {
        return Err(top.refuse("too_many_messages", "There are too many messages."));
    }
    for (index, message) in messages.iter().enumerate() {
        let here = Path::Index(&top, index);
        let Json::Object(message) = message else {
            continue;
        };
        let Some(role) = message.get("role").and_then(Json::as_str) else {
            return Err(
                Path::Name(&here, "role").refuse("param_required", "This parameter is required.")
            );
        };
        if config.system_prompt.is_some() && matches!(role, "system" | "developer") {
            return Err(Path::Name(&here, "role").refuse(
                "role_not_allowed",
                "The proxy does not accept messages of this role.",
            ));
        }
    }
    if let Some(prompt) = &config.system_prompt {
        let first = Object::from([
            ("role", Json::from("system")),
            ("content", Json::from(prompt.as_str())),
        ]);
        messages.insert(0, Json::Object(first));
    }
    Ok(())
}
