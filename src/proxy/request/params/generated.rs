//! `docs/proxy-parameters.md`: what callers may send, from the tables that decide; and a test that
//! fails when it says something else.

use std::fmt::Write as _;
use std::{env, fs};

use super::rule::{Allowed, Field, Rule};
use super::tables;
use super::{CAPS, END_USER};
use crate::proxy::config::Config;
use crate::proxy::route::{Media, Route};

/// How deep the members of a parameter are listed.
const MAX_DEPTH: usize = 6;

/// Answers that are errors of the proxy's own, by status: code, and when.
pub(in crate::proxy) const CODES: &[(u16, &str, &str)] = &[
    (400, "body_incomplete", "the body broke off"),
    (
        400,
        "cost_not_bounded",
        "with a `budget`: a price that the request needs is missing",
    ),
    (
        400,
        "image_url_not_allowed",
        "an image is no `data:` URL; `imageUrls` lets `https://` through",
    ),
    (400, "invalid_host", "the header `Host` is not a host name"),
    (
        400,
        "invalid_json",
        "the body is not one JSON object in UTF-8, has a name twice, or is too deep or too wide",
    ),
    (
        400,
        "invalid_last_event_id",
        "`Last-Event-ID` is not the number of an event of the stream",
    ),
    (400, "invalid_proof", "`turnstile` is not a Turnstile token"),
    (400, "invalid_stream_id", "`x-stream-id` is not a random id"),
    (400, "invalid_type", "a parameter is of another type"),
    (
        400,
        "invalid_value",
        "a parameter has none of the values that it may have",
    ),
    (
        400,
        "invalid_visitor",
        "`visitor` of `POST /session` is not a text",
    ),
    (
        400,
        "max_tokens_exceeded",
        "more tokens are asked for than `maxOutputTokens`",
    ),
    (
        400,
        "param_not_allowed",
        "a parameter is not on the lists above; `allowParams` adds one",
    ),
    (
        400,
        "param_required",
        "what the request is about is missing",
    ),
    (
        400,
        "role_not_allowed",
        "a `system` or `developer` message where the proxy sets `systemPrompt`",
    ),
    (400, "too_many_items", "a list is too long"),
    (400, "too_many_messages", "more messages than `maxMessages`"),
    (
        400,
        "upgrade_not_supported",
        "the request wants another protocol",
    ),
    (
        401,
        "proof_required",
        "`POST /session` without a Turnstile token",
    ),
    (401, "token_expired", "the session token has expired"),
    (
        401,
        "unauthorized",
        "no session token in `Authorization: Bearer …`, or one that is not accepted; `api-key` and `x-api-key` are not read",
    ),
    (
        403,
        "max_tokens_not_allowed",
        "more tokens are asked for than the session's own cap",
    ),
    (
        403,
        "method_not_allowed",
        "a page asks in its preflight for a method that the path does not have",
    ),
    (
        403,
        "model_not_allowed",
        "`model` is missing, or not among `models` or the session's own",
    ),
    (
        403,
        "model_not_priced",
        "with a `budget`: the model has no price",
    ),
    (
        403,
        "origin_not_allowed",
        "the page's origin is not among `allowedOrigins`, or not that of its token",
    ),
    (403, "proof_refused", "Turnstile does not accept the token"),
    (
        404,
        "model_not_found",
        "`GET /v1/models/{model}` of a model that is not open",
    ),
    (404, "not_found", "no such path; `routes` switches more on"),
    (
        404,
        "stream_not_found",
        "this caller has no kept stream with this id",
    ),
    (
        405,
        "method_not_allowed",
        "the path has other methods; `Allow` names them",
    ),
    (
        408,
        "request_timeout",
        "the body stood still for 30 s, or took longer than 60 s and 1 s for each 64 KiB",
    ),
    (
        409,
        "stream_id_in_use",
        "another request has this `x-stream-id`",
    ),
    (410, "stream_not_kept", "the stream is too long to be kept"),
    (
        411,
        "length_required",
        "an upload without `Content-Length`: a stream of unknown length, chunked",
    ),
    (
        413,
        "image_too_large",
        "an image is longer than `maxImageBytes`",
    ),
    (
        413,
        "input_too_large",
        "the request has more characters than `maxInputChars`",
    ),
    (
        413,
        "request_too_large",
        "the body is larger than `maxBodyBytes` or `maxUploadBytes`; of `POST /session` than 8 KiB",
    ),
    (
        415,
        "unsupported_encoding",
        "the body is compressed (`Content-Encoding`)",
    ),
    (
        415,
        "unsupported_media_type",
        "the `Content-Type` is not `application/json`, of an upload not `multipart/form-data`",
    ),
    (
        429,
        "budget_exceeded",
        "a limit of `budget` has less left than the request could cost",
    ),
    (
        429,
        "rate_limited",
        "a limit of `rateLimits` or `maxConcurrent` was reached, or the model server's",
    ),
    (
        431,
        "headers_too_large",
        "a preflight with more than 16 KiB of headers",
    ),
    (
        499,
        "stream_stopped",
        "the stream was stopped; its last event",
    ),
    (500, "internal_error", "the proxy failed"),
    (
        502,
        "answer_too_large",
        "the answer has more bytes than `maxAnswerBytes`",
    ),
    (
        502,
        "stream_interrupted",
        "the object of the stream lost the connection to the upstream; its last event",
    ),
    (
        502,
        "upstream_account",
        "the model server refused the account",
    ),
    (502, "upstream_auth", "the model server refused the key"),
    (502, "upstream_error", "the model server failed"),
    (
        502,
        "upstream_invalid",
        "the model server's answer is of another type",
    ),
    (
        502,
        "upstream_redirect",
        "the model server answered with a redirect",
    ),
    (
        502,
        "upstream_refused",
        "the model server reported an error in its answer, without a code",
    ),
    (
        502,
        "upstream_truncated",
        "the model server's answer broke off",
    ),
    (
        502,
        "upstream_unreachable",
        "no answer came from the model server",
    ),
    (
        503,
        "check_unavailable",
        "a check, a limit or Turnstile could not be asked",
    ),
    (
        503,
        "misconfigured",
        "the Worker is not configured; its log says why",
    ),
    (503, "proxy_disabled", "the proxy is switched off"),
    (
        503,
        "upstream_unavailable",
        "the model server answered with 503",
    ),
    (
        504,
        "answer_too_slow",
        "the answer took longer than `maxDuration`",
    ),
    (
        504,
        "upstream_timeout",
        "the model server did not answer within `timeout`, or was silent for `idleTimeout`",
    ),
    (508, "loop_detected", "the upstream leads back to the proxy"),
];

