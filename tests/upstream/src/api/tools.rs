//! When the model calls a tool, and with what: a rule, so that tests can foresee it.
//! A forced tool is called; otherwise those whose name the last user message mentions.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    error::ApiError,
    lm::{sampler::Random, structured::value_for},
    params::{Params, wrong_type},
};

/// One call, as in an answer.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// Place among the calls; only in streams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// Id that the tool's answer refers to.
    pub id: String,
    /// Always `function`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What is called.
    pub function: Function,
}

/// Name and arguments of a call.
#[derive(Clone, Debug, Serialize)]
pub struct Function {
    /// Name of the function.
    pub name: String,
    /// Its arguments, as JSON text.
    pub arguments: String,
}

/// A tool of the request.
struct Tool<'a> {
    name: &'a str,
    parameters: Option<&'a Value>,
}

fn tools(params: &Params) -> Result<Vec<Tool<'_>>, ApiError> {
    let Some(list) = params.get("tools") else {
        return Ok(Vec::new());
    };
    let list = list
        .as_array()
        .ok_or_else(|| wrong_type("tools", "an array", list))?;
    let mut tools = Vec::new();
    for (index, tool) in list.iter().enumerate() {
        let at = |field: &str| format!("tools[{index}]{field}");
        if tool.get("type").and_then(Value::as_str) != Some("function") {
            return Err(ApiError::invalid(
                &at(".type"),
                "Supported values are: 'function'.",
            ));
        }
        let name = tool
            .pointer("/function/name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if name.is_empty() || name.len() > 64 || !name.chars().all(legal) {
            return Err(ApiError::invalid(
                &at(".function.name"),
                "Expected a string of 1 to 64 characters a-z, A-Z, 0-9, '_' or '-'.",
            ));
        }
        let parameters = tool
            .pointer("/function/parameters")
            .filter(|value| !value.is_null());
        if parameters.is_some_and(|schema| !schema.is_object()) {
            return Err(ApiError::invalid(
                &at(".function.parameters"),
                "Expected a JSON schema.",
            ));
        }
        tools.push(Tool { name, parameters });
    }
    Ok(tools)
}

/// The calls that answer `question`; none if the model is to answer with text.
///
/// # Errors
/// 400 naming the part of `tools` or `tool_choice` that is wrong.
pub fn calls(
    params: &Params,
    question: Option<&str>,
    seed: u64,
    mut id: impl FnMut() -> String,
) -> Result<Vec<Call>, ApiError> {
    let tools = tools(params)?;
    let name = "tool_choice";
    let unknown =
        |what: &str| ApiError::invalid(name, format!("Invalid value for 'tool_choice': {what}."));
    let chosen: Vec<&Tool<'_>> = match params.get(name) {
        Some(_) if tools.is_empty() => {
            return Err(unknown(
                "'tool_choice' is only allowed when 'tools' are specified",
            ));
        }
        Some(Value::Object(choice)) => {
            let forced = choice
                .get("function")
                .and_then(|function| function.get("name"));
            let forced = forced.and_then(Value::as_str).unwrap_or_default();
            let tool = tools.iter().find(|tool| tool.name == forced);
            vec![tool.ok_or_else(|| unknown(&format!("no tool is named '{forced}'")))?]
        }
        Some(Value::String(choice)) if choice == "none" => Vec::new(),
        Some(Value::String(choice)) if choice == "required" => {
            let mut chosen = mentioned(&tools, question);
            chosen.extend(tools.first().filter(|_| chosen.is_empty()));
            chosen
        }
        Some(Value::String(choice)) if choice != "auto" => {
            return Err(unknown(&format!(
                "'{choice}' is none of 'none', 'auto', 'required'"
            )));
        }
        _ => mentioned(&tools, question),
    };
    let mut random = Random::new(seed);
    let several = params.get("parallel_tool_calls") != Some(&json!(false));
    let most = if several { usize::MAX } else { 1 };
    Ok(chosen
        .into_iter()
        .take(most)
        .map(|tool| Call {
            index: None,
            id: id(),
            kind: "function",
            function: Function {
                name: tool.name.to_owned(),
                arguments: tool
                    .parameters
                    .map_or_else(|| json!({}), |schema| value_for(schema, &mut random))
                    .to_string(),
            },
        })
        .collect())
}

fn mentioned<'a, 'b>(tools: &'a [Tool<'b>], question: Option<&str>) -> Vec<&'a Tool<'b>> {
    let question = question.unwrap_or_default().to_lowercase();
    let says = |name: &str| {
        let name = name.to_lowercase();
        question.contains(&name) || question.contains(&name.replace(['_', '-'], " "))
    };
    tools.iter().filter(|tool| says(tool.name)).collect()
}
