//! What a request may cost at most: answers, output and input.

use openai_wasm::proxy::Caller;
use openai_wasm::proxy::route::Route;
use serde_json::{Value, json};

use crate::proxy_params::{ask_as, chat, config, entries, refused, sent, with};

#[test]
fn what_multiplies_the_cost_must_be_listed() {
    for (name, value) in [
        ("n", json!(128)),
        ("n", json!(0)),
        ("n", json!(2)),
        ("service_tier", json!("priority")),
        ("service_tier", json!("flex")),
        ("web_search_options", json!({})),
        ("reasoning_effort", json!("high")),
        ("modalities", json!(["audio"])),
        ("audio", json!({ "voice": "alloy" })),
        ("prediction", json!({ "type": "content", "content": "x" })),
        ("modalities", json!(["text", "audio"])),
        ("store", json!(true)),
        ("top_logprobs", json!(6)),
        ("logit_bias", json!({ "1": "100" })),
        ("logit_bias", entries(301, &json!(1))),
        ("metadata", json!({ "a": 1 })),
        ("metadata", json!({ "a": "x".repeat(513) })),
        ("metadata", json!({ "x".repeat(65): "b" })),
        ("metadata", entries(17, &json!("b"))),
        ("metadata", json!("a")),
        ("background", json!(true)),
    ] {
        let body = with(&json!({ name: value }));
        let expected = (400, "param_not_allowed".to_owned(), Some(name.to_owned()));
        assert_eq!(refused(chat(&body, &config())), expected, "{name}: {value}");
        let listed = config().allowed_params(vec![name.to_owned()]);
        assert_eq!(sent(&chat(&body, &listed).unwrap())[name], value, "{name}");
    }
    let hosted = with(&json!({ "tools": [{ "type": "web_search" }] }));
    assert_eq!(refused(chat(&hosted, &config())).0, 400);
}

#[test]
fn the_output_is_capped() {
    for name in ["max_tokens", "max_completion_tokens"] {
        for value in [
            json!(0),
            json!(-1),
            json!(1.5),
            json!("100"),
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
    let openai = config().upstream("https://api.openai.com/v1".to_owned());
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
    let config = config()
        .max_messages(3)
        .max_input_chars(200)
        .max_image_bytes(60);
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
    let roomy = config.clone().max_input_chars(500).max_image_bytes(4000);
    assert!(chat(&body, &roomy).is_ok());
    let large = with(&json!({ "messages": [image(&png(3000)), image(&png(3000))] }));
    assert!(
        chat(&large, &roomy).is_ok(),
        "images are not counted as text"
    );
    let fetched = config.image_urls(true).max_input_chars(300);
    for (url, good) in [
        ("https://example.com/a.png", true),
        ("http://example.com/a.png", false),
        ("file:///etc/passwd", false),
    ] {
        let body = with(&json!({ "messages": [image(url)] }));
        assert_eq!(chat(&body, &fetched).is_ok(), good, "{url}");
    }
}
