//! The proxy's routes and CORS rules (threat table, rows V1, V2, O1 to O7, S6).

use openai_wasm::proxy::Config;
use openai_wasm::proxy::config::Models;
use openai_wasm::proxy::route::{Media, Route};
use openai_wasm::proxy::routing::{Decision, Head, check_body_head, decide};

pub const CHAT: &str = "https://proxy.example.com/v1/chat/completions";
pub const MODELS: &str = "https://proxy.example.com/v1/models";
pub const PAGE: &str = "https://app.example.com";

pub fn listed() -> Vec<String> {
    vec![PAGE.to_owned(), "http://localhost:5173".to_owned()]
}

pub fn config() -> Config {
    Config::default()
        .allowed_origins(listed())
        .routes(vec![Route::Models])
        .models(Models::Any)
}

pub fn head<'a>(method: &'a str, url: &'a str) -> Head<'a> {
    Head {
        method,
        url,
        ..Head::default()
    }
}

pub fn status(head: &Head<'_>) -> u16 {
    match decide(head, &config()) {
        Decision::Forward(_)
        | Decision::Model(_)
        | Decision::Mint(_)
        | Decision::Budget
        | Decision::Stream(_) => 200,
        Decision::Preflight(_) => 204,
        Decision::Reject(refusal) => refusal.status,
    }
}

#[test]
fn two_routes_exist_and_a_query_changes_neither() {
    for (method, url, route) in [
        ("POST", CHAT.to_owned(), Route::ChatCompletions),
        (
            "POST",
            format!("{CHAT}?api_base=https://x"),
            Route::ChatCompletions,
        ),
        ("GET", MODELS.to_owned(), Route::Models),
        ("GET", format!("{MODELS}?after=x#y"), Route::Models),
        (
            "GET",
            "http://127.0.0.1:8787/v1/models".to_owned(),
            Route::Models,
        ),
    ] {
        assert_eq!(
            decide(&head(method, &url), &config()),
            Decision::Forward(route),
            "{method} {url}"
        );
    }
}

#[test]
fn a_path_that_would_need_normalising_is_another_path() {
    for path in [
        "",
        "/",
        "/v1",
        "/v1/",
        "/v1/chat",
        "/v1/chat/completions//",
        "/v1/models//",
        "/v1/models/%zz",
        "/v1/models/%e9",
        "/v1/models/..%2f..%2fadmin",
        "/v1/models/../files",
        "/v1/models/a/%2e%2e/files",
        "/v1/models/a%2f",
        "/v1/models/a//b",
        "/v1/models/..%5cfiles",
        "/v1/models/..%252ffiles",
        "/v1/models/a%0a",
        "//v1/models",
        "/v1//models",
        "/v1/./models",
        "/v1/x/../models",
        "/v1/%6dodels",
        "/v1/%2e%2e/v1/models",
        "/v1%2fmodels",
        "/v1/models;x",
        "/v1/models%00",
        "/v1\\models",
        "/V1/models",
        "/v1/Models",
        "/v1/files",
        "/v1/responses/resp_x",
        "/v1/fine_tuning/jobs",
        "/v1/organization/admin_api_keys",
        "/https://evil.example.com/v1/models",
        "/chat/completions",
    ] {
        for method in ["GET", "POST", "OPTIONS", "DELETE"] {
            let url = format!("https://proxy.example.com{path}");
            assert_eq!(status(&head(method, &url)), 404, "{method} {path}");
        }
    }
}

#[test]
fn one_slash_at_the_end_of_a_path_is_left_out() {
    for (method, url, route) in [
        ("POST", format!("{CHAT}/"), Route::ChatCompletions),
        ("POST", format!("{CHAT}/?x=/"), Route::ChatCompletions),
        ("GET", format!("{MODELS}/"), Route::Models),
        ("HEAD", format!("{MODELS}/"), Route::Models),
        ("HEAD", MODELS.to_owned(), Route::Models),
    ] {
        let decision = decide(&head(method, &url), &config());
        assert_eq!(decision, Decision::Forward(route), "{method} {url}");
    }
}

