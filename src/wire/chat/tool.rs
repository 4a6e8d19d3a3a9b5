//! Tools that a model may call, and its calls.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::json;
use super::ParseError;

literal! {
    FunctionType = "function",
    CustomType = "custom",
    AllowedToolsType = "allowed_tools",
    TextFormatType = "text",
    GrammarFormatType = "grammar",
}

union! {
    /// A tool that the model may call.
    enum Tool as "ChatCompletionTool" by "type" {
        /// A function with JSON arguments (Fireworks, 2026).
        "function" => Function(FunctionTool),
        /// A tool with free text or a grammar for its input (2026).
        "custom" => Custom(CustomTool),
    }
}

impl Tool {
    /// A function tool. Its parameters are a JSON schema: `json!({…})`, a map, or a schema of the crate
    /// schemars. With the feature `schemars`, `Tool::of` takes a type.
    ///
    /// ```
    /// use openai_wasm::wire::chat::Tool;
    /// use serde_json::json;
    ///
    /// let weather = Tool::function(
    ///     "get_weather",
    ///     "The weather in a city, now",
    ///     json!({
    ///         "type": "object",
    ///         "properties": {"city": {"type": "string"}},
    ///         "required": ["city"],
    ///     }),
    /// );
    /// ```
    pub fn function(
        name: impl Into<String>,
        description: impl Into<String>,
        parameters: impl Into<Value>,
    ) -> Self {
        Self::Function(FunctionTool {
            function: FunctionDefinition {
                name: name.into(),
                description: Some(description.into()),
                parameters: Some(parameters.into()),
                ..Default::default()
            },
            ..Default::default()
        })
    }
}

object! {
    /// A function tool.
    request struct FunctionTool as "ChatCompletionFunctionTool" {
        /// Always `function`.
        r#type: FunctionType,
        /// The function.
        function: FunctionDefinition,
    }
}

object! {
    /// A function that the model may call.
    request struct FunctionDefinition {
        /// Its name: letters, digits, `_` and `-`, up to 64 characters.
        name: String,
        /// What it does; the model decides by it.
        description: Option<String>,
        /// Its parameters as a JSON schema object; left out means none.
        #[ts(optional, type = "FunctionParameters")]
        parameters: Option<Value>,
        /// Whether arguments must follow the schema exactly (Fireworks, 2026). Default `false`.
        strict: Option<bool>,
    }
}

object! {
    /// A tool with free text or a grammar for its input (2026).
    request struct CustomTool as "ChatCompletionCustomTool" {
        /// Always `custom`.
        r#type: CustomType,
        /// The tool.
        custom: CustomToolDefinition,
    }
}

object! {
    /// A custom tool (2026).
    request struct CustomToolDefinition {
        /// Its name.
        name: String,
        /// What it does.
        description: Option<String>,
        /// The form of its input; default is free text.
        format: Option<CustomToolFormat>,
    }
}

union! {
    /// The form of a custom tool's input (2026).
    enum CustomToolFormat by "type" {
        /// Free text.
        "text" => Text(TextFormat),
        /// Text after a grammar.
        "grammar" => Grammar(GrammarFormat),
    }
}

object! {
    /// Free text (2026).
    request struct TextFormat {
        /// Always `text`.
        r#type: TextFormatType,
    }
}

object! {
    /// Text after a grammar (2026).
    request struct GrammarFormat {
        /// Always `grammar`.
        r#type: GrammarFormatType,
        /// The grammar.
        grammar: Grammar,
    }
}

object! {
    /// A grammar (2026).
    request struct Grammar {
        /// Its rules.
        definition: String,
        /// What they are written in.
        syntax: GrammarSyntax,
    }
}

open_enum! {
    /// What a grammar is written in (2026).
    enum GrammarSyntax {
        /// A Lark grammar.
        Lark = "lark",
        /// A regular expression.
        Regex = "regex",
    }
}

union! {
    /// Which tool the model has to call, if any (2026).
    enum ToolChoice as "ChatCompletionToolChoiceOption" by "type", text Mode(ToolChoiceMode) = "None, its own choice, or one of its own choice." {
        /// One of these, or none of them.
        "allowed_tools" => AllowedTools(AllowedToolsChoice),
        /// This function.
        "function" => Function(NamedFunction),
        /// This custom tool.
        "custom" => Custom(NamedCustomTool),
    }
}

impl ToolChoice {
    /// This function and no other.
    pub fn function(name: impl Into<String>) -> Self {
        Self::Function(NamedFunction {
            function: NamedTool {
                name: name.into(),
                ..Default::default()
            },
            ..Default::default()
        })
    }
}

open_enum! {
    /// Whether the model calls tools (2026).
    enum ToolChoiceMode {
        /// It calls none: the default without tools.
        None = "none",
        /// It decides: the default with tools.
        Auto = "auto",
        /// It calls one or more.
        Required = "required",
    }
}

