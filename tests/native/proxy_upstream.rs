//! What the upstream sees and what comes back from it (threat table, rows K1 to K5, T10, E1).

use openai_wasm::proxy::Secret;
use openai_wasm::proxy::policy::Route;
use openai_wasm::proxy::upstream::{Verdict, explain, judge, request_headers, retry_after, scrub};

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
        (
            200,
            Some("application/json"),
            true,
            Err((502, "upstream_invalid")),
        ),
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
            Verdict::Refuse(refusal) => Err((refusal.status, refusal.code.as_str())),
            Verdict::Explain => panic!("{status} asks for its body"),
        };
        assert_eq!(got, expected, "{status} {content_type:?} {streams}");
    }
    for status in [400, 404, 409, 413, 415, 422, 429] {
        let verdict = judge(Route::ChatCompletions, status, None, false);
        assert_eq!(verdict, Verdict::Explain, "{status}");
    }
}

#[test]
fn texts_pass_where_the_api_has_them() {
    const TEXTS: [(&str, &str); 3] = [
        ("text/plain", "text/plain; charset=utf-8"),
        ("Text/VTT; charset=UTF-8", "text/vtt; charset=utf-8"),
        ("application/x-subrip", "application/x-subrip"),
    ];
    let passed = |route, content_type: &str| match judge(route, 200, Some(content_type), false) {
        Verdict::Pass(media_type) => Some(media_type),
        _ => None,
    };
    for route in Route::ALL {
        let audio = matches!(route, Route::AudioTranscriptions | Route::AudioTranslations);
        for (received, sent) in TEXTS {
            let expected = audio.then_some(sent);
            assert_eq!(passed(route, received), expected, "{route:?} {received}");
        }
        for never in [
            "text/html",
            "text/html; charset=utf-8",
            "image/svg+xml",
            "application/xhtml+xml",
            "text/xml",
            "text/javascript",
            "application/octet-stream",
            "text/plain+x",
            "text/plain, text/html",
            "",
        ] {
            assert_eq!(passed(route, never), None, "{route:?} {never}");
        }
        // Whether an upload asks for a stream is not read.
        let events = (route == Route::AudioTranscriptions).then_some("text/event-stream");
        assert_eq!(passed(route, "text/event-stream"), events, "{route:?}");
        let accept = request_headers(route, &key())
            .get("accept")
            .map(str::to_owned);
        let accept = accept.unwrap_or_default();
        assert_eq!(accept.contains("text/vtt"), audio, "{route:?}: {accept}");
    }
}

#[test]
fn an_explanation_keeps_what_the_caller_can_use() {
    let body =
        br#"{"error":{"message":"Invalid value for 'temperature': 3 is over the maximum of 2.",
        "type":"invalid_request_error","code":"invalid_value","param":"messages[0].content"}}"#;
    let refusal = explain(400, body, &key());
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
        let refusal = explain(422, body, &key());
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
    assert_eq!(explain(429, b"", &key()).code, "rate_limited");
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
        "5177457254795500 %51%77%45%72%54%79%55 UXdFclR5",
    ] {
        assert_eq!(scrub(message, &key()), message);
    }
}

#[test]
fn codes_and_parameters_cannot_smuggle_a_key() {
    let body = format!(r#"{{"error":{{"message":"no","code":"{KEY}","param":"{KEY}"}}}}"#);
    let refusal = explain(400, body.as_bytes(), &key());
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
