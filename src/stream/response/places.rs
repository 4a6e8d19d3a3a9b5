//! Where the items of a response are, and the parts in them, whatever a server calls their places.

use std::mem::{discriminant, take};

use serde_json::{Map, Value};

use super::ResponseAccumulator;
use super::item::{Kind, id_of, merge, set_id};
use crate::wire::chat::Role;
use crate::wire::responses::{
    CodeInterpreterCall, FileSearchCall, ImageGenerationCall, McpCall, OutputText, ReasoningText,
    Refusal, Response, ResponseContentPart, ResponseOutputItem, ResponseOutputMessage,
    ResponseReasoning, ResponseStatus, ResponseStreamEvent, ShellCall, ShellCallOutput,
    ShellOutput, SummaryText, WebSearchCall,
};

/// What a server calls the place of an item, and of the parts in it, in their order.
#[derive(Debug, Default)]
pub(super) struct Place {
    index: Option<u32>,
    parts: Vec<u32>,
    summary: Vec<u32>,
    commands: Vec<u32>,
}

impl ResponseAccumulator {
    /// Takes what a lifecycle event says of the response; `closes` is the status that the event means.
    pub(super) fn take(&mut self, said: Option<&Response>, closes: Option<ResponseStatus>) {
        let silent = said.is_none_or(|said| said.status.is_none());
        if let Some(said) = said {
            let known = take(&mut self.response);
            self.response = joined(known, said);
        }
        // What the closing event holds counts, and its items are whole.
        if closes.is_some() {
            self.places.clear();
            if silent {
                self.response.status = closes;
            }
        }
        self.places
            .resize_with(self.response.output.len(), Place::default);
    }

    /// Takes an item that came as one.
    pub(super) fn set(&mut self, index: Option<u32>, item: &ResponseOutputItem) {
        let at = self.find(id_of(item), index, |_| true);
        let at = at.unwrap_or_else(|| self.insert(index, item.clone()));
        if let Some(known) = self.response.output.get_mut(at) {
            merge(known, item);
        }
    }

    pub(super) fn hear(&mut self, name: &str, more: &str) {
        let extra = &mut self.response.extra;
        let audio = extra.entry("audio").or_insert_with(|| Map::new().into());
        if let Value::Object(audio) = audio {
            let known = audio.entry(name).or_insert_with(|| "".into());
            if let Value::String(known) = known {
                known.push_str(more);
            }
        }
    }

    /// The item that an event is about, made if it has not come.
    pub(super) fn item<K: Kind>(&mut self, id: &str, index: Option<u32>) -> Option<&mut K> {
        let at = self.at::<K>(id, index);
        self.response.output.get_mut(at).and_then(K::of)
    }

    fn at<K: Kind>(&mut self, id: &str, index: Option<u32>) -> usize {
        let mut fresh: ResponseOutputItem = K::default().into();
        let kind = discriminant(&fresh);
        let at = self.find(id, index, |item| discriminant(item) == kind);
        at.unwrap_or_else(|| {
            set_id(&mut fresh, id);
            self.insert(index, fresh)
        })
    }

    /// By its identifier, else by its index, else the last one.
    fn find(
        &self,
        id: &str,
        index: Option<u32>,
        fits: impl Fn(&ResponseOutputItem) -> bool,
    ) -> Option<usize> {
        let items = &self.response.output;
        if !id.is_empty()
            && let Some(at) = items.iter().position(|item| id_of(item) == id)
        {
            return Some(at);
        }
        if index.is_some() {
            // Some servers give all items one index, and identifiers of their own.
            return items.iter().zip(&self.places).position(|(item, place)| {
                let theirs = id_of(item);
                let same = id.is_empty() || theirs.is_empty() || theirs == id;
                place.index == index && same && fits(item)
            });
        }
        let last = items.len().checked_sub(1)?;
        let item = items.get(last)?;
        (id.is_empty() && fits(item)).then_some(last)
    }

    fn insert(&mut self, index: Option<u32>, item: ResponseOutputItem) -> usize {
        let at = match index {
            Some(index) => self
                .places
                .partition_point(|place| place.index.is_some_and(|other| other <= index)),
            None => self.places.len(),
        };
        let place = Place {
            index,
            ..Place::default()
        };
        self.places.insert(at, place);
        self.response.output.insert(at, item);
        at
    }

    /// A part of a message, made like `fresh` if it has not come.
    pub(super) fn part(
        &mut self,
        id: &str,
        index: Option<u32>,
        content_index: Option<u32>,
        fresh: &ResponseContentPart,
    ) -> Option<&mut ResponseContentPart> {
        let at = self.at::<ResponseOutputMessage>(id, index);
        let place = self.places.get_mut(at)?;
        let message = ResponseOutputMessage::of(self.response.output.get_mut(at)?)?;
        if message.role.as_str().is_empty() {
            message.role = Role::Assistant;
        }
        let (places, content) = (&mut place.parts, &mut message.content);
        slot(places, content, content_index, || fresh.clone())
    }

    pub(super) fn text(
        &mut self,
        id: &str,
        index: Option<u32>,
        content_index: Option<u32>,
    ) -> Option<&mut OutputText> {
        let fresh = OutputText::default().into();
        match self.part(id, index, content_index, &fresh)? {
            ResponseContentPart::OutputText(part) => Some(part),
            _ => None,
        }
    }

