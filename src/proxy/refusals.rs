//! `docs/errors.md`: a heading for each code of the proxy, with its causes and what to do; and tests that
//! fail when a code has no such place.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use super::request::params::generated::CODES;

/// What to do, by code: the caller's part, the operator's part, or both.
const REMEDIES: &[(&str, &str)] = &[
    (
        "answer_too_large",
        "Ask for less: a smaller `max_tokens`, fewer answers (`n`). The operator can raise `maxAnswerBytes`.",
    ),
    (
        "answer_too_slow",
        "Ask for a shorter answer. The operator can raise `maxDuration`.",
    ),
    (
        "body_incomplete",
        "Send the request again. If it happens often, look for a gateway in front of the proxy that cuts bodies off.",
    ),
    (
        "budget_exceeded",
        "Wait until the window ends: `Retry-After` and the message say when. A smaller request (`max_tokens`) may still fit. The operator sets the limits: [budgets](budgets.md).",
    ),
    (
        "check_unavailable",
        "Try again. The operator's log names what could not be asked: a rate limit, a binding, `authenticate`, `isRevoked`, `claimOnce`, Turnstile or the budget.",
    ),
    (
        "cost_not_bounded",
        "The operator gives the missing price in [`budget.prices`](budgets.md#set-it-up); the log names the model. Or send the request without `service_tier`.",
    ),
    (
        "headers_too_large",
        "Send fewer headers. A browser sends so many only if a page sets them.",
    ),
    (
        "image_too_large",
        "Make the picture smaller before you send it. The operator can raise `maxImageBytes`.",
    ),
    (
        "image_url_not_allowed",
        "Send the picture as a `data:` URL. The operator can allow addresses by `imageUrls`.",
    ),
    (
        "input_too_large",
        "Leave out old turns: the client's option [`fit`](tokens.md#fitting) does it. The operator can raise `maxInputChars` or `maxInputTokens`.",
    ),
    (
        "internal_error",
        "Try again. If it stays, report it with what the Worker's log says.",
    ),
    (
        "invalid_host",
        "A client or a gateway sends a broken `Host` header; send the host's name and port alone.",
    ),
    (
        "invalid_json",
        "Send one JSON object in UTF-8, with no name twice. `JSON.stringify` does.",
    ),
    (
        "invalid_last_event_id",
        "Send the number of the last event that you have read, or leave the header out to read from the start.",
    ),
    (
        "invalid_proof",
        "Send the token that the Turnstile widget gave, as `{\"turnstile\":\"…\"}`.",
    ),
    (
        "invalid_stream_id",
        "Send 22 to 64 random characters of base64url.",
    ),
    (
        "invalid_type",
        "The message names the parameter and the type that it must have.",
    ),
    (
        "invalid_value",
        "The message names the parameter and the values that it may have.",
    ),
    (
        "invalid_visitor",
        "Send the `visitor` that the last `POST /session` gave, or leave it out.",
    ),
    (
        "length_required",
        "Send a `File` or a `Blob`, whose length is known. The package's client for pages reads a stream into memory first for this reason.",
    ),
    (
        "loop_detected",
        "The operator's `upstream` or `OPENAI_BASE_URL` is the proxy's own address, or leads to it. Set it to the model server's.",
    ),
    (
        "max_tokens_exceeded",
        "Ask for fewer tokens; the message has the limit. The operator can raise `maxOutputTokens`.",
    ),
    (
        "max_tokens_not_allowed",
        "Ask for fewer tokens. The limit is in the session token: the `maxTokens` that it was signed with.",
    ),
    (
        "method_not_allowed",
        "Use one of the methods that `Allow` names.",
    ),
    (
        "misconfigured",
        "The operator finds the reason in the Worker's log: a [secret](secrets.md) that is missing or weak, no `models`, no `enable_request_signal`.",
    ),
    (
        "model_not_allowed",
        "Name a model that the proxy has, exactly as it is written there. The operator lists it in `models` or `OPENAI_MODELS`; a session token may have a list of its own.",
    ),
    (
        "model_not_found",
        "Ask `GET /v1/models` for those that are open.",
    ),
    (
        "model_not_priced",
        "The operator gives the model a price in [`budget.prices`](budgets.md#set-it-up).",
    ),
    (
        "not_found",
        "Check the path: the proxy's URL ends in `/v1`, without `/chat/completions`. The operator switches endpoints on by [`routes`](options.md#createproxy).",
    ),
    (
        "origin_not_allowed",
        "The operator lists the page's origin in `allowedOrigins`; the log names it. Behind a development server see [how to pass the `Host` header on](proxy.md#serve-the-page-from-the-same-worker). A token with an `origin` is good for that page alone.",
    ),
    (
        "param_not_allowed",
        "Leave the parameter out. [What is accepted](proxy-parameters.md) is a list; the operator adds to it by `allowParams`.",
    ),
    ("param_required", "The message names what is missing."),
    (
        "proof_refused",
        "Solve the challenge again: a Turnstile token is good once and for a few minutes. If it stays, the operator compares `hostnames` and `action` with the widget's.",
    ),
    (
        "proof_required",
        "Send the Turnstile token: [visitors without an account](callers.md#visitors-without-an-account).",
    ),
    (
        "proxy_disabled",
        "The operator has set `PROXY_DISABLED` or `disabled`.",
    ),
    (
        "rate_limited",
        "Wait for as long as `Retry-After` says. The operator can raise [the limits](limits.md).",
    ),
    (
        "request_timeout",
        "Send the request again, over a better connection or with a smaller body.",
    ),
    (
        "request_too_large",
        "Send less. The operator can raise `maxBodyBytes` or `maxUploadBytes`.",
    ),
    (
        "role_not_allowed",
        "Send `user` and `assistant` messages only; the operator's `systemPrompt` instructs the model here.",
    ),
    ("stream_id_in_use", "Make a new random id for each request."),
    (
        "stream_interrupted",
        "Ask again: the proxy lost its connection to the model server, and what was kept is all there is.",
    ),
    (
        "stream_not_found",
        "Ask again. The stream was never kept, has been deleted, or belongs to another session's subject.",
    ),
    (
        "stream_not_kept",
        "Ask again. The answer outgrew what the proxy keeps of a stream.",
    ),
    (
        "stream_stopped",
        "Nothing to do: somebody with the same session stopped this answer.",
    ),
    (
        "token_expired",
        "Get a new session token. The client does it by itself if `token` is a function.",
    ),
    (
        "too_many_items",
        "Send a shorter list; the message names it and its limit.",
    ),
    (
        "too_many_messages",
        "Leave out old turns. The operator can raise `maxMessages`.",
    ),
    (
        "unauthorized",
        "Send a session token: `token` in the client's constructor, or `Authorization: Bearer …`. The answer is the same for a token that is wrong, revoked, used up, or signed with another secret; the operator's log can tell them apart.",
    ),
    ("unsupported_encoding", "Send the body uncompressed."),
    (
        "unsupported_media_type",
        "Set `Content-Type` to `application/json`, or send a form for an upload.",
    ),
    (
        "upgrade_not_supported",
        "Send an ordinary request, without `Upgrade`.",
    ),
    (
        "upstream_account",
        "The operator looks at the account at the provider: credit, billing.",
    ),
    (
        "upstream_auth",
        "The operator checks `OPENAI_API_KEY` and whether it belongs to the server of `OPENAI_BASE_URL`.",
    ),
    (
        "upstream_error",
        "Try again; the client does so by itself. If it stays, look at the provider's status page.",
    ),
    (
        "upstream_invalid",
        "The operator checks the base URL: it must lead to an API, with its path. A login page and an error page of a gateway give this, too.",
    ),
    (
        "upstream_redirect",
        "The operator sets the base URL to the address that the redirect leads to. A redirect is never followed, since it could carry the key elsewhere.",
    ),
    (
        "upstream_refused",
        "The message is the model server's own, if it named nothing secret. Change the request accordingly.",
    ),
    (
        "upstream_timeout",
        "Try again, or ask for a shorter answer. The operator can raise `timeout` or `idleTimeout`.",
    ),
    (
        "upstream_truncated",
        "Ask again. The text until then is in the error's `text`.",
    ),
    ("upstream_unavailable", "Try again later."),
    (
        "upstream_unreachable",
        "The operator's log names the host and the cause. On one's own machine the server may not be running, or listen on another port.",
    ),
];

