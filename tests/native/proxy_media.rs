//! As which media types answers pass that are neither JSON nor events.

use openai_wasm::proxy::Secret;
use openai_wasm::proxy::response::head::{Verdict, judge};
use openai_wasm::proxy::routing::Route;
use openai_wasm::proxy::upstream::request_headers;

fn key() -> Secret {
    Secret::new("sk-proj-0123456789abcdefghijklmn")
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
fn sound_passes_where_speech_is_asked_for_and_nothing_else_does() {
    let judged = |route, content_type, streams| judge(route, 200, Some(content_type), streams);
    for (received, sent) in [
        ("audio/mpeg", "audio/mpeg"),
        ("Audio/MP3; rate=24000", "audio/mpeg"),
        ("audio/opus", "audio/opus"),
        ("audio/x-wav", "audio/wav"),
        ("audio/L16", "audio/pcm"),
        ("application/octet-stream", "application/octet-stream"),
    ] {
        for route in Route::ALL {
            let passed = judged(route, received, false) == Verdict::Pass(sent);
            assert_eq!(passed, route == Route::Speech, "{route:?} {received}");
        }
        // The events that were asked for are not sound.
        let asked = judged(Route::Speech, received, true);
        assert!(!matches!(asked, Verdict::Pass(_)), "{received}");
    }
    let events = judged(Route::Speech, "text/event-stream", true);
    assert_eq!(events, Verdict::Pass("text/event-stream"));
    for (never, streams) in [
        ("application/json", false),
        ("text/event-stream", false),
        ("audio/midi", false),
        ("text/html", false),
        ("video/mp4", false),
    ] {
        let refused = judged(Route::Speech, never, streams);
        assert!(matches!(refused, Verdict::Refuse(_)), "{never}");
    }
    let headers = request_headers(Route::Speech, &key());
    assert!(headers.get("accept").unwrap().contains("audio/mpeg"));
}
