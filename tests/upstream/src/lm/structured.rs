//! Values that fit a JSON schema, for `response_format` and tool arguments.

use serde_json::{Map, Value, json};

use super::sampler::Random;

const WORDS: [&str; 8] = [
    "harbour", "lantern", "river", "pebble", "orchard", "signal", "meadow", "window",
];

/// A value that fits `schema`, as far as the documents' subset goes: string,
/// number, integer, boolean, array, object, enum, const, anyOf, `$ref` into `$defs`.
pub fn value_for(schema: &Value, random: &mut Random) -> Value {
    build(schema, schema, random, 0)
}

fn build(root: &Value, schema: &Value, random: &mut Random, depth: usize) -> Value {
    if depth > 16 {
        return Value::Null;
    }
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values
            .get(random.below(values.len()))
            .cloned()
            .unwrap_or(Value::Null);
    }
    if let Some(pointer) = schema.get("$ref").and_then(Value::as_str) {
        let target = root
            .pointer(pointer.trim_start_matches('#'))
            .unwrap_or(&Value::Null);
        return build(root, target, random, depth + 1);
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        if let Some(first) = schema
            .get(key)
            .and_then(Value::as_array)
            .and_then(|options| options.first())
        {
            return build(root, first, random, depth + 1);
        }
    }
    let kind = match schema.get("type") {
        Some(Value::String(kind)) => kind.as_str(),
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str).unwrap_or("string"),
        _ if schema.get("properties").is_some() => "object",
        _ => "string",
    };
    match kind {
        "object" => object(root, schema, random, depth),
        "array" => {
            let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
            let most = schema
                .get("maxItems")
                .and_then(Value::as_u64)
                .unwrap_or(least.max(2));
            let count = 2.clamp(least, most.max(least)).min(64);
            let items = schema
                .get("items")
                .cloned()
                .unwrap_or(json!({"type": "string"}));
            (0..count)
                .map(|_| build(root, &items, random, depth + 1))
                .collect()
        }
        "integer" => {
            let (low, high) = bounds(schema, 1.0, 9.0);
            json!((low + random.below((high - low).max(0.0) as usize + 1) as f64) as i64)
        }
        "number" => {
            let (low, high) = bounds(schema, 0.0, 8.0);
            json!(low + (random.below(33) as f64 / 32.0) * (high - low))
        }
        "boolean" => json!(random.below(2) == 1),
        "null" => Value::Null,
        _ => json!(
            WORDS
                .get(random.below(WORDS.len()))
                .copied()
                .unwrap_or("word")
        ),
    }
}

fn object(root: &Value, schema: &Value, random: &mut Random, depth: usize) -> Value {
    let mut object = Map::new();
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (name, property) in properties {
            object.insert(name.clone(), build(root, property, random, depth + 1));
        }
    }
    Value::Object(object)
}

fn bounds(schema: &Value, low: f64, high: f64) -> (f64, f64) {
    let low = schema.get("minimum").and_then(Value::as_f64).unwrap_or(low);
    let high = schema
        .get("maximum")
        .and_then(Value::as_f64)
        .unwrap_or(high.max(low));
    (low, high.max(low))
}

/// The answer in JSON mode without a schema.
pub fn free_object(subject: &str, random: &mut Random) -> Value {
    json!({
        "answer": WORDS.get(random.below(WORDS.len())).copied().unwrap_or("word"),
        "question": subject,
        "sure": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_the_types_and_bounds_of_its_schema() {
        let schema = json!({
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "unit": {"enum": ["celsius", "fahrenheit"]},
                "days": {"type": "integer", "minimum": 3, "maximum": 3},
                "tags": {"type": "array", "items": {"type": "boolean"}, "minItems": 1},
                "next": {"anyOf": [{"$ref": "#/$defs/point"}, {"type": "null"}]},
            },
            "$defs": {"point": {"type": "object", "properties": {"x": {"type": "number"}}}},
        });
        let value = value_for(&schema, &mut Random::new(5));
        assert!(value["city"].is_string());
        assert!(["celsius", "fahrenheit"].contains(&value["unit"].as_str().unwrap()));
        assert_eq!(value["days"], 3);
        assert!(value["tags"][0].is_boolean());
        assert!(value["next"]["x"].is_number());
    }

    #[test]
    fn a_schema_that_refers_to_itself_still_ends() {
        let schema = json!({"$defs": {"n": {"type": "object",
            "properties": {"n": {"$ref": "#/$defs/n"}}}}, "$ref": "#/$defs/n"});
        assert!(value_for(&schema, &mut Random::new(5)).is_object());
    }
}
