//! Chat completions: `POST /chat/completions`.

mod chunk;
mod content;
mod format;
mod logprobs;
mod message;
mod moderation;
mod param;
mod parse;
mod request;
mod response;
#[cfg(feature = "schemars")]
pub(super) mod schema;
mod tool;

pub use chunk::{
    ChatCompletionChunk, ChatCompletionChunkChoice, ChatCompletionDelta, FunctionCallDelta,
    ToolCallDelta,
};
pub use content::{
    ChatCompletionContent, ChatCompletionContentPart, ContentPartFile, ContentPartImage,
    ContentPartInputAudio, ContentPartRefusal, ContentPartText, FileInput, ImageDetail, ImageUrl,
    InputAudio, InputAudioFormat, PromptCacheBreakpoint,
};
pub use format::{
    JsonSchema, ResponseFormat, ResponseFormatJsonObject, ResponseFormatJsonSchema,
    ResponseFormatText,
};
pub use logprobs::{ChatCompletionLogprobs, TokenLogprob, TopLogprob};
pub use message::{
    AssistantMessage, AudioReference, ChatCompletionMessageParam, DeveloperMessage,
    FunctionMessage, SystemMessage, ToolMessage, UserMessage,
};
pub use moderation::{
    ChatCompletionModeration, ModerationError, ModerationOutcome, ModerationResult,
    ModerationResults,
};
pub use param::{
    AudioFormat, AudioParam, ContextLengthExceededBehavior, Modality, ModerationConfig,
    ModerationMode, ModerationParam, ModerationPolicy, PredictedContent, PromptCacheMode,
    PromptCacheOptions, PromptCacheRetention, ReasoningEffort, SearchContextSize, ServiceTier,
    StopSequences, StreamOptions, UserLocation, Verbosity, Voice, VoiceId, WebSearchLocation,
    WebSearchOptions,
};
pub use parse::ParseError;
pub use request::ChatCompletionRequest;
pub use response::{
    Annotation, ChatCompletion, ChatCompletionAudio, ChatCompletionChoice, ChatCompletionMessage,
    FinishReason, FunctionCall, Role, UrlCitation,
};
#[cfg(feature = "schemars")]
pub use schema::SchemaError;
pub use tool::{
    AllowedTools, AllowedToolsChoice, AllowedToolsMode, CustomTool, CustomToolCall,
    CustomToolDefinition, CustomToolFormat, CustomToolInput, Function, FunctionCallMode,
    FunctionCallName, FunctionCallOption, FunctionDefinition, FunctionTool, FunctionToolCall,
    Grammar, GrammarFormat, GrammarSyntax, NamedCustomTool, NamedFunction, NamedTool, TextFormat,
    Tool, ToolCall, ToolChoice, ToolChoiceMode,
};
