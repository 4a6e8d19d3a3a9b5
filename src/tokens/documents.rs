//! What the documents and OpenAI's cookbook say of whole conversations, by the real tokenizer.

use serde_json::{Value, json};

use super::{ChatRules, Encoding, Tokenizer, count_chat, price, table};
use crate::models::{Catalog, Encoding as Of};

fn tokenizer(encoding: Encoding) -> Tokenizer {
    Tokenizer::new(encoding, table(encoding)).unwrap()
}

fn count(model: &str, params: &Value) -> u64 {
    let mut tokenizer = tokenizer(Of::of_model(model).unwrap());
    count_chat(&mut tokenizer, &ChatRules::of_model(model), params)
        .unwrap()
        .tokens
}

#[test]
fn a_text_of_the_documents_has_six_tokens() {
    assert_eq!(
        tokenizer(Encoding::Cl100kBase).count("ChatGPT is great!"),
        6
    );
}

#[test]
fn requests_of_the_documents_have_the_usage_that_they_print() {
    // api-reference of 2023: `"usage": {"prompt_tokens": 13, …}`, for a request that names gpt-3.5-turbo.
    let test = json!({ "messages": [{ "role": "user", "content": "Say this is a test!" }] });
    assert_eq!(count("gpt-3.5-turbo", &test), 13);
    let mut p50k = tokenizer(Encoding::P50kBase);
    assert_eq!(p50k.count("Say this is a test"), 5, "text-davinci-003");
    assert_eq!(p50k.count("\n\nThis is indeed a test"), 7);
    let usage = json!({ "prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12 });
    let paid = price(&Catalog::new(), "text-davinci-003", &usage, None);
    assert_eq!(paid, Ok(240_000));
    let mut cl100k = tokenizer(Encoding::Cl100kBase);
    let food = "The food was delicious and the waiter...";
    assert_eq!(cl100k.count(food), 8, "text-embedding-ada-002");
}

#[test]
fn the_cookbooks_conversation_has_its_counts() {
    let system = |name: Option<&str>, content: &str| match name {
        Some(name) => json!({ "role": "system", "name": name, "content": content }),
        None => json!({ "role": "system", "content": content }),
    };
    let params = json!({ "messages": [
        system(None, "You are a helpful, pattern-following assistant that translates corporate jargon into plain English."),
        system(Some("example_user"), "New synergies will help drive top-line growth."),
        system(Some("example_assistant"), "Things working well together will increase revenue."),
        system(Some("example_user"), "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage."),
        system(Some("example_assistant"), "Let's talk later when we're less busy about how to do better."),
        { "role": "user", "content": "This late pivot means we don't have time to boil the ocean for the client deliverable." },
    ] });
    assert_eq!(count("gpt-3.5-turbo-0301", &params), 127);
    assert_eq!(count("gpt-3.5-turbo-0613", &params), 129);
    assert_eq!(count("gpt-3.5-turbo", &params), 129);
    assert_eq!(count("gpt-4-0613", &params), 129);
    assert_eq!(count("gpt-4o", &params), 124);
    assert_eq!(count("gpt-4o-mini", &params), 124);
}

#[test]
fn the_cookbooks_tool_has_its_counts() {
    let params = json!({
        "messages": [
            { "role": "system", "content": "You are a helpful assistant that can answer to questions about the weather." },
            { "role": "user", "content": "What's the weather like in San Francisco?" },
        ],
        "tools": [{
            "type": "function",
            "function": {
                "name": "get_current_weather",
                "description": "Get the current weather in a given location",
                "parameters": {
                    "type": "object",
                    "properties": {
                        "location": { "type": "string", "description": "The city and state, e.g. San Francisco, CA" },
                        "unit": {
                            "type": "string",
                            "description": "The unit of temperature to return",
                            "enum": ["celsius", "fahrenheit"],
                        },
                    },
                    "required": ["location"],
                },
            },
        }],
    });
    assert_eq!(count("gpt-3.5-turbo", &params), 105);
    assert_eq!(count("gpt-4", &params), 105);
    assert_eq!(count("gpt-4o", &params), 101);
    assert_eq!(count("gpt-4o-mini", &params), 101);
}
