//! Log probabilities of a chat answer's tokens.

object! {
    /// Log probabilities of a choice: of its content, or of its refusal (2026).
    response struct ChatCompletionLogprobs {
        /// One entry a token of the content.
        #[ts(optional = false)]
        content: Option<Vec<TokenLogprob>>,
        /// One entry a token of the refusal.
        #[ts(optional = false)]
        refusal: Option<Vec<TokenLogprob>>,
    }
}

object! {
    /// A token that the model chose, and what it weighed besides (2026).
    response struct TokenLogprob as "ChatCompletionTokenLogprob" {
        /// The token's text. A token that is part of a character has `bytes` instead.
        token: String,
        /// Its UTF-8 bytes; a character may be spread over several tokens.
        #[ts(optional = false, type = "Array<number> | null")]
        bytes: Option<Vec<u8>>,
        /// The natural logarithm of its probability, or −9999 if it was not among the 20 most
        /// likely.
        logprob: f64,
        /// The most likely tokens at this place: up to as many as the request's `top_logprobs`.
        top_logprobs: Vec<TopLogprob>,
    }
}

object! {
    /// A token that the model could have chosen (2026).
    response struct TopLogprob as "ChatCompletionTopLogprob" {
        /// The token's text.
        token: String,
        /// Its UTF-8 bytes.
        #[ts(optional = false, type = "Array<number> | null")]
        bytes: Option<Vec<u8>>,
        /// The natural logarithm of its probability.
        logprob: f64,
    }
}
