//! What moderation found in a chat request and its answer (2026).

use std::collections::BTreeMap;

literal! {
    ModerationErrorType = "error",
    ModerationResultsType = "moderation_results",
    ModerationResultType = "moderation_result",
}

object! {
    /// What moderation found, where a request asked for it (2026).
    response struct ChatCompletionModeration {
        /// About the request.
        input: ModerationOutcome,
        /// About the answer.
        output: ModerationOutcome,
    }
}

union! {
    /// What moderation found on one side, or why it could not look (2026).
    enum ModerationOutcome by "type" {
        /// It looked.
        "moderation_results" => Results(ModerationResults),
        /// It could not.
        "error" => Error(ModerationError),
    }
}

object! {
    /// What moderation found on one side (2026).
    response struct ModerationResults as "ChatCompletionModerationResults" {
        /// Always `moderation_results`.
        r#type: ModerationResultsType,
        /// The model that looked.
        model: String,
        /// One result an input.
        results: Vec<ModerationResult>,
    }
}

object! {
    /// What moderation found in one input (2026).
    response struct ModerationResult as "ChatCompletionModerationResult" {
        /// Always `moderation_result`.
        r#type: ModerationResultType,
        /// The model that looked.
        model: String,
        /// Whether anything was found.
        flagged: bool,
        /// Which categories were found.
        #[ts(type = "Record<string, boolean>")]
        categories: BTreeMap<String, bool>,
        /// Which kinds of input (`text`, `image`) each score is about.
        #[ts(type = "Record<string, Array<\"text\" | \"image\">>")]
        category_applied_input_types: BTreeMap<String, Vec<String>>,
        /// A score for each category, 0 to 1.
        #[ts(type = "Record<string, number>")]
        category_scores: BTreeMap<String, f64>,
    }
}

object! {
    /// Why moderation could not look (2026).
    response struct ModerationError as "ChatCompletionModerationError" {
        /// Always `error`.
        r#type: ModerationErrorType,
        /// A code for programs.
        code: String,
        /// Words for people.
        message: String,
    }
}
