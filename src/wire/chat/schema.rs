//! Schemas of the caller's types, in the form that `strict` takes.
//!
//! `strict` takes a part of JSON Schema: every object lists all of its members as required and allows
//! no other, and the root is an object. schemars writes more than that; what says the same in the
//! strict form is rewritten, what has no strict form is refused by its place.

use std::fmt;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::{FunctionDefinition, FunctionTool, ResponseFormat, Tool};

/// A type has no strict schema: where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaError {
    /// The place in the type's schema, as a JSON pointer.
    pub place: String,
    remedy: &'static str,
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no strict schema at `{}`: {}", self.place, self.remedy)
    }
}

impl std::error::Error for SchemaError {}

impl ResponseFormat {
    /// JSON after the schema of a type, kept to exactly (`strict`). The type's name names the schema.
    /// Read the answer with [`ChatCompletion::parsed`](super::ChatCompletion::parsed).
    ///
    /// ```
    /// use openai_wasm::wire::chat::ResponseFormat;
    ///
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct City {
    ///     /// As its people call it.
    ///     name: String,
    ///     inhabitants: Option<u64>,
    /// }
    ///
    /// let format = ResponseFormat::of::<City>()?;
    /// # Ok::<(), openai_wasm::wire::chat::SchemaError>(())
    /// ```
    ///
    /// # Errors
    /// The type is not a struct, or holds what a strict schema cannot say: a map, a tuple, any JSON.
    pub fn of<T: JsonSchema>() -> Result<Self, SchemaError> {
        Ok(Self::json_schema(name_of::<T>(), strict::<T>()?))
    }
}

impl Tool {
    /// A function whose arguments are a type of yours, kept to exactly (`strict`). Read them with
    /// [`ToolCall::parse`](super::ToolCall::parse).
    ///
    /// # Errors
    /// As [`ResponseFormat::of`].
    pub fn of<T: JsonSchema>(
        name: impl Into<String>,
        description: impl Into<String>,
    ) -> Result<Self, SchemaError> {
        Ok(Self::Function(FunctionTool {
            function: FunctionDefinition {
                name: name.into(),
                description: Some(description.into()),
                parameters: Some(strict::<T>()?),
                strict: Some(true),
                ..Default::default()
            },
            ..Default::default()
        }))
    }
}

/// Letters, digits, `_` and `-`, up to 64: what the API takes for a name.
pub(in crate::wire) fn name_of<T: JsonSchema>() -> String {
    let allowed = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' => c,
        _ => '_',
    };
    T::schema_name().chars().map(allowed).take(64).collect()
}

pub(in crate::wire) fn strict<T: JsonSchema>() -> Result<Value, SchemaError> {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema: Value = generator.into_root_schema_for::<T>().into();
    if let Some(root) = schema.as_object_mut() {
        root.remove("$schema");
    }
    if schema
        .get("properties")
        .is_none_or(|members| !members.is_object())
    {
        return refuse("", "the type must be a struct with named fields");
    }
    rewrite(&mut schema, "")?;
    Ok(schema)
}

fn refuse<T>(place: &str, remedy: &'static str) -> Result<T, SchemaError> {
    Err(SchemaError {
        place: place.to_owned(),
        remedy,
    })
}

/// What `strict` knows of each kind of value; the rest are annotations that it does not take.
const KNOWN: [&str; 18] = [
    "$defs",
    "$ref",
    "additionalProperties",
    "anyOf",
    "description",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maximum",
    "minItems",
    "minimum",
    "multipleOf",
    "pattern",
    "properties",
    "type",
];
const FORMATS: [&str; 9] = [
    "date-time",
    "time",
    "date",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uuid",
];
/// What changes which values fit, and cannot be said in another way.
const REFUSED: [(&str, &str); 6] = [
    ("prefixItems", "a tuple has no strict form; use a struct"),
    (
        "patternProperties",
        "a map has no strict form; use a list of structs",
    ),
    (
        "propertyNames",
        "a map has no strict form; use a list of structs",
    ),
    (
        "unevaluatedProperties",
        "a flattened field has no strict form; name it",
    ),
    ("not", "`not` has no strict form"),
    ("if", "`if` has no strict form"),
];

