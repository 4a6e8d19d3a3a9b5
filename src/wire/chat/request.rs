//! The request for a chat answer.

use std::collections::BTreeMap;

use serde_json::Number;

use super::{
    AudioParam, ChatCompletionMessageParam, ContextLengthExceededBehavior, FunctionCallOption,
    FunctionDefinition, Modality, ModerationParam, PredictedContent, PromptCacheOptions,
    PromptCacheRetention, ReasoningEffort, ResponseFormat, ServiceTier, StopSequences,
    StreamOptions, Tool, ToolChoice, Verbosity, WebSearchOptions,
};

object! {
    /// The request for a chat answer.
    ///
    /// ```
    /// use openai_wasm::wire::chat::{ChatCompletionMessageParam as Message, ChatCompletionRequest};
    ///
    /// let mut request = ChatCompletionRequest::new("gpt-5-nano", [Message::user("Say this is a test")]);
    /// request.max_completion_tokens = Some(64);
    /// assert_eq!(
    ///     serde_json::to_string(&request)?,
    ///     r#"{"model":"gpt-5-nano","messages":[{"role":"user","content":"Say this is a test"}],"max_completion_tokens":64}"#,
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    request struct ChatCompletionRequest as "ChatCompletionCreateParamsBase" {
        /// The model to ask.
        model: String,
        /// The conversation so far, at least one message.
        messages: Vec<ChatCompletionMessageParam>,
        /// How freely the model chooses: 0 (the likeliest token) to 2; default 1. Change this
        /// or `top_p`, not both. Fireworks: above 0, below 2.
        temperature: Option<f64>,
        /// Chooses among the tokens that together have this probability: 0 to 1; default 1.
        /// Fireworks: above 0.
        top_p: Option<f64>,
        /// How many answers to make: 1 to 128 (2026, Fireworks); default 1. Each is billed.
        n: Option<u32>,
        /// Whether the answer comes in pieces, as server-sent events. Default `false`.
        stream: Option<bool>,
        /// What a stream carries besides the answer; only with `stream` (Fireworks, 2026).
        stream_options: Option<StreamOptions>,
        /// Where to stop: up to 4 sequences.
        #[ts(optional = nullable, type = "string | Array<string> | null")]
        stop: Option<StopSequences>,
        /// The most tokens to make. Default without limit (2023); deprecated for
        /// `max_completion_tokens` (2026). Fireworks lowers it to what fits, unless
        /// `context_length_exceeded_behavior` says otherwise.
        max_tokens: Option<u32>,
        /// The most tokens to make, reasoning included (2026).
        max_completion_tokens: Option<u32>,
        /// Makes tokens that appeared already less likely (or more, below 0): −2 to 2; default
        /// 0. Fireworks: without the ends.
        presence_penalty: Option<f64>,
        /// Makes tokens less likely (or more, below 0) the oftener they appeared already: −2 to
        /// 2; default 0. Fireworks: without the ends.
        frequency_penalty: Option<f64>,
        /// Bias by token id: −100 (never) to 100 (only), added to the logits.
        #[ts(optional = nullable, type = "{ [key: string]: number } | null")]
        logit_bias: Option<BTreeMap<String, Number>>,
        /// Whether to report the tokens' log probabilities (Fireworks, 2026). Default `false`.
        logprobs: Option<bool>,
        /// How many of the likeliest tokens to report at each place: 0 to 20; only with
        /// `logprobs` (Fireworks, 2026).
        top_logprobs: Option<u32>,
        /// Makes equal requests with an equal seed give equal answers, as far as the server can
        /// (Fireworks, 2026): a 64-bit integer. Watch the answer's `system_fingerprint`.
        #[ts(optional = nullable, type = "number | bigint | string | null")]
        seed: Option<i64>,
        /// The tools that the model may call (Fireworks, 2026).
        #[ts(optional, type = "Array<ChatCompletionTool>")]
        tools: Option<Vec<Tool>>,
        /// Which tool it has to call (2026): default `none` without tools, `auto` with them.
        #[ts(optional)]
        tool_choice: Option<ToolChoice>,
        /// Whether it may make several calls at once (2026). Default `true`.
        #[ts(optional)]
        parallel_tool_calls: Option<bool>,
        /// The form that the answer has to take (Fireworks, 2026).
        #[ts(optional)]
        response_format: Option<ResponseFormat>,
        /// An identifier of the end user, against abuse. 2026 replaces it by
        /// `safety_identifier` and `prompt_cache_key`.
        #[ts(optional)]
        user: Option<String>,

        /// Chooses among this many of the likeliest tokens (Fireworks): above 1, below 128.
        #[ts(optional)]
        top_k: Option<u32>,
        /// Leaves out tokens that are less likely than this share of the likeliest one
        /// (Fireworks): 0 to 1.
        #[ts(optional)]
        min_p: Option<f64>,
        /// Penalty on tokens of prompt and answer that repeat (Fireworks): above 0, below 2; 1 is
        /// none, 1.2 is usual, below 1 rewards repetition.
        #[ts(optional)]
        repetition_penalty: Option<f64>,
        /// What to do when prompt and `max_tokens` exceed the context (Fireworks).
        #[ts(optional)]
        context_length_exceeded_behavior: Option<ContextLengthExceededBehavior>,

        /// How hard a reasoning model thinks (2026).
        reasoning_effort: Option<ReasoningEffort>,
        /// How many words it makes (2026).
        verbosity: Option<Verbosity>,
        /// The kinds of output (2026). Default text.
        modalities: Option<Vec<Modality>>,
        /// The form of an answer in sound; needed with that modality (2026).
        audio: Option<AudioParam>,
        /// Text that the answer will largely repeat (2026).
        prediction: Option<PredictedContent>,
        /// Lets the model search the web (2026).
        #[ts(optional)]
        web_search_options: Option<WebSearchOptions>,
        /// Asks for moderation of request and answer (2026).
        moderation: Option<ModerationParam>,
        /// How it is processed (2026).
        service_tier: Option<ServiceTier>,
        /// Whether the server keeps the answer for distillation and evals (2026). Default
        /// `false`.
        store: Option<bool>,
        /// Up to 16 pairs to keep with the answer (2026): keys up to 64 characters, values up to
        /// 512.
        #[ts(optional = nullable, type = "Metadata | null")]
        metadata: Option<BTreeMap<String, String>>,
        /// A stable identifier of the end user, best hashed (2026).
        safety_identifier: Option<String>,
        /// Groups similar requests for the prompt cache (2026).
        prompt_cache_key: Option<String>,
        /// How the prompt is cached (2026).
        #[ts(optional)]
        prompt_cache_options: Option<PromptCacheOptions>,
        /// How long the prompt stays cached (2026, deprecated: see `prompt_cache_options`).
        prompt_cache_retention: Option<PromptCacheRetention>,

        /// Which function the model has to call (2026, deprecated: see `tool_choice`).
        #[ts(optional)]
        function_call: Option<FunctionCallOption>,
        /// The functions that it may call, 1 to 128 (2026, deprecated: see `tools`).
        #[ts(optional, type = "Array<FunctionDefinition>")]
        functions: Option<Vec<FunctionDefinition>>,
    }
}

impl ChatCompletionRequest {
    /// A request with nothing but what every request needs.
    pub fn new(
        model: impl Into<String>,
        messages: impl IntoIterator<Item = ChatCompletionMessageParam>,
    ) -> Self {
        Self {
            model: model.into(),
            messages: messages.into_iter().collect(),
            ..Self::default()
        }
    }
}
