//! What needs no configuration, what `allowParams` opens, and what a refusal says (threat table, rows V8,
//! V11 and V12).

use openai_wasm::proxy::Caller;
use openai_wasm::proxy::request::params::check;
use openai_wasm::proxy::route::Route;
use serde_json::{Value, json};

use crate::proxy_params::{END_USER, ask_as, chat, config, entries, refused, sent, with};

#[test]
fn what_costs_no_more_than_the_caps_allow_needs_no_listing() {
    let openai = config().upstream("https://api.openai.com/v1".to_owned());
    let locked = openai
        .clone()
        .system_prompt(Some("Speak only of cheese.".to_owned()));
    for (name, value, at_others, under_a_prompt) in [
        ("modalities", json!(["text"]), true, true),
        ("service_tier", json!("auto"), true, true),
        ("service_tier", json!("default"), true, true),
        ("metadata", json!({}), true, true),
        (
            "metadata",
            json!({ "é".repeat(64): "ü".repeat(512) }),
            true,
            true,
        ),
        ("metadata", entries(16, &json!("b")), true, true),
        ("reasoning_effort", json!("high"), false, true),
        ("logprobs", json!(false), true, true),
        ("logprobs", json!(true), true, false),
        ("top_logprobs", json!(5), true, false),
        ("top_logprobs", json!(0), true, false),
        ("logit_bias", json!({ "1": 100, "2": -0.5 }), true, false),
        ("logit_bias", entries(300, &json!(1)), true, false),
    ] {
        let body = with(&json!({ name: value }));
        for (config, good) in [
            (&openai, true),
            (&config(), at_others),
            (&locked, under_a_prompt),
        ] {
            match chat(&body, config) {
                Ok(params) if good => assert_eq!(sent(&params)[name], value),
                Err(refusal) if !good => {
                    assert_eq!(refusal.code, "param_not_allowed", "{name}: {value}");
                    assert!(refusal.message.contains(name), "{}", refusal.message);
                }
                outcome => panic!("{name}: {value}: {outcome:?}"),
            }
        }
    }
    // The older cap does not cover what a model thinks.
    let older = with(&json!({ "reasoning_effort": "low", "max_tokens": 9 }));
    assert_eq!(refused(chat(&older, &openai)).1, "param_not_allowed");
    let images = |size: &str| {
        let body = json!({ "model": "small", "prompt": "a", "size": size });
        ask_as(
            Route::ImageGenerations,
            &body,
            &config(),
            &Caller::default(),
        )
    };
    for (size, good) in [
        ("256x256", true),
        ("512x512", true),
        ("1024x1024", true),
        ("auto", false),
        ("1024x1792", false),
        ("1536x1024", false),
    ] {
        assert_eq!(images(size).is_ok(), good, "{size}");
    }
    for (logprobs, good) in [(0, true), (5, true), (6, false)] {
        let body = json!({ "model": "small", "prompt": "a", "logprobs": logprobs });
        let asked = ask_as(Route::Completions, &body, &config(), &Caller::default());
        assert_eq!(asked.is_ok(), good, "{logprobs}");
    }
}

#[test]
fn null_stands_for_what_is_not_there_and_is_left_out() {
    for name in [
        "max_tokens",
        "max_completion_tokens",
        "stream_options",
        "stream",
        "tools",
        "tool_choice",
        "n",
        "store",
        "logit_bias",
        "reasoning_effort",
        "service_tier",
        "response_format",
        "user",
        "nobody_knows_it",
        "__proto__",
    ] {
        let params = chat(&with(&json!({ name: null })), &config()).unwrap();
        assert_eq!(
            sent(&params),
            sent(&chat(&with(&json!({})), &config()).unwrap()),
            "{name}"
        );
    }
    let both = with(&json!({ "max_tokens": 7, "max_completion_tokens": null }));
    assert_eq!(sent(&chat(&both, &config()).unwrap())["max_tokens"], 7);
    // Inside, too, but where null is a value.
    let given = with(&json!({
        "stream_options": { "include_usage": null },
        "tools": [{ "type": "function", "function": { "name": "f", "description": null, "strict": null, "x": null, "parameters": { "default": null } } }],
        "messages": [
            { "role": "user", "content": [{ "type": "text", "text": "t", "cache_control": null }], "name": null },
            { "role": "assistant", "content": null, "refusal": null, "audio": null, "annotations": [], "content_parts": [{ "type": "reference" }], "refusal_parts": [], "function_call": null, "reasoning": null,
              "tool_calls": [{ "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" } }] },
            { "role": "assistant", "content": "a", "tool_calls": null },
        ],
    }));
    let body = sent(&chat(&given, &config()).unwrap());
    assert_eq!(body["stream_options"], json!({}));
    assert_eq!(
        body["tools"],
        json!([{ "type": "function", "function": { "name": "f", "parameters": { "default": null } } }])
    );
    assert_eq!(
        body["messages"],
        json!([
            { "role": "user", "content": [{ "type": "text", "text": "t" }] },
            { "role": "assistant", "content": null, "refusal": null,
              "tool_calls": [{ "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" } }] },
            { "role": "assistant", "content": "a" },
        ])
    );
    for (bad, param) in [
        (json!({ "messages": null }), "messages"),
        (json!({ "messages": [null] }), "messages[0]"),
        (json!({ "stop": [null] }), "stop[0]"),
        (json!({ "tools": [null] }), "tools[0]"),
        (
            json!({ "messages": [{ "role": null, "content": "x" }] }),
            "messages[0].role",
        ),
    ] {
        let (status, _, at) = refused(chat(&with(&bad), &config()));
        assert_eq!((status, at.as_deref()), (400, Some(param)), "{bad}");
    }
}

