//! The cases that both languages run: `tests/fixtures/conversation.json`. `UPDATE_CONVERSATION=1 cargo
//! test --lib --features tokens tokens::cases` writes what this code answers into it.

use std::{env, fs};

use serde_json::{Value, json};

use super::chat::Tally;
use super::{ChatRules, ConversationError, Count, Fit, count_chat, fit, price, worst_price};
use crate::models::Catalog;

/// A token is four bytes.
pub(super) struct Quarters;

impl Count for Quarters {
    fn count(&mut self, text: &str) -> usize {
        text.len().div_ceil(4)
    }
}

fn rules(params: &Value) -> ChatRules {
    ChatRules::of_model(params["model"].as_str().unwrap_or_default())
}

fn text(message: &Value) -> Value {
    message["content"].clone()
}

fn answer(kind: &str, case: &Value) -> Result<Value, ConversationError> {
    let catalog = Catalog::new();
    let params = &case["params"];
    let tier = case["tier"].as_str();
    Ok(match kind {
        "count" => {
            let rules = ChatRules::of_model(case["model"].as_str().unwrap());
            let counted = count_chat(&mut Quarters, &rules, params)?;
            json!({ "tokens": counted.tokens, "exact": counted.exact })
        }
        "fit" => {
            let options = &case["options"];
            let options = Fit {
                context_window: options["contextWindow"].as_u64(),
                max_output_tokens: options["maxOutputTokens"].as_u64(),
                keep: options["keep"].as_u64().unwrap_or(1) as usize,
                cut_newest: options["cutNewest"] == true,
            };
            let fitted = fit(&mut Quarters, &rules(params), &catalog, params, &options)?;
            let kept = fitted.params["messages"].as_array().unwrap();
            let again = count_chat(&mut Quarters, &rules(params), &fitted.params)?;
            assert_eq!(again.tokens, fitted.tokens, "{case}: counted anew");
            assert_eq!(again.exact, fitted.exact, "{case}: counted anew");
            json!({
                "kept": kept.iter().map(text).collect::<Vec<_>>(),
                "leftOut": fitted.left_out.iter().map(text).collect::<Vec<_>>(),
                "cut": fitted.cut,
                "tokens": fitted.tokens,
                "tokensLeft": fitted.tokens_left,
                "exact": fitted.exact,
            })
        }
        "price" => {
            let model = case["model"].as_str().unwrap();
            json!({ "nanoDollars": price(&catalog, model, &case["usage"], tier)? })
        }
        _ => {
            let worst = worst_price(&mut Quarters, &rules(params), &catalog, params, tier)?;
            json!({
                "nanoDollars": worst.nano_dollars,
                "tokens": worst.tokens,
                "maxOutputTokens": worst.max_output_tokens,
                "exact": worst.exact,
            })
        }
    })
}

#[test]
fn conversations_are_counted_fitted_and_priced_as_the_fixture_says() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/conversation.json"
    );
    let mut fixture: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut written = String::from("{\n");
    for (at, kind) in ["count", "fit", "price", "worst"].iter().enumerate() {
        let cases = fixture[*kind].as_array_mut().unwrap();
        assert!(cases.len() > 20, "{kind}");
        let mut lines = Vec::new();
        for case in cases {
            let answer = answer(kind, case).unwrap_or_else(|error| json!(error.to_string()));
            if env::var_os("UPDATE_CONVERSATION").is_some() {
                case["answer"] = answer;
            } else {
                assert_eq!(answer, case["answer"], "{kind}: {}", case["name"]);
            }
            lines.push(format!("    {case}"));
        }
        let end = if at == 3 { "" } else { "," };
        written += &format!("  \"{kind}\": [\n{}\n  ]{end}\n", lines.join(",\n"));
    }
    if env::var_os("UPDATE_CONVERSATION").is_some() {
        fs::write(path, written + "}\n").unwrap();
    }
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(json!({}), |schema, _| json!({ "items": schema }))
}

#[test]
fn a_schema_nested_too_deeply_is_an_error_that_names_it() {
    let rules = ChatRules::of_model("gpt-4o");
    let tool = |levels| json!({ "type": "function", "function": { "name": "f", "parameters": nested(levels) } });
    let count = |params: Value| count_chat(&mut Quarters, &rules, &params);
    let tools = |second| json!({ "messages": [], "tools": [tool(120), tool(second)] });
    assert!(count(tools(128)).is_ok());
    assert_eq!(
        count(tools(129)).unwrap_err(),
        ConversationError::TooDeep {
            at: "tools[1]".into()
        }
    );
    let format = json!({ "type": "json_schema", "json_schema": nested(129) });
    assert_eq!(
        count(json!({ "messages": [], "response_format": format })).unwrap_err(),
        ConversationError::TooDeep {
            at: "response_format".into()
        }
    );
}

#[test]
fn the_most_of_a_count_is_never_below_the_count() {
    let fixture: Value =
        serde_json::from_str(include_str!("../../tests/fixtures/conversation.json")).unwrap();
    let mut above = 0;
    for case in fixture["count"].as_array().unwrap() {
        let rules = ChatRules::of_model(case["model"].as_str().unwrap());
        let params = &case["params"];
        let Ok(counted) = count_chat(&mut Quarters, &rules, params) else {
            continue;
        };
        let mut counter = Quarters;
        let mut most = Tally::new(&mut counter, &rules).most();
        most.frame(params).unwrap();
        for (at, message) in params["messages"].as_array().unwrap().iter().enumerate() {
            most.message(message, at).unwrap();
        }
        let most = most.counted().tokens;
        assert!(most >= counted.tokens, "{}", case["name"]);
        assert!(!counted.exact || most == counted.tokens, "{}", case["name"]);
        above += usize::from(most > counted.tokens);
    }
    assert!(above > 5);
}

#[test]
fn what_is_left_out_is_no_more_than_need_be() {
    let rules = ChatRules::of_model("gpt-4o");
    let turn = |at: usize| {
        let question = json!({ "role": "user", "content": "?".repeat(1 + at * 7 % 40) });
        [
            question,
            json!({ "role": "assistant", "content": "!".repeat(at * 11 % 60) }),
        ]
    };
    let messages: Vec<Value> = (0..40).flat_map(turn).collect();
    let params = json!({ "model": "gpt-4o", "messages": messages });
    for window in 40..700 {
        let options = Fit {
            context_window: Some(window),
            max_output_tokens: Some(10),
            ..Fit::default()
        };
        let fitted = fit(&mut Quarters, &rules, &Catalog::new(), &params, &options).unwrap();
        assert!(fitted.tokens + 10 <= window);
        assert_eq!(fitted.tokens_left, window - fitted.tokens);
        let mut one_more = fitted.left_out.clone();
        let Some(at) = one_more.len().checked_sub(2) else {
            continue;
        };
        let mut list = one_more.split_off(at);
        list.extend(fitted.params["messages"].as_array().unwrap().clone());
        let counted = count_chat(&mut Quarters, &rules, &json!({ "messages": list })).unwrap();
        assert!(counted.tokens + 10 > window, "window {window}");
    }
}
