//! The program of examples/fine-tune, run against the stand-in.

#[path = "../../examples/fine-tune/fine_tune.rs"]
mod example;

use openai_wasm::client::FingerprintWatcher;
use wasm_bindgen_test::wasm_bindgen_test;

use super::builder;

#[wasm_bindgen_test]
async fn the_example_makes_a_model_tells_how_and_asks_it_reproducibly() {
    let client = builder().build().unwrap();
    let mut told = Vec::new();
    let examples = [("2+2=", "4"), ("3+3=", "6")];
    let model = example::fine_tune(&client, &examples, |event| told.push(event.to_owned())).await;
    let model = model.unwrap().unwrap();
    assert!(told.len() > 2, "{told:?}");

    let mut watcher = FingerprintWatcher::new();
    let first = example::ask(&client, &mut watcher, &model, "The sea").await;
    let again = example::ask(&client, &mut watcher, &model, "The sea").await;
    let (first, again) = (first.unwrap(), again.unwrap());
    assert!(!first.0.is_empty());
    assert_eq!(first, again);
    assert_eq!(again.1, None, "the backend is the same");
}
