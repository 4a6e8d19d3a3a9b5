//! Tools that a model may call.

use serde_json::{Map, Value};

use super::super::chat::{AllowedToolsMode, GrammarSyntax, ToolChoiceMode};

literal! {
    FunctionType = "function",
    CustomType = "custom",
    WebSearchType = "web_search",
    FileSearchType = "file_search",
    CodeInterpreterType = "code_interpreter",
    ImageGenerationType = "image_generation",
    McpType = "mcp",
    TextType = "text",
    GrammarType = "grammar",
    AllowedToolsType = "allowed_tools",
}

union! {
    /// A tool that the model may call.
    ///
    /// In Rust others that a server has go in as `Other`.
    enum Tool as "ResponseTool" by "type" {
        /// A function with JSON arguments.
        "function" => Function(FunctionTool),
        /// A tool with free text or a grammar for its input.
        "custom" => Custom(CustomTool),
        /// The web.
        "web_search" => WebSearch(WebSearchTool),
        /// Files.
        "file_search" => FileSearch(FileSearchTool),
        /// Code that the server runs.
        "code_interpreter" => CodeInterpreter(CodeInterpreterTool),
        /// Images that the server makes.
        "image_generation" => ImageGeneration(ImageGenerationTool),
        /// The tools of an MCP server.
        "mcp" => Mcp(McpTool),
    }
}

impl Tool {
    /// A function tool, whose arguments follow the schema exactly (`strict`).
    pub fn function(
        name: impl Into<String>,
        description: impl Into<String>,
        parameters: Map<String, Value>,
    ) -> Self {
        Self::Function(FunctionTool {
            name: name.into(),
            description: Some(description.into()),
            parameters: Some(parameters),
            strict: Some(true),
            ..Default::default()
        })
    }
}

object! {
    /// A function.
    request struct FunctionTool {
        /// Always `function`.
        r#type: FunctionType,
        /// Its name: letters, digits, `_` and `-`, up to 64 characters.
        name: String,
        /// What it does; the model decides by it.
        description: Option<String>,
        /// Its parameters as a JSON schema object.
        #[ts(optional = false, type = "{ [key: string]: unknown } | null")]
        parameters: Option<Map<String, Value>>,
        /// Whether arguments must follow the schema exactly. Default `true`.
        #[ts(optional = false)]
        strict: Option<bool>,
    }
}

object! {
    /// A tool with free text or a grammar for its input.
    request struct CustomTool {
        /// Always `custom`.
        r#type: CustomType,
        /// Its name.
        name: String,
        /// What it does.
        #[ts(optional)]
        description: Option<String>,
        /// The form of its input; default is free text.
        #[ts(optional)]
        format: Option<CustomToolFormat>,
    }
}

union! {
    /// The form of a custom tool's input.
    enum CustomToolFormat as "CustomToolInputFormat" by "type" {
        /// Free text.
        "text" => Text(CustomToolText),
        /// Text after a grammar.
        "grammar" => Grammar(CustomToolGrammar),
    }
}

object! {
    /// Free text.
    request struct CustomToolText as "CustomToolInputText" {
        /// Always `text`.
        r#type: TextType,
    }
}

object! {
    /// Text after a grammar.
    request struct CustomToolGrammar as "CustomToolInputGrammar" {
        /// Always `grammar`.
        r#type: GrammarType,
        /// The grammar's rules.
        definition: String,
        /// What they are written in.
        syntax: GrammarSyntax,
    }
}

object! {
    /// The web.
    request struct WebSearchTool {
        /// Always `web_search`.
        r#type: WebSearchType,
        /// How much of what is found the model reads: `low`, `medium`, `high`.
        #[ts(optional)]
        search_context_size: Option<String>,
        /// Which pages count.
        #[ts(optional = nullable, type = "{ [key: string]: unknown } | null")]
        filters: Option<Map<String, Value>>,
        /// Where the user is.
        #[ts(optional = nullable, type = "{ [key: string]: unknown } | null")]
        user_location: Option<Map<String, Value>>,
    }
}

object! {
    /// Files.
    request struct FileSearchTool {
        /// Always `file_search`.
        r#type: FileSearchType,
        /// The stores that hold them.
        vector_store_ids: Vec<String>,
        /// The most that is given.
        #[ts(optional)]
        max_num_results: Option<u32>,
        /// Which files count.
        #[ts(optional = nullable, type = "{ [key: string]: unknown } | null")]
        filters: Option<Map<String, Value>>,
    }
}

object! {
    /// Code that the server runs.
    request struct CodeInterpreterTool {
        /// Always `code_interpreter`.
        r#type: CodeInterpreterType,
        /// The container that it runs in: an identifier, or what to make.
        #[ts(type = "string | { [key: string]: unknown }")]
        container: Value,
    }
}

object! {
    /// Images that the server makes.
    request struct ImageGenerationTool {
        /// Always `image_generation`.
        r#type: ImageGenerationType,
        /// How many stages to show: 0 to 3.
        #[ts(optional)]
        partial_images: Option<u32>,
    }
}

object! {
    /// The tools of an MCP server.
    request struct McpTool {
        /// Always `mcp`.
        r#type: McpType,
        /// A name for the server.
        server_label: String,
        /// Its address.
        #[ts(optional)]
        server_url: Option<String>,
        /// Which calls need approval: `always`, `never`, or a filter.
        #[ts(optional = nullable, type = "string | { [key: string]: unknown } | null")]
        require_approval: Option<Value>,
    }
}

union! {
    /// Which tool the model has to call, if any.
    enum ToolChoice as "ResponseToolChoice" by "type", text Mode(ToolChoiceMode) = "None, its own choice, or one of its own choice." {
        /// One of these, or none of them.
        "allowed_tools" => AllowedTools(AllowedToolsChoice),
        /// This function.
        "function" => Function(NamedFunction),
        /// This custom tool.
        "custom" => Custom(NamedCustomTool),
        /// A tool of this MCP server.
        "mcp" => Mcp(NamedMcpTool),
    }
}

object! {
    /// A choice among some of the tools.
    request struct AllowedToolsChoice as "ToolChoiceAllowed" {
        /// Always `allowed_tools`.
        r#type: AllowedToolsType,
        /// Whether one of them must be called.
        mode: AllowedToolsMode,
        /// The tools, each as `{"type": "function", "name": …}`.
        #[ts(type = "Array<{ [key: string]: unknown }>")]
        tools: Vec<Value>,
    }
}

object! {
    /// A choice of one function.
    request struct NamedFunction as "ToolChoiceFunction" {
        /// Always `function`.
        r#type: FunctionType,
        /// Its name.
        name: String,
    }
}

object! {
    /// A choice of one custom tool.
    request struct NamedCustomTool as "ToolChoiceCustom" {
        /// Always `custom`.
        r#type: CustomType,
        /// Its name.
        name: String,
    }
}

object! {
    /// A choice of an MCP server's tools.
    request struct NamedMcpTool as "ToolChoiceMcp" {
        /// Always `mcp`.
        r#type: McpType,
        /// The server's name.
        server_label: String,
        /// The tool's name.
        name: Option<String>,
    }
}