#[test]
fn a_path_of_allow_params_opens_exactly_one_member() {
    let cached = config().allowed_params(vec!["messages.content.cache_control".to_owned()]);
    let mark = json!({ "type": "ephemeral" });
    let part = |name: &str| json!([{ "type": "text", "text": "a" }, { "type": "text", "text": "b", name: mark }]);
    let said = |content: Value| {
        with(
            &json!({ "messages": [{ "role": "user", "content": "a" }, { "role": "user", "content": content }] }),
        )
    };
    let good = said(part("cache_control"));
    assert_eq!(
        sent(&chat(&good, &cached).unwrap())["messages"],
        good["messages"]
    );
    for (bad, param) in [
        (good.clone(), None),
        (
            said(part("cache_controls")),
            Some("messages[1].content[1].cache_controls"),
        ),
        (
            with(&json!({ "cache_control": mark })),
            Some("cache_control"),
        ),
        (
            with(&json!({ "messages.content.cache_control": mark })),
            Some("messages.content.cache_control"),
        ),
        (
            with(
                &json!({ "messages": [{ "role": "user", "content": "a", "cache_control": mark }] }),
            ),
            Some("messages[0].cache_control"),
        ),
        (
            said(
                json!([{ "type": "image_url", "image_url": { "url": "data:image/png;base64,AA", "cache_control": mark } }]),
            ),
            Some("messages[1].content[0].image_url.cache_control"),
        ),
        (
            said(json!([{ "type": "text", "text": "a", "cache_control": { "__proto__": {} } }])),
            Some("messages[1].content[0].cache_control.__proto__"),
        ),
    ] {
        // Without it the member is refused; the control.
        let config = if param.is_none() { &config() } else { &cached };
        let param = param.unwrap_or("messages[1].content[1].cache_control");
        let expected = (400, "param_not_allowed".to_owned(), Some(param.to_owned()));
        assert_eq!(refused(chat(&bad, config)), expected, "{bad}");
    }
    // What it opens is counted, and no deeper than the rest.
    let long = said(json!([{ "type": "text", "text": "a", "cache_control": "x".repeat(200_000) }]));
    assert_eq!(refused(chat(&long, &cached)).0, 413);
    let deep = format!(
        r#"{{"model":"small","messages":[{{"role":"user","content":[{{"type":"text","text":"a","cache_control":{}{}}}]}}]}}"#,
        "[".repeat(40),
        "]".repeat(40)
    );
    let outcome = check(
        Route::ChatCompletions,
        deep.as_bytes(),
        &cached,
        &Caller::default(),
        END_USER,
    );
    assert_eq!(refused(outcome).1, "invalid_json");
}

