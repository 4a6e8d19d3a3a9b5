//! What a caller may ask of the model: a body in, the body that the upstream gets out.
//!
//! Allow-lists decide about every name at every depth, the model is one of the operator's, output
//! and input are capped, and the end user is who the session says (threat table, row by row V8 to
//! V15).

pub mod allow;
#[cfg(test)]
pub(in crate::proxy) mod generated;
mod responses;
mod rule;
mod tables;

use crate::proxy::auth::caller::Caller;
use crate::proxy::config::{Config, Models};
use crate::proxy::error::ProxyError;
use crate::proxy::notice::shown;
use crate::proxy::request::strict_json::{self, Json, Object};
use crate::proxy::route::Route;
use rule::{Path, Terms, Walk};

/// A body that may go to the upstream.
#[derive(Debug, Clone, PartialEq)]
pub struct Params {
    /// Did the caller ask for an event stream?
    pub streams: bool,
    /// The most tokens that its answers may have together, where the route has a cap.
    pub max_output_tokens: Option<u64>,
    /// The body.
    pub body: Object,
    /// How many images it has, whose tokens no number of bytes bounds.
    pub images: usize,
    /// What their `data:` URLs measure, in characters.
    pub image_chars: usize,
    /// Does a tokenizer of conversations know its form? Else a byte counts as a token.
    pub countable: bool,
}

/// Names by which callers say who their end user is; the proxy says it.
const END_USER: [&str; 3] = ["user", "safety_identifier", "prompt_cache_key"];

/// Names of the cap on an answer's tokens: the old one, which most servers know, and OpenAI's.
const CAPS: [&str; 2] = ["max_tokens", "max_completion_tokens"];

/// The same of responses.
const RESPONSE_CAPS: [&str; 1] = ["max_output_tokens"];

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
) -> Result<Params, ProxyError> {
    let mut body = strict_json::read(bytes)?;
    // As the API has it, null stands for a parameter that is not there.
    let _ = body.retain(|_, value| Ok::<_, std::convert::Infallible>(*value != Json::Null));
    let model = take(&mut body, "model");
    let model = check_model(route, model, &config.models, caller)?;
    for name in END_USER {
        take(&mut body, name);
    }
    let cap = check_cap(route, &mut body, config, caller)?;

    let caps_thought = |name: &str| name == "max_completion_tokens" && name == config.cap_param();
    let mut walk = Walk {
        listed: &config.allowed_params,
        terms: Terms {
            locked: config.system_prompt.is_some(),
            caps_thought: cap.is_some_and(|(name, _)| caps_thought(name)),
        },
        image_urls: config.image_urls,
        max_image_chars: config.max_image_bytes as usize,
        image_chars: 0,
        images: 0,
        token_chars: 0,
    };
    walk.object(&mut body, tables::of(route), &Path::Top)?;
    let mut whole = Object::default();
    if let Some(model) = model {
        whole.set("model", Json::Text(model));
    }
    check_length(&body, &whole, &walk, config)?;
    require_input(route, &body)?;
    let is_response = matches!(route, Route::Responses | Route::InputTokens);
    if matches!(route, Route::ChatCompletions) {
        check_messages("messages", &mut body, config)?;
    } else if is_response {
        check_messages("input", &mut body, config)?;
        check_instructions(&mut body, config)?;
    }

    for (name, value) in body.iter() {
        whole.set(name, value.clone());
    }
    if let Some((name, cap)) = cap {
        whole.set(name, Json::Number(cap.into()));
    }
    if matches!(route, Route::Responses) {
        // Whatever is kept, every caller could read: all of them have one account.
        whole.set("store", Json::Bool(false));
    }
    if !matches!(
        route,
        Route::Moderations | Route::InputTokens | Route::Speech
    ) && let Some(name) = config.end_user.param()
    {
        whole.set(name, Json::from(end_user));
    }
    let streams = match route {
        Route::Speech => whole.get("stream_format").and_then(Json::as_str) == Some("sse"),
        _ => whole.get("stream") == Some(&Json::Bool(true)),
    };
    Ok(Params {
        streams,
        max_output_tokens: cap
            .map(|(_, each)| all_answers(route, &whole).saturating_mul(each.into())),
        body: whole,
        images: walk.images,
        image_chars: walk.image_chars,
        countable: !is_response,
    })
}

