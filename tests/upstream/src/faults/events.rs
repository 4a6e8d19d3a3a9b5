//! Faults inside the events: dialects, broken text, errors in the stream.

use bytes::Bytes;
use serde_json::{Value, json};

use super::Faults;
use crate::record::now_ms;

/// The data of an event, if the frame is one event.
pub fn data(frame: &[u8]) -> Option<&str> {
    field(frame, "data:")
}

fn field<'a>(frame: &'a [u8], name: &str) -> Option<&'a str> {
    let text = std::str::from_utf8(frame).ok()?;
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .map(str::trim)
}

/// One event of JSON data.
pub fn event(value: &Value) -> Bytes {
    Bytes::from(format!("data: {value}\n\n"))
}

/// The type of a frame that is an event of a response's stream.
pub fn response_event(frame: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_str(data(frame)?).ok()?;
    let kind = value.get("type").and_then(Value::as_str)?;
    kind.starts_with("response.").then(|| kind.to_owned())
}

/// Whether a frame ends its stream: `[DONE]`, or a response's closing event.
pub fn is_last(frame: &[u8]) -> bool {
    let kind = response_event(frame);
    let closes = |kind: &str| matches!(kind, "response.completed" | "response.incomplete");
    data(frame) == Some("[DONE]") || kind.is_some_and(|kind| closes(&kind))
}

/// An event with this text, for the kind of stream that `frame` belongs to.
fn piece(frame: &[u8], content: &str) -> Value {
    if response_event(frame).is_none() {
        return chat_chunk(content, None);
    }
    json!({
        "type": "response.output_text.delta", "item_id": "msg_fault", "output_index": 0,
        "content_index": 0, "delta": content, "logprobs": [], "sequence_number": 1,
    })
}

/// A chat chunk with this text, or with a finish reason and none.
pub fn chat_chunk(content: &str, finish_reason: Option<&str>) -> Value {
    json!({
        "id": "chatcmpl-fault", "object": "chat.completion.chunk", "created": now_ms() / 1000,
        "model": crate::api::models::DEFAULT,
        "choices": [{"index": 0, "delta": {"content": content}, "finish_reason": finish_reason}],
    })
}

/// The stream of the fault `events=N`: chunks of `event-size` bytes, as fast as
/// they are taken.
pub fn flood(faults: &Faults) -> Option<impl Iterator<Item = Bytes> + Send + use<>> {
    let count = faults.number("events", 1000)?;
    let size = faults.number("event-size", 0).unwrap_or(0) as usize;
    let bare = event(&chat_chunk("", None)).len();
    let chunk = event(&chat_chunk(
        &"x".repeat(size.saturating_sub(bare).max(1)),
        None,
    ));
    let last = [
        event(&chat_chunk("", Some("stop"))),
        Bytes::from_static(b"data: [DONE]\n\n"),
    ];
    let chunks = (0..count).map(move |_| chunk.clone());
    Some(chunks.chain(last))
}

