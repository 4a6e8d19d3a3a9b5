//! The request for a response.

use std::collections::BTreeMap;

use super::super::chat::{ModerationParam, PromptCacheOptions, PromptCacheRetention, ServiceTier};
use super::{
    ContextManagement, ConversationReference, Prompt, Reasoning, ResponseInclude, ResponseInput,
    ResponseStreamOptions, ResponseText, Tool, ToolChoice, Truncation,
};

literal! {
    InputTokensObject = "response.input_tokens",
}

object! {
    /// The request for a response.
    ///
    /// ```
    /// use openai_wasm::wire::responses::ResponseRequest;
    ///
    /// let mut request = ResponseRequest::new("gpt-5-nano", "Say this is a test");
    /// request.max_output_tokens = Some(64);
    /// assert_eq!(
    ///     serde_json::to_string(&request)?,
    ///     r#"{"model":"gpt-5-nano","input":"Say this is a test","max_output_tokens":64}"#,
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    request struct ResponseRequest as "ResponseCreateParamsBase" {
        /// The model to ask.
        #[ts(optional)]
        model: Option<String>,
        /// What goes to the model: a text, or items.
        #[ts(optional, type = "string | Array<ResponseInputItem>")]
        input: Option<ResponseInput>,
        /// Instructions that are not kept for the next response.
        instructions: Option<String>,
        /// The response that this one goes on from. Not together with `conversation`.
        previous_response_id: Option<String>,
        /// The conversation that it belongs to.
        conversation: Option<ConversationReference>,
        /// Whether the server keeps it. Default `true`.
        store: Option<bool>,
        /// Whether it is made without a caller who waits for it.
        background: Option<bool>,
        /// Whether the answer comes in pieces, as server-sent events. Default `false`.
        stream: Option<bool>,
        /// What a stream carries; only with `stream`.
        stream_options: Option<ResponseStreamOptions>,
        /// The most tokens, those of reasoning included.
        max_output_tokens: Option<u32>,
        /// The most calls of tools that the server runs.
        max_tool_calls: Option<u32>,
        /// What the answer holds besides.
        include: Option<Vec<ResponseInclude>>,
        /// How the model thinks.
        reasoning: Option<Reasoning>,
        /// The form of the text.
        #[ts(optional)]
        text: Option<ResponseText>,
        /// The tools that the model may call.
        #[ts(optional, type = "Array<ResponseTool>")]
        tools: Option<Vec<Tool>>,
        /// Which tool it has to call.
        #[ts(optional)]
        tool_choice: Option<ToolChoice>,
        /// Whether it may make several calls at once. Default `true`.
        parallel_tool_calls: Option<bool>,
        /// How freely the model chooses: 0 to 2; default 1. Change this or `top_p`, not both.
        temperature: Option<f64>,
        /// Chooses among the tokens that together have this probability: 0 to 1; default 1.
        top_p: Option<f64>,
        /// How many of the likeliest tokens to report at each place: 0 to 20.
        top_logprobs: Option<u32>,
        /// What happens to an input that is too long.
        truncation: Option<Truncation>,
        /// When the server makes the conversation shorter.
        context_management: Option<Vec<ContextManagement>>,
        /// A prompt that the server keeps.
        prompt: Option<Prompt>,
        /// How it is processed.
        service_tier: Option<ServiceTier>,
        /// Up to 16 pairs to keep with it: keys up to 64 characters, values up to 512.
        #[ts(optional = nullable, type = "Metadata | null")]
        metadata: Option<BTreeMap<String, String>>,
        /// Asks for moderation of request and answer.
        moderation: Option<ModerationParam>,
        /// A stable identifier of the end user, best hashed.
        safety_identifier: Option<String>,
        /// Groups similar requests for the prompt cache.
        prompt_cache_key: Option<String>,
        /// How the prompt is cached.
        #[ts(optional)]
        prompt_cache_options: Option<PromptCacheOptions>,
        /// How long the prompt stays cached (deprecated: see `prompt_cache_options`).
        prompt_cache_retention: Option<PromptCacheRetention>,
        /// An identifier of the end user (deprecated: see `safety_identifier`).
        #[ts(optional)]
        user: Option<String>,
    }
}

impl ResponseRequest {
    /// A request with nothing but what every request needs.
    pub fn new(model: impl Into<String>, input: impl Into<ResponseInput>) -> Self {
        Self {
            model: Some(model.into()),
            input: Some(input.into()),
            ..Self::default()
        }
    }
}

object! {
    /// The request to count what would go to the model.
    request struct InputTokensRequest as "InputTokenCountParams" {
        /// The model.
        model: Option<String>,
        /// What would go to it: a text, or items.
        #[ts(optional = nullable, type = "string | Array<ResponseInputItem> | null")]
        input: Option<ResponseInput>,
        /// Instructions.
        instructions: Option<String>,
        /// The response that this one would go on from.
        previous_response_id: Option<String>,
        /// The conversation that it would belong to.
        conversation: Option<ConversationReference>,
        /// How the model would think.
        reasoning: Option<Reasoning>,
        /// The form of the text.
        text: Option<ResponseText>,
        /// The tools that it might call.
        #[ts(optional = nullable, type = "Array<ResponseTool> | null")]
        tools: Option<Vec<Tool>>,
        /// Which tool it would have to call.
        tool_choice: Option<ToolChoice>,
        /// Whether it might make several calls at once.
        parallel_tool_calls: Option<bool>,
        /// What would happen to an input that is too long.
        #[ts(optional)]
        truncation: Option<Truncation>,
    }
}

object! {
    /// Which items to list.
    request struct ItemListQuery as "InputItemListParams" {
        /// The identifier of the item before the first.
        #[ts(optional)]
        after: Option<String>,
        /// How many at most: 1 to 100; default 20.
        #[ts(optional)]
        limit: Option<u32>,
        /// The newest first (`desc`, the default), or the oldest (`asc`).
        #[ts(optional, type = "\"asc\" | \"desc\"")]
        order: Option<String>,
        /// What the items hold besides.
        #[ts(optional)]
        include: Option<Vec<ResponseInclude>>,
    }
}

/// The count of a request's input: its fields that the count does not need are left out.
impl From<&ResponseRequest> for InputTokensRequest {
    fn from(request: &ResponseRequest) -> Self {
        let request = request.clone();
        Self {
            model: request.model,
            input: request.input,
            instructions: request.instructions,
            previous_response_id: request.previous_response_id,
            conversation: request.conversation,
            reasoning: request.reasoning,
            text: request.text,
            tools: request.tools,
            tool_choice: request.tool_choice,
            parallel_tool_calls: request.parallel_tool_calls,
            truncation: request.truncation,
            ..Self::default()
        }
    }
}

object! {
    /// How many tokens would go to the model.
    response struct InputTokens as "InputTokenCountResponse" {
        /// Always `response.input_tokens`.
        object: InputTokensObject,
        /// How many.
        input_tokens: u64,
    }
}
