//! What the upstream sees and what comes back from it (threat table, rows K1 to K5, T10, E1).

use openai_wasm::proxy::Secret;
use openai_wasm::proxy::request::prompt::Prompt;
use openai_wasm::proxy::response::head::{Verdict, as_events, judge, retry_after};
use openai_wasm::proxy::response::upstream_error::{explain, report, scrub};
use openai_wasm::proxy::routing::Route;
use openai_wasm::proxy::upstream::request_headers;
use openai_wasm::wire::ApiError;

const KEY: &str = "sk-proj-Kx9QwErTyUiOpAsDfGhJkLzXcVbNm123";

fn key() -> Secret {
    Secret::new(KEY)
}

#[test]
fn the_upstream_sees_these_headers_and_no_other() {
    for (route, expected) in [
        (
            Route::ChatCompletions,
            &[
                "accept",
                "accept-encoding",
                "authorization",
                "content-type",
                "user-agent",
            ][..],
        ),
        (
            Route::Models,
            &["accept", "accept-encoding", "authorization", "user-agent"],
        ),
    ] {
        let headers = request_headers(route, &key());
        let mut names: Vec<_> = headers.iter().map(|(name, _)| name.to_owned()).collect();
        names.sort();
        assert_eq!(names, expected);
        assert_eq!(
            headers.get("authorization"),
            Some(format!("Bearer {KEY}").as_str())
        );
    }
}

#[test]
fn only_a_200_of_the_asked_media_type_passes() {
    for (status, content_type, streams, expected) in [
        (200, Some("application/json"), false, Ok("application/json")),
        (
            200,
            Some("application/json; charset=utf-8"),
            false,
            Ok("application/json"),
        ),
        (
            200,
            Some("Text/Event-Stream; charset=utf-8"),
            true,
            Ok("text/event-stream"),
        ),
        (200, Some("application/json"), true, Ok("looked at")),
        (200, Some("text/plain"), true, Ok("looked at")),
        (200, None, true, Ok("looked at")),
        (201, Some("text/event-stream"), true, Ok("looked at")),
        (
            201,
            Some("text/event-stream"),
            false,
            Err((502, "upstream_error")),
        ),
        (
            200,
            Some("application/xhtml+xml"),
            true,
            Err((502, "upstream_invalid")),
        ),
        (
            200,
            Some("Image/SVG+XML"),
            true,
            Err((502, "upstream_invalid")),
        ),
        (400, Some("text/html"), true, Err((0, "explained"))),
        (
            200,
            Some("text/event-stream"),
            false,
            Err((502, "upstream_invalid")),
        ),
        (200, Some("text/html"), true, Err((502, "upstream_invalid"))),
        (200, None, false, Err((502, "upstream_invalid"))),
        (204, None, false, Err((502, "upstream_error"))),
        (
            206,
            Some("application/json"),
            false,
            Err((502, "upstream_error")),
        ),
        (301, None, false, Err((502, "upstream_redirect"))),
        (307, None, true, Err((502, "upstream_redirect"))),
        (308, None, true, Err((502, "upstream_redirect"))),
        (
            401,
            Some("application/json"),
            false,
            Err((502, "upstream_auth")),
        ),
        (
            403,
            Some("application/json"),
            false,
            Err((502, "upstream_auth")),
        ),
        (
            402,
            Some("application/json"),
            false,
            Err((502, "upstream_account")),
        ),
        (418, None, false, Err((502, "upstream_error"))),
        (500, None, false, Err((502, "upstream_error"))),
        (503, None, false, Err((503, "upstream_unavailable"))),
        (504, None, false, Err((504, "upstream_timeout"))),
        (599, None, false, Err((502, "upstream_error"))),
    ] {
        let verdict = judge(Route::ChatCompletions, status, content_type, streams);
        let got = match &verdict {
            Verdict::Pass(media_type) => Ok(*media_type),
            Verdict::Look => Ok("looked at"),
            Verdict::Refuse(refusal) => Err((refusal.status, refusal.code.as_str())),
            Verdict::Explain => Err((0, "explained")),
        };
        assert_eq!(got, expected, "{status} {content_type:?} {streams}");
    }
    for status in [400, 404, 409, 413, 415, 422, 429] {
        let verdict = judge(Route::ChatCompletions, status, None, false);
        assert_eq!(verdict, Verdict::Explain, "{status}");
    }
}

