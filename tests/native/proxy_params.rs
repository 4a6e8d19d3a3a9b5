//! What a caller may ask of the model (threat table, rows V7 to V15).

use openai_wasm::proxy::config::{EndUser, Models};
use openai_wasm::proxy::error::ProxyError;
use openai_wasm::proxy::request::params::{Params, check};
use openai_wasm::proxy::route::Route;
use openai_wasm::proxy::{Caller, Config};
use serde_json::{Value, json};

pub const END_USER: &str = "a-pseudonym";

pub fn config() -> Config {
    Config::default()
        .upstream("http://127.0.0.1:1/v1".to_owned())
        .models(Models::List(vec!["small".to_owned(), "large".to_owned()]))
        .max_output_tokens(100)
}

pub fn ask_as(
    route: Route,
    body: &Value,
    config: &Config,
    caller: &Caller,
) -> Result<Params, ProxyError> {
    check(route, body.to_string().as_bytes(), config, caller, END_USER)
}

pub fn chat(body: &Value, config: &Config) -> Result<Params, ProxyError> {
    ask_as(Route::ChatCompletions, body, config, &Caller::default())
}

/// A sound chat with more parameters, or others.
pub fn with(more: &Value) -> Value {
    let mut body = json!({ "model": "small", "messages": [{ "role": "user", "content": "Hi" }] });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

pub fn sent(params: &Params) -> Value {
    serde_json::from_slice(&params.body.to_bytes()).unwrap()
}

pub fn refused(result: Result<Params, ProxyError>) -> (u16, String, Option<String>) {
    let refusal = result.expect_err("it went on");
    (refusal.status, refusal.code, refusal.param)
}

#[test]
fn a_plain_chat_goes_on_with_the_cap_and_the_end_user() {
    let params = chat(&with(&json!({})), &config()).unwrap();
    assert!(!params.streams);
    assert_eq!(
        sent(&params),
        json!({
            "model": "small",
            "messages": [{ "role": "user", "content": "Hi" }],
            "max_tokens": 100,
            "user": END_USER,
        })
    );
}

#[test]
fn the_usual_parameters_go_on_as_they_are() {
    let more = json!({
        "stream": true,
        "stream_options": { "include_usage": true },
        "temperature": 0.7, "top_p": 1, "top_k": 40, "min_p": 0.05, "seed": -7,
        "presence_penalty": 0, "frequency_penalty": -1.5, "repetition_penalty": 1.1,
        "stop": ["a", "b"],
        "response_format": { "type": "json_schema", "json_schema": { "name": "x", "strict": true, "schema": { "type": "object", "properties": { "z": {}, "a": {} } } } },
        "tools": [{ "type": "function", "function": { "name": "f", "description": "d", "parameters": { "anything": [1, null] }, "strict": false } }],
        "tool_choice": { "type": "function", "function": { "name": "f" } },
        "parallel_tool_calls": false,
        "n": 1, "store": false, "logprobs": false,
        "max_tokens": 100,
        "messages": [
            { "role": "system", "content": "s" },
            { "role": "user", "name": "u", "content": [{ "type": "text", "text": "t" }] },
            { "role": "assistant", "content": null, "refusal": null, "tool_calls": [{ "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" } }] },
            { "role": "tool", "tool_call_id": "c", "content": "r" },
        ],
    });
    let params = chat(&with(&more), &config()).unwrap();
    assert!(params.streams);
    let mut expected = with(&more);
    expected["user"] = json!(END_USER);
    assert_eq!(sent(&params), expected);
}

#[test]
fn tools_that_the_caller_runs_go_on_and_hosted_ones_do_not() {
    let custom = json!({ "type": "custom", "custom": { "name": "sql", "description": "d",
        "format": { "type": "grammar", "grammar": { "syntax": "lark", "definition": "start: /a+/" } } } });
    let function = json!({ "type": "function", "function": { "name": "f" } });
    let named = json!({ "type": "custom", "custom": { "name": "sql" } });
    for good in [
        json!({ "tools": [custom, function], "tool_choice": named }),
        json!({ "tools": [custom], "tool_choice": { "type": "allowed_tools",
            "allowed_tools": { "mode": "required", "tools": [named, function] } } }),
        json!({ "messages": [
            { "role": "user", "content": "Hi" },
            { "role": "assistant", "content": null, "tool_calls": [
                { "id": "c", "type": "custom", "custom": { "name": "sql", "input": "a" } }] },
            { "role": "tool", "tool_call_id": "c", "content": "r" },
        ] }),
    ] {
        let params = chat(&with(&good), &config()).unwrap();
        let sent = sent(&params);
        for (name, value) in good.as_object().unwrap() {
            assert_eq!(&sent[name], value);
        }
    }
    for (bad, param) in [
        (
            json!({ "tools": [{ "type": "web_search" }] }),
            "tools[0].type",
        ),
        (
            json!({ "tools": [{ "type": "custom", "custom": { "name": "x", "server_url": "https://x" } }] }),
            "tools[0].custom.server_url",
        ),
        (
            json!({ "tool_choice": { "type": "allowed_tools",
                "allowed_tools": { "mode": "auto", "tools": [{ "type": "mcp" }] } } }),
            "tool_choice.allowed_tools.tools[0].type",
        ),
        (
            json!({ "tool_choice": { "type": "file_search" } }),
            "tool_choice.type",
        ),
    ] {
        let (status, _, at) = refused(chat(&with(&bad), &config()));
        assert_eq!((status, at.as_deref()), (400, Some(param)), "{bad}");
    }
}

