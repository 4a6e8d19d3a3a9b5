//! What a body is where a stream was asked for, whatever its media type says: judged by its first
//! bytes. `pkg-template/lib/odd-body.js` decides the same for JavaScript;
//! `tests/fixtures/content-sniff.json` holds the cases of both.

use serde_json::{Value, json};

/// How much is looked at, after a byte order mark and line ends.
const HEAD_BYTES: usize = 1024;

/// The names that an event stream begins with.
const FIELDS: [&[u8]; 4] = [b"data:", b"event:", b"id:", b"retry:"];

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Server-sent events.
    Events,
    /// JSON, or what ought to be.
    Json,
    /// Something else.
    Other,
}

/// What a body is, or `None` if more bytes are needed. Ask only of an answer with a status of success
/// to a request for a stream.
///
/// `media_type` is in small letters and without parameters, empty if the answer has none; `head` is
/// the body's beginning, as much as there is; `ended` says that it is all.
pub(crate) fn content(media_type: &str, head: &[u8], ended: bool) -> Option<Content> {
    if media_type == "text/event-stream" {
        return Some(Content::Events);
    }
    // A page may hold whatever its author wrote.
    if media_type.contains("html") || media_type.contains("svg") {
        return Some(Content::Other);
    }
    let head = head.strip_prefix(BOM).unwrap_or(head);
    let start = head
        .iter()
        .position(|byte| !matches!(byte, b'\r' | b'\n'))
        .unwrap_or(head.len());
    let head = head.get(start..).unwrap_or_default();
    if is_field(head) || is_comment_and_field(head) {
        return Some(Content::Events);
    }
    let rest = head.trim_ascii_start();
    let begun = rest.is_empty() || head.starts_with(b":") || begins_field(head);
    if !ended && begun && head.len() < HEAD_BYTES {
        return None;
    }
    let says_json = media_type.ends_with("json");
    Some(match rest.first() {
        Some(b'{' | b'[') => Content::Json,
        _ if says_json => Content::Json,
        _ if media_type.is_empty() => Content::Events,
        _ => Content::Other,
    })
}

fn is_field(text: &[u8]) -> bool {
    FIELDS.iter().any(|field| text.starts_with(field))
}

/// Whether these bytes may become a field's name, or a byte order mark.
fn begins_field(text: &[u8]) -> bool {
    let mut starts = FIELDS.into_iter().chain([BOM]);
    starts.any(|start| start.starts_with(text))
}

/// Whether this is a comment, and a field begins a line soon after it.
fn is_comment_and_field(text: &[u8]) -> bool {
    if !text.starts_with(b":") {
        return false;
    }
    let near = text.get(..HEAD_BYTES).unwrap_or(text);
    near.iter()
        .enumerate()
        .filter(|(_, byte)| matches!(byte, b'\r' | b'\n'))
        .any(|(at, _)| near.get(at + 1..).is_some_and(is_field))
}

/// The event stream that a whole answer is: its chunks and `[DONE]`.
pub(crate) fn as_events(answer: Value) -> String {
    let mut text = String::new();
    for chunk in chunks_of(answer) {
        text += &format!("data: {chunk}\n\n");
    }
    text + "data: [DONE]\n\n"
}

/// Makes a whole answer the chunks of a stream. A response becomes an event for each of its texts and
/// one that closes it; any other answer is one chunk, in which each choice gets a `delta` next to its
/// `message`.
fn chunks_of(mut answer: Value) -> Vec<Value> {
    if answer.get("object").and_then(Value::as_str) == Some("response") {
        return events_of(answer);
    }
    make_chunk(&mut answer);
    vec![answer]
}

