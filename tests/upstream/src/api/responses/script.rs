//! The events of a response, from the first to the last.

use serde_json::{Map, Value, json};

use super::ask::{Ask, Thought};
use crate::{
    api::{chat, tools::Call},
    lm::{
        generation::{Finish, Generation, Options},
        sampler::Random,
    },
    record::now_ms,
    server::AppState,
};

/// A whole response.
pub struct Script {
    /// Its events.
    pub events: Vec<Value>,
    /// What they add up to.
    pub response: Value,
}

/// The events so far, and what they add up to.
pub struct Writer<'a> {
    /// The server.
    pub state: &'a AppState,
    ask: &'a Ask,
    events: Vec<Value>,
    output: Vec<Value>,
    output_tokens: usize,
    reasoning_tokens: usize,
}

/// Writes all of a response.
pub fn write(state: &AppState, ask: &Ask) -> Script {
    let mut writer = Writer {
        state,
        ask,
        events: Vec::new(),
        output: Vec::new(),
        output_tokens: 0,
        reasoning_tokens: 0,
    };
    let status = if ask.background {
        "queued"
    } else {
        "in_progress"
    };
    writer.life("response.created", status, json!({}));
    if ask.background {
        writer.life("response.queued", status, json!({}));
    }
    writer.life("response.in_progress", "in_progress", json!({}));
    if let Some(thought) = &ask.thought {
        writer.think(thought);
    }
    for hosted in &ask.hosted {
        hosted.write(&mut writer);
    }
    for call in &ask.calls {
        writer.call(call);
    }
    for name in &ask.custom {
        writer.custom(name);
    }
    let mut finish = Finish::Stop;
    if let Some(refusal) = &ask.refusal {
        writer.refuse(refusal);
    } else if ask.calls.is_empty() && ask.custom.is_empty() {
        finish = writer.say();
    }
    let (status, more) = match finish {
        Finish::Stop => ("completed", json!({"completed_at": now_ms() / 1000})),
        Finish::Length => {
            let details = json!({"incomplete_details": {"reason": "max_output_tokens"}});
            ("incomplete", details)
        }
    };
    writer.life(&format!("response.{status}"), status, more);
    let response = writer.events.last().map(|event| event["response"].clone());
    Script {
        response: response.unwrap_or_default(),
        events: writer.events,
    }
}