#[test]
fn an_explanation_keeps_what_the_caller_can_use() {
    let body =
        br#"{"error":{"message":"Invalid value for 'temperature': 3 is over the maximum of 2.",
        "type":"invalid_request_error","code":"invalid_value","param":"messages[0].content"}}"#;
    let refusal = explain(400, body, &key(), None);
    assert_eq!(
        refusal.message,
        "Invalid value for 'temperature': 3 is over the maximum of 2."
    );
    assert_eq!(refusal.code, "invalid_value");
    assert_eq!(refusal.param.as_deref(), Some("messages[0].content"));
}

#[test]
fn an_explanation_that_is_none_becomes_a_fixed_text() {
    for body in [
        &b""[..],
        b"<html>Internal details</html>",
        b"[]",
        br#"{"error":"a string"}"#,
        br#"{"error":{"message":"","code":17,"param":{"a":1}}}"#,
        br#"{"message":"elsewhere"}"#,
    ] {
        let refusal = explain(422, body, &key(), None);
        assert_eq!(
            (
                refusal.message.as_str(),
                refusal.code.as_str(),
                refusal.param
            ),
            (
                "The model server refused the request.",
                "upstream_refused",
                None
            ),
            "{}",
            String::from_utf8_lossy(body)
        );
    }
    assert_eq!(explain(429, b"", &key(), None).code, "rate_limited");
}