fn events_of(response: Value) -> Vec<Value> {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let mut events = Vec::new();
    for (output_index, item) in list(response.get("output")).iter().enumerate() {
        for (content_index, part) in list(item.get("content")).iter().enumerate() {
            let is_text = part.get("type").is_some_and(|kind| kind == "output_text");
            if let Some(text) = part.get("text").filter(|text| is_text && text.is_string()) {
                events.push(json!({
                    "type": "response.output_text.delta",
                    "item_id": item.get("id"),
                    "output_index": output_index,
                    "content_index": content_index,
                    "delta": text,
                }));
            }
        }
    }
    // One that is still worked at does not end the stream.
    let status = response.get("status").and_then(Value::as_str);
    let kind = format!("response.{}", status.unwrap_or("completed"));
    events.push(json!({ "type": kind, "response": response }));
    events
}

fn make_chunk(answer: &mut Value) {
    let choices = answer.get_mut("choices").and_then(Value::as_array_mut);
    for choice in choices
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        if choice.contains_key("text") || choice.get("delta").is_some_and(|delta| !delta.is_null())
        {
            continue;
        }
        let message = choice.get("message").and_then(Value::as_object);
        let mut delta = message.cloned().unwrap_or_default();
        // Pieces of calls are told by their index, which whole calls do not have.
        let calls = delta.get_mut("tool_calls").and_then(Value::as_array_mut);
        for (at, call) in calls.into_iter().flatten().enumerate() {
            if let Value::Object(call) = call {
                call.entry("index").or_insert(at.into());
            }
        }
        choice.insert("delta".to_owned(), Value::Object(delta));
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Deserialize)]
    struct Case {
        name: String,
        r#type: String,
        /// The body's beginning; `…` stands for 1,000 blanks.
        head: String,
        #[serde(default)]
        ended: bool,
        is: String,
    }

    #[test]
    fn a_whole_answer_becomes_a_chunk_that_keeps_its_message() {
        for (answer, delta) in [
            (
                json!({"message": {"role": "assistant", "content": "a"}}),
                json!({"role": "assistant", "content": "a"}),
            ),
            (
                json!({"message": {"tool_calls": [{"id": "x"}, {"id": "y", "index": 5}]}}),
                json!({"tool_calls": [{"id": "x", "index": 0}, {"id": "y", "index": 5}]}),
            ),
            (
                json!({"message": {"content": "a"}, "delta": null}),
                json!({"content": "a"}),
            ),
            (
                json!({"message": {"content": "a"}, "delta": {"content": "b"}}),
                json!({"content": "b"}),
            ),
            (json!({"message": "a"}), json!({})),
            (json!({"text": "a"}), Value::Null),
        ] {
            let mut chunk = json!({ "choices": [answer, 1] });
            make_chunk(&mut chunk);
            assert_eq!(chunk["choices"][0]["delta"], delta, "{answer}");
            assert_eq!(
                chunk["choices"][0]["message"], answer["message"],
                "{answer}"
            );
        }
        for mut other in [json!([]), json!({}), json!({"choices": {}}), Value::Null] {
            let before = other.clone();
            make_chunk(&mut other);
            assert_eq!(other, before);
        }
    }

    #[test]
    fn every_case_of_the_fixture_is_judged_as_it_says() {
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../../tests/fixtures/content-sniff.json")).unwrap();
        assert!(cases.len() > 30);
        for Case {
            name,
            r#type,
            head,
            ended,
            is,
        } in cases
        {
            let expected = match is.as_str() {
                "events" => Some(Content::Events),
                "json" => Some(Content::Json),
                "other" => Some(Content::Other),
                "more" => None,
                _ => panic!("{name} is {is}"),
            };
            let head = head.replace('…', &" ".repeat(1000)).into_bytes();
            assert_eq!(content(&r#type, &head, ended), expected, "{name}");
            // However the bytes come, what they are is the same.
            let judged = (0..=head.len()).find_map(|len| {
                let all = ended && len == head.len();
                content(&r#type, head.get(..len)?, all)
            });
            assert_eq!(judged, expected, "{name}, byte by byte");
        }
    }
}
