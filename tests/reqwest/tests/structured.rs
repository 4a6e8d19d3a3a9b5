//! Strict schemas of types, and answers and calls read as them, over real sockets.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

use std::collections::BTreeMap;

use openai_wasm::client::{Client, NativeClient};
use openai_wasm::wire::chat::{
    ChatCompletionMessageParam as Message, ChatCompletionRequest, ResponseFormat, SchemaError, Tool,
};
use openai_wasm::wire::responses::{self, ResponseRequest, ResponseText};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use upstream::{Config, Handle};

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Report {
    /// Where it is.
    place: Place,
    celsius: f64,
    stations: Option<u32>,
    sky: Sky,
    tags: Vec<String>,
    nested: Vec<Place>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Place {
    city: String,
    #[serde(default)]
    country: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
enum Sky {
    /// No cloud.
    Clear,
    Cloudy,
}

#[derive(JsonSchema)]
#[serde(tag = "kind")]
enum Shape {
    #[expect(dead_code)]
    Circle { radius: f64 },
    #[expect(dead_code)]
    Square { side: f64 },
}

#[derive(JsonSchema)]
struct Drawing {
    #[expect(dead_code)]
    shapes: Vec<Shape>,
}

fn schema(format: &ResponseFormat) -> Value {
    serde_json::to_value(format).unwrap()["json_schema"]["schema"].clone()
}

/// What is not strict in a schema: the rules of the API's guide to structured outputs.
fn faults(schema: &Value, place: &str, faults: &mut Vec<String>) {
    let Some(object) = schema.as_object() else {
        return faults.push(format!("{place} is not a schema: {schema}"));
    };
    let refused = [
        "oneOf",
        "allOf",
        "not",
        "const",
        "default",
        "$schema",
        "prefixItems",
        "title",
    ];
    for name in refused.iter().filter(|name| object.contains_key(**name)) {
        faults.push(format!("{place} has {name}"));
    }
    if object.contains_key("$ref") && object.len() > 1 {
        faults.push(format!("{place} has something next to $ref"));
    }
    if let Some(members) = object.get("properties").and_then(Value::as_object) {
        let names: Vec<_> = members
            .keys()
            .map(|name| Value::from(name.as_str()))
            .collect();
        if object.get("required") != Some(&Value::Array(names)) {
            faults.push(format!("{place} does not require all"));
        }
        if object.get("additionalProperties") != Some(&Value::Bool(false)) {
            faults.push(format!("{place} allows others"));
        }
    }
    for name in ["properties", "$defs"] {
        for (member, schema) in object
            .get(name)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            self::faults(schema, &format!("{place}/{member}"), faults);
        }
    }
    for schema in object
        .get("anyOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        self::faults(schema, &format!("{place}/anyOf"), faults);
    }
    if let Some(items) = object.get("items") {
        self::faults(items, &format!("{place}/items"), faults);
    }
}

fn all_faults(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    faults(schema, "", &mut found);
    found
}

#[test]
fn schemas_of_types_are_strict() {
    for format in [
        ResponseFormat::of::<Report>(),
        ResponseFormat::of::<Drawing>(),
    ] {
        let schema = schema(&format.unwrap());
        assert_eq!(all_faults(&schema), Vec::<String>::new(), "{schema:#}");
    }
    let report = schema(&ResponseFormat::of::<Report>().unwrap());
    assert_eq!(
        report["properties"]["stations"]["type"],
        json!(["integer", "null"])
    );
    assert!(
        report["properties"]["stations"].get("format").is_none(),
        "uint32 is not a format"
    );
    assert_eq!(report["properties"]["place"]["description"], "Where it is.");
    // The control: what schemars itself writes is not strict.
    let plain = serde_json::to_value(schemars::schema_for!(Report)).unwrap();
    assert!(all_faults(&plain).len() > 3, "{plain:#}");
}

#[test]
fn what_has_no_strict_form_is_refused_by_its_place() {
    #[derive(JsonSchema)]
    #[expect(dead_code)]
    struct Map {
        prices: BTreeMap<String, f64>,
    }
    #[derive(JsonSchema)]
    #[expect(dead_code)]
    struct Tuple {
        pair: (u8, String),
    }
    #[derive(JsonSchema)]
    #[expect(dead_code)]
    struct Any {
        whatever: Value,
    }
    fn place(format: Result<ResponseFormat, SchemaError>) -> String {
        let error = format.unwrap_err();
        assert!(error.to_string().contains(&error.place), "{error}");
        error.place
    }
    assert_eq!(place(ResponseFormat::of::<Map>()), "/properties/prices");
    assert_eq!(place(ResponseFormat::of::<Tuple>()), "/properties/pair");
    assert_eq!(place(ResponseFormat::of::<Any>()), "/properties/whatever");
    assert_eq!(place(ResponseFormat::of::<Sky>()), "");
    assert_eq!(place(ResponseFormat::of::<Vec<Place>>()), "");
}

async fn server() -> (Handle, NativeClient) {
    let server = upstream::start(Config::default()).await.unwrap();
    let client = Client::native_builder().unwrap();
    let client = client.proxy_url(&format!("{}/v1", server.url())).unwrap();
    (server, client.build().unwrap())
}

#[tokio::test]
async fn an_answer_after_the_schema_of_a_type_is_read_as_that_type() {
    let (_server, client) = server().await;
    let mut asked = ChatCompletionRequest::new("stand-in-ngram-1", [Message::user("A report")]);
    asked.response_format = Some(ResponseFormat::of::<Report>().unwrap());
    let report: Report = client
        .chat()
        .create(&asked)
        .await
        .unwrap()
        .parsed()
        .unwrap();
    let streamed = client
        .chat()
        .stream(&asked)
        .await
        .unwrap()
        .finish()
        .await
        .unwrap();
    streamed.parsed::<Report>().unwrap();
    assert!(serde_json::to_value(report).unwrap()["sky"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_of_a_type_is_called_with_that_type_in_a_spawned_loop() {
    let (_server, client) = server().await;
    let mut asked = ChatCompletionRequest::new(
        "stand-in-ngram-1",
        [Message::user("Use get_weather for Bern, please")],
    );
    asked.tools = Some(vec![
        Tool::of::<Place>("get_weather", "The weather").unwrap(),
    ]);
    let run = tokio::spawn(async move {
        let chat = client.chat();
        chat.run_tools(&asked, async |call| {
            let place: Place = call.parse()?;
            Ok(format!("rain in {}", place.city))
        })
        .await
    });
    let run = run.await.unwrap().unwrap();
    assert!(!run.answer.text().is_empty());
    assert_eq!(run.messages.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_calls_a_tool_of_a_type_and_answers_with_a_type_in_a_spawned_loop() {
    let (_server, client) = server().await;
    let mut asked = ResponseRequest::new("stand-in-ngram-1", "Use get_weather for Bern, please");
    asked.store = Some(false);
    asked.tools = Some(vec![
        responses::Tool::of::<Place>("get_weather", "The weather").unwrap(),
    ]);
    asked.text = Some(ResponseText {
        format: Some(responses::ResponseFormat::of::<Place>().unwrap()),
        ..Default::default()
    });
    let run = tokio::spawn(async move {
        client
            .responses()
            .run_tools(&asked, async |call| {
                let place: Place = call.parse()?;
                Ok(format!("rain in {}", place.city))
            })
            .await
    });
    let run = run.await.unwrap().unwrap();
    run.response.parsed::<Place>().unwrap();
    assert!(run.items.len() >= 4, "{:?}", run.items);
}
