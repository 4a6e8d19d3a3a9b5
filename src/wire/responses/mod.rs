//! Responses: `POST /responses`, and the items that requests, answers and conversations are made of.

mod call;
mod content;
mod event;
mod event_macro;
mod item;
mod param;
mod parse;
mod request;
mod response;
#[cfg(feature = "schemars")]
mod schema;
mod shell;
mod tool;

pub use call::{
    CodeInterpreterCall, FileSearchCall, ImageGenerationCall, McpApprovalRequest,
    McpApprovalResponse, McpCall, McpListTools, ShellAction, ShellCall, ShellCallOutput,
    WebSearchCall,
};
pub use content::{
    InputFile, InputImage, InputText, OutputText, ReasoningText, Refusal, ResponseAnnotation,
    ResponseContainerFileCitation, ResponseContent, ResponseContentPart, ResponseFileCitation,
    ResponseFilePath, ResponseLogprob, ResponseTopLogprob, ResponseUrlCitation, SummaryText,
};
pub use event::{
    ResponseAudioDeltaEvent, ResponseAudioDoneEvent, ResponseAudioTranscriptDeltaEvent,
    ResponseAudioTranscriptDoneEvent, ResponseCodeInterpreterCallCodeDeltaEvent,
    ResponseCodeInterpreterCallCodeDoneEvent, ResponseCodeInterpreterCallCompletedEvent,
    ResponseCodeInterpreterCallInProgressEvent, ResponseCodeInterpreterCallInterpretingEvent,
    ResponseCompactingEvent, ResponseCompletedEvent, ResponseContentPartAddedEvent,
    ResponseContentPartDoneEvent, ResponseCreatedEvent, ResponseCustomToolCallInputDeltaEvent,
    ResponseCustomToolCallInputDoneEvent, ResponseErrorEvent, ResponseFailedEvent,
    ResponseFileSearchCallCompletedEvent, ResponseFileSearchCallInProgressEvent,
    ResponseFileSearchCallSearchingEvent, ResponseFunctionCallArgumentsDeltaEvent,
    ResponseFunctionCallArgumentsDoneEvent, ResponseImageGenCallCompletedEvent,
    ResponseImageGenCallGeneratingEvent, ResponseImageGenCallInProgressEvent,
    ResponseImageGenCallPartialImageEvent, ResponseInProgressEvent, ResponseIncompleteEvent,
    ResponseMcpCallArgumentsDeltaEvent, ResponseMcpCallArgumentsDoneEvent,
    ResponseMcpCallCompletedEvent, ResponseMcpCallFailedEvent, ResponseMcpCallInProgressEvent,
    ResponseMcpListToolsCompletedEvent, ResponseMcpListToolsFailedEvent,
    ResponseMcpListToolsInProgressEvent, ResponseOutputItemAddedEvent, ResponseOutputItemDoneEvent,
    ResponseOutputTextAnnotationAddedEvent, ResponseQueuedEvent,
    ResponseReasoningSummaryPartAddedEvent, ResponseReasoningSummaryPartDoneEvent,
    ResponseReasoningSummaryTextDeltaEvent, ResponseReasoningSummaryTextDoneEvent,
    ResponseReasoningTextDeltaEvent, ResponseReasoningTextDoneEvent, ResponseRefusalDeltaEvent,
    ResponseRefusalDoneEvent, ResponseShellCallCommandAddedEvent,
    ResponseShellCallCommandDeltaEvent, ResponseShellCallCommandDoneEvent,
    ResponseShellCallOutputContentDeltaEvent, ResponseShellCallOutputContentDoneEvent,
    ResponseStreamEvent, ResponseTextDeltaEvent, ResponseTextDoneEvent,
    ResponseWebSearchCallCompletedEvent, ResponseWebSearchCallInProgressEvent,
    ResponseWebSearchCallSearchingEvent,
};
pub use item::{
    Compaction, CustomToolCall, CustomToolCallOutput, FunctionCall, FunctionCallOutput,
    ItemReference, ResponseInput, ResponseInputItem, ResponseInputMessage, ResponseItemList,
    ResponseItemStatus, ResponseOutputItem, ResponseOutputMessage, ResponseReasoning, ToolOutput,
};
pub use param::{
    ContextManagement, ConversationReference, Prompt, Reasoning, ReasoningSummary, ResponseFormat,
    ResponseFormatJsonObject, ResponseFormatJsonSchema, ResponseFormatText, ResponseInclude,
    ResponseStreamOptions, ResponseText, Truncation,
};
pub use request::{InputTokens, InputTokensRequest, ItemListQuery, ResponseRequest};
pub use response::{
    ConversationId, IncompleteDetails, IncompleteReason, InputTokensDetails, OutputTokensDetails,
    Response, ResponseDeleted, ResponseError, ResponseStatus, ResponseUsage,
};
pub use shell::{ShellOutcome, ShellOutput, ShellOutputDelta};
pub use tool::{
    AllowedToolsChoice, CodeInterpreterTool, CustomTool, CustomToolFormat, CustomToolGrammar,
    CustomToolText, FileSearchTool, FunctionTool, ImageGenerationTool, McpTool, NamedCustomTool,
    NamedFunction, NamedMcpTool, Tool, ToolChoice, WebSearchTool,
};
