//! The events of a response's stream.

use super::event_macro::{event, events};
use super::{
    Response, ResponseAnnotation, ResponseContentPart, ResponseLogprob, ResponseOutputItem,
    ShellOutput, ShellOutputDelta, SummaryText,
};

events! {
    /// A response was made.
    "response.created" => Created(ResponseCreatedEvent) life {
    }
    /// A response waits for its turn.
    "response.queued" => Queued(ResponseQueuedEvent) life {
    }
    /// The model is at it.
    "response.in_progress" => InProgress(ResponseInProgressEvent) life {
    }
    /// The response is whole: the stream ends.
    "response.completed" => Completed(ResponseCompletedEvent) life {
    }
    /// The response was cut off by a limit or a filter: the stream ends.
    "response.incomplete" => Incomplete(ResponseIncompleteEvent) life {
    }
    /// The response failed. As a part of a stream it is an error.
    "response.failed" => Failed(ResponseFailedEvent) life {
    }
    /// The server gave up. As a part of a stream it is an error.
    "error" => Error(ResponseErrorEvent) none {
        /// What went wrong, for programs.
        #[ts(optional = false)]
        code: Option<String>,
        /// What went wrong, for people.
        message: String,
        /// The parameter at fault.
        #[ts(optional = false)]
        param: Option<String>,
    }
    /// The server makes the conversation shorter.
    "response.compaction.compacting" => Compacting(ResponseCompactingEvent) none {
    }
    /// An item begins.
    "response.output_item.added" => OutputItemAdded(ResponseOutputItemAddedEvent) none {
        /// Which item of the output.
        #[ts(type = "number", optional = false)]
        output_index: Option<u32>,
        /// The item so far.
        item: ResponseOutputItem,
    }
    /// An item is whole.
    "response.output_item.done" => OutputItemDone(ResponseOutputItemDoneEvent) none {
        /// Which item of the output.
        #[ts(type = "number", optional = false)]
        output_index: Option<u32>,
        /// The item.
        item: ResponseOutputItem,
    }
    /// A part of a content begins.
    "response.content_part.added" => ContentPartAdded(ResponseContentPartAddedEvent) part {
        /// The part so far.
        #[ts(type = "ResponseOutputText | ResponseOutputRefusal | ResponseReasoningText")]
        part: ResponseContentPart,
    }
    /// A part of a content is whole.
    "response.content_part.done" => ContentPartDone(ResponseContentPartDoneEvent) part {
        /// The part.
        #[ts(type = "ResponseOutputText | ResponseOutputRefusal | ResponseReasoningText")]
        part: ResponseContentPart,
    }
    /// More of a text.
    "response.output_text.delta" => TextDelta(ResponseTextDeltaEvent) part {
        /// Text to append.
        delta: String,
        /// Log probabilities of its tokens, if the request asked.
        logprobs: Vec<ResponseLogprob>,
    }
    /// A text is whole.
    "response.output_text.done" => TextDone(ResponseTextDoneEvent) part {
        /// The text.
        text: String,
        /// Log probabilities of its tokens, if the request asked.
        logprobs: Vec<ResponseLogprob>,
    }
    /// A piece of a text refers to something.
    "response.output_text.annotation.added" => OutputTextAnnotationAdded(ResponseOutputTextAnnotationAddedEvent) part {
        /// Which annotation of the text.
        #[ts(type = "number", optional = false)]
        annotation_index: Option<u32>,
        /// What it refers to.
        annotation: ResponseAnnotation,
    }
    /// More of a refusal.
    "response.refusal.delta" => RefusalDelta(ResponseRefusalDeltaEvent) part {
        /// Text to append.
        delta: String,
    }
    /// A refusal is whole.
    "response.refusal.done" => RefusalDone(ResponseRefusalDoneEvent) part {
        /// The text.
        refusal: String,
    }
    /// More of what the model thinks.
    "response.reasoning_text.delta" => ReasoningTextDelta(ResponseReasoningTextDeltaEvent) part {
        /// Text to append.
        delta: String,
    }
    /// What the model thought is whole.
    "response.reasoning_text.done" => ReasoningTextDone(ResponseReasoningTextDoneEvent) part {
        /// The text.
        text: String,
    }
    /// A part of the summary of what the model thinks begins.
    "response.reasoning_summary_part.added" => ReasoningSummaryPartAdded(ResponseReasoningSummaryPartAddedEvent) summary {
        /// The part so far.
        part: SummaryText,
    }
    /// A part of the summary is whole.
    "response.reasoning_summary_part.done" => ReasoningSummaryPartDone(ResponseReasoningSummaryPartDoneEvent) summary {
        /// The part.
        part: SummaryText,
    }
    /// More of the summary.
    "response.reasoning_summary_text.delta" => ReasoningSummaryTextDelta(ResponseReasoningSummaryTextDeltaEvent) summary {
        /// Text to append.
        delta: String,
    }
    /// The text of a part of the summary is whole.
    "response.reasoning_summary_text.done" => ReasoningSummaryTextDone(ResponseReasoningSummaryTextDoneEvent) summary {
        /// The text.
        text: String,
    }
    /// More of a function's arguments.
    "response.function_call_arguments.delta" => FunctionCallArgumentsDelta(ResponseFunctionCallArgumentsDeltaEvent) item {
        /// JSON text to append.
        delta: String,
    }
    /// A function's arguments are whole.
    "response.function_call_arguments.done" => FunctionCallArgumentsDone(ResponseFunctionCallArgumentsDoneEvent) item {
        /// The function's name.
        name: String,
        /// The arguments as JSON text.
        arguments: String,
    }
    /// More of a custom tool's input.
    "response.custom_tool_call_input.delta" => CustomToolCallInputDelta(ResponseCustomToolCallInputDeltaEvent) item {
        /// Text to append.
        delta: String,
    }
    /// A custom tool's input is whole.
    "response.custom_tool_call_input.done" => CustomToolCallInputDone(ResponseCustomToolCallInputDoneEvent) item {
        /// The input.
        input: String,
    }
    /// A search of the web begins.
    "response.web_search_call.in_progress" => WebSearchCallInProgress(ResponseWebSearchCallInProgressEvent) item {
    }
    /// The web is searched.
    "response.web_search_call.searching" => WebSearchCallSearching(ResponseWebSearchCallSearchingEvent) item {
    }
    /// A search of the web is done.
    "response.web_search_call.completed" => WebSearchCallCompleted(ResponseWebSearchCallCompletedEvent) item {
    }
    /// A search of files begins.
    "response.file_search_call.in_progress" => FileSearchCallInProgress(ResponseFileSearchCallInProgressEvent) item {
    }
    /// Files are searched.
    "response.file_search_call.searching" => FileSearchCallSearching(ResponseFileSearchCallSearchingEvent) item {
    }
    /// A search of files is done.
    "response.file_search_call.completed" => FileSearchCallCompleted(ResponseFileSearchCallCompletedEvent) item {
    }
    /// The model writes code.
    "response.code_interpreter_call.in_progress" => CodeInterpreterCallInProgress(ResponseCodeInterpreterCallInProgressEvent) item {
    }
    /// The code runs.
    "response.code_interpreter_call.interpreting" => CodeInterpreterCallInterpreting(ResponseCodeInterpreterCallInterpretingEvent) item {
    }
    /// The code has run.
    "response.code_interpreter_call.completed" => CodeInterpreterCallCompleted(ResponseCodeInterpreterCallCompletedEvent) item {
    }
    /// More of the code.
    "response.code_interpreter_call_code.delta" => CodeInterpreterCallCodeDelta(ResponseCodeInterpreterCallCodeDeltaEvent) item {
        /// Text to append.
        delta: String,
    }
    /// The code is whole.
    "response.code_interpreter_call_code.done" => CodeInterpreterCallCodeDone(ResponseCodeInterpreterCallCodeDoneEvent) item {
        /// The code.
        code: String,
    }
    /// An image begins.
    "response.image_generation_call.in_progress" => ImageGenCallInProgress(ResponseImageGenCallInProgressEvent) item {
    }
    /// An image is made.
    "response.image_generation_call.generating" => ImageGenCallGenerating(ResponseImageGenCallGeneratingEvent) item {
    }
    /// An image at some stage.
    "response.image_generation_call.partial_image" => ImageGenCallPartialImage(ResponseImageGenCallPartialImageEvent) item {
        /// The image, base64.
        partial_image_b64: String,
        /// Which stage.
        #[ts(type = "number", optional = false)]
        partial_image_index: Option<u32>,
    }
    /// An image is done.
    "response.image_generation_call.completed" => ImageGenCallCompleted(ResponseImageGenCallCompletedEvent) item {
    }
    /// A call of a tool of an MCP server begins.
    "response.mcp_call.in_progress" => McpCallInProgress(ResponseMcpCallInProgressEvent) item {
    }
    /// A call of a tool of an MCP server is done.
    "response.mcp_call.completed" => McpCallCompleted(ResponseMcpCallCompletedEvent) item {
    }
    /// A call of a tool of an MCP server failed. The response goes on.
    "response.mcp_call.failed" => McpCallFailed(ResponseMcpCallFailedEvent) item {
    }
    /// More of the arguments of a tool of an MCP server.
    "response.mcp_call_arguments.delta" => McpCallArgumentsDelta(ResponseMcpCallArgumentsDeltaEvent) item {
        /// JSON text to append.
        delta: String,
    }
    /// The arguments of a tool of an MCP server are whole.
    "response.mcp_call_arguments.done" => McpCallArgumentsDone(ResponseMcpCallArgumentsDoneEvent) item {
        /// The arguments as JSON text.
        arguments: String,
    }
    /// The tools of an MCP server are asked for.
    "response.mcp_list_tools.in_progress" => McpListToolsInProgress(ResponseMcpListToolsInProgressEvent) item {
    }
    /// The tools of an MCP server are known.
    "response.mcp_list_tools.completed" => McpListToolsCompleted(ResponseMcpListToolsCompletedEvent) item {
    }
    /// The tools of an MCP server could not be had. The response goes on.
    "response.mcp_list_tools.failed" => McpListToolsFailed(ResponseMcpListToolsFailedEvent) item {
    }
    /// A command for a shell begins.
    "response.shell_call_command.added" => ShellCallCommandAdded(ResponseShellCallCommandAddedEvent) command {
        /// The command so far.
        command: String,
    }
    /// More of a command.
    "response.shell_call_command.delta" => ShellCallCommandDelta(ResponseShellCallCommandDeltaEvent) command {
        /// Text to append.
        delta: String,
    }
    /// A command is whole.
    "response.shell_call_command.done" => ShellCallCommandDone(ResponseShellCallCommandDoneEvent) command {
        /// The command.
        command: String,
    }
    /// More of what a command prints.
    "response.shell_call_output_content.delta" => ShellCallOutputContentDelta(ResponseShellCallOutputContentDeltaEvent) item {
        /// Which command.
        #[ts(type = "number", optional = false)]
        command_index: Option<u32>,
        /// Texts to append.
        delta: ShellOutputDelta,
    }
    /// What a command printed is whole.
    "response.shell_call_output_content.done" => ShellCallOutputContentDone(ResponseShellCallOutputContentDoneEvent) item {
        /// Which command.
        #[ts(type = "number", optional = false)]
        command_index: Option<u32>,
        /// What it printed.
        output: Vec<ShellOutput>,
    }
    /// More sound.
    "response.audio.delta" => AudioDelta(ResponseAudioDeltaEvent) none {
        /// Bytes to append, base64.
        delta: String,
    }
    /// The sound is whole.
    "response.audio.done" => AudioDone(ResponseAudioDoneEvent) none {
    }
    /// More of what is said.
    "response.audio.transcript.delta" => AudioTranscriptDelta(ResponseAudioTranscriptDeltaEvent) none {
        /// Text to append.
        delta: String,
    }
    /// What is said is whole.
    "response.audio.transcript.done" => AudioTranscriptDone(ResponseAudioTranscriptDoneEvent) none {
    }
}
