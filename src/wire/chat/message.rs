//! Messages of a conversation, as a request carries them.

use super::{ChatCompletionContent, ChatCompletionMessage, Function, ToolCall};

literal! {
    DeveloperRole = "developer",
    SystemRole = "system",
    UserRole = "user",
    AssistantRole = "assistant",
    ToolRole = "tool",
    FunctionRole = "function",
}

union! {
    /// A message of the conversation so far.
    enum ChatCompletionMessageParam by "role" {
        /// Instructions that the model follows whatever the user says; replaces `system` for
        /// reasoning models (2026).
        "developer" => Developer(DeveloperMessage),
        /// Instructions that the model follows whatever the user says.
        "system" => System(SystemMessage),
        /// What the user says.
        "user" => User(UserMessage),
        /// What the model said before.
        "assistant" => Assistant(AssistantMessage),
        /// A tool's result (2026).
        "tool" => Tool(ToolMessage),
        /// A function's result (2026, deprecated: see `tool`).
        "function" => Function(FunctionMessage),
    }
}

impl ChatCompletionMessageParam {
    /// Instructions, for reasoning models.
    pub fn developer(content: impl Into<ChatCompletionContent>) -> Self {
        Self::Developer(DeveloperMessage {
            content: content.into(),
            ..Default::default()
        })
    }

    /// Instructions.
    pub fn system(content: impl Into<ChatCompletionContent>) -> Self {
        Self::System(SystemMessage {
            content: content.into(),
            ..Default::default()
        })
    }

    /// What the user says: a text, or a list of parts.
    pub fn user(content: impl Into<ChatCompletionContent>) -> Self {
        Self::User(UserMessage {
            content: content.into(),
            ..Default::default()
        })
    }

    /// What the model said before.
    pub fn assistant(content: impl Into<ChatCompletionContent>) -> Self {
        Self::Assistant(AssistantMessage {
            content: Some(content.into()),
            ..Default::default()
        })
    }

    /// The result of the tool call `tool_call_id`.
    pub fn tool(
        tool_call_id: impl Into<String>,
        content: impl Into<ChatCompletionContent>,
    ) -> Self {
        Self::Tool(ToolMessage {
            tool_call_id: tool_call_id.into(),
            content: content.into(),
            ..Default::default()
        })
    }
}

/// An answer, to be sent back as a part of the conversation. Fields that only answers have
/// (annotations, a model's reasoning) are left behind, except for `extra`'s: some servers want
/// their reasoning back.
impl From<ChatCompletionMessage> for ChatCompletionMessageParam {
    fn from(mut message: ChatCompletionMessage) -> Self {
        // Their originals, if they could only be read with loss.
        if message.audio.is_some() {
            message.extra.remove("audio");
        }
        if message.annotations.is_some() {
            message.extra.remove("annotations");
        }
        Self::Assistant(AssistantMessage {
            content: message.content.map(Into::into),
            refusal: message.refusal,
            audio: message.audio.map(|audio| AudioReference {
                id: audio.id,
                ..Default::default()
            }),
            tool_calls: message.tool_calls,
            function_call: message.function_call,
            extra: message.extra,
            ..Default::default()
        })
    }
}

object! {
    /// Instructions, for reasoning models (2026).
    request struct DeveloperMessage as "ChatCompletionDeveloperMessageParam" {
        /// Always `developer`.
        role: DeveloperRole,
        /// The instructions: a text, or text parts.
        #[ts(type = "string | Array<ChatCompletionContentPartText>")]
        content: ChatCompletionContent,
        /// Tells apart participants of one role.
        name: Option<String>,
    }
}

object! {
    /// Instructions.
    request struct SystemMessage as "ChatCompletionSystemMessageParam" {
        /// Always `system`.
        role: SystemRole,
        /// The instructions: a text, or text parts.
        #[ts(type = "string | Array<ChatCompletionContentPartText>")]
        content: ChatCompletionContent,
        /// Tells apart participants of one role: letters, digits and `_`, up to 64 characters.
        name: Option<String>,
    }
}

object! {
    /// What the user says.
    request struct UserMessage as "ChatCompletionUserMessageParam" {
        /// Always `user`.
        role: UserRole,
        /// A text, or a list of parts.
        #[ts(type = "string | Array<ChatCompletionContentPart>")]
        content: ChatCompletionContent,
        /// Tells apart participants of one role: letters, digits and `_`, up to 64 characters.
        name: Option<String>,
    }
}

object! {
    /// What the model said before.
    request struct AssistantMessage as "ChatCompletionAssistantMessageParam" {
        /// Always `assistant`.
        role: AssistantRole,
        /// A text, text parts, or one refusal part. Needed unless there are calls.
        #[ts(optional = nullable, type = "string | Array<ChatCompletionContentPartText | ChatCompletionContentPartRefusal> | null")]
        content: Option<ChatCompletionContent>,
        /// What the model said in refusing (2026).
        refusal: Option<String>,
        /// Tells apart participants of one role: letters, digits and `_`, up to 64 characters.
        name: Option<String>,
        /// An earlier answer in sound (2026).
        audio: Option<AudioReference>,
        /// The calls that the model made (2026).
        #[ts(optional, type = "Array<ChatCompletionMessageToolCall>")]
        tool_calls: Option<Vec<ToolCall>>,
        /// The call that the model made (2026, deprecated: see `tool_calls`).
        function_call: Option<Function>,
    }
}

object! {
    /// An earlier answer in sound (2026).
    request struct AudioReference {
        /// Its identifier.
        id: String,
    }
}

object! {
    /// A tool's result (2026).
    request struct ToolMessage as "ChatCompletionToolMessageParam" {
        /// Always `tool`.
        role: ToolRole,
        /// The result: a text, or text parts.
        #[ts(type = "string | Array<ChatCompletionContentPartText>")]
        content: ChatCompletionContent,
        /// The call that it is the result of.
        tool_call_id: String,
    }
}

object! {
    /// A function's result (2026, deprecated).
    request struct FunctionMessage as "ChatCompletionFunctionMessageParam" {
        /// Always `function`.
        role: FunctionRole,
        /// The result.
        #[ts(optional = false)]
        content: Option<String>,
        /// The function.
        name: String,
    }
}
