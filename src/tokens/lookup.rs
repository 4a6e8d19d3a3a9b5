//! The model that a request names.

use alloc::string::String;

use serde_json::Value;

use super::ConversationError;
use crate::models::{Catalog, Found};

/// The entry of the model that the parameters name.
pub(super) fn lookup<'a>(
    catalog: &'a Catalog,
    params: &Value,
) -> Result<Found<'a>, ConversationError> {
    let model = params
        .get("model")
        .and_then(Value::as_str)
        .unwrap_or_default();
    catalog
        .find(model)
        .ok_or_else(|| ConversationError::UnknownModel {
            model: String::from(model),
        })
}