#[test]
fn a_model_is_asked_for_by_its_id() {
    for (path, id) in [
        ("gpt-4o", "gpt-4o"),
        ("gpt-4o/", "gpt-4o"),
        ("gpt-4o?x=1", "gpt-4o"),
        ("meta-llama/Llama-3", "meta-llama/Llama-3"),
        ("meta-llama%2FLlama-3", "meta-llama/Llama-3"),
        ("ft:gpt%3Aorg::id", "ft:gpt:org::id"),
        ("%C3%A9", "é"),
        ("a..b/.c", "a..b/.c"),
    ] {
        for method in ["GET", "HEAD"] {
            let url = format!("{MODELS}/{path}");
            let decision = decide(&head(method, &url), &config());
            assert_eq!(decision, Decision::Model(id.to_owned()), "{method} {path}");
        }
    }
    let url = format!("{MODELS}/gpt-4o");
    let Decision::Reject(refusal) = decide(&head("DELETE", &url), &config()) else {
        panic!("DELETE went on");
    };
    assert_eq!(
        (refusal.status, refusal.allow),
        (405, Some("GET, HEAD, OPTIONS"))
    );
    let off = Config::default().models(Models::Any);
    assert!(
        matches!(decide(&head("GET", &url), &off), Decision::Reject(refusal) if refusal.status == 404)
    );
}

#[test]
fn a_refusal_names_the_path_and_the_origin_and_the_log_the_option() {
    let from = |origin| Head {
        origin: Some(origin),
        ..head("POST", CHAT)
    };
    let files = "https://proxy.example.com/v1/files\u{1b}";
    let embeddings = "https://proxy.example.com/v1/embeddings";
    let bare = "https://proxy.example.com/chat/completions";
    let session = "https://proxy.example.com/session";
    let key = "https://proxy.example.com/v1/sk-proj-abcdefghijklmnop0123";
    for (head, message, line) in [
        (
            head("POST", files),
            "The proxy has no such path: /v1/files",
            r#""/v1/files\u{1b}""#,
        ),
        (
            head("POST", embeddings),
            "/v1/embeddings.",
            r#"routes: ["embeddings"]"#,
        ),
        (
            head("POST", bare),
            "The proxy has no such path: /chat/completions. Its paths begin with /v1/.",
            "/chat/completions",
        ),
        (head("POST", session), "/session.", "anonymousSessions"),
        (head("POST", key), "[redacted]", "[redacted]"),
        (
            from("https://b.example.com"),
            r#"origin "https://b.example.com""#,
            r#"allowedOrigins (Config::allowed_origins) does not list: "https://b.example.com""#,
        ),
        (
            from("https://b.example.com\nx"),
            r"b.example.com\nx",
            r"b.example.com\nx",
        ),
    ] {
        let Decision::Reject(refusal) = decide(&head, &config()) else {
            panic!("{head:?} went on");
        };
        assert!(refusal.message.contains(message), "{}", refusal.message);
        let noted = refusal.notice().map_or("", |notice| notice.text.as_str());
        assert!(noted.contains(line), "{noted}");
    }
}

#[test]
fn other_methods_are_refused_with_the_list_of_those_that_exist() {
    for (url, right, allow) in [
        (CHAT, "POST", "POST, OPTIONS"),
        (MODELS, "GET", "GET, HEAD, OPTIONS"),
    ] {
        for method in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "post", "get",
        ] {
            if method == right || (method, right) == ("HEAD", "GET") {
                continue;
            }
            let Decision::Reject(refusal) = decide(&head(method, url), &config()) else {
                panic!("{method} {url} went on");
            };
            assert_eq!(
                (refusal.status, refusal.allow),
                (405, Some(allow)),
                "{method} {url}"
            );
        }
    }
}

