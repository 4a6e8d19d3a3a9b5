//! Items: what goes to a model and what comes back.

use super::{
    CodeInterpreterCall, FileSearchCall, ImageGenerationCall, McpApprovalRequest,
    McpApprovalResponse, McpCall, McpListTools, ReasoningText, ResponseContent,
    ResponseContentPart, ShellCall, ShellCallOutput, SummaryText, WebSearchCall,
};
use crate::wire::ObjectKind;
use crate::wire::chat::Role;

literal! {
    MessageType = "message",
    FunctionCallType = "function_call",
    FunctionCallOutputType = "function_call_output",
    CustomToolCallType = "custom_tool_call",
    CustomToolCallOutputType = "custom_tool_call_output",
    ReasoningType = "reasoning",
    ItemReferenceType = "item_reference",
    CompactionType = "compaction",
}

text_or_list! {
    /// What goes to the model.
    enum ResponseInput {
        /// One text: a message of the user.
        Text,
        /// Messages, calls and their outputs, and what else a conversation is made of.
        Items(ResponseInputItem),
    }
}

text_or_list! {
    /// What a tool gave.
    enum ToolOutput {
        /// One text.
        Text,
        /// Texts, images and files.
        Parts(ResponseContentPart),
    }
}

union! {
    /// Something that goes to the model. A server that leaves out `type` means a message.
    enum ResponseInputItem by "type" or Message {
        /// What somebody said.
        "message" => Message(ResponseInputMessage),
        /// A call of a function, made before.
        "function_call" => FunctionCall(FunctionCall),
        /// What a function gave.
        "function_call_output" => FunctionCallOutput(FunctionCallOutput),
        /// A call of a custom tool, made before.
        "custom_tool_call" => CustomToolCall(CustomToolCall),
        /// What a custom tool gave.
        "custom_tool_call_output" => CustomToolCallOutput(CustomToolCallOutput),
        /// What the model thought before.
        "reasoning" => Reasoning(ResponseReasoning),
        /// An item that the server keeps.
        "item_reference" => ItemReference(ItemReference),
        /// What is left of a conversation that was compacted.
        "compaction" => Compaction(Compaction),
        /// A search of the web.
        "web_search_call" => WebSearchCall(WebSearchCall),
        /// A search of files.
        "file_search_call" => FileSearchCall(FileSearchCall),
        /// Code that the server ran.
        "code_interpreter_call" => CodeInterpreterCall(CodeInterpreterCall),
        /// An image that the server made.
        "image_generation_call" => ImageGenerationCall(ImageGenerationCall),
        /// A call of a tool of an MCP server.
        "mcp_call" => McpCall(McpCall),
        /// The tools of an MCP server.
        "mcp_list_tools" => McpListTools(McpListTools),
        /// A call of a tool of an MCP server that waits for approval.
        "mcp_approval_request" => McpApprovalRequest(McpApprovalRequest),
        /// The answer to a request for approval.
        "mcp_approval_response" => McpApprovalResponse(McpApprovalResponse),
        /// Commands for a shell.
        "shell_call" => ShellCall(ShellCall),
        /// What they gave.
        "shell_call_output" => ShellCallOutput(ShellCallOutput),
    }
}

impl ResponseInputItem {
    /// What the user says: a text, or a list of parts.
    pub fn user(content: impl Into<ResponseContent>) -> Self {
        Self::message(Role::User, content)
    }

    /// What somebody says.
    pub fn message(role: Role, content: impl Into<ResponseContent>) -> Self {
        Self::Message(ResponseInputMessage {
            role,
            content: content.into(),
            ..Default::default()
        })
    }

    /// What the function gave that the model called as `call_id`.
    pub fn function_call_output(call_id: impl Into<String>, output: impl Into<ToolOutput>) -> Self {
        Self::FunctionCallOutput(FunctionCallOutput {
            call_id: call_id.into(),
            output: output.into(),
            ..Default::default()
        })
    }
}