/// What a value must be, in words.
fn kind(rule: &Rule) -> String {
    match rule {
        Rule::Flag => "true or false".to_owned(),
        Rule::False => "false".to_owned(),
        Rule::Number => "number".to_owned(),
        Rule::Whole => "whole number".to_owned(),
        Rule::Text => "text".to_owned(),
        Rule::Token => "token".to_owned(),
        Rule::Word([]) => "null".to_owned(),
        Rule::Word(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word:?}`")).collect();
            words.join(", ")
        }
        Rule::List(usize::MAX, rule) => format!("list of: {}", kind(rule)),
        Rule::List(most, rule) => format!("list of up to {most}: {}", kind(rule)),
        Rule::Object(_) => "object".to_owned(),
        Rule::Either(rules) => {
            let kinds: Vec<String> = rules.iter().map(kind).collect();
            kinds.join("; or ")
        }
        Rule::Nullable(rule) => format!("{}; or null", kind(rule)),
        Rule::Anything => "any JSON".to_owned(),
        Rule::Dropped => "left out".to_owned(),
        Rule::Image => "`data:` URL of an image".to_owned(),
    }
}

fn accepted(field: &Field) -> String {
    match &field.allowed {
        Allowed::Always => "yes".to_owned(),
        Allowed::Listed => "if `allowParams` lists it".to_owned(),
        Allowed::ListedUnless(harmless) => {
            format!("{}; more if `allowParams` lists it", harmless.what)
        }
    }
}

fn rows(fields: &[Field], parents: &str, depth: usize, into: &mut String) {
    for field in fields {
        let name = format!("{parents}{}", field.name);
        let (kind, accepted) = (kind(&field.rule), accepted(field));
        let _ = writeln!(into, "| `{name}` | {kind} | {accepted} |");
        inside(&field.rule, &format!("{name}."), depth, into);
    }
}

fn inside(rule: &Rule, parents: &str, depth: usize, into: &mut String) {
    match rule {
        Rule::Object(fields) if depth < MAX_DEPTH => rows(fields, parents, depth + 1, into),
        Rule::List(_, rule) | Rule::Nullable(rule) => inside(rule, parents, depth, into),
        Rule::Either(rules) => {
            for rule in *rules {
                inside(rule, parents, depth, into);
            }
        }
        _ => {}
    }
}

fn document() -> String {
    let default = Config::default();
    let mut text = format!(
        "\
<!-- Generated from src/proxy/request/params by `UPDATE_PARAMS=1 cargo test --lib proxy::request::params`. Do not edit. -->

# What the proxy lets through

A parameter that stands in no table is refused with 400 `param_not_allowed`, at whatever depth, and its
message names it. A dot steps into an object and into every entry of a list; `allowParams` writes it so,
too. `null` stands for a parameter that is not there: it is left out, but where the tables say that null
is a value. `model` must be one of `models`. {end_user} are the proxy's to set and are left out.
`max_tokens` or `max_completion_tokens` may be given for chats and completions, `max_output_tokens` for
responses, up to `maxOutputTokens` ({most_tokens}); the proxy sets it if none is there. Of a response
nothing is kept (`store: false`), and nothing kept is reached. The whole request may have `maxInputChars`
({most_chars}) characters as JSON, images aside.

`allowParams` opens a parameter, or one member by its path: `messages.content.cache_control`. The parents
must stand in the tables. It never opens the model, the caps, the end user, `stream_options`, ids, files
or tools that the provider runs, and inside a parameter neither `n` nor `store`.

A number goes on as it is: an integer of 64 bits digit for digit, any other as the nearest double, which is
what is checked.

`HEAD` is served where `GET` is, and one slash at the end of a path is left out. `GET /v1/models/{{model}}`
is answered from `models`; with `\"*\"` the model server is asked. Its id may be percent-encoded.
",
        end_user = END_USER.map(|name| format!("`{name}`")).join(", "),
        most_tokens = default.max_output_tokens,
        most_chars = default.max_input_chars,
    );
    assert_eq!(CAPS, ["max_tokens", "max_completion_tokens"]);
    for route in Route::ALL {
        let (method, path) = (route.method(), route.path());
        let _ = write!(text, "\n## `{method} {path}`\n\n");
        match route.media() {
            Media::Json => {
                text.push_str("| parameter | type | accepted |\n|---|---|---|\n");
                rows(tables::of(route), "", 0, &mut text);
            }
            Media::Multipart => text.push_str(
                "A form of `multipart/form-data` with a `Content-Length`, passed through unread. It is \
                 refused for sessions of some models only, since the proxy does not read which model it \
                 names.\n",
            ),
            Media::None => text.push_str("No body.\n"),
        }
    }
    text.push_str("\n[What each refusal means](errors.md#codes-of-the-proxy).\n");
    text
}

#[test]
fn the_committed_document_says_what_the_tables_say() {
    let path = format!("{}/docs/proxy-parameters.md", env!("CARGO_MANIFEST_DIR"));
    let rendered = document();
    if env::var_os("UPDATE_PARAMS").is_some() {
        fs::create_dir_all(format!("{}/docs", env!("CARGO_MANIFEST_DIR"))).unwrap();
        fs::write(&path, &rendered).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == rendered,
        "docs/proxy-parameters.md is not what src/proxy/request/params says. Rewrite it with: \
         UPDATE_PARAMS=1 cargo test --lib proxy::request::params"
    );
}

#[test]
fn the_codes_stand_by_status_and_once() {
    assert!(CODES.is_sorted_by(|a, b| (a.0, a.1) < (b.0, b.1)));
}