#[test]
fn an_explanation_that_tells_the_prompt_becomes_a_fixed_text() {
    let prompt = Prompt::new("You are CANARYPROMPT0123456789, an assistant of the cheese shop.");
    let explained = |message: &str| {
        let body = format!(r#"{{"error":{{"message":"{message}"}}}}"#);
        explain(400, body.as_bytes(), &key(), Some(&prompt)).message
    };
    // The first word of the part is taken out for itself; what is left would be too little.
    assert_eq!(
        explained("at CANARYPROMPT0123456789, an assis"),
        "The model server refused the request."
    );
    assert_eq!(
        explained("temperature is too high"),
        "temperature is too high"
    );
}

#[test]
fn names_of_keys_and_accounts_are_taken_out() {
    let backwards: String = KEY.chars().rev().collect();
    for (message, telling) in [
        (
            format!("Incorrect API key provided: {KEY}."),
            "Kx9QwErT".to_owned(),
        ),
        (
            "Incorrect API key provided: sk-proj-********m123.".to_owned(),
            "m123".to_owned(),
        ),
        (
            "Your key QwErTyUiOp is wrong".to_owned(),
            "QwErTyUi".to_owned(),
        ),
        (format!("reversed:{backwards}"), backwards.clone()),
        ("in hex 5177457254795569".to_owned(), "51774572".to_owned()),
        ("in HEX 5177457254795569".to_owned(), "51774572".to_owned()),
        (
            "in URLs %51%77%45%72%54%79%55%69".to_owned(),
            "%51%77".to_owned(),
        ),
        ("in base64 UXdFclR5VWk=".to_owned(), "UXdFclR5".to_owned()),
        ("in base64 eFF3RXJUeVVp".to_owned(), "eFF3RXJU".to_owned()),
        (
            "in base64 eHhRd0VyVHlVaQ==".to_owned(),
            "eHhRd0Vy".to_owned(),
        ),
        (
            "Rate limit reached for gpt-4o in organization org-AbC123 on tokens".to_owned(),
            "org-AbC123".to_owned(),
        ),
        ("in project `proj_abc`".to_owned(), "proj_abc".to_owned()),
        ("request req_0123 failed".to_owned(), "req_0123".to_owned()),
        (
            "visit https://platform.openai.com/account/api-keys.".to_owned(),
            "platform".to_owned(),
        ),
        (
            "contact someone@example.com".to_owned(),
            "someone".to_owned(),
        ),
        (
            "hash 5d41402abc4b2a76b9719d911017c592".to_owned(),
            "5d41402a".to_owned(),
        ),
        (
            "another (gsk_abcdefgh12345678)".to_owned(),
            "gsk_".to_owned(),
        ),
    ] {
        let clean = scrub(&message, &key());
        assert!(!clean.contains(&telling), "{message} → {clean}");
        assert!(clean.contains("[redacted]"), "{message} → {clean}");
    }
    for message in [
        "The model `accounts/fireworks/models/llama-v3p1-405b-instruct` does not exist",
        "max_completion_tokens is too large: 200000. This model supports at most 16384 tokens.",
        "Missing required parameter: 'messages[0].content'.",
        // Seven characters of the key in these codings.
        "%51%77%45%72%54%79%55 UXdFclR5",
    ] {
        assert_eq!(scrub(message, &key()), message);
    }
}

#[test]
fn what_names_a_machine_an_account_or_a_sum_is_taken_out() {
    for (message, told) in [
        ("host my-corp-prod.openai.azure.com failed", "my-corp"),
        ("resolving vllm.internal failed", "vllm"),
        ("the host gpu-17.local, says DNS", "gpu-17"),
        ("connect ECONNREFUSED 10.20.30.40:11434", "10.20"),
        ("connect to 10.20.30.40 failed", "10.20"),
        ("connect to localhost:8000 failed", "localhost"),
        ("connect to gpuserver:8000 failed", "gpuserver"),
        ("bound to [fe80::1ff:fe23]:443", "fe80"),
        ("via ::ffff:10.0.0.1", "10.0"),
        ("File \"/home/alice/models/llama.gguf\" is missing", "alice"),
        ("~/models/private is missing", "private"),
        ("home/alice is full", "alice"),
        (r"C:\Users\alice\model is missing", "alice"),
        ("at Object.<anonymous> (server.js:10:5)", "server.js"),
        (
            "arn:aws:bedrock:us-east-1:123456789012:model",
            "123456789012",
        ),
        ("arn:aws", "aws"),
        ("projects/my-secret-project/locations/x", "secret"),
        ("projects/secret", "secret"),
        ("of account 123456789012 now", "123456789012"),
        (
            "deployment 123e4567-e89b-12d3-a456-426614174000 is gone",
            "426614174000",
        ),
        ("id 0a1b2c3d4e5f is gone", "0a1b"),
        ("balance $120.00 of $500", "120"),
        ("balance 120.00 USD is over", "120"),
        ("balance USD 120,50 is over", "120"),
        ("balance of 120 credits is over", "120"),
        ("balance €120 is over", "120"),
        ("balance 120元 is over", "120"),
        ("balance: 120EUR", "120"),
        ("in org\u{2011}AbCdEf", "AbCdEf"),
        ("in o\u{200b}rg-AbCdEf", "AbCdEf"),
        ("in org\u{ad}-AbCdEf", "AbCdEf"),
        ("in org\u{ff0d}AbCdEf", "AbCdEf"),
        ("in \u{ff4f}\u{ff52}\u{ff47}-AbCdEf", "AbCdEf"),
        ("in \u{43e}rg-AbCdEf", "AbCdEf"),
        ("in \u{448}rg-AbCdEf", "AbCdEf"),
        ("key Kx9QwEr TyUiOpA sDfGhJk", "TyUiOpA"),
        ("key Kx9Q, wErT, yUiO", "wErT"),
        ("key K x 9 Q w E r T y U i O", "w E r T"),
        ("key 3 2 1 m N b V c X z L", "b V c X"),
        ("key Kx9Q\u{200b}wErTy", "wErTy"),
    ] {
        let clean = scrub(message, &key());
        assert!(!clean.contains(told), "{message} → {clean}");
        assert!(clean.contains("[redacted]"), "{message} → {clean}");
    }
}

#[test]
fn ordinary_messages_stay_readable() {
    for message in [
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4500 in the messages, 500 in the completion).",
        "Invalid value for 'messages[0].content[1].image_url.url': expected a string.",
        "Unknown parameter: 'response_format.json_schema'.",
        "Invalid schema for response_format 'x': In context=('properties', 'a'), 'additionalProperties' is required to be supplied and to be false.",
        "body.messages.0.role: Input should be 'user', 'assistant' or 'tool'",
        "Rate limit reached for gpt-4o-mini on tokens per min. Limit: 200000 / 1min. Please try again in 6m0s.",
        "Limit 200000, Used 199990, Requested 27. Please try again in 5.1s.",
        "The model `gpt-3.5-turbo-0125` does not exist (v1.5), e.g. for llama-3.1-8b-instruct.",
        "This is a chat model. Did you mean to use v1/chat/completions or /v1/completions?",
        "The media type application/json or image/png is expected, input and/or output, 3 tokens/min.",
        "temperature must be between 0.0 and 2.0, top_p at most 1, -0.5 is not.",
        "max_tokens is too large: 8192. This model supports at most 1048576 tokens.",
        "The value 1024x1024 is not supported; base64 or b64_json in utf-8 is.",
        "参数错误：max_tokens 必须小于 4096。",
        "Über die Länge hinaus: 4096 Zeichen, '$ref' fehlt.",
        "",
    ] {
        let read = message.replace('：', ":");
        assert_eq!(scrub(message, &key()), read);
    }
}

