//! Events of a response's stream in, the whole response out: from any server.

mod item;
mod places;

use std::mem::take;

use places::Place;

use crate::wire::responses::{
    CodeInterpreterCall, CustomToolCall, FunctionCall, McpCall, Response, ResponseContentPart,
    ResponseStatus, ResponseStreamEvent,
};

/// Puts the events of a response's stream together.
///
/// It needs neither `sequence_number` nor an item or a part before the pieces of it, and no response
/// in the closing event: an item is found by its identifier, else by its index, else it is the last
/// one of its kind. Events that it does not know change nothing. Sound is put into the response's
/// `extra`, as `audio`.
///
/// ```
/// use openai_wasm::stream::ResponseAccumulator;
/// use openai_wasm::wire::responses::ResponseStreamEvent;
///
/// let mut answer = ResponseAccumulator::new();
/// for event in [
///     r#"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"Hel"}"#,
///     r#"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"lo"}"#,
///     r#"{"type":"response.completed"}"#,
/// ] {
///     let event: ResponseStreamEvent = serde_json::from_str(event)?;
///     answer.push(&event);
/// }
/// assert_eq!(answer.finish().output_text(), "Hello");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct ResponseAccumulator {
    response: Response,
    /// For each item of the output, what the server calls its place.
    places: Vec<Place>,
}

impl ResponseAccumulator {
    /// A response of which nothing has come.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The response so far.
    #[must_use]
    pub fn snapshot(&self) -> &Response {
        &self.response
    }

    /// The response, once all events came.
    #[must_use]
    pub fn finish(self) -> Response {
        self.response
    }

    /// Adds an event.
    pub fn push(&mut self, event: &ResponseStreamEvent) {
        use ResponseStreamEvent as E;
        match event {
            E::Created(e) => self.take(e.response.as_deref(), None),
            E::Queued(e) => self.take(e.response.as_deref(), None),
            E::InProgress(e) => self.take(e.response.as_deref(), None),
            E::Completed(e) => self.take(e.response.as_deref(), Some(ResponseStatus::Completed)),
            E::Incomplete(e) => self.take(e.response.as_deref(), Some(ResponseStatus::Incomplete)),
            E::Failed(e) => self.take(e.response.as_deref(), Some(ResponseStatus::Failed)),
            E::OutputItemAdded(e) => self.set(e.output_index, &e.item),
            E::OutputItemDone(e) => self.set(e.output_index, &e.item),
            E::AudioDelta(e) => self.hear("data", &e.delta),
            E::AudioTranscriptDelta(e) => self.hear("transcript", &e.delta),
            _ => {
                self.push_part(event);
                self.push_text(event);
                self.push_call(event);
            }
        }
    }

    fn push_part(&mut self, event: &ResponseStreamEvent) {
        use ResponseStreamEvent as E;
        let (e_id, index, content_index, part) = match event {
            E::ContentPartAdded(e) => (&e.item_id, e.output_index, e.content_index, &e.part),
            E::ContentPartDone(e) => (&e.item_id, e.output_index, e.content_index, &e.part),
            E::ReasoningSummaryPartAdded(e) => {
                if let Some(known) = self.summary(&e.item_id, e.output_index, e.summary_index) {
                    settle(&mut known.text, &e.part.text);
                }
                return;
            }
            E::ReasoningSummaryPartDone(e) => {
                if let Some(known) = self.summary(&e.item_id, e.output_index, e.summary_index) {
                    *known = e.part.clone();
                }
                return;
            }
            _ => return,
        };
        if let ResponseContentPart::ReasoningText(part) = part {
            if let Some(known) = self.thought(e_id, index, content_index) {
                settle(&mut known.text, &part.text);
            }
        } else if let Some(known) = self.part(e_id, index, content_index, part) {
            // One that begins is empty; what came of it before stays.
            let said = match known {
                ResponseContentPart::OutputText(known) => take(&mut known.text),
                ResponseContentPart::Refusal(known) => take(&mut known.refusal),
                _ => String::new(),
            };
            known.clone_from(part);
            match known {
                ResponseContentPart::OutputText(known) if known.text.is_empty() => {
                    known.text = said
                }
                ResponseContentPart::Refusal(known) if known.refusal.is_empty() => {
                    known.refusal = said;
                }
                _ => {}
            }
        }
    }