#[test]
fn a_host_that_would_choose_the_route_is_none() {
    // The URL as workerd makes it of the header and the request line's `/v1/files`.
    for (host, expected) in [
        ("proxy.example.com", 200),
        ("127.0.0.1:8787", 200),
        ("[2001:db8::1]:443", 200),
        ("my_worker", 200),
        ("h/v1/models?", 400),
        ("h/v1/models#", 400),
        ("h/v1/models\\", 400),
        ("u@h", 400),
        ("h%2f", 400),
        ("h, i", 400),
    ] {
        let url = format!("http://{host}/v1/models");
        let head = Head {
            host: Some(host),
            ..head("GET", &url)
        };
        assert_eq!(status(&head), expected, "{host}");
    }
}

#[test]
fn a_change_of_protocol_is_refused() {
    let head = Head {
        upgrade: Some("websocket"),
        ..head("GET", MODELS)
    };
    assert_eq!(status(&head), 400);
}

#[test]
fn a_body_is_plain_json_of_a_declared_size_under_the_limit() {
    let json = Some("application/json");
    for (content_type, content_encoding, content_length, expected) in [
        (json, None, None, None),
        (
            Some("Application/JSON; charset=utf-8"),
            Some("identity"),
            Some("10"),
            None,
        ),
        (None, None, None, Some(415)),
        (Some(""), None, None, Some(415)),
        (Some("text/plain"), None, None, Some(415)),
        (
            Some("application/x-www-form-urlencoded"),
            None,
            None,
            Some(415),
        ),
        (
            Some("multipart/form-data; boundary=application/json"),
            None,
            None,
            Some(415),
        ),
        (Some("application/json-patch+json"), None, None, Some(415)),
        (Some("text/plain, application/json"), None, None, Some(415)),
        (json, Some("gzip"), None, Some(415)),
        (json, None, Some("11"), Some(413)),
        (json, None, Some("-1"), Some(413)),
        (json, None, Some("99999999999999999999999999"), Some(413)),
        (json, None, Some("5, 5"), Some(413)),
    ] {
        let head = Head {
            content_type,
            content_encoding,
            content_length,
            ..head("POST", CHAT)
        };
        let config = config().max_body_bytes(10);
        let got = check_body_head(Media::Json, &head, &config)
            .err()
            .map(|r| r.status);
        assert_eq!(got, expected, "{head:?}");
    }
    let bare = head("GET", MODELS);
    assert_eq!(check_body_head(Media::None, &bare, &config()), Ok(()));
}

#[test]
fn a_file_is_multipart_of_a_declared_size_and_a_plain_boundary() {
    let form = Some("multipart/form-data; boundary=----WebKitFormBoundaryABC123");
    for (content_type, content_length, expected) in [
        (form, Some("10"), None),
        (
            Some("Multipart/Form-Data;boundary=\"a b\""),
            Some("10"),
            Some(415),
        ),
        (
            Some("multipart/form-data; Boundary=\"ab\""),
            Some("10"),
            None,
        ),
        (form, None, Some(411)),
        (form, Some("11"), Some(413)),
        (form, Some("x"), Some(413)),
        (Some("multipart/form-data"), Some("10"), Some(415)),
        (
            Some("multipart/form-data; boundary="),
            Some("10"),
            Some(415),
        ),
        (
            Some("multipart/form-data; boundary=a; charset=b"),
            Some("10"),
            Some(415),
        ),
        (Some("multipart/mixed; boundary=a"), Some("10"), Some(415)),
        (Some("application/json"), Some("10"), Some(415)),
        (None, Some("10"), Some(415)),
    ] {
        let head = Head {
            content_type,
            content_length,
            ..head("POST", CHAT)
        };
        let config = config().max_upload_bytes(10);
        let got = check_body_head(Media::Multipart, &head, &config)
            .err()
            .map(|r| r.status);
        assert_eq!(got, expected, "{head:?}");
    }
}

#[test]
fn each_route_beyond_chat_is_switched_on_by_itself() {
    for route in Route::ALL {
        let url = format!("https://proxy.example.com{}", route.path());
        let head = head(route.method(), &url);
        let always = route == Route::ChatCompletions;
        let without = decide(&head, &Config::default());
        assert_eq!(matches!(without, Decision::Forward(_)), always, "{route:?}");
        let only = Config::default().routes(vec![route]);
        assert_eq!(decide(&head, &only), Decision::Forward(route));
    }
}
