//! What an answer has cost, by the server's count or by what was passed on (threat table, rows L6, L7).

use openai_wasm::proxy::response::filter::{Filter, Form, Then};

use crate::proxy_answer::{KEY, MIB, account, pass, stream, watch};

/// What the answer so far has cost: tokens in and out, and whether that is an estimate.
fn told(watch: &Filter) -> (u64, u64, bool) {
    let event = watch.event(&account(), 1);
    let usage = &event.usage;
    (
        usage.prompt_tokens(),
        usage.completion_tokens(),
        event.estimated,
    )
}

/// Pushes a part of a stream that ends with an event.
fn pass_on(watch: &mut Filter, body: &str) -> (String, Option<String>) {
    let step = watch.push(body.as_bytes());
    let code = match step.then {
        Then::Fail(refusal) => Some(refusal.code),
        _ => None,
    };
    (body[..step.forward].to_owned(), code)
}

#[test]
fn what_is_passed_on_counts_whatever_it_is_called() {
    let said = "x".repeat(500);
    for frame in [
        r#"{"choices":[{"delta":{"content":"@"}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"custom":{"input":"@"}}]}}]}"#,
        r#"{"choices":[{"delta":{"audio":{"data":"@"}}}]}"#,
        r#"{"choices":[{"delta":{"c\u006fntent":"@"}}]}"#,
        r#"{"choices":[{"delta":{"nobody knows it":["@"]}}]}"#,
        r#"{"anything":"@"}"#,
        r#"{"choices":[{"delta":{"arguments":{"of":"@"}}}]}"#,
        r#"{"type":"response.custom_tool_call_input.delta","delta":"@"}"#,
    ] {
        let event = frame.replace('@', &said);
        let mut watch = watch(Form::Events);
        for _ in 0..20 {
            let (sent, end) = pass_on(&mut watch, &stream(&[&event]));
            assert_eq!((sent.is_empty(), end), (false, None));
        }
        let (_, tokens, estimated) = told(&watch);
        assert!(
            estimated && (2500..2700).contains(&tokens),
            "{frame}: {tokens}"
        );
    }
    // An event counts at least one for each of its choices, whatever is in them.
    for (event, expected) in [
        (r#"{"choices":[{"delta":{}}]}"#, 100),
        (
            r#"{"choices":[{"delta":{}},{"delta":{}},{"delta":{}}]}"#,
            300,
        ),
        (r#"{"choices":[]}"#, 100),
        (r#"{"id":"x"}"#, 100),
        (
            r#"{"model":"very much said where nothing is looked at","object":"and here"}"#,
            100,
        ),
    ] {
        let mut watch = watch(Form::Events);
        pass_on(&mut watch, &stream(&[event; 100]));
        assert_eq!(told(&watch), (2, expected, true), "{event}");
    }
    // Comments are none.
    let mut watch = watch(Form::Events);
    pass_on(&mut watch, ": hello\n\n\n\nevent: x\n\n");
    assert_eq!(told(&watch), (2, 0, true));
}

#[test]
fn the_servers_count_is_found_in_an_answer_of_any_size() {
    let usage = r#""usage":{"prompt_tokens":100,"completion_tokens":2000,"total_tokens":2100}"#;
    let long = "x".repeat(2 * MIB);
    let floats = vec!["-0.0123456789"; 200_000].join(",");
    for (json, counted) in [
        (
            format!(r#"{{"choices":[{{"message":{{"content":"{long}"}}}}],{usage}}}"#),
            true,
        ),
        (
            format!(r#"{{{usage},"choices":[{{"message":{{"content":"{long}"}}}}]}}"#),
            true,
        ),
        (
            format!(r#"{{"data":[{{"b64_json":"{long}"}}],{usage}}}"#),
            true,
        ),
        (
            format!(r#"{{"data":[{{"embedding":[{floats}]}}],{usage}}}"#),
            true,
        ),
        (format!("{}{{{usage}}}", " \n".repeat(MIB)), true),
        (
            format!(r#"{{"x":"{long}","us\u0061ge":{}}}"#, &usage[8..]),
            true,
        ),
        // Not the server's word: what it echoes, and what the model says.
        (format!(r#"{{"x":"{long}","schema":{{{usage}}}}}"#), false),
        (
            format!(r#"{{"x":"{long}","y":"{}"}}"#, usage.replace('"', "\\\"")),
            false,
        ),
        (format!(r#"{{"x":"{long}","y":[{{{usage}}}]}}"#), false),
    ] {
        for size in [7, 65_536, MIB + 1] {
            let mut watch = watch(Form::Bytes);
            let (sent, end) = pass(&mut watch, &json, size);
            assert_eq!((sent.len(), end), (json.len(), None));
            let (prompt, completion, estimated) = told(&watch);
            assert_eq!(estimated, !counted, "{}", &json[json.len() - 80..]);
            if counted {
                assert_eq!((prompt, completion), (100, 2000));
            } else {
                assert!(completion >= (MIB / 2) as u64, "{completion}");
            }
        }
    }
}

#[test]
fn only_events_that_carry_the_servers_count_are_believed() {
    let usage = r#""usage":{"input_tokens":10,"output_tokens":4160}"#;
    for (event, counted) in [
        (format!(r#"{{"choices":[],{usage}}}"#), true),
        (
            format!(r#"{{"object":"chat.completion.chunk",{usage}}}"#),
            true,
        ),
        (
            format!(r#"{{"type":"image_generation.completed","b64_json":"AA",{usage}}}"#),
            true,
        ),
        (
            format!(r#"{{{usage},"type":"transcript.text.done"}}"#),
            true,
        ),
        (
            format!(r#"{{"type":"response.completed","response":{{{usage}}}}}"#),
            true,
        ),
        (
            format!(r#"{{"type":"response.incomplete","response":{{"a":[],{usage}}}}}"#),
            true,
        ),
        (format!(r#"{{"type":"response.completed",{usage}}}"#), false),
        (
            format!(r#"{{"type":"response.created","response":{{{usage}}}}}"#),
            false,
        ),
        (
            format!(r#"{{"type":"response.output_text.delta",{usage}}}"#),
            false,
        ),
        (
            format!(r#"{{"type":"image_generation.partial_image",{usage}}}"#),
            false,
        ),
        (format!(r#"{{"choices":[{{"delta":{{{usage}}}}}]}}"#), false),
    ] {
        let mut watch = watch(Form::Events);
        let (sent, _) = pass_on(&mut watch, &stream(&[&event]));
        assert!(!sent.is_empty());
        assert_eq!(told(&watch).2, !counted, "{event}");
    }
}

#[test]
fn of_an_event_that_is_larger_than_what_is_held_both_ends_are_judged() {
    let long = "x".repeat(2 * MIB);
    let usage = r#""usage":{"input_tokens":10,"output_tokens":4160}"#;
    let picture = format!(r#"{{"type":"image_generation.completed","b64_json":"{long}",{usage}}}"#);
    let chunk =
        format!(r#"{{"choices":[{{"delta":{{"content":"{long}"}},"finish_reason":"stop"}}]}}"#);
    let unknown = format!(r#"{{"choices":[{{"delta":{{"content":"{long}"}}}}]}}"#);
    let refused = format!(r#"{{"x":"{long}","error":{{"message":"in org-AbCdEf"}}}}"#);
    let gave_up = chunk.replace("stop", "abort");
    let quiet = r#""error":{"message":"","code":0,"details":[]}}"#;
    let quiet = format!("{},{quiet}", chunk.trim_end_matches('}'));
    let escaped: String = KEY[20..28]
        .chars()
        .map(|c| format!("\\u{:04x}", c as u32))
        .collect();
    let echo = format!(r#"{{"x":"{long}","y":"{escaped}"}}"#);
    for (event, end, tokens) in [
        (&picture, None, Some(4160)),
        (&chunk, None, None),
        (&quiet, None, None),
        (&unknown, Some("upstream_truncated"), None),
        (&refused, Some("upstream_refused"), None),
        (&gave_up, Some("upstream_refused"), None),
        (&echo, Some("upstream_invalid"), None),
    ] {
        for (line_end, size) in [
            ("\n", 9_999),
            ("\r\n", 65_536),
            ("\n", 5 * MIB),
            ("\r", 1 << 19),
        ] {
            let body = stream(&[event]).replace('\n', line_end);
            let mut watch = watch(Form::Events);
            let (sent, code) = pass(&mut watch, &body, size);
            let about = format!("{} in pieces of {size}", &event[event.len() - 60..]);
            // One that came at once is looked at as a whole, and its reason is told.
            let told_reason = size > 2 * MIB && code.as_deref() == Some("abort");
            assert!(code.as_deref() == end || told_reason, "{about}: {code:?}");
            assert!(!sent.contains(&escaped), "{about}");
            let (_, completion, estimated) = told(&watch);
            match tokens {
                Some(tokens) => assert_eq!((completion, estimated), (tokens, false), "{about}"),
                None if sent.is_empty() => assert_eq!(completion, 0, "{about}"),
                None => assert!(
                    estimated && completion >= sent.len() as u64 / 5,
                    "{about}: {completion}"
                ),
            }
        }
    }
}

#[test]
fn who_leaves_in_the_midst_pays_for_what_came() {
    let long = "x".repeat(3 * MIB);
    for (form, body) in [
        (
            Form::Events,
            format!(r#"data: {{"choices":[{{"delta":{{"content":"{long}"#),
        ),
        (
            Form::Bytes,
            format!(r#"{{"choices":[{{"message":{{"content":"{long}"#),
        ),
        (Form::Text, long.clone()),
    ] {
        let mut watch = watch(form);
        watch.push(body.as_bytes());
        let (_, tokens, estimated) = told(&watch);
        assert!(
            estimated && tokens >= (3 * MIB / 4) as u64,
            "{form:?}: {tokens}"
        );
    }
}
