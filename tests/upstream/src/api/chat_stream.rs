//! Chat completions as events: one chunk a piece of text, choices interleaved.

use std::{collections::VecDeque, sync::Arc};

use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;

use super::{
    chat::{Ask, Logprobs, Usage, logprobs},
    sampling::for_choice,
    sse,
    tools::Call,
};
use crate::{
    lm::{
        Model,
        generation::{Generation, Options},
    },
    record::now_ms,
    usage::Meter,
};

/// The part of a tool call in one chunk.
#[derive(Serialize)]
struct CallDelta {
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    function: FunctionDelta,
}

#[derive(Serialize)]
struct FunctionDelta {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    arguments: String,
}

#[derive(Default, Serialize)]
struct Delta {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_calls: Option<Vec<CallDelta>>,
}

#[derive(Serialize)]
struct Choice {
    index: usize,
    delta: Delta,
    logprobs: Option<Logprobs>,
    finish_reason: Option<&'static str>,
}

#[derive(Serialize)]
struct Chunk<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    model: &'a str,
    system_fingerprint: &'a str,
    choices: Vec<Choice>,
    /// Absent unless usage was asked for, then null until the last chunk.
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Option<Usage>>,
}

/// One choice under way.
struct Strand {
    index: usize,
    generation: Generation,
    /// Parts of tool calls still to send; none for an answer in text.
    calls: VecDeque<CallDelta>,
    calls_tools: bool,
    started: bool,
    /// What it has said.
    text: String,
}

enum End {
    Usage,
    Done,
}

/// The events of one answer, made as they are taken.
struct Events {
    model: Arc<Model>,
    meter: Meter,
    id: String,
    created: u64,
    model_id: String,
    logprobs: bool,
    include_usage: bool,
    prompt_tokens: usize,
    completion_tokens: usize,
    strands: VecDeque<Strand>,
    end: VecDeque<End>,
}

/// The streamed answer.
pub fn respond(model: Arc<Model>, meter: Meter, id: String, ask: Ask) -> Response {
    let strands = (0..ask.n)
        .map(|index| Strand {
            index,
            generation: Generation::new(model.clone(), for_choice(&ask.options, index)),
            calls: call_parts(&model, &ask.calls),
            calls_tools: !ask.calls.is_empty(),
            started: false,
            text: String::new(),
        })
        .collect();
    let usage = ask.include_usage.then_some(End::Usage);
    let events = Events {
        model,
        meter,
        id,
        created: now_ms() / 1000,
        model_id: ask.model,
        logprobs: ask.logprobs,
        include_usage: ask.include_usage,
        prompt_tokens: ask.prompt_tokens,
        completion_tokens: 0,
        strands,
        end: usage.into_iter().chain([End::Done]).collect(),
    };
    sse::respond(stream::iter(events))
}

/// Tool calls in parts: id and name first, then the arguments token by token.
fn call_parts(model: &Arc<Model>, calls: &[Call]) -> VecDeque<CallDelta> {
    let mut parts = VecDeque::new();
    for (index, call) in calls.iter().enumerate() {
        let name = Some(call.function.name.clone());
        parts.push_back(CallDelta {
            index,
            id: Some(call.id.clone()),
            kind: Some(call.kind),
            function: FunctionDelta {
                name,
                arguments: String::new(),
            },
        });
        let fixed = Options {
            max_tokens: usize::MAX,
            fixed: Some(model.tokenizer.encode(&call.function.arguments)),
            ..Options::default()
        };
        parts.extend(
            Generation::new(model.clone(), fixed).map(|piece| CallDelta {
                index,
                id: None,
                kind: None,
                function: FunctionDelta {
                    name: None,
                    arguments: piece.text,
                },
            }),
        );
    }
    parts
}

impl Events {
    fn event(&self, choices: Vec<Choice>, usage: Option<Usage>) -> Bytes {
        let chunk = Chunk {
            id: &self.id,
            object: "chat.completion.chunk",
            created: self.created,
            model: &self.model_id,
            system_fingerprint: &self.model.fingerprint,
            choices,
            usage: self.include_usage.then_some(usage),
        };
        sse::event(&chunk)
    }

    /// The next chunk of a choice, and whether it was its last.
    fn advance(&mut self, strand: &mut Strand) -> (Choice, bool) {
        let mut choice = Choice {
            index: strand.index,
            delta: Delta::default(),
            logprobs: None,
            finish_reason: None,
        };
        if !std::mem::replace(&mut strand.started, true) {
            choice.delta.role = Some("assistant");
            choice.delta.content = (!strand.calls_tools).then(String::new);
            return (choice, false);
        }
        if strand.calls_tools {
            let Some(part) = strand.calls.pop_front() else {
                choice.finish_reason = Some("tool_calls");
                return (choice, true);
            };
            // Id and name cost about four tokens, each part of the arguments one.
            self.completion_tokens += if part.id.is_some() { 4 } else { 1 };
            choice.delta.tool_calls = Some(vec![part]);
            return (choice, false);
        }
        let Some(piece) = strand.generation.next() else {
            let own = strand.generation.completion_tokens();
            self.completion_tokens += self.meter.text(&strand.text, own);
            choice.finish_reason = Some(strand.generation.finish().as_str());
            return (choice, true);
        };
        choice.logprobs = self.logprobs.then(|| logprobs(&self.model, &piece.tokens));
        strand.text.push_str(&piece.text);
        choice.delta.content = Some(piece.text);
        (choice, false)
    }
}

impl Iterator for Events {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if let Some(mut strand) = self.strands.pop_front() {
            let (choice, last) = self.advance(&mut strand);
            if !last {
                self.strands.push_back(strand);
            }
            return Some(self.event(vec![choice], None));
        }
        Some(match self.end.pop_front()? {
            End::Usage => {
                let usage = Usage::new(self.prompt_tokens, self.completion_tokens);
                self.event(Vec::new(), Some(usage))
            }
            End::Done => sse::DONE,
        })
    }
}
