//! What a request has cost in tokens.

object! {
    /// Token counts of one request.
    response struct CompletionUsage {
        /// Tokens of the answer.
        completion_tokens: u64,
        /// Tokens of the prompt.
        prompt_tokens: u64,
        /// Both together.
        total_tokens: u64,
        /// What the answer's tokens went to (2026).
        completion_tokens_details: Option<Box<CompletionTokensDetails>>,
        /// What the prompt's tokens were (2026).
        prompt_tokens_details: Option<Box<PromptTokensDetails>>,
    }
}

impl CompletionUsage {
    /// Whether it says nothing: some servers send `"usage": {}` where others send `null`, so
    /// the last usage of a stream that counts is the last one that is not empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

object! {
    /// What the tokens of an answer went to (2026).
    response struct CompletionTokensDetails as "CompletionUsageCompletionTokensDetails" {
        /// Tokens of a predicted output that appeared in the answer.
        accepted_prediction_tokens: Option<u64>,
        /// Audio tokens of the answer.
        audio_tokens: Option<u64>,
        /// Tokens that the model spent on reasoning.
        reasoning_tokens: Option<u64>,
        /// Tokens of a predicted output that did not appear in the answer; they are billed.
        rejected_prediction_tokens: Option<u64>,
        /// Text tokens of the answer.
        text_tokens: Option<u64>,
    }
}

object! {
    /// What the tokens of a prompt were (2026).
    response struct PromptTokensDetails as "CompletionUsagePromptTokensDetails" {
        /// Audio tokens of the prompt.
        audio_tokens: Option<u64>,
        /// Tokens that came from the prompt cache.
        cached_tokens: Option<u64>,
        /// Tokens that were written to the prompt cache.
        cache_write_tokens: Option<u64>,
        /// Image tokens of the prompt.
        image_tokens: Option<u64>,
        /// Text tokens of the prompt.
        text_tokens: Option<u64>,
    }
}
