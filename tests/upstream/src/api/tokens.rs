//! Text that a request may give as a string, strings, tokens or token arrays.

use serde_json::Value;

use crate::{
    error::ApiError,
    lm::{
        Model,
        tokenizer::{Token, Tokenizer},
    },
    params::wrong_type,
};

const FORMS: &str = "a string, an array of strings, of tokens, or of token arrays";

/// Each input as tokens.
///
/// # Errors
/// 400 naming `name` for anything else, and for tokens that the model does not know.
pub fn inputs(name: &str, value: &Value, model: &Model) -> Result<Vec<Vec<Token>>, ApiError> {
    let tokenizer = &model.tokenizer;
    match value {
        Value::String(text) => Ok(vec![tokenizer.encode(text)]),
        Value::Array(items) => match items.first() {
            None => Err(ApiError::invalid(
                name,
                format!("'{name}' must not be an empty array."),
            )),
            Some(Value::Number(_)) => Ok(vec![tokens(name, items, tokenizer)?]),
            Some(_) => items
                .iter()
                .map(|item| match item {
                    Value::String(text) => Ok(tokenizer.encode(text)),
                    Value::Array(items) => tokens(name, items, tokenizer),
                    other => Err(wrong_type(name, FORMS, other)),
                })
                .collect(),
        },
        other => Err(wrong_type(name, FORMS, other)),
    }
}

fn tokens(name: &str, items: &[Value], tokenizer: &Tokenizer) -> Result<Vec<Token>, ApiError> {
    items
        .iter()
        .map(|item| {
            let token = item.as_u64().and_then(|token| Token::try_from(token).ok());
            token
                .filter(|token| tokenizer.knows(*token))
                .ok_or_else(|| {
                    ApiError::invalid(
                        name,
                        format!("'{name}' holds {item}, which is no token of this model."),
                    )
                })
        })
        .collect()
}
