//! A response.

use std::collections::BTreeMap;

use super::super::chat::ServiceTier;
use super::{
    Reasoning, ResponseContentPart, ResponseInput, ResponseOutputItem, ResponseText, Tool,
    ToolChoice, Truncation,
};

literal! {
    ResponseObject = "response",
    ResponseDeletedObject = "response",
}

object! {
    /// An answer of the model, or one that it is at.
    response struct Response as "ModelResponse" {
        /// Its identifier.
        id: String,
        /// Always `response`.
        object: ResponseObject,
        /// When it was made, Unix time in seconds.
        created_at: f64,
        /// How far it is.
        status: Option<ResponseStatus>,
        /// When it was whole, Unix time in seconds.
        #[ts(optional = nullable)]
        completed_at: Option<f64>,
        /// What went wrong.
        #[ts(optional = false)]
        error: Option<ResponseError>,
        /// Why it was cut off.
        #[ts(optional = false)]
        incomplete_details: Option<IncompleteDetails>,
        /// The model that makes it.
        model: String,
        /// What the model made.
        output: Vec<ResponseOutputItem>,
        /// What it cost.
        usage: Option<ResponseUsage>,
        /// The instructions.
        #[ts(optional = false, type = "string | Array<ResponseInputItem> | null")]
        instructions: Option<ResponseInput>,
        /// The response before it.
        #[ts(optional = nullable)]
        previous_response_id: Option<String>,
        /// The conversation that it belongs to.
        #[ts(optional = nullable)]
        conversation: Option<ConversationId>,
        /// Whether it was made without a caller who waits for it.
        #[ts(optional = nullable)]
        background: Option<bool>,
        /// Whether the server keeps it.
        store: Option<bool>,
        /// The most tokens, those of reasoning included.
        #[ts(optional = nullable)]
        max_output_tokens: Option<u32>,
        /// The most calls of tools that the server runs.
        #[ts(optional = nullable)]
        max_tool_calls: Option<u32>,
        /// Whether the model may make several calls at once.
        #[ts(type = "boolean", optional = false)]
        parallel_tool_calls: Option<bool>,
        /// How freely the model chooses.
        #[ts(optional = false)]
        temperature: Option<f64>,
        /// Chooses among the tokens that together have this probability.
        #[ts(optional = false)]
        top_p: Option<f64>,
        /// How many of the likeliest tokens are reported at each place.
        #[ts(optional = nullable)]
        top_logprobs: Option<u32>,
        /// The form of the text.
        text: Option<ResponseText>,
        /// How the model thinks.
        #[ts(optional = nullable)]
        reasoning: Option<Reasoning>,
        /// The tools that the model may call.
        tools: Vec<Tool>,
        /// Which tool it has to call.
        #[ts(type = "ResponseToolChoice", optional = false)]
        tool_choice: Option<ToolChoice>,
        /// What happens to an input that is too long.
        #[ts(optional = nullable)]
        truncation: Option<Truncation>,
        /// How it is processed.
        #[ts(optional = nullable)]
        service_tier: Option<ServiceTier>,
        /// Up to 16 pairs that are kept with it.
        #[ts(type = "Metadata | null", optional = false)]
        metadata: Option<BTreeMap<String, String>>,
        /// A stable identifier of the end user.
        #[ts(optional = nullable)]
        safety_identifier: Option<String>,
        /// Groups similar requests for the prompt cache.
        #[ts(optional = nullable)]
        prompt_cache_key: Option<String>,
    }
}

impl Response {
    /// The texts of all messages, joined.
    #[must_use]
    pub fn output_text(&self) -> String {
        self.messages()
            .filter_map(ResponseContentPart::output_text)
            .collect()
    }

    /// The model's calls of functions.
    pub fn function_calls(&self) -> impl Iterator<Item = &super::FunctionCall> {
        self.output.iter().filter_map(|item| match item {
            ResponseOutputItem::FunctionCall(call) => Some(call),
            _ => None,
        })
    }

    fn messages(&self) -> impl Iterator<Item = &ResponseContentPart> {
        let parts = self.output.iter().filter_map(|item| match item {
            ResponseOutputItem::Message(message) => Some(&message.content),
            _ => None,
        });
        parts.flatten()
    }
}

open_enum! {
    /// How far a response is.
    enum ResponseStatus {
        /// It is whole.
        Completed = "completed",
        /// It failed.
        Failed = "failed",
        /// The model is at it.
        InProgress = "in_progress",
        /// It was cancelled.
        Cancelled = "cancelled",
        /// It waits for its turn.
        Queued = "queued",
        /// It was cut off.
        Incomplete = "incomplete",
    }
}

object! {
    /// Why a response failed.
    response struct ResponseError {
        /// A code for programs.
        code: String,
        /// Words for people.
        message: String,
    }
}

object! {
    /// Why a response was cut off.
    response struct IncompleteDetails as "ResponseIncompleteDetails" {
        /// Why.
        reason: Option<IncompleteReason>,
    }
}

open_enum! {
    /// Why a response was cut off.
    enum IncompleteReason as "ResponseIncompleteReason" {
        /// It reached the token limit.
        MaxOutputTokens = "max_output_tokens",
        /// A filter left something out.
        ContentFilter = "content_filter",
    }
}

object! {
    /// The identifier of a conversation.
    response struct ConversationId as "ResponseConversation" {
        /// The identifier.
        id: String,
    }
}

object! {
    /// Token counts of a response.
    response struct ResponseUsage {
        /// Tokens that went in.
        input_tokens: u64,
        /// What they were.
        #[ts(type = "ResponseInputTokensDetails", optional = false)]
        input_tokens_details: Option<InputTokensDetails>,
        /// Tokens that came out.
        output_tokens: u64,
        /// What they went to.
        #[ts(type = "ResponseOutputTokensDetails", optional = false)]
        output_tokens_details: Option<OutputTokensDetails>,
        /// Both together.
        total_tokens: u64,
    }
}

object! {
    /// What the tokens that went in were.
    response struct InputTokensDetails as "ResponseInputTokensDetails" {
        /// Tokens that came from the prompt cache.
        cached_tokens: u64,
        /// Tokens that were written to the prompt cache.
        cache_write_tokens: Option<u64>,
    }
}

object! {
    /// What the tokens that came out went to.
    response struct OutputTokensDetails as "ResponseOutputTokensDetails" {
        /// Tokens that the model spent on reasoning.
        reasoning_tokens: u64,
    }
}

object! {
    /// A response that the server keeps no longer.
    response struct ResponseDeleted {
        /// Its identifier.
        id: String,
        /// Always `response`.
        object: ResponseDeletedObject,
        /// Always `true`.
        deleted: bool,
    }
}
