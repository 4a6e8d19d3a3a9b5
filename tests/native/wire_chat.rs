//! Chat bodies: what servers really send is read, and what was read is written back.

use openai_wasm::wire::chat::{
    ChatCompletion, ChatCompletionChunk, ChatCompletionMessageParam as Message,
    ChatCompletionRequest, FinishReason, Role, StopSequences, ToolCall,
};
use serde_json::{Value, json};

fn chunk(value: &Value) -> ChatCompletionChunk {
    serde_json::from_str(&value.to_string()).unwrap()
}

fn delta(value: Value) -> openai_wasm::wire::chat::ChatCompletionDelta {
    chunk(&json!({"choices": [{"index": 0, "delta": value}]}))
        .choices
        .remove(0)
        .delta
}

#[test]
fn an_answer_of_the_reference_reads_and_writes_back() {
    let body = json!({
        "id": "chatcmpl-123", "object": "chat.completion", "created": 1_677_652_288, "model": "gpt-4o",
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": "\n\nHello there, how may I assist you today?"},
            "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21},
    });
    let answer: ChatCompletion = serde_json::from_str(&body.to_string()).unwrap();
    assert_eq!(
        answer.text(),
        "\n\nHello there, how may I assist you today?"
    );
    assert_eq!(answer.choices[0].finish_reason, Some(FinishReason::Stop));
    assert_eq!(answer.choices[0].message.role, Some(Role::Assistant));
    assert_eq!(answer.usage.as_ref().unwrap().total_tokens, 21);
    assert!(answer.extra.is_empty());
    assert_eq!(serde_json::to_value(&answer).unwrap(), body);
}

#[test]
fn a_request_sends_only_what_is_set_and_a_64_bit_seed_exactly() {
    let mut request =
        ChatCompletionRequest::new("m", [Message::system("Be brief."), Message::user("Hi")]);
    request.seed = Some(i64::MIN);
    request.stop = Some(StopSequences::from(vec!["a".to_owned()]));
    request
        .extra
        .insert("added_yesterday".to_owned(), json!(null));
    let text = serde_json::to_string(&request).unwrap();
    assert_eq!(
        text,
        r#"{"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],"stop":["a"],"seed":-9223372036854775808,"added_yesterday":null}"#,
    );
    assert_eq!(
        serde_json::from_str::<ChatCompletionRequest>(&text).unwrap(),
        request
    );
}

#[test]
fn a_body_of_another_kind_or_cut_short_is_an_error() {
    for body in [
        "[]",
        "null",
        "\"text\"",
        "17",
        "true",
        "",
        "{",
        "{\"choices\": [}",
        "<html>",
    ] {
        assert!(
            serde_json::from_str::<ChatCompletionChunk>(body).is_err(),
            "{body}"
        );
        assert!(
            serde_json::from_str::<ChatCompletion>(body).is_err(),
            "{body}"
        );
    }
}

#[test]
fn an_odd_value_is_kept_beside_the_field_and_written_back() {
    let body = json!({
        "id": 7, "object": "chat.completion.chunk", "created": 1.5, "model": "m",
        "choices": [{"index": 0, "delta": {"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}}],
        "usage": "none", "x": {"y": [1, null]},
    });
    let chunk = chunk(&body);
    assert_eq!(
        (chunk.id.as_str(), chunk.created, chunk.text()),
        ("7", 1, "ab")
    );
    assert_eq!(chunk.usage, None);
    assert_eq!(serde_json::to_value(&chunk).unwrap(), body);
}

#[test]
fn odd_deltas_are_read_by_what_they_say() {
    assert_eq!(delta(json!(null)).content, None);
    assert_eq!(delta(json!({"role": "", "content": ""})).role, None);
    assert_eq!(delta(json!({"content": ""})).content.as_deref(), Some(""));
    assert_eq!(
        delta(json!({"reasoning_content": "hm"})).reasoning(),
        Some("hm")
    );
    let calls = delta(
        json!({"tool_calls": [{"id": "", "function": {"name": "f", "arguments": {"a": 1}}}]}),
    )
    .tool_calls
    .unwrap();
    assert_eq!(calls[0].index, None);
    assert_eq!(
        calls[0].function.as_ref().unwrap().arguments.as_deref(),
        Some(r#"{"a":1}"#)
    );
}

#[test]
fn a_tool_call_without_a_type_is_a_call_of_a_function() {
    let call: ToolCall =
        serde_json::from_str(r#"{"id":"c","function":{"name":"f","arguments":"{}"}}"#).unwrap();
    assert!(matches!(&call, ToolCall::Function(call) if call.function.name == "f"));
    let call: ToolCall = serde_json::from_str(r#"{"id":"c","type":"tomorrow","x":1}"#).unwrap();
    assert!(matches!(&call, ToolCall::Other(_)));
    assert_eq!(call.id(), "c");
}
