//! Schemas of the caller's types, in the form that `strict` takes.

use schemars::JsonSchema;

use super::super::chat::SchemaError;
use super::super::chat::schema::{name_of, strict};
use super::{ResponseFormat, Tool};

impl ResponseFormat {
    /// JSON after the schema of a type, kept to exactly (`strict`). The type's name names the schema.
    /// Read the answer with [`Response::parsed`](super::Response::parsed).
    ///
    /// # Errors
    /// The type is not a struct, or holds what a strict schema cannot say: a map, a tuple, any JSON.
    pub fn of<T: JsonSchema>() -> Result<Self, SchemaError> {
        Ok(Self::json_schema(name_of::<T>(), strict::<T>()?))
    }
}

impl Tool {
    /// A function whose arguments are a type of yours, kept to exactly (`strict`). Read them with
    /// [`FunctionCall::parse`](super::FunctionCall::parse).
    ///
    /// # Errors
    /// As [`ResponseFormat::of`].
    pub fn of<T: JsonSchema>(
        name: impl Into<String>,
        description: impl Into<String>,
    ) -> Result<Self, SchemaError> {
        let parameters = strict::<T>()?.as_object().cloned().unwrap_or_default();
        Ok(Self::function(name, description, parameters))
    }
}
