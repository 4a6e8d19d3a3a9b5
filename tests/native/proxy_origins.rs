//! Whose pages may use the proxy, and what their browsers are told.

use openai_wasm::proxy::Config;
use openai_wasm::proxy::config::{Anonymous, Resumable};
use openai_wasm::proxy::cors::answer_headers;
use openai_wasm::proxy::routing::{Decision, Head, decide};

use crate::proxy_policy::{CHAT, MODELS, PAGE, config, head, listed, status};

#[test]
fn look_alike_origins_are_refused_on_the_server_too() {
    for origin in [
        "null",
        "*",
        "",
        "https://app.example.com.evil.com",
        "https://evilapp.example.com",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://app.example.com.",
        "https://app.example.com/",
        "https://a.app.example.com",
        "HTTPS://APP.EXAMPLE.COM",
        "https://app.example.com, https://app.example.com",
        "https://proxy.example.com.evil.com",
        "http://proxy.example.com",
        "https://proxy.example.com:8443",
    ] {
        for (method, url) in [("POST", CHAT), ("GET", MODELS), ("OPTIONS", CHAT)] {
            let head = Head {
                origin: Some(origin),
                requested_method: Some("POST"),
                ..head(method, url)
            };
            assert_eq!(status(&head), 403, "{method} from {origin:?}");
            let headers = answer_headers(&head, &listed(), "id");
            assert_eq!(
                headers.get("access-control-allow-origin"),
                None,
                "{origin:?}"
            );
            assert_eq!(headers.get("vary"), Some("Origin"));
        }
    }
}

#[test]
fn listed_origins_the_own_origin_and_no_origin_go_on() {
    for (origin, shown) in [
        (None, None),
        (Some("https://proxy.example.com"), None),
        (Some(PAGE), Some(PAGE)),
        (Some("http://localhost:5173"), Some("http://localhost:5173")),
    ] {
        let head = Head {
            origin,
            ..head("POST", CHAT)
        };
        assert_eq!(status(&head), 200, "{origin:?}");
        let headers = answer_headers(&head, &listed(), "id");
        assert_eq!(
            headers.get("access-control-allow-origin"),
            shown,
            "{origin:?}"
        );
        assert_eq!(headers.get("access-control-allow-credentials"), None);
        assert_eq!(
            headers.get("access-control-expose-headers"),
            shown.map(
                |_| "retry-after, x-budget-remaining, x-request-id, x-should-retry, x-stream-id"
            )
        );
    }
}

#[test]
fn pages_may_read_and_stop_streams_where_they_are_kept() {
    let kept = config().resumable(Resumable::default());
    let url = "https://proxy.example.com/v1/streams/abcdefghijklmnopqrstuv";
    for (method, expected) in [("GET", 204), ("DELETE", 204), ("POST", 403), ("HEAD", 403)] {
        let asked = Head {
            origin: Some(PAGE),
            requested_method: Some(method),
            ..head("OPTIONS", url)
        };
        let status = |config: &Config| match decide(&asked, config) {
            Decision::Preflight(headers) => {
                let allowed = headers.get("access-control-allow-methods");
                assert_eq!(allowed, Some(method));
                204
            }
            Decision::Reject(refusal) => refusal.status,
            other => panic!("{other:?}"),
        };
        assert_eq!(status(&kept), expected, "{method}");
        assert_eq!(status(&config()), 404, "without the option");
    }
    for path in ["/v1/streams", "/v1/streams/a/b", "/v1/streams//a"] {
        let url = format!("https://proxy.example.com{path}");
        let Decision::Reject(refusal) = decide(&head("GET", &url), &kept) else {
            panic!("{path}");
        };
        assert_eq!(refusal.status, 404, "{path}");
    }
}

#[test]
fn a_preflight_names_what_a_page_may_send() {
    let asked = Head {
        origin: Some(PAGE),
        requested_method: Some("POST"),
        ..head("OPTIONS", CHAT)
    };
    let Decision::Preflight(headers) = decide(&asked, &config()) else {
        panic!("no preflight");
    };
    assert_eq!(headers.get("access-control-allow-methods"), Some("POST"));
    let allowed: Vec<_> = headers
        .get("access-control-allow-headers")
        .unwrap()
        .split(", ")
        .collect();
    for name in [
        "authorization",
        "content-type",
        "idempotency-key",
        "last-event-id",
        "user-agent",
        "x-stainless-lang",
        "x-stream-id",
    ] {
        assert!(allowed.contains(&name), "{name}");
    }
    assert!(!allowed.contains(&"*"), "`*` never covers Authorization");
    assert_eq!(headers.get("access-control-max-age"), Some("7200"));

    for (requested_method, expected) in [("GET", 403), ("DELETE", 403), ("*", 403), ("POST", 204)] {
        let head = Head {
            requested_method: Some(requested_method),
            ..asked
        };
        assert_eq!(status(&head), expected, "{requested_method}");
    }
    for (header_chars, expected) in [(16 * 1024, 204), (16 * 1024 + 1, 431), (usize::MAX, 431)] {
        let large = Head {
            header_chars,
            ..asked
        };
        assert_eq!(status(&large), expected, "{header_chars}");
    }
    let bare = head("OPTIONS", MODELS);
    let Decision::Preflight(headers) = decide(&bare, &config()) else {
        panic!("no answer to a bare OPTIONS");
    };
    assert_eq!(headers.get("allow"), Some("GET, HEAD, OPTIONS"));
    assert_eq!(headers.get("access-control-allow-methods"), None);
}

#[test]
fn sessions_are_made_for_pages_only_and_only_if_configured() {
    let url = "https://proxy.example.com/session";
    let from = |origin| Head {
        origin,
        ..head("POST", url)
    };
    assert_eq!(status(&from(Some(PAGE))), 404);
    let hosts = vec!["app.example.com".to_owned()];
    let config = config().anonymous(Anonymous::default().hostnames(hosts));
    let own = "https://proxy.example.com";
    for (origin, expected) in [
        (Some(PAGE), None),
        (Some(own), None),
        (None, Some(403)),
        (Some("null"), Some(403)),
        (Some("https://evil.example.com"), Some(403)),
    ] {
        match (decide(&from(origin), &config), expected) {
            (Decision::Mint(page), None) => assert_eq!(Some(page.as_str()), origin),
            (Decision::Reject(refusal), Some(status)) => assert_eq!(refusal.status, status),
            (other, _) => panic!("{origin:?}: {other:?}"),
        }
    }
    let Decision::Reject(refusal) = decide(&head("GET", url), &config) else {
        panic!("GET /session went on");
    };
    assert_eq!(
        (refusal.status, refusal.allow),
        (405, Some("POST, OPTIONS"))
    );
}

#[test]
fn no_answer_is_stored_sniffed_or_transformed() {
    let headers = answer_headers(&head("GET", MODELS), &[], "an-id");
    for (name, value) in [
        ("x-request-id", "an-id"),
        ("cache-control", "no-store, no-transform"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(headers.get(name), Some(value));
    }
}