#[test]
fn every_refusal_names_its_parameter_and_limit_and_the_log_the_remedy() {
    let config = config().max_messages(2).max_image_bytes(40);
    let scoped = Caller {
        models: Some(vec!["small".to_owned()]),
        max_tokens: Some(10),
        ..Caller::default()
    };
    let image = |url: String| json!([{ "role": "user", "content": [{ "type": "image_url", "image_url": { "url": url } }] }]);
    let url = "messages[0].content[0].image_url.url";
    for (more, message, line) in [
        (
            json!({ "x": 1 }),
            "The proxy does not accept this parameter: x.".to_owned(),
            r#"allowParams (Config::allowed_params) lets it through: "x""#,
        ),
        (
            json!({ "messages": [{ "role": "user", "content": "a", "y": 1 }] }),
            "The proxy does not accept this parameter: messages[0].y.".to_owned(),
            r#"lets it through: "messages.y""#,
        ),
        (
            json!({ "file_id": "f" }),
            "The proxy does not accept this parameter: file_id.".to_owned(),
            "that nothing lets through",
        ),
        (
            json!({ "n": 2 }),
            "The proxy does not accept this parameter: n. Accepted is 1.".to_owned(),
            r#"lets it through: "n""#,
        ),
        (
            json!({ "temperature": "0" }),
            "temperature must be a number.".to_owned(),
            "",
        ),
        (
            json!({ "stop": [1] }),
            "stop[0] must be a string.".to_owned(),
            "",
        ),
        (
            json!({ "verbosity": "loud" }),
            r#"verbosity must be "low", "medium" or "high" here."#.to_owned(),
            "",
        ),
        (
            json!({ "messages": [] }),
            "messages is required.".to_owned(),
            "",
        ),
        (
            json!({ "messages": [{ "content": "x" }] }),
            "messages[0].role is required.".to_owned(),
            "",
        ),
        (
            json!({ "max_tokens": 101 }),
            "max_tokens: at most 100 here.".to_owned(),
            "maxOutputTokens",
        ),
        (
            json!({ "max_completion_tokens": 11 }),
            "max_completion_tokens: at most 10 for this session.".to_owned(),
            "",
        ),
        (
            json!({ "max_tokens": 0 }),
            "max_tokens must be a whole number above 0.".to_owned(),
            "",
        ),
        (
            json!({ "model": null }),
            "model is required.".to_owned(),
            "",
        ),
        (
            json!({ "model": "large" }),
            r#"This session may not use the model "large"."#.to_owned(),
            r#"the session's own list lacks: "large""#,
        ),
        (
            json!({ "model": "other\n" }),
            r#"This session may not use the model "other\n"."#.to_owned(),
            r#"models (Config::models, OPENAI_MODELS) does not list: "other\n""#,
        ),
        (
            json!({ "model": "sk-proj-abcdefghijklmnop0123" }),
            r#"This session may not use the model "[redacted]"."#.to_owned(),
            "[redacted]",
        ),
        (
            json!({ "messages": vec![json!({ "role": "user", "content": "a" }); 3] }),
            "messages: at most 2 here.".to_owned(),
            "maxMessages",
        ),
        (
            json!({ "stop": vec!["a"; 17] }),
            "stop may have at most 16 items here.".to_owned(),
            "",
        ),
        (
            json!({ "messages": image(format!("data:image/png;base64,{}", "A".repeat(40))) }),
            format!("{url} is too large: at most 40 characters here."),
            "maxImageBytes",
        ),
        (
            json!({ "messages": image("https://example.com/a.png".to_owned()) }),
            format!("{url} must be a data: URL of a png, jpeg, webp or gif in base64."),
            "imageUrls",
        ),
    ] {
        let refusal =
            ask_as(Route::ChatCompletions, &with(&more), &config, &scoped).expect_err("it went on");
        assert_eq!(refusal.message, message, "{more}");
        let noted = refusal.notice().map_or("", |notice| notice.text.as_str());
        assert!(
            noted.contains(line) && line.is_empty() == noted.is_empty(),
            "{more}: {noted}"
        );
    }
    let long = with(&json!({ "messages": [{ "role": "user", "content": "x".repeat(200_000) }] }));
    let refusal = chat(&long, &config).expect_err("it went on");
    assert!(
        refusal.message.contains("at most 131072 characters"),
        "{}",
        refusal.message
    );
    assert!(
        refusal
            .notice()
            .is_some_and(|notice| notice.text.contains("maxInputChars"))
    );
}

#[test]
fn the_input_cap_counts_every_character_of_the_json_that_goes_on() {
    let capped = config().max_input_chars(1000);
    let tool = |enumerated: Value| {
        let parameters = json!({ "enum": enumerated });
        with(
            &json!({ "tools": [{ "type": "function", "function": { "name": "a", "parameters": parameters } }] }),
        )
    };
    let many = |item: Value, count: usize| json!(vec![item; count]);
    for body in [
        tool(many(json!(1_000_007_919), 90)),
        tool(many(json!(0.123_456_789), 90)),
        tool(many(json!(true), 190)),
        tool(many(json!(null), 190)),
        tool(many(json!({}), 320)),
        tool(many(json!([]), 320)),
        tool(json!([{ "n".repeat(900): 1 }])),
        with(&json!({ "stop": ["\"".repeat(500)] })),
        with(&json!({ "metadata": { "a": "x".repeat(500), "b": "x".repeat(500) } })),
    ] {
        assert_eq!(refused(chat(&body, &capped)).1, "input_too_large", "{body}");
        assert!(chat(&body, &config()).is_ok(), "{body}");
    }
    // To the character: what the proxy adds is its own.
    let empty = with(&json!({ "messages": [{ "role": "user", "content": "" }] }));
    let room = 1000 - empty.to_string().len();
    for (chars, good) in [(room, true), (room + 1, false)] {
        for text in ["x", "é"] {
            let body =
                with(&json!({ "messages": [{ "role": "user", "content": text.repeat(chars) }] }));
            assert_eq!(chat(&body, &capped).is_ok(), good, "{chars} {text}");
        }
    }
}