union! {
    /// Something that the model made.
    enum ResponseOutputItem by "type" or Message {
        /// What it said.
        "message" => Message(ResponseOutputMessage),
        /// What it thought.
        "reasoning" => Reasoning(ResponseReasoning),
        /// A call of a function.
        "function_call" => FunctionCall(FunctionCall),
        /// A call of a custom tool.
        "custom_tool_call" => CustomToolCall(CustomToolCall),
        /// A search of the web.
        "web_search_call" => WebSearchCall(WebSearchCall),
        /// A search of files.
        "file_search_call" => FileSearchCall(FileSearchCall),
        /// Code that the server runs.
        "code_interpreter_call" => CodeInterpreterCall(CodeInterpreterCall),
        /// An image that the server makes.
        "image_generation_call" => ImageGenerationCall(ImageGenerationCall),
        /// A call of a tool of an MCP server.
        "mcp_call" => McpCall(McpCall),
        /// The tools of an MCP server.
        "mcp_list_tools" => McpListTools(McpListTools),
        /// A call of a tool of an MCP server that waits for approval.
        "mcp_approval_request" => McpApprovalRequest(McpApprovalRequest),
        /// Commands for a shell.
        "shell_call" => ShellCall(ShellCall),
        /// What they gave.
        "shell_call_output" => ShellCallOutput(ShellCallOutput),
        /// What is left of a conversation that was compacted.
        "compaction" => Compaction(Compaction),
    }
}

/// An item that the model made, to be sent back as a part of the conversation.
impl From<ResponseOutputItem> for ResponseInputItem {
    fn from(item: ResponseOutputItem) -> Self {
        match item {
            ResponseOutputItem::Message(message) => Self::Message(ResponseInputMessage {
                role: message.role,
                content: ResponseContent::Parts(message.content),
                id: Some(message.id).filter(|id| !id.is_empty()),
                status: message.status,
                phase: message.phase,
                extra: message.extra,
                ..Default::default()
            }),
            ResponseOutputItem::Reasoning(item) => Self::Reasoning(item),
            ResponseOutputItem::FunctionCall(item) => Self::FunctionCall(item),
            ResponseOutputItem::CustomToolCall(item) => Self::CustomToolCall(item),
            ResponseOutputItem::WebSearchCall(item) => Self::WebSearchCall(item),
            ResponseOutputItem::FileSearchCall(item) => Self::FileSearchCall(item),
            ResponseOutputItem::CodeInterpreterCall(item) => Self::CodeInterpreterCall(item),
            ResponseOutputItem::ImageGenerationCall(item) => Self::ImageGenerationCall(item),
            ResponseOutputItem::McpCall(item) => Self::McpCall(item),
            ResponseOutputItem::McpListTools(item) => Self::McpListTools(item),
            ResponseOutputItem::McpApprovalRequest(item) => Self::McpApprovalRequest(item),
            ResponseOutputItem::ShellCall(item) => Self::ShellCall(item),
            ResponseOutputItem::ShellCallOutput(item) => Self::ShellCallOutput(item),
            ResponseOutputItem::Compaction(item) => Self::Compaction(item),
            ResponseOutputItem::Other(item) => Self::Other(item),
        }
    }
}

open_enum! {
    /// How far an item is.
    enum ResponseItemStatus {
        /// The model is at it.
        InProgress = "in_progress",
        /// It is whole.
        Completed = "completed",
        /// It was cut off.
        Incomplete = "incomplete",
    }
}

object! {
    /// What somebody said.
    request struct ResponseInputMessage as "EasyInputMessage" {
        /// Always `message`.
        #[ts(optional, as = "Option<MessageType>")]
        r#type: MessageType,
        /// Who: `user`, `assistant`, `system` or `developer`.
        role: Role,
        /// What: a text, or parts. What the model said comes back as it came.
        #[ts(type = "string | Array<ResponseInputContent | ResponseOutputText | ResponseOutputRefusal>")]
        content: ResponseContent,
        /// Its identifier, if the model said it.
        #[ts(optional)]
        id: Option<String>,
        /// How far it is, if the model said it.
        #[ts(optional)]
        status: Option<ResponseItemStatus>,
        /// Whether the model said it on the way (`commentary`) or at the end (`final_answer`).
        phase: Option<String>,
    }
}