#[test]
fn names_keep_their_order_and_null_says_nothing() {
    let body = br#"{"temperature":null,"stop":"x","messages":[{"role":"user","content":"Hi"}],"model":"small"}"#;
    let params = check(
        Route::ChatCompletions,
        body,
        &config(),
        &Caller::default(),
        END_USER,
    )
    .unwrap();
    assert_eq!(
        String::from_utf8(params.body.to_bytes()).unwrap(),
        r#"{"model":"small","stop":"x","messages":[{"role":"user","content":"Hi"}],"max_tokens":100,"user":"a-pseudonym"}"#
    );
}

#[test]
fn control_fields_are_refused_at_every_depth() {
    for (more, param) in [
        (json!({ "api_base": "https://x" }), "api_base"),
        (json!({ "base_url": "https://x" }), "base_url"),
        (json!({ "api_key": "x" }), "api_key"),
        (
            json!({ "user_config": { "model_list": [] } }),
            "user_config",
        ),
        (json!({ "fallbacks": ["x"] }), "fallbacks"),
        (json!({ "extra_headers": {} }), "extra_headers"),
        (json!({ "extra_body": {} }), "extra_body"),
        (json!({ "headers": {} }), "headers"),
        (json!({ "callbacks": [] }), "callbacks"),
        (json!({ "__proto__": {} }), "__proto__"),
        (json!({ "x": 1 }), "x"),
        (json!({ "X": false }), "X"),
        (
            json!({ "previous_response_id": "resp_1" }),
            "previous_response_id",
        ),
        (json!({ "conversation": "conv_1" }), "conversation"),
        (json!({ "file_id": "file-1" }), "file_id"),
        (json!({ "stream_options": { "x": 1 } }), "stream_options.x"),
        (
            json!({ "messages": [{ "role": "user", "content": "Hi", "x": 1 }] }),
            "messages[0].x",
        ),
        (
            json!({ "messages": [{ "role": "user", "content": [{ "type": "text", "text": "t", "x": 1 }] }] }),
            "messages[0].content[0].x",
        ),
        (
            json!({ "messages": [{ "role": "user", "content": [{ "type": "text", "file": { "file_id": "file-1" } }] }] }),
            "messages[0].content[0].file",
        ),
        (
            json!({ "tools": [{ "type": "function", "function": { "name": "f", "x": 1 } }] }),
            "tools[0].function.x",
        ),
        (
            json!({ "tools": [{ "type": "function", "function": { "name": "f", "parameters": { "a": [{ "__proto__": {} }] } } }] }),
            "tools[0].function.parameters.a[0].__proto__",
        ),
        (
            json!({ "response_format": { "type": "text", "x": 1 } }),
            "response_format.x",
        ),
        (json!({ "sk-proj-abcdefghijklmnop": 1 }), "[redacted]"),
    ] {
        assert_eq!(
            refused(chat(&with(&more), &config())),
            (400, "param_not_allowed".to_owned(), Some(param.to_owned())),
            "{more}"
        );
    }
}

/// An object of so many names.
pub fn entries(count: usize, value: &Value) -> Value {
    let names = (0..count).map(|index| (index.to_string(), value.clone()));
    Value::Object(names.collect())
}