    fn push_text(&mut self, event: &ResponseStreamEvent) {
        use ResponseStreamEvent as E;
        match event {
            E::TextDelta(e) => {
                if let Some(part) = self.text(&e.item_id, e.output_index, e.content_index) {
                    part.text.push_str(&e.delta);
                    if !e.logprobs.is_empty() {
                        let known = part.logprobs.get_or_insert_default();
                        known.extend_from_slice(&e.logprobs);
                    }
                }
            }
            E::TextDone(e) => {
                if let Some(part) = self.text(&e.item_id, e.output_index, e.content_index) {
                    settle(&mut part.text, &e.text);
                    if !e.logprobs.is_empty() {
                        part.logprobs = Some(e.logprobs.clone());
                    }
                }
            }
            E::OutputTextAnnotationAdded(e) => {
                if let Some(part) = self.text(&e.item_id, e.output_index, e.content_index) {
                    let at = e.annotation_index.and_then(|at| usize::try_from(at).ok());
                    match at.and_then(|at| part.annotations.get_mut(at)) {
                        Some(known) => known.clone_from(&e.annotation),
                        None => part.annotations.push(e.annotation.clone()),
                    }
                }
            }
            E::RefusalDelta(e) => {
                if let Some(part) = self.refusal(&e.item_id, e.output_index, e.content_index) {
                    part.refusal.push_str(&e.delta);
                }
            }
            E::RefusalDone(e) => {
                if let Some(part) = self.refusal(&e.item_id, e.output_index, e.content_index) {
                    settle(&mut part.refusal, &e.refusal);
                }
            }
            E::ReasoningTextDelta(e) => {
                if let Some(part) = self.thought(&e.item_id, e.output_index, e.content_index) {
                    part.text.push_str(&e.delta);
                }
            }
            E::ReasoningTextDone(e) => {
                if let Some(part) = self.thought(&e.item_id, e.output_index, e.content_index) {
                    settle(&mut part.text, &e.text);
                }
            }
            E::ReasoningSummaryTextDelta(e) => {
                if let Some(part) = self.summary(&e.item_id, e.output_index, e.summary_index) {
                    part.text.push_str(&e.delta);
                }
            }
            E::ReasoningSummaryTextDone(e) => {
                if let Some(part) = self.summary(&e.item_id, e.output_index, e.summary_index) {
                    settle(&mut part.text, &e.text);
                }
            }
            _ => {}
        }
    }

    fn push_call(&mut self, event: &ResponseStreamEvent) {
        use ResponseStreamEvent as E;
        match event {
            E::FunctionCallArgumentsDelta(e) => {
                if let Some(call) = self.item::<FunctionCall>(&e.item_id, e.output_index) {
                    call.arguments.push_str(&e.delta);
                }
            }
            E::FunctionCallArgumentsDone(e) => {
                if let Some(call) = self.item::<FunctionCall>(&e.item_id, e.output_index) {
                    settle(&mut call.arguments, &e.arguments);
                    settle(&mut call.name, &e.name);
                }
            }
            E::CustomToolCallInputDelta(e) => {
                if let Some(call) = self.item::<CustomToolCall>(&e.item_id, e.output_index) {
                    call.input.push_str(&e.delta);
                }
            }
            E::CustomToolCallInputDone(e) => {
                if let Some(call) = self.item::<CustomToolCall>(&e.item_id, e.output_index) {
                    settle(&mut call.input, &e.input);
                }
            }
            E::McpCallArgumentsDelta(e) => {
                if let Some(call) = self.item::<McpCall>(&e.item_id, e.output_index) {
                    call.arguments.push_str(&e.delta);
                }
            }
            E::McpCallArgumentsDone(e) => {
                if let Some(call) = self.item::<McpCall>(&e.item_id, e.output_index) {
                    settle(&mut call.arguments, &e.arguments);
                }
            }
            E::CodeInterpreterCallCodeDelta(e) => {
                if let Some(call) = self.item::<CodeInterpreterCall>(&e.item_id, e.output_index) {
                    call.code.get_or_insert_default().push_str(&e.delta);
                }
            }
            E::CodeInterpreterCallCodeDone(e) => {
                if let Some(call) = self.item::<CodeInterpreterCall>(&e.item_id, e.output_index) {
                    settle(call.code.get_or_insert_default(), &e.code);
                }
            }
            E::ShellCallCommandAdded(e) => {
                if let Some(command) = self.command(e.output_index, e.command_index) {
                    settle(command, &e.command);
                }
            }
            E::ShellCallCommandDelta(e) => {
                if let Some(command) = self.command(e.output_index, e.command_index) {
                    command.push_str(&e.delta);
                }
            }
            E::ShellCallCommandDone(e) => {
                if let Some(command) = self.command(e.output_index, e.command_index) {
                    settle(command, &e.command);
                }
            }
            E::ShellCallOutputContentDelta(e) => {
                if let Some(known) = self.printed(&e.item_id, e.output_index, e.command_index) {
                    let delta = &e.delta;
                    known.stdout += delta.stdout.as_deref().unwrap_or_default();
                    known.stderr += delta.stderr.as_deref().unwrap_or_default();
                }
            }
            E::ShellCallOutputContentDone(e) => {
                let known = self.printed(&e.item_id, e.output_index, e.command_index);
                if let (Some(known), Some(output)) = (known, e.output.last()) {
                    known.clone_from(output);
                }
            }
            _ => self.note(event),
        }
    }
}

/// The last word on a text, unless it is left out.
fn settle(known: &mut String, whole: &str) {
    if !whole.is_empty() {
        whole.clone_into(known);
    }
}
