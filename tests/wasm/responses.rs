//! The program of examples/responses, run against the stand-in.

#[path = "../../examples/responses/responses.rs"]
mod example;

use openai_wasm::wire::responses::ResponseRequest;
use wasm_bindgen_test::wasm_bindgen_test;

use super::builder;

const MODEL: &str = "stand-in-ngram-1";

#[wasm_bindgen_test]
async fn the_example_streams_a_response_that_adds_up() {
    let client = builder().build().unwrap();
    let request = ResponseRequest::new(MODEL, "Say this is a test");
    let mut told = Vec::new();
    let whole = example::ask(&client, &request, |piece| told.push(piece.to_owned())).await;
    assert_eq!(told, ["This", " is", " a", " test", "!"]);
    assert_eq!(whole.unwrap().output_text(), "This is a test!");
}

#[wasm_bindgen_test]
async fn the_example_answers_tool_calls_and_reads_the_answer_as_a_type() {
    let client = builder().build().unwrap();
    let report = example::weather(&client, MODEL, "Use get_weather for Bern").await;
    assert!(!report.unwrap().city.is_empty());
}

#[wasm_bindgen_test]
async fn the_example_follows_a_response_of_the_background_whose_connection_is_lost() {
    let client = builder()
        .header("x-fault", Some("cut-events=4"))
        .unwrap()
        .build()
        .unwrap();
    let request = ResponseRequest::new(MODEL, "Say this is a test");
    let whole = example::follow(&client, request).await.unwrap();
    assert_eq!(whole.output_text(), "This is a test!");
}
