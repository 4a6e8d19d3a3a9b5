//! Pieces of a streamed chat answer: the hot path of this library.

use serde_json::Value;

use super::super::{CompletionUsage, ObjectKind};
use super::{ChatCompletionLogprobs, ChatCompletionModeration, FinishReason, Role, ServiceTier};

object! {
    /// A piece of a streamed chat answer.
    ///
    /// In Rust, an error that a server sends in a stream's midst also reads as a chunk, one without
    /// choices: [`ApiError::from_extra`](crate::wire::ApiError::from_extra) on `extra` tells.
    response struct ChatCompletionChunk {
        /// The answer's identifier, the same in every piece; some servers send it empty.
        id: String,
        /// Always `chat.completion.chunk`.
        #[ts(type = "\"chat.completion.chunk\"")]
        object: ObjectKind,
        /// When the answer was made, Unix time in seconds.
        ///
        /// In Rust 0 if the server does not say.
        created: u64,
        /// The model that makes it.
        model: String,
        /// What is new in each answer; empty in a piece that only carries usage or a filter's
        /// results.
        choices: Vec<ChatCompletionChunkChoice>,
        /// What the whole answer cost, in the last piece, if the request's
        /// `stream_options.include_usage` asked. Some servers send it with every piece, counted
        /// so far, or send it empty.
        ///
        /// In Rust [`CompletionUsage::is_empty`] tells an empty one.
        #[ts(optional = nullable)]
        usage: Option<CompletionUsage>,
        /// Which backend configuration makes it (2026): see
        /// [`ChatCompletion`](super::ChatCompletion).
        system_fingerprint: Option<String>,
        /// How it is processed (2026).
        #[ts(optional = nullable)]
        service_tier: Option<ServiceTier>,
        /// Random characters that even out the sizes of pieces, against listeners (2026).
        obfuscation: Option<String>,
        /// What moderation found, if the request asked (2026).
        #[ts(optional = nullable)]
        moderation: Option<Box<ChatCompletionModeration>>,
    }
}

impl ChatCompletionChunk {
    /// The new text of choice 0; empty if there is none.
    #[must_use]
    pub fn text(&self) -> &str {
        self.choices
            .iter()
            .find(|choice| choice.index == 0)
            .and_then(|choice| choice.delta.content.as_deref())
            .unwrap_or_default()
    }
}

object! {
    /// What is new in one of the answers.
    response struct ChatCompletionChunkChoice {
        /// Which of the answers, from 0.
        index: u32,
        /// What is new.
        delta: ChatCompletionDelta,
        /// Why the model stopped; `None` until it did. Some servers never say.
        #[ts(optional = false)]
        finish_reason: Option<FinishReason>,
        /// Log probabilities of what is new, if the request asked.
        #[ts(optional = nullable)]
        logprobs: Option<ChatCompletionLogprobs>,
    }
}

object! {
    /// What is new in an answer: texts to append.
    response struct ChatCompletionDelta {
        /// Who says it, usually in the first piece only.
        role: Option<Role>,
        /// Text to append. Some servers send parts.
        ///
        /// In Rust parts are read as their text.
        #[ts(optional = nullable)]
        content: Option<String>,
        /// Text to append to a refusal (2026).
        #[ts(optional = nullable)]
        refusal: Option<String>,
        /// What is new in the model's calls (2026).
        tool_calls: Option<Vec<ToolCallDelta>>,
        /// What is new in the model's call (2026, deprecated: see `tool_calls`).
        function_call: Option<FunctionCallDelta>,
    }
}

impl ChatCompletionDelta {
    /// New text of the model's reasoning, from servers that show it: `reasoning_content`
    /// (DeepSeek, vLLM, Fireworks) or `reasoning` (OpenRouter, Groq). In no document, so kept
    /// in `extra`.
    #[must_use]
    pub fn reasoning(&self) -> Option<&str> {
        ["reasoning_content", "reasoning"]
            .into_iter()
            .find_map(|name| self.extra.get(name).and_then(Value::as_str))
    }
}

object! {
    /// What is new in one of the model's calls (2026).
    response struct ToolCallDelta as "ChatCompletionToolCallDelta" {
        /// Which of the calls, from 0. Some servers leave it out, or send 0 for all: a new
        /// non-empty `id` then starts a new call.
        #[ts(type = "number", optional = false)]
        index: Option<u32>,
        /// The call's identifier, usually in its first piece only; some servers repeat it, or
        /// send an empty one later.
        id: Option<String>,
        /// `function` or `custom` (2026), in the first piece.
        #[ts(optional, type = "\"function\" | \"custom\"")]
        r#type: Option<String>,
        /// What is new in the call.
        function: Option<FunctionCallDelta>,
    }
}

object! {
    /// What is new in a call of a function (2026).
    response struct FunctionCallDelta as "ChatCompletionFunctionCallDelta" {
        /// The function's name, once.
        name: Option<String>,
        /// JSON text to append to the arguments. Some servers send an object.
        ///
        /// In Rust an object is read as its JSON text.
        arguments: Option<String>,
    }
}