impl Writer<'_> {
    /// Adds an event.
    pub fn event(&mut self, kind: &str, members: Value) {
        let mut event = Map::new();
        event.insert("type".into(), json!(kind));
        if let Value::Object(members) = members {
            event.extend(members);
        }
        event.insert("sequence_number".into(), json!(self.events.len()));
        self.events.push(Value::Object(event));
    }

    /// Adds an event with a piece of something.
    pub fn delta(&mut self, kind: &str, at: &Value, delta: &str, more: Value) {
        let mut event = at.clone();
        event["delta"] = json!(delta);
        if let (Some(event), Value::Object(more)) = (event.as_object_mut(), more) {
            event.extend(more);
        }
        if self.ask.obfuscation {
            let mut random = Random::new(self.events.len() as u64);
            let pad = (0..16_usize.saturating_sub(delta.len()))
                .map(|_| char::from(b'a' + random.below(26) as u8));
            event["obfuscation"] = json!(pad.collect::<String>());
        }
        self.event(kind, event);
    }

    /// Adds an item's beginning; gives where it is.
    pub fn begin(&mut self, item: Value) -> Value {
        let at = json!({"item_id": item["id"], "output_index": self.output.len()});
        let begun = json!({"output_index": self.output.len(), "item": item});
        self.event("response.output_item.added", begun);
        at
    }

    /// Adds an item's end.
    pub fn end(&mut self, item: Value) {
        let done = json!({"output_index": self.output.len(), "item": item});
        self.event("response.output_item.done", done);
        self.output.push(item);
    }

    /// A text in the pieces that a model would send.
    pub fn pieces(&self, text: &str) -> Vec<String> {
        let fixed = Options {
            max_tokens: usize::MAX,
            fixed: Some(self.state.model.tokenizer.encode(text)),
            ..Options::default()
        };
        let pieces = Generation::new(self.state.model.clone(), fixed);
        pieces.map(|piece| piece.text).collect()
    }

    fn life(&mut self, kind: &str, status: &str, more: Value) {
        let mut response = self.ask.echo.clone();
        response.insert("id".into(), json!(self.ask.id));
        response.insert("status".into(), json!(status));
        response.insert("output".into(), json!(self.output));
        if ["completed", "incomplete"].contains(&status) {
            let (input, output) = (self.ask.input_tokens, self.output_tokens);
            let usage = json!({
                "input_tokens": input,
                "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
                "output_tokens": output,
                "output_tokens_details": {"reasoning_tokens": self.reasoning_tokens},
                "total_tokens": input + output,
            });
            response.insert("usage".into(), usage);
        }
        if let Value::Object(more) = more {
            response.extend(more);
        }
        self.event(kind, json!({"response": response}));
    }

    fn think(&mut self, thought: &Thought) {
        let id = self.state.id("rs_");
        let pieces = self.pieces(&thought.text);
        self.reasoning_tokens = pieces.len();
        self.output_tokens += pieces.len();
        let mut item = json!({"type": "reasoning", "id": id, "summary": []});
        let mut at = self.begin(item.clone());
        let part = |text: &str| {
            if thought.summarised {
                json!({"type": "summary_text", "text": text})
            } else {
                json!({"type": "reasoning_text", "text": text})
            }
        };
        let (name, kind, list) = if thought.summarised {
            ("response.reasoning_summary", "summary_index", "summary")
        } else {
            ("response.reasoning", "content_index", "content")
        };
        let parts = if thought.summarised {
            "response.reasoning_summary_part"
        } else {
            "response.content_part"
        };
        at[kind] = json!(0);
        let with = |name: &str, value: Value| {
            let mut members = at.clone();
            members[name] = value;
            members
        };
        self.event(&format!("{parts}.added"), with("part", part("")));
        for piece in &pieces {
            self.delta(&format!("{name}_text.delta"), &at, piece, json!({}));
        }
        self.event(
            &format!("{name}_text.done"),
            with("text", json!(thought.text)),
        );
        self.event(&format!("{parts}.done"), with("part", part(&thought.text)));
        item[list] = json!([part(&thought.text)]);
        if thought.encrypted {
            item["encrypted_content"] = json!(format!("stand-in:{}", thought.text.len()));
        }
        self.end(item);
    }

    fn call(&mut self, call: &Call) {
        let (name, arguments) = (&call.function.name, &call.function.arguments);
        let item = |arguments: &str, status: &str, id: &str| {
            json!({
                "type": "function_call", "id": id, "call_id": call.id, "name": name,
                "arguments": arguments, "status": status,
            })
        };
        let id = self.state.id("fc_");
        let mut at = self.begin(item("", "in_progress", &id));
        self.output_tokens += 4;
        for piece in self.pieces(arguments) {
            self.output_tokens += 1;
            let kind = "response.function_call_arguments.delta";
            self.delta(kind, &at, &piece, json!({}));
        }
        at["name"] = json!(name);
        at["arguments"] = json!(arguments);
        self.event("response.function_call_arguments.done", at);
        self.end(item(arguments, "completed", &id));
    }

    fn custom(&mut self, name: &str) {
        let (id, call_id) = (self.state.id("ctc_"), self.state.id("call_"));
        let input = "print(\"hello\")";
        let item = |input: &str| {
            json!({
                "type": "custom_tool_call", "id": id, "call_id": call_id, "name": name,
                "input": input,
            })
        };
        let mut at = self.begin(item(""));
        for piece in self.pieces(input) {
            self.output_tokens += 1;
            let kind = "response.custom_tool_call_input.delta";
            self.delta(kind, &at, &piece, json!({}));
        }
        at["input"] = json!(input);
        self.event("response.custom_tool_call_input.done", at);
        self.end(item(input));
    }

    fn message(&self, id: &str, status: &str, content: Value) -> Value {
        json!({
            "type": "message", "id": id, "status": status, "role": "assistant",
            "content": content,
        })
    }

    fn refuse(&mut self, refusal: &str) {
        let id = self.state.id("msg_");
        let part = |text: &str| json!({"type": "refusal", "refusal": text});
        let mut at = self.begin(self.message(&id, "in_progress", json!([])));
        at["content_index"] = json!(0);
        let with = |name: &str, value: Value| {
            let mut members = at.clone();
            members[name] = value;
            members
        };
        self.event("response.content_part.added", with("part", part("")));
        for piece in self.pieces(refusal) {
            self.output_tokens += 1;
            self.delta("response.refusal.delta", &at, &piece, json!({}));
        }
        self.event("response.refusal.done", with("refusal", json!(refusal)));
        self.event("response.content_part.done", with("part", part(refusal)));
        self.end(self.message(&id, "completed", json!([part(refusal)])));
    }

    fn say(&mut self) -> Finish {
        let (model, ask) = (&self.state.model, self.ask);
        let mut generation = Generation::new(model.clone(), ask.options.clone());
        let id = self.state.id("msg_");
        let annotations: Vec<Value> = ask.hosted.iter().filter_map(|one| one.citation()).collect();
        let part = |text: &str, annotations: &[Value], logprobs: &[Value]| {
            json!({
                "type": "output_text", "text": text, "annotations": annotations,
                "logprobs": logprobs,
            })
        };
        let mut at = self.begin(self.message(&id, "in_progress", json!([])));
        at["content_index"] = json!(0);
        let with = |members: Value| {
            let mut all = at.clone();
            if let (Some(all), Value::Object(members)) = (all.as_object_mut(), members) {
                all.extend(members);
            }
            all
        };
        let begun = with(json!({"part": part("", &[], &[])}));
        self.event("response.content_part.added", begun);
        let (mut text, mut logprobs) = (String::new(), Vec::new());
        for piece in generation.by_ref() {
            text.push_str(&piece.text);
            let mut new = Vec::new();
            if ask.logprobs {
                let said = json!(chat::logprobs(model, &piece.tokens).content);
                new = super::items::list(Some(&said));
                logprobs.extend(new.clone());
            }
            let more = json!({"logprobs": new});
            self.delta("response.output_text.delta", &at, &piece.text, more);
        }
        self.output_tokens += self.state.meter.text(&text, generation.completion_tokens());
        for (index, annotation) in annotations.iter().enumerate() {
            let added = with(json!({"annotation_index": index, "annotation": annotation}));
            self.event("response.output_text.annotation.added", added);
        }
        let done = with(json!({"text": text, "logprobs": logprobs}));
        self.event("response.output_text.done", done);
        let part = part(&text, &annotations, &logprobs);
        self.event("response.content_part.done", with(json!({"part": part})));
        let finish = generation.finish();
        let status = if finish == Finish::Length {
            "incomplete"
        } else {
            "completed"
        };
        self.end(self.message(&id, status, json!([part])));
        finish
    }
}