fn rewrite(schema: &mut Value, place: &str) -> Result<(), SchemaError> {
    let Value::Object(object) = schema else {
        return refuse(
            place,
            "any JSON has no strict form; use a type with fields, or a `String`",
        );
    };
    for (name, remedy) in REFUSED {
        if object.contains_key(name) {
            return refuse(place, remedy);
        }
    }
    if let Some(one) = object.remove("oneOf") {
        object.insert("anyOf".to_owned(), one);
    }
    if let Some(value) = object.remove("const") {
        object.insert("enum".to_owned(), Value::Array(vec![value]));
    }
    merge_all_of(object, place)?;
    if object
        .get("format")
        .and_then(Value::as_str)
        .is_some_and(|f| !FORMATS.contains(&f))
    {
        object.remove("format");
    }
    object.retain(|name, _| KNOWN.contains(&name.as_str()));
    say_members(object, place)?;
    wrap_reference(object, place)?;
    if !["type", "$ref", "anyOf", "enum"]
        .iter()
        .any(|kind| object.contains_key(*kind))
    {
        return refuse(
            place,
            "any JSON has no strict form; use a type with fields, or a `String`",
        );
    }
    for name in ["$defs", "properties"] {
        for (member, schema) in object
            .get_mut(name)
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten()
        {
            rewrite(schema, &format!("{place}/{name}/{member}"))?;
        }
    }
    for (at, schema) in object
        .get_mut("anyOf")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
        .enumerate()
    {
        rewrite(schema, &format!("{place}/anyOf/{at}"))?;
    }
    match object.get_mut("items") {
        Some(items) => rewrite(items, &format!("{place}/items")),
        None => Ok(()),
    }
}

/// Every member is required, no other is allowed. What may be left out, the model writes as `null`.
fn say_members(object: &mut Map<String, Value>, place: &str) -> Result<(), SchemaError> {
    let is_object = object.get("type").is_some_and(|kind| {
        kind == "object"
            || kind
                .as_array()
                .is_some_and(|kinds| kinds.contains(&"object".into()))
    });
    if !is_object && !object.contains_key("properties") {
        return Ok(());
    }
    if object
        .get("additionalProperties")
        .is_some_and(|others| *others != false)
    {
        return refuse(place, "a map has no strict form; use a list of structs");
    }
    let members = object
        .entry("properties")
        .or_insert_with(|| Map::new().into());
    let required = members
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone().into());
    let required = Value::Array(required.collect());
    object.insert("required".to_owned(), required);
    object.insert("additionalProperties".to_owned(), false.into());
    Ok(())
}

/// A list of one schema says what the schema says.
fn merge_all_of(object: &mut Map<String, Value>, place: &str) -> Result<(), SchemaError> {
    match object.remove("allOf") {
        None => Ok(()),
        Some(Value::Array(mut all)) if all.len() == 1 => {
            if let Some(Value::Object(only)) = all.pop() {
                for (name, value) in only {
                    object.entry(name).or_insert(value);
                }
            }
            Ok(())
        }
        Some(_) => refuse(
            place,
            "`allOf` has no strict form; name the fields in one struct",
        ),
    }
}

/// `strict` takes nothing next to `$ref`; a description goes around it.
fn wrap_reference(object: &mut Map<String, Value>, place: &str) -> Result<(), SchemaError> {
    if object.len() == 1 || !object.contains_key("$ref") {
        return Ok(());
    }
    if object
        .keys()
        .any(|name| !matches!(name.as_str(), "$ref" | "description"))
    {
        return refuse(
            place,
            "a variant that holds a struct has no strict form here; write its fields into the variant",
        );
    }
    if let Some(reference) = object.remove("$ref") {
        let mut inner = Map::new();
        inner.insert("$ref".to_owned(), reference);
        object.insert("anyOf".to_owned(), Value::Array(vec![inner.into()]));
    }
    Ok(())
}