object! {
    /// A choice among some of the tools (2026).
    request struct AllowedToolsChoice as "ChatCompletionAllowedToolChoice" {
        /// Always `allowed_tools`.
        r#type: AllowedToolsType,
        /// The tools.
        allowed_tools: AllowedTools,
    }
}

object! {
    /// Some of the tools (2026).
    request struct AllowedTools as "ChatCompletionAllowedTools" {
        /// Whether one of them must be called.
        mode: AllowedToolsMode,
        /// The tools, each as `{"type": "function", "function": {"name": …}}`.
        #[ts(type = "Array<{ [key: string]: unknown }>")]
        tools: Vec<Value>,
    }
}

open_enum! {
    /// Whether one of the allowed tools must be called (2026).
    enum AllowedToolsMode {
        /// The model decides.
        Auto = "auto",
        /// One must.
        Required = "required",
    }
}

object! {
    /// A choice of one function (2026).
    request struct NamedFunction as "ChatCompletionNamedToolChoice" {
        /// Always `function`.
        r#type: FunctionType,
        /// The function.
        function: NamedTool,
    }
}

object! {
    /// A choice of one custom tool (2026).
    request struct NamedCustomTool as "ChatCompletionNamedToolChoiceCustom" {
        /// Always `custom`.
        r#type: CustomType,
        /// The tool.
        custom: NamedTool,
    }
}

object! {
    /// A tool by its name (2026).
    request struct NamedTool {
        /// The name.
        name: String,
    }
}

union! {
    /// A call that the model made. A server that leaves out `type` means a function.
    enum ToolCall as "ChatCompletionMessageToolCall" by "type" or Function {
        /// Of a function.
        "function" => Function(FunctionToolCall),
        /// Of a custom tool (2026).
        "custom" => Custom(CustomToolCall),
    }
}

impl ToolCall {
    /// The call's identifier, which the tool message with its result must name.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Function(call) => &call.id,
            Self::Custom(call) => &call.id,
            Self::Other(call) => call.get("id").and_then(Value::as_str).unwrap_or_default(),
        }
    }

    /// The name of the function or tool that is called; empty for a call of another kind.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Function(call) => &call.function.name,
            Self::Custom(call) => &call.custom.name,
            Self::Other(_) => "",
        }
    }

    /// The arguments of a function as JSON text, or the input of a custom tool, as the model wrote it.
    #[must_use]
    pub fn arguments(&self) -> &str {
        match self {
            Self::Function(call) => &call.function.arguments,
            Self::Custom(call) => &call.custom.input,
            Self::Other(_) => "",
        }
    }

    /// The arguments as a type of yours. Without arguments a function is called with `{}`.
    ///
    /// # Errors
    /// [`ParseError`]: the model may write anything.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, ParseError> {
        let arguments = match self.arguments().trim() {
            "" => "{}",
            arguments => arguments,
        };
        json::read(arguments).map_err(|cause| ParseError::arguments(self.name(), cause))
    }
}

object! {
    /// A call of a function.
    request struct FunctionToolCall as "ChatCompletionMessageFunctionToolCall" {
        /// The call's identifier.
        id: String,
        /// Always `function`.
        r#type: FunctionType,
        /// What is called, with what.
        function: Function,
    }
}

object! {
    /// A function's name and the arguments to call it with.
    request struct Function as "FunctionCallData" {
        /// The function's name.
        name: String,
        /// The arguments as JSON text, as the model wrote them: not always valid, not always
        /// after the schema. Some servers send an object.
        ///
        /// In Rust an object is read as its JSON text.
        arguments: String,
    }
}

object! {
    /// A call of a custom tool (2026).
    request struct CustomToolCall as "ChatCompletionMessageCustomToolCall" {
        /// The call's identifier.
        id: String,
        /// Always `custom`.
        r#type: CustomType,
        /// What is called, with what.
        custom: CustomToolInput,
    }
}

object! {
    /// A custom tool's name and input (2026).
    request struct CustomToolInput {
        /// The tool's name.
        name: String,
        /// Its input, as the model wrote it.
        input: String,
    }
}

union! {
    /// Which of the deprecated `functions` the model has to call (2026, deprecated: see
    /// [`ToolChoice`]).
    enum FunctionCallOption by "type" or Name, text Mode(FunctionCallMode) = "None, or its own choice." {
        /// This one.
        "function" => Name(FunctionCallName),
    }
}

open_enum! {
    /// Whether the model calls deprecated `functions` (2026).
    enum FunctionCallMode {
        /// It calls none.
        None = "none",
        /// It decides.
        Auto = "auto",
    }
}

object! {
    /// A function by its name (2026, deprecated).
    request struct FunctionCallName as "ChatCompletionFunctionCallOption" {
        /// The name.
        name: String,
    }
}
