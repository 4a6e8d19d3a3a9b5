//! What a caller may ask of the model (threat table, rows V7 to V15).

use openai_wasm::proxy::config::{EndUser, Models};
use openai_wasm::proxy::params::{Params, check};
use openai_wasm::proxy::refusal::Refusal;
use openai_wasm::proxy::route::Route;
use openai_wasm::proxy::{Caller, Config};
use serde_json::{Value, json};

const END_USER: &str = "a-pseudonym";

fn config() -> Config {
    Config {
        upstream: "http://127.0.0.1:1/v1".to_owned(),
        models: Models::List(vec!["small".to_owned(), "large".to_owned()]),
        max_output_tokens: 100,
        ..Config::default()
    }
}

fn ask_as(route: Route, body: &Value, config: &Config, caller: &Caller) -> Result<Params, Refusal> {
    check(route, body.to_string().as_bytes(), config, caller, END_USER)
}

fn chat(body: &Value, config: &Config) -> Result<Params, Refusal> {
    ask_as(Route::ChatCompletions, body, config, &Caller::default())
}

/// A sound chat with more parameters, or others.
fn with(more: &Value) -> Value {
    let mut body = json!({ "model": "small", "messages": [{ "role": "user", "content": "Hi" }] });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn sent(params: &Params) -> Value {
    serde_json::from_slice(&params.body.to_bytes()).unwrap()
}

fn refused(result: Result<Params, Refusal>) -> (u16, String, Option<String>) {
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
        (json!({ "X": null }), "X"),
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

#[test]
fn what_multiplies_the_cost_must_be_listed() {
    for (name, value) in [
        ("n", json!(128)),
        ("n", json!(0)),
        ("service_tier", json!("priority")),
        ("web_search_options", json!({})),
        ("reasoning_effort", json!("high")),
        ("modalities", json!(["audio"])),
        ("audio", json!({ "voice": "alloy" })),
        ("prediction", json!({ "type": "content", "content": "x" })),
        ("store", json!(true)),
        ("logprobs", json!(true)),
        ("top_logprobs", json!(5)),
        ("logit_bias", json!({ "1": 100 })),
        ("metadata", json!({ "a": "b" })),
        ("background", json!(true)),
    ] {
        let body = with(&json!({ name: value }));
        let expected = (400, "param_not_allowed".to_owned(), Some(name.to_owned()));
        assert_eq!(refused(chat(&body, &config())), expected, "{name}: {value}");
        let listed = Config {
            allowed_params: vec![name.to_owned()],
            ..config()
        };
        assert_eq!(sent(&chat(&body, &listed).unwrap())[name], value, "{name}");
    }
    let hosted = with(&json!({ "tools": [{ "type": "web_search" }] }));
    assert_eq!(refused(chat(&hosted, &config())).0, 400);
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
        assert!(!refusal.body().contains("small") && !refusal.body().contains("large"));
    }
    let without = json!({ "messages": [] });
    assert_eq!(refused(chat(&without, &config())).0, 403);
    let any = Config {
        models: Models::Any,
        ..config()
    };
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
fn the_output_is_capped() {
    for name in ["max_tokens", "max_completion_tokens"] {
        for value in [
            json!(0),
            json!(-1),
            json!(1.5),
            json!("100"),
            json!(null),
            json!([1]),
            json!(true),
        ] {
            let (status, code, param) = refused(chat(&with(&json!({ name: value })), &config()));
            assert_eq!(
                (status, code.as_str(), param.as_deref()),
                (400, "invalid_type", Some(name)),
                "{value}"
            );
        }
        for value in [json!(101), json!(1_000_000_000), json!(u64::MAX)] {
            let (status, code, param) = refused(chat(&with(&json!({ name: value })), &config()));
            assert_eq!(
                (status, code.as_str(), param.as_deref()),
                (400, "max_tokens_exceeded", Some(name)),
                "{value}"
            );
        }
        let params = chat(&with(&json!({ name: 7 })), &config()).unwrap();
        assert_eq!(sent(&params)[name], 7);
    }
    let both = with(&json!({ "max_tokens": 7, "max_completion_tokens": 7 }));
    assert_eq!(refused(chat(&both, &config())).0, 400);
    let openai = Config {
        upstream: "https://api.openai.com/v1".to_owned(),
        ..config()
    };
    let params = sent(&chat(&with(&json!({})), &openai).unwrap());
    assert_eq!(
        (&params["max_completion_tokens"], &params["max_tokens"]),
        (&json!(100), &Value::Null)
    );
}

#[test]
fn a_token_opens_no_more_than_its_scope() {
    let caller = Caller {
        models: Some(vec!["small".to_owned(), "not-of-the-proxy".to_owned()]),
        max_tokens: Some(10),
        ..Caller::default()
    };
    let ask = |more: Value| ask_as(Route::ChatCompletions, &with(&more), &config(), &caller);
    assert_eq!(sent(&ask(json!({})).unwrap())["max_tokens"], 10);
    assert!(ask(json!({ "max_tokens": 10 })).is_ok());
    assert_eq!(refused(ask(json!({ "max_tokens": 11 }))).0, 403);
    assert_eq!(
        refused(ask(json!({ "max_tokens": 101 }))).0,
        400,
        "the proxy's cap comes first"
    );
    for model in ["large", "not-of-the-proxy"] {
        assert_eq!(refused(ask(json!({ "model": model }))).0, 403, "{model}");
    }
}

#[test]
fn the_input_is_capped() {
    let config = Config {
        max_messages: 3,
        max_input_chars: 200,
        max_image_bytes: 60,
        ..config()
    };
    let message = |content: Value| json!({ "role": "user", "content": content });
    let image = |url: &str| {
        message(json!([{ "type": "image_url", "image_url": { "url": url, "detail": "low" } }]))
    };
    let png = |length: usize| format!("data:image/png;base64,{}", "A".repeat(length));
    let many = vec![message(json!("Hi")); 4];
    for (messages, status, code) in [
        (json!(many), 400, "too_many_messages"),
        (
            json!([message(json!("é".repeat(200)))]),
            413,
            "input_too_large",
        ),
        (
            json!([message(
                json!([{ "type": "text", "text": "x".repeat(200) }])
            )]),
            413,
            "input_too_large",
        ),
        (
            json!([image("https://example.com/a.png")]),
            400,
            "image_url_not_allowed",
        ),
        (
            json!([image("http://example.com/a.png")]),
            400,
            "image_url_not_allowed",
        ),
        (
            json!([image("data:text/html;base64,AAAA")]),
            400,
            "image_url_not_allowed",
        ),
        (
            json!([image("data:image/svg+xml;base64,AAAA")]),
            400,
            "image_url_not_allowed",
        ),
        (
            json!([image("data:image/png;base64,AA AA")]),
            400,
            "image_url_not_allowed",
        ),
        (json!([image(&png(60))]), 413, "image_too_large"),
        (
            json!([message(json!([{ "type": "input_audio" }]))]),
            400,
            "invalid_value",
        ),
        (json!([]), 400, "param_required"),
        (json!([{ "content": "x" }]), 400, "param_required"),
    ] {
        let (got, why, _) = refused(chat(&with(&json!({ "messages": messages })), &config));
        assert_eq!((got, why.as_str()), (status, code), "{messages}");
    }
    let body = with(&json!({ "messages": [image(&png(30)), image(&png(30)), image(&png(30))] }));
    assert!(
        chat(&body, &config).is_ok(),
        "images are not counted as text"
    );
    let fetched = Config {
        image_urls: true,
        ..config
    };
    for (url, good) in [
        ("https://example.com/a.png", true),
        ("http://example.com/a.png", false),
        ("file:///etc/passwd", false),
    ] {
        let body = with(&json!({ "messages": [image(url)] }));
        assert_eq!(chat(&body, &fetched).is_ok(), good, "{url}");
    }
}

#[test]
fn a_locked_prompt_comes_first_and_nobody_else_instructs() {
    let locked = Config {
        system_prompt: Some("Speak only of cheese.".to_owned()),
        ..config()
    };
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
        let config = Config {
            end_user,
            ..config()
        };
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
fn every_other_route_has_its_own_parameters() {
    let caller = Caller::default();
    for (route, body, expected) in [
        (
            Route::Embeddings,
            json!({ "model": "small", "input": "a" }),
            Ok(json!({ "model": "small", "input": "a", "user": END_USER })),
        ),
        (
            Route::Embeddings,
            json!({ "model": "small", "input": ["a", "b"], "encoding_format": "base64", "dimensions": 8 }),
            Ok(
                json!({ "model": "small", "input": ["a", "b"], "encoding_format": "base64", "dimensions": 8, "user": END_USER }),
            ),
        ),
        (
            Route::Embeddings,
            json!({ "model": "small", "input": [] }),
            Err(400),
        ),
        (Route::Embeddings, json!({ "model": "small" }), Err(400)),
        (Route::Embeddings, json!({ "input": "a" }), Err(403)),
        (
            Route::Embeddings,
            json!({ "model": "small", "input": "a", "max_tokens": 1 }),
            Err(400),
        ),
        (
            Route::Moderations,
            json!({ "input": "a" }),
            Ok(json!({ "input": "a" })),
        ),
        (
            Route::Moderations,
            json!({ "model": "other", "input": "a" }),
            Err(403),
        ),
        (
            Route::Completions,
            json!({ "model": "small", "prompt": "a" }),
            Ok(json!({ "model": "small", "prompt": "a", "max_tokens": 100, "user": END_USER })),
        ),
        (
            Route::Completions,
            json!({ "model": "small", "prompt": "a", "best_of": 20 }),
            Err(400),
        ),
        (
            Route::Completions,
            json!({ "model": "small", "prompt": "a", "max_tokens": 101 }),
            Err(400),
        ),
        (Route::Completions, json!({ "model": "small" }), Err(400)),
        (
            Route::ImageGenerations,
            json!({ "model": "small", "prompt": "a", "n": 1 }),
            Ok(json!({ "model": "small", "prompt": "a", "n": 1, "user": END_USER })),
        ),
        (
            Route::ImageGenerations,
            json!({ "model": "small", "prompt": "a", "n": 10 }),
            Err(400),
        ),
        (
            Route::ImageGenerations,
            json!({ "model": "small", "prompt": "a", "quality": "hd" }),
            Err(400),
        ),
    ] {
        let outcome = ask_as(route, &body, &config(), &caller);
        match (outcome, expected) {
            (Ok(params), Ok(expected)) => assert_eq!(sent(&params), expected),
            (Err(refusal), Err(status)) => assert_eq!(refusal.status, status, "{route:?} {body}"),
            (outcome, _) => panic!("{route:?} {body}: {outcome:?}"),
        }
    }
}

#[test]
fn texts_come_as_a_string_as_strings_as_tokens_or_as_lists_of_tokens() {
    let ask = |route, name: &str, value: &Value| {
        let body = json!({ "model": "small", name: value });
        ask_as(route, &body, &config(), &Caller::default())
    };
    for (route, name) in [(Route::Embeddings, "input"), (Route::Completions, "prompt")] {
        for good in [
            json!("a"),
            json!(["a"]),
            json!(["a", "b"]),
            json!([0]),
            json!([1212, 318, 4_294_967_296_u64]),
            json!([[1212, 318], [257]]),
        ] {
            let params = ask(route, name, &good).unwrap();
            assert_eq!(sent(&params)[name], good, "{route:?}");
        }
        for (bad, param) in [
            (json!([]), name.to_owned()),
            (json!({}), name.to_owned()),
            (json!(7), name.to_owned()),
            (json!(true), name.to_owned()),
            (json!([true]), format!("{name}[0]")),
            (json!([[["a"]]]), format!("{name}[0]")),
            (json!([["a"]]), format!("{name}[0]")),
            (json!([-1]), format!("{name}[0]")),
            (json!([1, 1.5]), format!("{name}[1]")),
            (json!([1, "a"]), format!("{name}[1]")),
            (json!(["a", 1]), format!("{name}[1]")),
            (json!(["a", null]), format!("{name}[1]")),
            (json!([[1], 2]), format!("{name}[1]")),
            (json!([[1], [2, "a"]]), format!("{name}[1][1]")),
        ] {
            let (status, _, at) = refused(ask(route, name, &bad));
            assert_eq!(
                (status, at.as_deref()),
                (400, Some(param.as_str())),
                "{bad}"
            );
        }
        let many = vec!["a"; 2049];
        assert_eq!(refused(ask(route, name, &json!(many))).0, 400);
    }
}

#[test]
fn a_token_counts_as_four_characters() {
    let config = Config {
        max_input_chars: 100,
        ..config()
    };
    let room = (100 - "input".len()) / 4;
    for (tokens, expected) in [(room, None), (room + 1, Some(413))] {
        for input in [json!(vec![1; tokens]), json!([vec![1; tokens - 1], [2]])] {
            let body = json!({ "model": "small", "input": input });
            let outcome = ask_as(Route::Embeddings, &body, &config, &Caller::default());
            let status = outcome.err().map(|refusal| refusal.status);
            assert_eq!(status, expected, "{tokens}");
        }
    }
}

#[test]
fn several_prompts_share_the_cap_on_the_output() {
    let ask = |prompt: Value, tokens: Option<u32>, own: Option<u32>| {
        let mut body = json!({ "model": "small", "prompt": prompt });
        if let Some(tokens) = tokens {
            body["max_tokens"] = json!(tokens);
        }
        let caller = Caller {
            max_tokens: own,
            ..Caller::default()
        };
        ask_as(Route::Completions, &body, &config(), &caller)
            .map(|params| sent(&params)["max_tokens"].clone())
            .map_err(|refusal| (refusal.status, refusal.param))
    };
    let too_many = || Err((400, Some("max_tokens".to_owned())));
    for (prompt, most) in [
        (json!("a"), 100),
        (json!([1, 2, 3]), 100),
        (json!(["a"]), 100),
        (json!(["a", "b", "c"]), 33),
        (json!([[1], [2], [3], [4]]), 25),
        (json!(vec!["a"; 100]), 1),
    ] {
        assert_eq!(ask(prompt.clone(), None, None), Ok(json!(most)), "{prompt}");
        assert_eq!(ask(prompt.clone(), Some(most), None), Ok(json!(most)));
        assert_eq!(ask(prompt, Some(most + 1), None), too_many());
    }
    let two = || json!(["a", "b"]);
    assert_eq!(ask(two(), None, Some(10)), Ok(json!(5)));
    let over = ask(two(), Some(6), Some(10));
    assert_eq!(over, Err((403, Some("max_tokens".to_owned()))));
    let prompt = || Err((400, Some("prompt".to_owned())));
    assert_eq!(ask(two(), None, Some(1)), prompt());
    assert_eq!(ask(json!(vec!["a"; 101]), None, None), prompt());
}

#[test]
fn moderations_take_texts_and_the_parts_of_a_message() {
    let config = Config {
        image_urls: true,
        ..config()
    };
    let png = "data:image/png;base64,AAAA";
    let part = |url: &str| json!({ "type": "image_url", "image_url": { "url": url } });
    let ask = |input: &Value, config: &Config| {
        let body = json!({ "input": input });
        ask_as(Route::Moderations, &body, config, &Caller::default())
    };
    for good in [
        json!("a"),
        json!(["a", "b"]),
        json!([{ "type": "text", "text": "a" }, part(png), part("https://example.com/a.png")]),
    ] {
        assert_eq!(
            sent(&ask(&good, &config).unwrap()),
            json!({ "input": good })
        );
    }
    let closed = Config::default();
    let open = Config {
        models: Models::Any,
        ..closed
    };
    for (bad, param) in [
        (json!([1, 2]), "input[0]"),
        (json!([[1]]), "input[0]"),
        (
            json!([{ "type": "text", "text": "a", "x": 1 }]),
            "input[0].x",
        ),
        (json!([{ "type": "file" }]), "input[0].type"),
        (
            json!([part("https://example.com/a.png")]),
            "input[0].image_url.url",
        ),
        (
            json!([part("file:///etc/passwd")]),
            "input[0].image_url.url",
        ),
        (json!(["a", { "type": "text", "text": "a" }]), "input[1]"),
    ] {
        let (status, _, at) = refused(ask(&bad, &open));
        assert_eq!((status, at.as_deref()), (400, Some(param)), "{bad}");
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
