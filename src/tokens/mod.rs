//! Tokens of a conversation: counted, fitted into a window, priced.
//!
//! The rules stand here and in `pkg-template/tokens/`; both languages run the cases of
//! `tests/fixtures/conversation.json`.

#[cfg(test)]
mod cases;
mod chat;
mod conversation_error;
mod fit;
mod price;

pub use chat::{ChatRules, Count, Counted, count_chat};
pub use conversation_error::ConversationError;
pub use fit::{Fit, Fitted, fit};
pub use price::{WorstPrice, price, worst_price};

use alloc::string::String;

use crate::models::{Catalog, Found};

/// The model that the parameters name.
fn lookup<'a>(
    catalog: &'a Catalog,
    params: &serde_json::Value,
) -> Result<Found<'a>, ConversationError> {
    let model = params.get("model").and_then(serde_json::Value::as_str);
    let model = model.unwrap_or_default();
    catalog
        .find(model)
        .ok_or_else(|| ConversationError::UnknownModel {
            model: String::from(model),
        })
}