#[test]
fn a_message_of_any_length_is_looked_at_in_no_time() {
    for word in ["a", "Kx9QwEr ", "sk-", "org-x ", "9", "é", "/", ". ", "$1 "] {
        let clean = scrub(&word.repeat(1_000_000), &key());
        assert!(clean.chars().count() <= 501, "{word}: {clean}");
    }
}

#[test]
fn an_error_in_the_place_of_an_answer_keeps_what_the_caller_can_use() {
    for (code, expected) in [
        (Some("context_length_exceeded"), "context_length_exceeded"),
        (Some("502"), "upstream_refused"),
        (Some("my-corp.internal.example"), "upstream_refused"),
        (Some(KEY), "upstream_refused"),
        (None, "upstream_refused"),
    ] {
        let error = ApiError {
            message: "too long at 10.0.0.1:80".to_owned(),
            code: code.map(str::to_owned),
            param: Some("messages".to_owned()),
            ..ApiError::default()
        };
        let refusal = report(&error, &key());
        assert_eq!(
            (
                refusal.status,
                refusal.code.as_str(),
                refusal.message.as_str(),
                refusal.param.as_deref()
            ),
            (502, expected, "too long at [redacted]", Some("messages")),
            "{code:?}"
        );
    }
    let nothing = report(&ApiError::default(), &key());
    assert_eq!(nothing.message, "The model server refused the request.");
}

#[test]
fn whole_json_becomes_the_one_chunk_of_a_stream() {
    let events =
        as_events(br#"{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}"#).unwrap();
    let (chunk, done) = events
        .strip_prefix("data: ")
        .unwrap()
        .split_once("\n\n")
        .unwrap();
    assert_eq!(done, "data: [DONE]\n\n");
    let chunk: serde_json::Value = serde_json::from_str(chunk).unwrap();
    assert_eq!(chunk["choices"][0]["delta"]["content"], "Hi");
    assert_eq!(chunk["choices"][0]["message"]["content"], "Hi");
    let odd = as_events(br#"{"a":"\ud83d","b":1e999}"#).unwrap();
    assert!(odd.starts_with("data: {"), "{odd}");
    for other in [&b"[]"[..], b"", b"{", b"null", b"data: {}"] {
        assert_eq!(as_events(other), None);
    }
}

#[test]
fn codes_and_parameters_cannot_smuggle_a_key() {
    let body = format!(r#"{{"error":{{"message":"no","code":"{KEY}","param":"{KEY}"}}}}"#);
    let refusal = explain(400, body.as_bytes(), &key(), None);
    assert_eq!(
        (refusal.code.as_str(), refusal.param),
        ("upstream_refused", None)
    );
}

#[test]
fn a_message_is_one_capped_line() {
    let clean = scrub(&"word \n\u{7}".repeat(1000), &key());
    assert!(
        clean.chars().count() <= 501 && !clean.contains(['\n', '\u{7}']),
        "{clean}"
    );
}

#[test]
fn retry_after_is_whole_capped_seconds() {
    let now = 784_111_777; // Sun, 06 Nov 1994 08:49:37 GMT
    for (value, expected) in [
        (None, None),
        (Some("7"), Some(7)),
        (Some(" 7 "), Some(7)),
        (Some("0"), Some(0)),
        (Some("1000000000"), Some(3600)),
        (Some("99999999999999999999999999"), Some(3600)),
        (Some("-1"), None),
        (Some("1.5"), None),
        (Some("soon"), None),
        (Some(""), None),
        (Some("Sun, 06 Nov 1994 08:49:47 GMT"), Some(10)),
        (Some("Sun, 06 Nov 1994 08:49:27 GMT"), Some(0)),
        (Some("Sat, 06 Nov 2094 08:49:27 GMT"), Some(3600)),
    ] {
        assert_eq!(retry_after(value, now), expected, "{value:?}");
    }
}