object! {
    /// What the model said.
    response struct ResponseOutputMessage {
        /// Always `message`.
        r#type: MessageType,
        /// Its identifier.
        id: String,
        /// Always `assistant`.
        #[ts(type = "\"assistant\"")]
        role: Role,
        /// How far it is.
        #[ts(type = "ResponseItemStatus")]
        status: Option<ResponseItemStatus>,
        /// Texts and refusals.
        #[ts(type = "Array<ResponseOutputText | ResponseOutputRefusal>")]
        content: Vec<ResponseContentPart>,
        /// Whether it was said on the way (`commentary`) or at the end (`final_answer`).
        #[ts(optional = nullable)]
        phase: Option<String>,
    }
}

object! {
    /// A call of a function.
    response struct FunctionCall as "ResponseFunctionToolCall" {
        /// Always `function_call`.
        r#type: FunctionCallType,
        /// Its identifier.
        id: Option<String>,
        /// The identifier that its output must name.
        call_id: String,
        /// The function's name.
        name: String,
        /// The arguments as JSON text, as the model wrote them: not always valid, not always after
        /// the schema.
        arguments: String,
        /// How far it is.
        status: Option<ResponseItemStatus>,
        /// The namespace of the function.
        namespace: Option<String>,
    }
}

object! {
    /// What a function gave.
    request struct FunctionCallOutput as "ResponseFunctionCallOutput" {
        /// Always `function_call_output`.
        r#type: FunctionCallOutputType,
        /// The identifier of the call.
        call_id: String,
        /// What it gave: a text, or parts.
        #[ts(type = "string | Array<ResponseInputContent>")]
        output: ToolOutput,
        /// Its identifier.
        id: Option<String>,
        /// How far it is.
        status: Option<ResponseItemStatus>,
    }
}

object! {
    /// A call of a custom tool.
    response struct CustomToolCall as "ResponseCustomToolCall" {
        /// Always `custom_tool_call`.
        r#type: CustomToolCallType,
        /// Its identifier.
        id: Option<String>,
        /// The identifier that its output must name.
        call_id: String,
        /// The tool's name.
        name: String,
        /// Its input, as the model wrote it.
        input: String,
        /// The namespace of the tool.
        namespace: Option<String>,
    }
}

object! {
    /// What a custom tool gave.
    request struct CustomToolCallOutput as "ResponseCustomToolCallOutput" {
        /// Always `custom_tool_call_output`.
        r#type: CustomToolCallOutputType,
        /// The identifier of the call.
        call_id: String,
        /// What it gave: a text, or parts.
        #[ts(type = "string | Array<ResponseInputContent>")]
        output: ToolOutput,
        /// Its identifier.
        #[ts(optional)]
        id: Option<String>,
    }
}

object! {
    /// What the model thought.
    response struct ResponseReasoning as "ResponseReasoningItem" {
        /// Always `reasoning`.
        r#type: ReasoningType,
        /// Its identifier.
        id: String,
        /// A summary, if the request asked.
        summary: Vec<SummaryText>,
        /// The text itself, from servers that show it.
        content: Option<Vec<ReasoningText>>,
        /// What it takes to send it back to a server that keeps nothing.
        #[ts(optional = nullable)]
        encrypted_content: Option<String>,
        /// How far it is.
        status: Option<ResponseItemStatus>,
    }
}

object! {
    /// An item that the server keeps.
    request struct ItemReference as "ResponseItemReference" {
        /// Always `item_reference`.
        r#type: ItemReferenceType,
        /// The item's identifier.
        id: String,
    }
}

object! {
    /// What is left of a conversation that was compacted.
    response struct Compaction as "ResponseCompactionItem" {
        /// Always `compaction`.
        r#type: CompactionType,
        /// Its identifier.
        id: String,
        /// What it holds, for the server alone.
        encrypted_content: String,
    }
}

object! {
    /// Some of the items that went into a response, or of a conversation.
    response struct ResponseItemList {
        /// Always `list`.
        #[ts(type = "\"list\"")]
        object: ObjectKind,
        /// The items.
        data: Vec<ResponseInputItem>,
        /// The first one's identifier.
        first_id: String,
        /// The last one's identifier.
        last_id: String,
        /// Whether there are more.
        has_more: bool,
    }
}