#[test]
fn a_model_is_compared_byte_by_byte_and_no_answer_tells_the_list() {
    for model in [
        json!("other"),
        json!("Small"),
        json!("small "),
        json!(" small"),
        json!("small\u{0}"),
        json!("ѕmall"),
        json!("ft:small:org::id"),
        json!(["small"]),
        json!(null),
        json!(7),
        json!(""),
        json!({}),
    ] {
        let body = with(&json!({ "model": model }));
        let refusal = chat(&body, &config()).expect_err("it went on");
        assert_eq!(
            (refusal.status, refusal.code.as_str()),
            (403, "model_not_allowed"),
            "{model}"
        );
        // It repeats what was asked for, and nothing else.
        let asked = model.as_str().unwrap_or_default();
        let told = refusal.message.replace(asked.trim_end_matches('\0'), "");
        assert!(!told.contains("small") && !told.contains("large"), "{told}");
    }
    let without = json!({ "messages": [] });
    assert_eq!(refused(chat(&without, &config())).0, 403);
    let any = config().models(Models::Any);
    for (model, good) in [
        ("anything/at-all:1", true),
        ("a b", false),
        ("", false),
        ("é", false),
    ] {
        assert_eq!(
            chat(&with(&json!({ "model": model })), &any).is_ok(),
            good,
            "{model:?}"
        );
    }
}

#[test]
fn a_locked_prompt_comes_first_and_nobody_else_instructs() {
    let locked = config().system_prompt(Some("Speak only of cheese.".to_owned()));
    for role in ["system", "developer"] {
        let body = with(
            &json!({ "messages": [{ "role": "user", "content": "a" }, { "role": role, "content": "b" }] }),
        );
        let refusal = chat(&body, &locked).expect_err("it went on");
        assert_eq!(
            (refusal.status, refusal.param.as_deref()),
            (400, Some("messages[1].role"))
        );
        assert!(!refusal.body().contains("cheese"));
        assert!(chat(&body, &config()).is_ok());
    }
    let params = sent(&chat(&with(&json!({})), &locked).unwrap());
    assert_eq!(
        params["messages"],
        json!([{ "role": "system", "content": "Speak only of cheese." }, { "role": "user", "content": "Hi" }])
    );
}

#[test]
fn a_parameter_of_another_type_is_refused_by_its_name() {
    for (more, param) in [
        (json!({ "stream": "true" }), "stream"),
        (json!({ "stream": 1 }), "stream"),
        (json!({ "messages": {} }), "messages"),
        (json!({ "messages": "Hi" }), "messages"),
        (json!({ "messages": ["Hi"] }), "messages[0]"),
        (
            json!({ "messages": [{ "role": "user", "content": 123 }] }),
            "messages[0].content",
        ),
        (
            json!({ "messages": [{ "role": "user", "content": {} }] }),
            "messages[0].content",
        ),
        (
            json!({ "messages": [{ "role": ["user"], "content": "x" }] }),
            "messages[0].role",
        ),
        (
            json!({ "messages": [{ "role": "root", "content": "x" }] }),
            "messages[0].role",
        ),
        (json!({ "n": [1] }), "n"),
        (json!({ "n": 1.5 }), "n"),
        (json!({ "temperature": "0" }), "temperature"),
        (json!({ "stop": [1] }), "stop[0]"),
        (json!({ "stop": 1 }), "stop"),
        (json!({ "seed": 0.5 }), "seed"),
        (json!({ "tools": {} }), "tools"),
        (json!({ "tool_choice": 1 }), "tool_choice"),
        (json!({ "stream_options": true }), "stream_options"),
    ] {
        let (status, _, named) = refused(chat(&with(&more), &config()));
        assert_eq!((status, named.as_deref()), (400, Some(param)), "{more}");
    }
}

#[test]
fn the_proxy_says_whom_a_request_is_for() {
    let body =
        with(&json!({ "user": "somebody", "safety_identifier": "else", "prompt_cache_key": "k" }));
    for (end_user, name) in [
        (EndUser::User, Some("user")),
        (EndUser::SafetyIdentifier, Some("safety_identifier")),
        (EndUser::Hidden, None),
    ] {
        let config = config().end_user(end_user);
        let body = sent(&chat(&body, &config).unwrap());
        for known in ["user", "safety_identifier", "prompt_cache_key"] {
            let expected = if Some(known) == name {
                json!(END_USER)
            } else {
                Value::Null
            };
            assert_eq!(body[known], expected, "{known}");
        }
    }
}

#[test]
fn duplicate_names_are_refused_before_anything_is_looked_at() {
    for body in [
        r#"{"model":"small","model":"large","messages":[]}"#,
        r#"{"model":"small","messages":[{"role":"user","role":"system"}]}"#,
    ] {
        let outcome = check(
            Route::ChatCompletions,
            body.as_bytes(),
            &config(),
            &Caller::default(),
            END_USER,
        );
        assert_eq!(refused(outcome).1, "invalid_json");
    }
}
