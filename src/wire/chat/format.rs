//! The form that an answer has to take.

literal! {
    TextFormatType = "text",
    JsonSchemaType = "json_schema",
    JsonObjectType = "json_object",
}

union! {
    /// The form that the answer has to take (Fireworks, 2026).
    ///
    /// In Rust other forms that a provider has (a Fireworks grammar, say) go in as `Other`.
    enum ResponseFormat by "type" {
        /// Text: the default.
        "text" => Text(ResponseFormatText),
        /// JSON after a schema: structured outputs.
        "json_schema" => JsonSchema(ResponseFormatJsonSchema),
        /// Any valid JSON object; the prompt must ask for JSON too.
        "json_object" => JsonObject(ResponseFormatJsonObject),
    }
}

impl ResponseFormat {
    /// Any valid JSON object.
    #[must_use]
    pub fn json_object() -> Self {
        Self::JsonObject(ResponseFormatJsonObject::default())
    }

    /// JSON after a schema, kept to exactly (`strict`).
    pub fn json_schema(name: impl Into<String>, schema: serde_json::Value) -> Self {
        Self::JsonSchema(ResponseFormatJsonSchema {
            json_schema: JsonSchema {
                name: name.into(),
                schema: Some(schema),
                strict: Some(true),
                ..Default::default()
            },
            ..Default::default()
        })
    }
}

object! {
    /// Answers in text.
    request struct ResponseFormatText {
        /// Always `text`.
        r#type: TextFormatType,
    }
}

object! {
    /// Answers in JSON after a schema.
    request struct ResponseFormatJsonSchema as "ResponseFormatJSONSchema" {
        /// Always `json_schema`.
        r#type: JsonSchemaType,
        /// The schema, its name and how strictly to keep to it.
        json_schema: JsonSchema,
    }
}

object! {
    /// A schema for answers.
    request struct JsonSchema as "ResponseFormatJSONSchemaDefinition" {
        /// A name: letters, digits, `_` and `-`, up to 64 characters. Fireworks does not ask
        /// for one.
        name: String,
        /// What the form is for; the model reads it.
        description: Option<String>,
        /// The JSON schema. Fireworks documents string, number, integer, boolean, array,
        /// object, enum and anyOf.
        #[ts(optional, type = "{ [key: string]: unknown }")]
        schema: Option<serde_json::Value>,
        /// Whether the answer must follow the schema exactly; only a subset of JSON Schema is
        /// then allowed. Default `false`.
        strict: Option<bool>,
    }
}

object! {
    /// Answers in some valid JSON object.
    request struct ResponseFormatJsonObject as "ResponseFormatJSONObject" {
        /// Always `json_object`.
        r#type: JsonObjectType,
    }
}
