//! The settings of a request, apart from its input.

use serde_json::{Map, Value};

use super::super::chat::{ReasoningEffort, Verbosity};

literal! {
    TextType = "text",
    JsonSchemaType = "json_schema",
    JsonObjectType = "json_object",
}

object! {
    /// How a model thinks.
    request struct Reasoning {
        /// How hard.
        effort: Option<ReasoningEffort>,
        /// Whether to summarise what it thinks.
        summary: Option<ReasoningSummary>,
    }
}

open_enum! {
    /// How a summary of what a model thinks is written.
    enum ReasoningSummary {
        /// As the model likes.
        Auto = "auto",
        /// Short.
        Concise = "concise",
        /// Long.
        Detailed = "detailed",
    }
}

object! {
    /// The form of a text.
    request struct ResponseText as "ResponseTextConfig" {
        /// Free text, or JSON.
        #[ts(optional)]
        format: Option<ResponseFormat>,
        /// How many words the model makes.
        verbosity: Option<Verbosity>,
    }
}

union! {
    /// The form that a text has to take.
    enum ResponseFormat as "ResponseFormatTextConfig" by "type" {
        /// Text: the default.
        "text" => Text(ResponseFormatText),
        /// JSON after a schema: structured outputs.
        "json_schema" => JsonSchema(ResponseFormatJsonSchema),
        /// Any valid JSON object; the prompt must ask for JSON too.
        "json_object" => JsonObject(ResponseFormatJsonObject),
    }
}

impl ResponseFormat {
    /// JSON after a schema, kept to exactly (`strict`).
    pub fn json_schema(name: impl Into<String>, schema: Value) -> Self {
        Self::JsonSchema(ResponseFormatJsonSchema {
            name: name.into(),
            schema,
            strict: Some(true),
            ..Default::default()
        })
    }
}

object! {
    /// Free text.
    request struct ResponseFormatText as "ResponseFormatTextText" {
        /// Always `text`.
        r#type: TextType,
    }
}

object! {
    /// JSON after a schema.
    request struct ResponseFormatJsonSchema as "ResponseFormatTextJSONSchemaConfig" {
        /// Always `json_schema`.
        r#type: JsonSchemaType,
        /// A name: letters, digits, `_` and `-`, up to 64 characters.
        name: String,
        /// The JSON schema.
        #[ts(type = "{ [key: string]: unknown }")]
        schema: Value,
        /// What the form is for; the model reads it.
        #[ts(optional)]
        description: Option<String>,
        /// Whether the text must follow the schema exactly; only a subset of JSON Schema is then
        /// allowed. Default `false`.
        strict: Option<bool>,
    }
}

object! {
    /// Any valid JSON object.
    request struct ResponseFormatJsonObject as "ResponseFormatTextJSONObject" {
        /// Always `json_object`.
        r#type: JsonObjectType,
    }
}

open_enum! {
    /// What an answer holds only when it is asked for.
    enum ResponseInclude as "ResponseIncludable" {
        /// What a search of files found.
        FileSearchResults = "file_search_call.results",
        /// What a search of the web found.
        WebSearchResults = "web_search_call.results",
        /// Where a search of the web looked.
        WebSearchSources = "web_search_call.action.sources",
        /// The addresses of images that went in.
        InputImageUrl = "message.input_image.image_url",
        /// The addresses of images that a computer's calls gave.
        ComputerImageUrl = "computer_call_output.output.image_url",
        /// What code gave.
        CodeInterpreterOutputs = "code_interpreter_call.outputs",
        /// What it takes to send reasoning back to a server that keeps nothing.
        EncryptedReasoning = "reasoning.encrypted_content",
        /// Log probabilities of a text's tokens.
        Logprobs = "message.output_text.logprobs",
    }
}

object! {
    /// What a stream carries.
    request struct ResponseStreamOptions {
        /// Whether random characters even out the sizes of events. Default `true`.
        #[ts(optional)]
        include_obfuscation: Option<bool>,
    }
}

open_enum! {
    /// What happens to an input that is too long.
    enum Truncation as "ResponseTruncation" {
        /// Items are left out, from the beginning.
        Auto = "auto",
        /// The request fails: the default.
        Disabled = "disabled",
    }
}

union! {
    /// The conversation that a response belongs to.
    enum ConversationReference as "ResponseConversationParam" by "type" or Id, text Name(String) = "Its identifier." {
        /// Its identifier, in an object.
        "conversation" => Id(super::ConversationId),
    }
}

impl From<&str> for ConversationReference {
    fn from(id: &str) -> Self {
        Self::Name(id.to_owned())
    }
}

object! {
    /// When the server makes a conversation shorter.
    request struct ContextManagement as "ResponseContextManagement" {
        /// What is done: `compaction`.
        r#type: String,
        /// From how many tokens on.
        compact_threshold: Option<u64>,
    }
}

object! {
    /// A prompt that the server keeps.
    request struct Prompt as "ResponsePrompt" {
        /// Its identifier.
        id: String,
        /// Its version.
        version: Option<String>,
        /// What its variables are.
        #[ts(optional = nullable, type = "{ [key: string]: unknown } | null")]
        variables: Option<Map<String, Value>>,
    }
}
