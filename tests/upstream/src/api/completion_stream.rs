//! Completions as events: one chunk a piece of text, choices interleaved.

use std::{collections::VecDeque, sync::Arc};

use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};

use super::{
    chat::Usage,
    completions::{Ask, Logprobs, prompt_tokens},
    sampling::for_choice,
    sse,
};
use crate::{
    lm::{Model, generation::Generation},
    record::now_ms,
};

/// One choice under way.
struct Strand {
    index: usize,
    generation: Generation,
    /// The prompt's chunk, for `echo`.
    echo: Option<(String, Option<Logprobs>)>,
    /// Characters so far, the prompt included.
    offset: usize,
}

struct Events {
    model: Arc<Model>,
    id: String,
    created: u64,
    ask: Ask,
    strands: VecDeque<Strand>,
    completion_tokens: usize,
    /// What is still to come after the choices: usage, `[DONE]`.
    end: VecDeque<bool>,
}

/// The streamed answer.
pub fn respond(model: Arc<Model>, id: String, ask: Ask) -> Response {
    let mut strands = VecDeque::new();
    for options in &ask.prompts {
        for choice in 0..ask.n {
            let prompt = model.tokenizer.decode(&options.prompt);
            let offset = prompt.chars().count();
            let echo = ask.echo.then(|| {
                let logprobs = ask.logprobs.map(|listed| {
                    Logprobs::new(&model, &prompt_tokens(&model, options), listed, 0)
                });
                (prompt, logprobs)
            });
            let generation = Generation::new(model.clone(), for_choice(options, choice));
            strands.push_back(Strand {
                index: strands.len(),
                generation,
                echo,
                offset,
            });
        }
    }
    let end = ask
        .include_usage
        .then_some(true)
        .into_iter()
        .chain([false])
        .collect();
    let created = now_ms() / 1000;
    let events = Events {
        model,
        id,
        created,
        ask,
        strands,
        completion_tokens: 0,
        end,
    };
    sse::respond(stream::iter(events))
}

impl Events {
    fn event(&self, choices: Value, usage: Option<Usage>) -> Bytes {
        let mut chunk = json!({
            "id": self.id, "object": "text_completion", "created": self.created,
            "model": self.ask.model, "system_fingerprint": self.model.fingerprint,
            "choices": choices,
        });
        if self.ask.include_usage
            && let Some(chunk) = chunk.as_object_mut()
        {
            chunk.insert("usage".into(), json!(usage));
        }
        sse::event(&chunk)
    }
}

impl Iterator for Events {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let Some(mut strand) = self.strands.pop_front() else {
            return Some(if self.end.pop_front()? {
                let usage = Usage::new(self.ask.prompt_tokens(), self.completion_tokens);
                self.event(json!([]), Some(usage))
            } else {
                sse::DONE
            });
        };
        let index = strand.index;
        let (text, logprobs, reason) = if let Some((prompt, logprobs)) = strand.echo.take() {
            (prompt, logprobs, None)
        } else if let Some(piece) = strand.generation.next() {
            let logprobs = self
                .ask
                .logprobs
                .map(|listed| Logprobs::new(&self.model, &piece.tokens, listed, strand.offset));
            strand.offset += piece.text.chars().count();
            (piece.text, logprobs, None)
        } else {
            self.completion_tokens += strand.generation.completion_tokens();
            (
                String::new(),
                None,
                Some(strand.generation.finish().as_str()),
            )
        };
        if reason.is_none() {
            self.strands.push_back(strand);
        }
        let choice =
            json!({"text": text, "index": index, "logprobs": logprobs, "finish_reason": reason});
        Some(self.event(json!([choice]), None))
    }
}
