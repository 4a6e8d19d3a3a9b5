//! Chat answers.

use super::super::{CompletionUsage, ObjectKind};
use super::{ChatCompletionLogprobs, ChatCompletionModeration, Function, ServiceTier, ToolCall};

object! {
    /// A chat answer.
    response struct ChatCompletion {
        /// The answer's identifier.
        id: String,
        /// Always `chat.completion`.
        #[ts(type = "\"chat.completion\"")]
        object: ObjectKind,
        /// When it was made, Unix time in seconds.
        created: u64,
        /// The model that made it.
        model: String,
        /// One or more answers: as many as the request's `n`.
        choices: Vec<ChatCompletionChoice>,
        /// What it cost.
        usage: Option<CompletionUsage>,
        /// Which backend configuration made it (2026): answers to equal requests with an equal
        /// `seed` may differ when this differs.
        system_fingerprint: Option<String>,
        /// How it was processed (2026).
        #[ts(optional = nullable)]
        service_tier: Option<ServiceTier>,
        /// What moderation found, if the request asked (2026).
        #[ts(optional = nullable)]
        moderation: Option<Box<ChatCompletionModeration>>,
    }
}

impl ChatCompletion {
    /// The text of choice 0; empty if there is none.
    #[must_use]
    pub fn text(&self) -> &str {
        self.choices
            .iter()
            .find(|choice| choice.index == 0)
            .and_then(|choice| choice.message.content.as_deref())
            .unwrap_or_default()
    }
}

object! {
    /// One of the answers.
    response struct ChatCompletionChoice {
        /// Its place among the answers, from 0.
        index: u32,
        /// What the model said.
        message: ChatCompletionMessage,
        /// Why it stopped. Some servers never say.
        #[ts(type = "FinishReason")]
        finish_reason: Option<FinishReason>,
        /// Log probabilities, if the request asked.
        #[ts(optional = false)]
        logprobs: Option<ChatCompletionLogprobs>,
    }
}

open_enum! {
    /// Why a model stopped.
    enum FinishReason {
        /// A natural end, or one of the request's `stop` sequences.
        Stop = "stop",
        /// The token limit: the answer is cut.
        Length = "length",
        /// It wants its tool calls answered (2026).
        ToolCalls = "tool_calls",
        /// A content filter left something out (2026).
        ContentFilter = "content_filter",
        /// It wants its function call answered (2026, deprecated).
        FunctionCall = "function_call",
    }
}

open_enum! {
    /// Who said something.
    enum Role as "ChatCompletionRole" {
        /// Instructions, for reasoning models (2026).
        Developer = "developer",
        /// Instructions.
        System = "system",
        /// The user.
        User = "user",
        /// The model.
        Assistant = "assistant",
        /// A tool (2026).
        Tool = "tool",
        /// A function (2026, deprecated).
        Function = "function",
    }
}

object! {
    /// What the model said.
    response struct ChatCompletionMessage {
        /// Always `assistant`.
        #[ts(type = "\"assistant\"")]
        role: Option<Role>,
        /// The text. Some servers send parts.
        ///
        /// In Rust parts are read as their text.
        #[ts(optional = false)]
        content: Option<String>,
        /// What it said in refusing (2026).
        #[ts(optional = false)]
        refusal: Option<String>,
        /// The calls that it wants answered (2026).
        tool_calls: Option<Vec<ToolCall>>,
        /// The call that it wants answered (2026, deprecated: see `tool_calls`).
        #[ts(optional = nullable)]
        function_call: Option<Function>,
        /// What the text refers to (2026).
        annotations: Option<Vec<Annotation>>,
        /// The answer in sound, if the request asked (2026).
        #[ts(optional = nullable)]
        audio: Option<ChatCompletionAudio>,
    }
}

/// The deprecated `function_call` of a message has the form of a tool call's function.
pub use super::Function as FunctionCall;

literal! {
    UrlCitationType = "url_citation",
}

object! {
    /// What a piece of the text refers to (2026).
    response struct Annotation as "ChatCompletionAnnotation" {
        /// Always `url_citation`.
        r#type: UrlCitationType,
        /// A page of the web.
        url_citation: UrlCitation,
    }
}

object! {
    /// A page of the web that a piece of the text refers to (2026).
    response struct UrlCitation as "URLCitation" {
        /// The place of the piece's first character in the text.
        start_index: u64,
        /// The place of the piece's last character in the text.
        end_index: u64,
        /// The page's title.
        title: String,
        /// The page's address.
        url: String,
    }
}

object! {
    /// An answer in sound (2026).
    response struct ChatCompletionAudio {
        /// Its identifier, by which a later request can refer to it.
        id: String,
        /// The bytes, base64, in the format that the request asked for.
        data: String,
        /// Until when a later request can refer to it, Unix time in seconds.
        expires_at: u64,
        /// What is said.
        transcript: String,
    }
}