    pub(super) fn refusal(
        &mut self,
        id: &str,
        index: Option<u32>,
        content_index: Option<u32>,
    ) -> Option<&mut Refusal> {
        let fresh = Refusal::default().into();
        match self.part(id, index, content_index, &fresh)? {
            ResponseContentPart::Refusal(part) => Some(part),
            _ => None,
        }
    }

    pub(super) fn thought(
        &mut self,
        id: &str,
        index: Option<u32>,
        content_index: Option<u32>,
    ) -> Option<&mut ReasoningText> {
        let at = self.at::<ResponseReasoning>(id, index);
        let place = self.places.get_mut(at)?;
        let item = ResponseReasoning::of(self.response.output.get_mut(at)?)?;
        let content = item.content.get_or_insert_default();
        slot(
            &mut place.parts,
            content,
            content_index,
            ReasoningText::default,
        )
    }

    pub(super) fn summary(
        &mut self,
        id: &str,
        index: Option<u32>,
        summary_index: Option<u32>,
    ) -> Option<&mut SummaryText> {
        let at = self.at::<ResponseReasoning>(id, index);
        let place = self.places.get_mut(at)?;
        let item = ResponseReasoning::of(self.response.output.get_mut(at)?)?;
        let (places, summary) = (&mut place.summary, &mut item.summary);
        slot(places, summary, summary_index, SummaryText::default)
    }

    pub(super) fn command(
        &mut self,
        index: Option<u32>,
        command_index: Option<u32>,
    ) -> Option<&mut String> {
        let at = self.at::<ShellCall>("", index);
        let place = self.places.get_mut(at)?;
        let call = ShellCall::of(self.response.output.get_mut(at)?)?;
        let (places, commands) = (&mut place.commands, &mut call.action.commands);
        slot(places, commands, command_index, String::new)
    }

    pub(super) fn printed(
        &mut self,
        id: &str,
        index: Option<u32>,
        command_index: Option<u32>,
    ) -> Option<&mut ShellOutput> {
        let at = self.at::<ShellCallOutput>(id, index);
        let place = self.places.get_mut(at)?;
        let item = ShellCallOutput::of(self.response.output.get_mut(at)?)?;
        let (places, output) = (&mut place.commands, &mut item.output);
        slot(places, output, command_index, ShellOutput::default)
    }

    /// Notes how far a call of the server's tools is.
    pub(super) fn note(&mut self, event: &ResponseStreamEvent) {
        macro_rules! note {
            ($($variant:ident: $kind:ident = $status:literal,)*) => {
                match event {
                    $(ResponseStreamEvent::$variant(e) => {
                        if let Some(call) = self.item::<$kind>(&e.item_id, e.output_index) {
                            call.status = $status.to_owned().into();
                        }
                    })*
                    _ => {}
                }
            };
        }
        note! {
            WebSearchCallInProgress: WebSearchCall = "in_progress",
            WebSearchCallSearching: WebSearchCall = "searching",
            WebSearchCallCompleted: WebSearchCall = "completed",
            FileSearchCallInProgress: FileSearchCall = "in_progress",
            FileSearchCallSearching: FileSearchCall = "searching",
            FileSearchCallCompleted: FileSearchCall = "completed",
            CodeInterpreterCallInProgress: CodeInterpreterCall = "in_progress",
            CodeInterpreterCallInterpreting: CodeInterpreterCall = "interpreting",
            CodeInterpreterCallCompleted: CodeInterpreterCall = "completed",
            ImageGenCallInProgress: ImageGenerationCall = "in_progress",
            ImageGenCallGenerating: ImageGenerationCall = "generating",
            ImageGenCallCompleted: ImageGenerationCall = "completed",
            McpCallInProgress: McpCall = "in_progress",
            McpCallCompleted: McpCall = "completed",
            McpCallFailed: McpCall = "failed",
        }
    }
}

/// What is known of a response with what an event says of it. What the event leaves out or empty
/// stays as it was.
fn joined(mut known: Response, said: &Response) -> Response {
    let members = |response: &Response| match serde_json::to_value(response) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    };
    let output = if said.output.is_empty() {
        take(&mut known.output)
    } else {
        said.output.clone()
    };
    let mut all = members(&known);
    for (name, value) in members(said) {
        let empty = match &value {
            Value::String(text) => text.is_empty(),
            Value::Number(number) => number.as_f64() == Some(0.0),
            Value::Array(list) => list.is_empty(),
            _ => false,
        };
        if !(empty && all.contains_key(&name)) {
            all.insert(name, value);
        }
    }
    all.remove("output");
    let joined = serde_json::from_value(Value::Object(all));
    Response {
        output,
        ..joined.unwrap_or_default()
    }
}

/// The entry of a list that a server calls by `index`; without one it is the last. `places` says what
/// it calls the others.
fn slot<'a, T>(
    places: &mut Vec<u32>,
    list: &'a mut Vec<T>,
    index: Option<u32>,
    fresh: impl FnOnce() -> T,
) -> Option<&'a mut T> {
    // The item was replaced.
    if places.len() != list.len() {
        *places = (0..).take(list.len()).collect();
    }
    let index = index.unwrap_or_else(|| places.last().copied().unwrap_or_default());
    let at = places.partition_point(|place| *place < index);
    if places.get(at) != Some(&index) {
        places.insert(at, index);
        list.insert(at, fresh());
    }
    list.get_mut(at)
}
