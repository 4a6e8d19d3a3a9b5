//! Edits: `POST /edits` (2023, deprecated).

use super::completion::CompletionLogprobs;
use super::{CompletionUsage, ObjectKind, chat::FinishReason};

object! {
    /// The request for an edit (2023).
    request struct EditRequest as "EditCreateParams" {
        /// The model to ask: `text-davinci-edit-001` or `code-davinci-edit-001`.
        model: String,
        /// The text to edit; default empty.
        input: Option<String>,
        /// What to do with it.
        instruction: String,
        /// How many edits to make: 1 to 20; default 1.
        n: Option<u32>,
        /// How freely the model chooses: 0 to 2; default 1. Change this or `top_p`, not both.
        temperature: Option<f64>,
        /// Chooses among the tokens that together have this probability: 0 to 1; default 1.
        top_p: Option<f64>,
    }
}

impl EditRequest {
    /// A request to edit `input` as `instruction` says.
    pub fn new(
        model: impl Into<String>,
        input: impl Into<String>,
        instruction: impl Into<String>,
    ) -> Self {
        Self {
            model: model.into(),
            input: Some(input.into()),
            instruction: instruction.into(),
            ..Self::default()
        }
    }
}

object! {
    /// An edit (2023).
    response struct Edit {
        /// Always `edit`.
        #[ts(type = "\"edit\"")]
        object: ObjectKind,
        /// When it was made, Unix time in seconds.
        created: u64,
        /// The edited texts: as many as the request's `n`.
        choices: Vec<EditChoice>,
        /// What it cost.
        usage: CompletionUsage,
    }
}

object! {
    /// One of the edited texts (2023).
    response struct EditChoice {
        /// The text.
        text: String,
        /// Its place among them, from 0.
        index: u32,
        /// Log probabilities.
        #[ts(optional = nullable)]
        logprobs: Option<CompletionLogprobs>,
        /// Why the model stopped.
        finish_reason: Option<FinishReason>,
    }
}
