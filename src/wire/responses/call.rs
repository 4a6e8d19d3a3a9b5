//! Calls of tools that the server runs.

use serde_json::{Map, Value};

use super::ShellOutput;

literal! {
    WebSearchCallType = "web_search_call",
    FileSearchCallType = "file_search_call",
    CodeInterpreterCallType = "code_interpreter_call",
    ImageGenerationCallType = "image_generation_call",
    McpCallType = "mcp_call",
    McpListToolsType = "mcp_list_tools",
    McpApprovalRequestType = "mcp_approval_request",
    McpApprovalResponseType = "mcp_approval_response",
    ShellCallType = "shell_call",
    ShellCallOutputType = "shell_call_output",
}

object! {
    /// A search of the web.
    response struct WebSearchCall as "ResponseFunctionWebSearch" {
        /// Always `web_search_call`.
        r#type: WebSearchCallType,
        /// Its identifier.
        id: String,
        /// How far it is: `in_progress`, `searching`, `completed`, `failed`.
        status: String,
        /// What it does: `search`, `open_page` or `find_in_page`, with its details.
        #[ts(optional, type = "{ [key: string]: unknown }")]
        action: Option<Value>,
    }
}

object! {
    /// A search of files.
    response struct FileSearchCall as "ResponseFileSearchToolCall" {
        /// Always `file_search_call`.
        r#type: FileSearchCallType,
        /// Its identifier.
        id: String,
        /// How far it is: `in_progress`, `searching`, `completed`, `incomplete`, `failed`.
        status: String,
        /// What is searched for.
        queries: Vec<String>,
        /// What was found, if the request asked.
        #[ts(optional = nullable, type = "Array<{ [key: string]: unknown }> | null")]
        results: Option<Vec<Value>>,
    }
}

object! {
    /// Code that the server runs.
    response struct CodeInterpreterCall as "ResponseCodeInterpreterToolCall" {
        /// Always `code_interpreter_call`.
        r#type: CodeInterpreterCallType,
        /// Its identifier.
        id: String,
        /// How far it is: `in_progress`, `interpreting`, `completed`, `incomplete`, `failed`.
        status: String,
        /// The container that it runs in.
        container_id: String,
        /// The code.
        #[ts(optional = false)]
        code: Option<String>,
        /// What it gave, if the request asked.
        #[ts(optional = nullable, type = "Array<{ [key: string]: unknown }> | null")]
        outputs: Option<Vec<Value>>,
    }
}

object! {
    /// An image that the server makes.
    response struct ImageGenerationCall as "ResponseImageGenerationCall" {
        /// Always `image_generation_call`.
        r#type: ImageGenerationCallType,
        /// Its identifier.
        id: String,
        /// How far it is: `in_progress`, `generating`, `completed`, `failed`.
        status: String,
        /// The image, base64.
        #[ts(optional = false)]
        result: Option<String>,
    }
}

object! {
    /// A call of a tool of an MCP server.
    response struct McpCall as "ResponseMcpCall" {
        /// Always `mcp_call`.
        r#type: McpCallType,
        /// Its identifier.
        id: String,
        /// Which server.
        server_label: String,
        /// Which tool.
        name: String,
        /// The arguments as JSON text.
        arguments: String,
        /// How far it is.
        status: Option<String>,
        /// What the tool gave.
        #[ts(optional = nullable)]
        output: Option<String>,
        /// What went wrong.
        #[ts(optional = nullable, type = "unknown")]
        error: Option<Value>,
        /// The request for approval that led to it.
        #[ts(optional = nullable)]
        approval_request_id: Option<String>,
    }
}

object! {
    /// The tools of an MCP server.
    response struct McpListTools as "ResponseMcpListTools" {
        /// Always `mcp_list_tools`.
        r#type: McpListToolsType,
        /// Its identifier.
        id: String,
        /// Which server.
        server_label: String,
        /// The tools.
        #[ts(type = "Array<{ [key: string]: unknown }>")]
        tools: Vec<Value>,
        /// What went wrong.
        #[ts(optional = nullable)]
        error: Option<String>,
    }
}

object! {
    /// A call of a tool of an MCP server that waits for approval.
    response struct McpApprovalRequest as "ResponseMcpApprovalRequest" {
        /// Always `mcp_approval_request`.
        r#type: McpApprovalRequestType,
        /// Its identifier.
        id: String,
        /// Which server.
        server_label: String,
        /// Which tool.
        name: String,
        /// The arguments as JSON text.
        arguments: String,
    }
}

object! {
    /// The answer to a request for approval.
    request struct McpApprovalResponse as "ResponseMcpApprovalResponse" {
        /// Always `mcp_approval_response`.
        r#type: McpApprovalResponseType,
        /// The request's identifier.
        approval_request_id: String,
        /// Whether the call may be made.
        approve: bool,
        /// Its identifier.
        id: Option<String>,
        /// Why.
        reason: Option<String>,
    }
}

object! {
    /// Commands for a shell.
    response struct ShellCall as "ResponseFunctionShellToolCall" {
        /// Always `shell_call`.
        r#type: ShellCallType,
        /// Its identifier.
        id: String,
        /// The identifier that its output must name.
        call_id: String,
        /// The commands.
        action: ShellAction,
        /// How far it is.
        status: String,
        /// Where they run.
        #[ts(optional = nullable, type = "{ [key: string]: unknown } | null")]
        environment: Option<Map<String, Value>>,
    }
}

object! {
    /// What a shell has to do.
    response struct ShellAction as "ResponseFunctionShellToolCallAction" {
        /// The commands.
        commands: Vec<String>,
        /// How long they may take, in milliseconds.
        #[ts(optional = false)]
        timeout_ms: Option<u64>,
        /// How much of their output counts, in characters.
        #[ts(optional = false)]
        max_output_length: Option<u64>,
    }
}

object! {
    /// What the commands of a shell gave.
    response struct ShellCallOutput as "ResponseFunctionShellToolCallOutput" {
        /// Always `shell_call_output`.
        r#type: ShellCallOutputType,
        /// Its identifier.
        id: String,
        /// The identifier of the call.
        call_id: String,
        /// How far it is.
        status: String,
        /// What each command gave.
        output: Vec<ShellOutput>,
        /// How much of their output counts, in characters.
        #[ts(optional = false)]
        max_output_length: Option<u64>,
    }
}