/// The characters of what goes on as JSON: names, numbers and brackets cost, too. What the proxy adds
/// is its own, and images have a limit of theirs.
fn check_length(
    body: &Object,
    head: &Object,
    walk: &Walk<'_>,
    config: &Config,
) -> Result<(), ProxyError> {
    let most = config.max_input_chars as usize;
    // Of two objects that become one: braces once, and a comma.
    let joined = if head.is_empty() || body.is_empty() {
        2
    } else {
        1
    };
    let chars = (body.chars() + head.chars())
        .saturating_sub(joined)
        .saturating_sub(walk.image_chars)
        .saturating_add(walk.token_chars);
    if chars <= most {
        return Ok(());
    }
    let refusal = ProxyError::new(
        413,
        "input_too_large",
        &format!(
            "The request is too long: at most {most} characters of JSON here, images aside, and it \
             has {chars}."
        ),
    );
    Err(refusal.noting(
        "input",
        format!("a request over {most} characters: maxInputChars (Config::max_input_chars)"),
    ))
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
) -> Result<Option<String>, ProxyError> {
    let at = Path::Name(&Path::Top, "model");
    let refused = |message: &str| at.refuse_saying(403, "model_not_allowed", message);
    let model = match model {
        // The API has a default there.
        None if matches!(route, Route::Moderations) => return Ok(None),
        None => return Err(refused("model is required.")),
        Some(Json::Text(model)) => model,
        Some(_) => return Err(refused("model must be a string.")),
    };
    let known = models.contains(&model);
    if known && caller.may_use(&model) {
        return Ok(Some(model));
    }
    let named = shown(&model);
    let refusal = refused(&format!("This session may not use the model {named}."));
    Err(if known {
        let text = format!("a model was refused that the session's own list lacks: {named}");
        refusal.noting("model of a session", text)
    } else {
        let text = format!(
            "a model was refused that models (Config::models, OPENAI_MODELS) does not list: {named}"
        );
        refusal.noting("model", text)
    })
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

/// The same, and as many for each prompt as an operator who lists `n` lets a caller ask for.
fn all_answers(route: Route, body: &Object) -> u64 {
    let each = ["n", "best_of"].map(|name| match body.get(name) {
        Some(Json::Number(number)) => number.as_u64().unwrap_or(1),
        _ => 1,
    });
    let each = each.into_iter().max().unwrap_or(1).max(1);
    each.saturating_mul(answers(route, body).into())
}

/// The name and the value of the cap that the upstream gets. It holds for each prompt, and the caps of
/// the proxy and of the session for all of them: else a list of prompts would be `n` by another name.
fn check_cap(
    route: Route,
    body: &mut Object,
    config: &Config,
    caller: &Caller,
) -> Result<Option<(&'static str, u32)>, ProxyError> {
    let names: &'static [&'static str] = match route {
        Route::ChatCompletions | Route::Completions => &CAPS,
        Route::Responses => &RESPONSE_CAPS,
        _ => return Ok(None),
    };
    let answers = answers(route, body);
    let proxys = config.max_output_tokens / answers;
    let sessions = caller.max_tokens.map(|own| own / answers);
    let most = sessions.map_or(proxys, |own| own.min(proxys));
    if most == 0 {
        let tokens = sessions.map_or(config.max_output_tokens, |_| {
            let own = caller.max_tokens.unwrap_or(u32::MAX);
            own.min(config.max_output_tokens)
        });
        return Err(Path::Name(&Path::Top, "prompt").refuse(
            "too_many_items",
            &format!(" may have at most {tokens} items here: each gets a token at least."),
        ));
    }
    let mut asked = None;
    for &name in names {
        let Some(value) = take(body, name) else {
            continue;
        };
        let at = Path::Name(&Path::Top, name);
        if asked.is_some() {
            return Err(at.refuse_saying(
                400,
                "invalid_value",
                "Only one of max_tokens and max_completion_tokens may be given.",
            ));
        }
        let tokens = match value {
            Json::Number(number) => number.as_u64().filter(|tokens| *tokens > 0),
            _ => None,
        }
        .ok_or_else(|| at.refuse("invalid_type", " must be a whole number above 0."))?;
        if tokens > u64::from(proxys) {
            let refusal = at.refuse("max_tokens_exceeded", &format!(": at most {proxys} here."));
            return Err(refusal.noting(
                "output",
                format!(
                    "more than {proxys} tokens were asked for: maxOutputTokens \
                     (Config::max_output_tokens)"
                ),
            ));
        }
        if let Some(own) = sessions.filter(|own| tokens > u64::from(*own)) {
            return Err(at.refuse_with(
                403,
                "max_tokens_not_allowed",
                &format!(": at most {own} for this session."),
            ));
        }
        asked = Some((name, u32::try_from(tokens).unwrap_or(u32::MAX)));
    }
    let name = match route {
        Route::ChatCompletions => config.cap_param(),
        Route::Responses => "max_output_tokens",
        _ => "max_tokens",
    };
    Ok(Some(asked.unwrap_or((name, most))))
}

/// What a request is about must be there: the provider would charge for what it makes of nothing.
fn require_input(route: Route, body: &Object) -> Result<(), ProxyError> {
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
        Err(Path::Name(&Path::Top, name).required())
    }
}

/// How many messages or items there are, and whose the first one is.
fn check_messages(name: &str, body: &mut Object, config: &Config) -> Result<(), ProxyError> {
    let is_chat = name == "messages";
    let top = Path::Name(&Path::Top, name);
    let Some(Json::List(messages)) = body.get_mut(name) else {
        return Ok(());
    };
    if messages.len() > config.max_messages as usize {
        let most = config.max_messages;
        let refusal = top.refuse("too_many_messages", &format!(": at most {most} here."));
        return Err(refusal.noting(
            "messages",
            format!("more than {most} messages: maxMessages (Config::max_messages)"),
        ));
    }
    for (index, message) in messages.iter().enumerate() {
        let here = Path::Index(&top, index);
        let Json::Object(message) = message else {
            continue;
        };
        let role = message.get("role").and_then(Json::as_str);
        let Some(role) = role.or((!is_chat).then_some("")) else {
            return Err(Path::Name(&here, "role").required());
        };
        if config.system_prompt.is_some() && matches!(role, "system" | "developer") {
            return Err(Path::Name(&here, "role").refuse(
                "role_not_allowed",
                &format!(": the proxy does not accept messages of the role {role}."),
            ));
        }
    }
    if is_chat && let Some(prompt) = &config.system_prompt {
        let first = Object::from([
            ("role", Json::from("system")),
            ("content", Json::from(prompt.as_str())),
        ]);
        messages.insert(0, Json::Object(first));
    }
    Ok(())
}

/// The operator's prompt is the instructions of a response.
fn check_instructions(body: &mut Object, config: &Config) -> Result<(), ProxyError> {
    let Some(prompt) = &config.system_prompt else {
        return Ok(());
    };
    if body.get("instructions").is_some() {
        return Err(Path::Name(&Path::Top, "instructions").refuse(
            "role_not_allowed",
            ": the proxy does not accept instructions besides its own.",
        ));
    }
    body.set("instructions", Json::from(prompt.as_str()));
    Ok(())
}
