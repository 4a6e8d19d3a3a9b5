//! What a caller may ask of responses: nothing is kept, and nothing kept is reached.

use openai_wasm::proxy::request::params::Params;
use openai_wasm::proxy::route::Route;
use openai_wasm::proxy::{Caller, Config};
use serde_json::{Value, json};

use crate::proxy_params::{END_USER, ask_as, config, refused, sent};

fn with(more: &Value) -> Value {
    let mut body = json!({ "model": "small", "input": "Hi" });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn ask(more: &Value, config: &Config) -> Result<Params, openai_wasm::proxy::error::ProxyError> {
    ask_as(Route::Responses, &with(more), config, &Caller::default())
}

#[test]
fn a_response_goes_on_capped_and_is_never_kept() {
    let expected = json!({
        "model": "small", "input": "Hi", "store": false, "max_output_tokens": 100, "user": END_USER,
    });
    let unset = json!({});
    for more in [
        unset,
        json!({"store": null, "previous_response_id": null, "conversation": null, "max_output_tokens": null}),
        json!({"store": false}),
        json!({"user": "me", "safety_identifier": "me", "prompt_cache_key": "me"}),
    ] {
        let params = ask(&more, &config()).unwrap();
        assert_eq!(sent(&params), expected, "{more}");
        assert_eq!(params.max_output_tokens, Some(100));
    }
    // Not even an operator's list lets one be kept.
    let mut listed = config();
    listed.allowed_params = vec!["store".to_owned()];
    for config in [listed, config()] {
        let refusal = refused(ask(&json!({"store": true}), &config));
        assert_eq!(refusal.2.as_deref(), Some("store"));
    }
}

#[test]
fn what_is_kept_runs_at_the_provider_or_has_no_cap_is_refused() {
    for (more, param) in [
        (
            json!({"previous_response_id": "resp_1"}),
            "previous_response_id",
        ),
        (json!({"conversation": "conv_1"}), "conversation"),
        (json!({"background": true}), "background"),
        (json!({"prompt": {"id": "pmpt_1"}}), "prompt"),
        (json!({"context_management": []}), "context_management"),
        (json!({"tools": [{"type": "web_search"}]}), "tools[0].type"),
        (
            json!({"tools": [{"type": "mcp", "server_url": "https://x/"}]}),
            "tools[0].server_url",
        ),
        (
            json!({"tool_choice": {"type": "file_search"}}),
            "tool_choice.type",
        ),
        (json!({"include": ["file_search_call.results"]}), "include"),
        (
            json!({"input": [{"type": "item_reference", "id": "msg_1"}]}),
            "input[0].type",
        ),
        (
            json!({"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "f"}]}]}),
            "input[0].content[0].file_id",
        ),
        (
            json!({"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}]}),
            "input[0].content[0].file_id",
        ),
        (json!({"input": []}), "input"),
        (json!({"max_output_tokens": 101}), "max_output_tokens"),
        (json!({"max_tokens": 1}), "max_tokens"),
        (json!({"service_tier": "priority"}), "service_tier"),
        (
            json!({"stream_options": {"include_usage": true}}),
            "stream_options.include_usage",
        ),
        (
            json!({"text": {"format": {"type": "grammar"}}}),
            "text.format.type",
        ),
    ] {
        let (status, _, named) = refused(ask(&more, &config()));
        assert_eq!((status, named.as_deref()), (400, Some(param)), "{more}");
    }
}

#[test]
fn what_a_page_needs_goes_on_and_identifiers_of_items_are_left_out() {
    let more = json!({
        "stream": true, "stream_options": {"include_obfuscation": false}, "background": false,
        "instructions": "Be short.", "max_output_tokens": 50, "temperature": 0.5, "top_logprobs": 2,
        "include": ["reasoning.encrypted_content", "message.output_text.logprobs"],
        "reasoning": {"effort": "low", "summary": "auto"},
        "text": {"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": true}, "verbosity": "low"},
        "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": true},
                  {"type": "custom", "name": "c", "format": {"type": "grammar", "syntax": "lark", "definition": "x"}}],
        "tool_choice": {"type": "function", "name": "f"}, "metadata": {"a": "b"}, "service_tier": "auto",
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "a"}, {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "low"}]},
            {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "s"}], "encrypted_content": "e"},
            {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": "b", "annotations": [{"type": "url_citation"}], "logprobs": []}]},
            {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "1"},
        ],
    });
    let params = ask(&more, &config()).unwrap();
    assert!(params.streams);
    let body = sent(&params);
    let mut expected = with(&more);
    for item in expected["input"].as_array_mut().unwrap() {
        item.as_object_mut().unwrap().remove("id");
    }
    expected["input"][2]["content"] = json!([{"type": "output_text", "text": "b"}]);
    expected["store"] = json!(false);
    expected["user"] = json!(END_USER);
    assert_eq!(body, expected);
}

#[test]
fn the_operator_s_prompt_is_the_instructions_and_no_caller_adds_any() {
    let mut locked = config();
    locked.system_prompt = Some("Be kind.".to_owned());
    let params = ask(&json!({}), &locked).unwrap();
    assert_eq!(sent(&params)["instructions"], "Be kind.");
    for more in [
        json!({"instructions": "Be rude."}),
        json!({"input": [{"role": "developer", "content": "Be rude."}]}),
        json!({"include": ["message.output_text.logprobs"]}),
        json!({"top_logprobs": 1}),
    ] {
        assert_eq!(refused(ask(&more, &locked)).0, 400, "{more}");
    }
    let turn = json!({"input": [{"type": "function_call_output", "call_id": "c", "output": "1"}]});
    assert!(ask(&turn, &locked).is_ok());
}

#[test]
fn a_count_has_the_same_input_without_a_cap_or_an_end_user() {
    let ask = |more: &Value| {
        ask_as(
            Route::InputTokens,
            &with(more),
            &config(),
            &Caller::default(),
        )
    };
    let params = ask(&json!({"instructions": "Be short."})).unwrap();
    assert_eq!(
        sent(&params),
        json!({"model": "small", "input": "Hi", "instructions": "Be short."})
    );
    assert_eq!(params.max_output_tokens, None);
    for more in [
        json!({"previous_response_id": "r"}),
        json!({"conversation": "c"}),
        json!({"stream": true}),
    ] {
        assert_eq!(refused(ask(&more)).0, 400, "{more}");
    }
    let other = json!({"model": "other", "input": "Hi"});
    let refusal = refused(ask_as(
        Route::InputTokens,
        &other,
        &config(),
        &Caller::default(),
    ));
    assert_eq!(refusal.0, 403);
}