/// Rewrites event number `index` (from 0). Nothing is left of a dropped event.
pub fn rewrite(faults: &Faults, index: u64, frame: &Bytes) -> Vec<u8> {
    let Some(data) = data(frame).map(str::to_owned) else {
        return frame.to_vec();
    };
    let done = is_last(frame);
    if data == "[DONE]" && faults.has("no-done") {
        return Vec::new();
    }
    let kind = response_event(frame);
    if done && kind.is_some() && faults.has("no-finish") {
        return Vec::new();
    }
    let mut data = data;
    if let Ok(mut value) = serde_json::from_str::<Value>(&data) {
        let before = value.clone();
        change_json(faults, &mut value);
        if value != before {
            data = value.to_string();
        }
    }
    if index == 1 && faults.has("bad-json") {
        let half = data.len() / 2;
        data = data.chars().take(half).collect();
    }
    let mut text = String::new();
    if faults.has("comments") {
        text.push_str(": OPENROUTER PROCESSING\n\n");
    }
    if faults.has("ping") {
        text.push_str("event: ping\ndata: {\"type\":\"ping\"}\n\n");
    }
    if faults.has("id-fields") {
        text.push_str(&format!("id: {index}\nretry: 1500\n"));
    }
    if let Some(number) = field(frame, "id:") {
        text.push_str(&format!("id: {number}\n"));
    }
    if faults.has("named-events") {
        text.push_str("event: chat.completion.chunk\n");
    } else if let Some(kind) = kind {
        text.push_str(&format!("event: {kind}\n"));
    }
    text.push_str(if faults.has("no-space") {
        "data:"
    } else {
        "data: "
    });
    text.push_str(&data);
    text.push_str("\n\n");
    if done && faults.has("unterminated") {
        text.truncate(text.trim_end().len());
    }
    match faults.get("line-end") {
        Some("cr") => text = text.replace('\n', "\r"),
        Some("mixed") => {
            text = text.replace(
                '\n',
                match index % 3 {
                    0 => "\r\n",
                    1 => "\r",
                    _ => "\n",
                },
            );
        }
        Some(_) => text = text.replace('\n', "\r\n"),
        None => {}
    }
    let mut bytes = Vec::new();
    if index == 0 && faults.has("bom") {
        bytes.extend_from_slice(b"\xEF\xBB\xBF");
    }
    if index == 1 && faults.has("bad-utf8") {
        bytes.extend(spoil(&text));
    } else {
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes
}

/// Puts bytes that are no UTF-8 into the text of a chunk: a stray 0xFF, a
/// character without its last byte, an overlong slash.
fn spoil(text: &str) -> Vec<u8> {
    let marks = ["\"content\":\"", "\"id\":\""];
    let marked = marks
        .iter()
        .find_map(|mark| Some(text.find(mark)? + mark.len()));
    let at = marked.unwrap_or_else(|| text.find("data: ").map_or(0, |at| at + 6));
    let (head, tail) = text.split_at(at);
    [head.as_bytes(), b"\xFF-\xE2\x82-\xC0\xAF", tail.as_bytes()].concat()
}

fn change_json(faults: &Faults, value: &mut Value) {
    if faults.has("no-finish")
        && let Some(choices) = value.get_mut("choices").and_then(Value::as_array_mut)
    {
        for choice in choices {
            if let Some(choice) = choice.as_object_mut() {
                choice.insert("finish_reason".into(), Value::Null);
            }
        }
    }
    change_usage(faults, value);
}

/// The fault `usage=KIND`, on streamed and whole answers.
pub fn change_usage(faults: &Faults, value: &mut Value) {
    let Some(kind) = faults.get("usage") else {
        return;
    };
    if let Some(response) = value.get_mut("response") {
        return change_usage(faults, response);
    }
    let Some(object) = value.as_object_mut() else {
        return;
    };
    let (input, output) = if object.get("object").is_some_and(|kind| kind == "response") {
        ("input_tokens", "output_tokens")
    } else {
        ("prompt_tokens", "completion_tokens")
    };
    let tokens = |count: Value| json!({input: count, output: count, "total_tokens": count});
    match (
        kind,
        object.get("usage").is_some_and(|usage| !usage.is_null()),
    ) {
        ("every", _) => {
            object.insert("usage".into(), tokens(json!(7)));
        }
        (_, false) => {}
        ("absent", _) => {
            object.remove("usage");
        }
        ("empty", _) => {
            object.insert("usage".into(), json!({}));
        }
        ("negative", _) => {
            object.insert("usage".into(), tokens(json!(-5)));
        }
        ("string", _) => {
            object.insert("usage".into(), tokens(json!("12")));
        }
        ("huge", _) => {
            object.insert("usage".into(), tokens(json!(1e18)));
        }
        _ => {
            object.insert("usage".into(), tokens(json!(0)));
        }
    }
}

/// What stands before the first event: Azure's chunk without choices.
pub fn before_first(faults: &Faults) -> Option<Bytes> {
    faults.has("empty-choices").then(|| {
        event(&json!({
            "id": "", "object": "", "created": 0, "model": "", "choices": [],
            "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}],
        }))
    })
}

/// What stands after the first event, besides a giant.
pub fn after_first(faults: &Faults, key: &str, first: &[u8]) -> Vec<Bytes> {
    let mut events = Vec::new();
    match faults.get("echo-key") {
        Some("split") => {
            let middle = key.chars().count() / 2;
            let head: String = key.chars().take(middle).collect();
            let tail: String = key.chars().skip(middle).collect();
            events.push(event(&piece(first, &head)));
            events.push(event(&piece(first, &tail)));
        }
        Some("escaped") => {
            let escaped: String = key
                .chars()
                .map(|c| format!("\\u{:04x}", u32::from(c)))
                .collect();
            let chunk = piece(first, "KEY").to_string().replace("KEY", &escaped);
            events.push(Bytes::from(format!("data: {chunk}\n\n")));
        }
        Some(_) => events.push(event(&piece(first, key))),
        None => {}
    }
    events
}

/// The giant of `giant=N`, one event of at least N bytes, or of `giant-line=N`, N
/// bytes without a line end.
pub fn giant(faults: &Faults, first: &[u8]) -> Option<Bytes> {
    if let Some(size) = faults.number("giant", 1 << 20) {
        return Some(event(&piece(first, &"g".repeat(size as usize))));
    }
    let size = faults.number("giant-line", 1 << 20)? as usize;
    let mut line = b"data: ".to_vec();
    line.resize(size.max(6), b'g');
    Some(Bytes::from(line))
}

/// The error event of `error=KIND`, in the dialect of that server.
pub fn error(kind: &str) -> Bytes {
    let message = "The server had an error while processing your request";
    let openai = json!({"error": {
        "message": message, "type": "server_error", "param": null, "code": null,
    }});
    match kind {
        "event" => Bytes::from(format!("event: error\n{}", text(&openai))),
        "event-flat" => Bytes::from(format!(
            "event: error\n{}",
            text(
                &json!({"type": "error", "code": "server_error", "message": message, "param": null})
            )
        )),
        "failed" => Bytes::from(format!(
            "event: response.failed\n{}",
            text(&json!({"type": "response.failed", "response": {
                "id": "resp_fault", "object": "response", "status": "failed", "output": [],
                "error": {"code": "server_error", "message": message},
            }}))
        )),
        "vllm" => event(&json!({
            "object": "error", "message": message, "type": "BadRequestError",
            "param": null, "code": 400,
        })),
        "openrouter" => event(&json!({
            "id": "gen-fault", "object": "chat.completion.chunk", "created": now_ms() / 1000,
            "model": crate::api::models::DEFAULT, "provider": "stand-in",
            "error": {"code": 502, "message": message},
            "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}],
        })),
        "fireworks" => event(&json!({"error": message})),
        "exo" => {
            event(&json!({"error": {"message": message, "type": "server_error", "code": 500}}))
        }
        "llamacpp" => Bytes::from(format!(
            "error: {}\n\ndata: [DONE]\n\n",
            json!({"code": 500, "message": message, "type": "server_error"})
        )),
        _ => event(&openai),
    }
}

fn text(value: &Value) -> String {
    format!("data: {value}\n\n")
}