const MARKS: [&str; 2] = [
    "<!-- The codes of the proxy, generated from src/proxy: UPDATE_ERRORS=1 cargo test --lib proxy::refusals -->\n",
    "\n<!-- The end of the codes of the proxy. -->",
];

/// Every code by name: each status that it comes with, and when.
fn sections() -> String {
    let mut by_code: BTreeMap<&str, Vec<(u16, &str)>> = BTreeMap::new();
    for (status, code, when) in CODES {
        by_code.entry(code).or_default().push((*status, when));
    }
    let mut text = String::new();
    for (code, causes) in by_code {
        let remedy = REMEDIES.iter().find(|(name, _)| *name == code);
        let (_, remedy) = remedy
            .unwrap_or_else(|| panic!("REMEDIES in src/proxy/refusals.rs says nothing of {code}"));
        let _ = write!(text, "\n### `{code}`\n\n");
        for (status, when) in causes {
            let _ = writeln!(text, "**{status}**: {when}.\n");
        }
        let _ = writeln!(text, "{remedy}");
    }
    text
}

#[test]
fn the_page_of_errors_has_a_heading_for_each_code() {
    let path = format!("{}/docs/errors.md", env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page
        .split_once(MARKS[0])
        .expect("the mark before the codes");
    let (_, after) = rest.split_once(MARKS[1]).expect("the mark after the codes");
    let rendered = format!("{before}{}{}{}{after}", MARKS[0], sections(), MARKS[1]);
    if env::var_os("UPDATE_ERRORS").is_some() {
        fs::write(&path, &rendered).unwrap();
        return;
    }
    assert!(
        page == rendered,
        "docs/errors.md is not what src/proxy says. Rewrite it with: UPDATE_ERRORS=1 cargo test --lib \
         proxy::refusals"
    );
}

#[test]
fn the_package_has_the_codes_that_have_a_heading() {
    let path = format!(
        "{}/pkg-template/lib/error-codes.js",
        env!("CARGO_MANIFEST_DIR")
    );
    let codes: BTreeSet<&str> = CODES.iter().map(|(_, code, _)| *code).collect();
    let mut lines = Vec::new();
    for code in codes {
        match lines.last_mut() {
            Some(line) if String::len(line) + code.len() < 90 => *line += &format!("{code} "),
            _ => lines.push(format!("{code} ")),
        }
    }
    let mut rendered = "// Generated from src/proxy by `UPDATE_ERRORS=1 cargo test --lib proxy::refusals`. Do not edit.\n\n\
         /** The proxy's codes: each has a heading in docs/errors.md. */\nexport const CODES =\n"
        .to_owned();
    rendered += &lines
        .iter()
        .map(|line| format!("  \"{line}\""))
        .collect::<Vec<_>>()
        .join(" +\n");
    rendered += ";\n";
    if env::var_os("UPDATE_ERRORS").is_some() {
        fs::write(&path, &rendered).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == rendered,
        "pkg-template/lib/error-codes.js is not what src/proxy says. Rewrite it with: UPDATE_ERRORS=1 cargo test \
         --lib proxy::refusals"
    );
}

/// The codes in a source text: a status from 400 to 599 and then a name in quotation marks, or a name as
/// the first argument of `refuse`.
fn codes_of(source: &str) -> BTreeSet<String> {
    let code = source.split("#[cfg(test)]\nmod tests").next().unwrap();
    let mut found = BTreeSet::new();
    let pieces: Vec<&str> = code.split('"').collect();
    for pair in pieces.windows(2) {
        let &[before, name] = pair else { continue };
        let before = before.trim_end();
        let status = before.strip_suffix(',').is_some_and(|before| {
            let digits: String = before
                .chars()
                .rev()
                .take_while(char::is_ascii_digit)
                .collect();
            digits.len() == 3 && digits.ends_with(['4', '5'])
        });
        let is_code = name.contains('_')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if is_code && (status || before.ends_with("refuse(")) {
            found.insert(name.to_owned());
        }
    }
    found
}

fn sources(folder: &Path, into: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            sources(&path, into);
        } else if name.ends_with(".rs") && name != "refusals.rs" && name != "generated.rs" {
            into.append(&mut codes_of(&fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn every_code_in_the_sources_is_in_the_table() {
    let mut used = BTreeSet::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/proxy"),
        &mut used,
    );
    let listed: BTreeSet<String> = CODES
        .iter()
        .map(|(_, code, _)| (*code).to_owned())
        .collect();
    let missing: Vec<&String> = used.difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "CODES in src/proxy/request/params/generated.rs lacks {missing:?}"
    );
    assert!(used.len() > 40, "{used:?}");
    // The control.
    assert_eq!(
        codes_of("new(404, \"not_here\", 200, \"fine_here\", refuse(\"no_way\", \"a_b\")"),
        BTreeSet::from(["no_way".to_owned(), "not_here".to_owned()])
    );
}
