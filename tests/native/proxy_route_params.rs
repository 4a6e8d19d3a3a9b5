//! What a caller may ask on the routes beside chat completions (threat table, rows V8 to V12).

use openai_wasm::proxy::config::Models;
use openai_wasm::proxy::route::Route;
use openai_wasm::proxy::{Caller, Config};
use serde_json::{Value, json};

use crate::proxy_params::{END_USER, ask_as, config, refused, sent};

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
        (
            Route::Speech,
            json!({ "model": "small", "input": "a", "voice": "coral", "user": "me" }),
            Ok(json!({ "model": "small", "input": "a", "voice": "coral" })),
        ),
        (
            Route::Speech,
            json!({
                "model": "small", "input": "a", "voice": "coral", "instructions": "Slowly.",
                "response_format": "wav", "stream_format": "sse", "speed": 0.25,
            }),
            Ok(json!({
                "model": "small", "input": "a", "voice": "coral", "instructions": "Slowly.",
                "response_format": "wav", "stream_format": "sse", "speed": 0.25,
            })),
        ),
        (
            Route::Speech,
            json!({ "model": "small", "voice": "coral" }),
            Err(400),
        ),
        (
            Route::Speech,
            json!({ "model": "other", "input": "a", "voice": "coral" }),
            Err(403),
        ),
        // A voice that is kept in the account.
        (
            Route::Speech,
            json!({ "model": "small", "input": "a", "voice": { "id": "voice_1" } }),
            Err(400),
        ),
        (
            Route::Speech,
            json!({ "model": "small", "input": "a", "voice": "coral", "speed": 0.2 }),
            Err(400),
        ),
        (
            Route::Speech,
            json!({ "model": "small", "input": ["a"], "voice": "coral" }),
            Err(400),
        ),
        (
            Route::Speech,
            json!({ "model": "small", "input": "a".repeat(200_000), "voice": "coral" }),
            Err(413),
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
fn a_token_counts_as_four_characters_at_least() {
    let config = config().max_input_chars(100);
    // A token of one digit is three characters more than it is written as, and has a comma.
    let room = (100 - r#"{"model":"small","input":[]}"#.len() + 1) / 5;
    for (tokens, expected) in [(room, None), (room + 1, Some(413))] {
        for input in [json!(vec![1; tokens]), json!(vec![1_234; tokens])] {
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
    let config = config().image_urls(true);
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
    let open = closed.models(Models::Any);
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
