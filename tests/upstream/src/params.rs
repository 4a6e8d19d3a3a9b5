//! Request parameters, checked as the documents say; an error names the parameter.

use std::ops::RangeInclusive;

use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};

use crate::error::ApiError;

/// The JSON object of a request.
pub struct Params(Map<String, Value>);

impl Params {
    /// Reads a JSON request.
    ///
    /// # Errors
    /// 415 for another content type, 400 for a body that is no JSON object.
    pub fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, ApiError> {
        let kind = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let essence = kind
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(ApiError::invalid(
                "",
                format!(
                    "Unsupported content type: '{essence}'. Send 'Content-Type: application/json'."
                ),
            )
            .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(object)) => Ok(Self(object)),
            Ok(_) => Err(ApiError::invalid(
                "",
                "The body of the request must be a JSON object.",
            )),
            Err(_) => Err(ApiError::invalid(
                "",
                "We could not parse the JSON body of your request.",
            )),
        }
    }

    /// Makes parameters of an object that came by another way, as a form.
    pub fn from_object(object: Map<String, Value>) -> Self {
        Self(object)
    }

    /// A parameter; null counts as absent.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// All of them, as they came.
    pub fn whole(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// A required parameter.
    ///
    /// # Errors
    /// 400 if it is absent.
    pub fn required(&self, name: &str) -> Result<&Value, ApiError> {
        self.get(name).ok_or_else(|| {
            ApiError::invalid(name, format!("Missing required parameter: '{name}'."))
                .with_code("missing_required_parameter")
        })
    }

    /// A string.
    ///
    /// # Errors
    /// 400 for another type.
    pub fn string(&self, name: &str) -> Result<Option<&str>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong_type(name, "a string", other)),
        }
    }

    /// A required string.
    ///
    /// # Errors
    /// 400 if absent or of another type.
    pub fn required_string(&self, name: &str) -> Result<&str, ApiError> {
        self.required(name)?;
        self.string(name)?
            .ok_or_else(|| ApiError::invalid(name, "missing"))
    }

    /// A string out of a list.
    ///
    /// # Errors
    /// 400 for any other.
    pub fn one_of(&self, name: &str, values: &[&str]) -> Result<Option<&str>, ApiError> {
        match self.string(name)? {
            Some(text) if !values.contains(&text) => Err(ApiError::invalid(
                name,
                format!(
                    "Invalid value: '{text}'. Supported values are: {}.",
                    quoted(values)
                ),
            )
            .with_code("invalid_value")),
            found => Ok(found),
        }
    }

    /// A boolean; false if absent.
    ///
    /// # Errors
    /// 400 for another type.
    pub fn boolean(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(other) => Err(wrong_type(name, "a boolean", other)),
        }
    }

    /// A number in a range.
    ///
    /// # Errors
    /// 400 for another type or a number out of range.
    pub fn number(&self, name: &str, range: RangeInclusive<f64>) -> Result<Option<f64>, ApiError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let number = value
            .as_f64()
            .ok_or_else(|| wrong_type(name, "a number", value))?;
        in_range(name, number, &range)?;
        Ok(Some(number))
    }

    /// An integer in a range.
    ///
    /// # Errors
    /// 400 for another type or a number out of range.
    pub fn integer(&self, name: &str, range: RangeInclusive<i64>) -> Result<Option<i64>, ApiError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let number = value
            .as_i64()
            .ok_or_else(|| wrong_type(name, "an integer", value))?;
        if !range.contains(&number) {
            return Err(out_of_range(
                name,
                &number.to_string(),
                range.start(),
                range.end(),
            ));
        }
        Ok(Some(number))
    }

    /// A seed: any 64-bit integer.
    ///
    /// # Errors
    /// 400 for anything else.
    pub fn seed(&self) -> Result<Option<u64>, ApiError> {
        match self.get("seed") {
            None => Ok(None),
            Some(value) => match (value.as_i64(), value.as_u64()) {
                (Some(seed), _) => Ok(Some(seed as u64)),
                (None, Some(seed)) => Ok(Some(seed)),
                _ => Err(wrong_type("seed", "an integer", value)),
            },
        }
    }

    /// Stop sequences: a string or up to four of them.
    ///
    /// # Errors
    /// 400 for anything else.
    pub fn stop(&self) -> Result<Vec<String>, ApiError> {
        match self.get("stop") {
            None => Ok(Vec::new()),
            Some(Value::String(stop)) => Ok(vec![stop.clone()]),
            Some(Value::Array(stops)) => {
                if stops.is_empty() || stops.len() > 4 {
                    return Err(ApiError::invalid(
                        "stop",
                        format!("'stop' must have 1 to 4 elements, but has {}.", stops.len()),
                    ));
                }
                stops
                    .iter()
                    .map(|stop| stop.as_str().map(str::to_owned))
                    .collect::<Option<Vec<_>>>()
                    .ok_or_else(|| ApiError::invalid("stop", "Each element must be a string."))
            }
            Some(other) => Err(wrong_type("stop", "a string or an array of strings", other)),
        }
    }

    /// `logit_bias`: token ids as keys, -100 to 100.
    ///
    /// # Errors
    /// 400 for anything else.
    pub fn logit_bias(&self) -> Result<Vec<(u32, f64)>, ApiError> {
        let name = "logit_bias";
        let Some(value) = self.get(name) else {
            return Ok(Vec::new());
        };
        let map = value
            .as_object()
            .ok_or_else(|| wrong_type(name, "an object", value))?;
        let mut biases = Vec::new();
        for (key, bias) in map {
            let token = key.parse().map_err(|_| {
                ApiError::invalid(
                    name,
                    format!("Invalid key in 'logit_bias': {key}. Keys are token ids."),
                )
            })?;
            let bias = bias
                .as_f64()
                .ok_or_else(|| wrong_type(name, "numbers as values", bias))?;
            in_range(name, bias, &(-100.0..=100.0))?;
            biases.push((token, bias));
        }
        Ok(biases)
    }
}

/// 400: the parameter has another type.
pub fn wrong_type(name: &str, wanted: &str, found: &Value) -> ApiError {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    ApiError::invalid(
        name,
        format!("Invalid type for '{name}': expected {wanted}, but got {found} instead."),
    )
    .with_code("invalid_type")
}

fn in_range(name: &str, number: f64, range: &RangeInclusive<f64>) -> Result<(), ApiError> {
    if range.contains(&number) {
        Ok(())
    } else {
        Err(out_of_range(
            name,
            &number.to_string(),
            range.start(),
            range.end(),
        ))
    }
}

fn out_of_range(
    name: &str,
    found: &str,
    low: &impl std::fmt::Display,
    high: &impl std::fmt::Display,
) -> ApiError {
    ApiError::invalid(
        name,
        format!("Invalid '{name}': {found} is not between {low} and {high}."),
    )
    .with_code("value_out_of_range")
}

fn quoted(values: &[&str]) -> String {
    values
        .iter()
        .map(|value| format!("'{value}'"))
        .collect::<Vec<_>>()
        .join(", ")
}
