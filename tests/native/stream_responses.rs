//! Streams of the Responses API, by the corpus that JavaScript runs as well
//! (`tests/js/stream-responses.test.mjs`).

use openai_wasm::stream::{Chunk, Decoder, StreamError, StreamErrorKind};
use openai_wasm::wire::responses::ResponseStreamEvent;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A stream of `tests/fixtures/responses-streams.json`.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// `whole`, `truncated`, or the members of the error that ends it.
    pub(crate) ends: Value,
    pub(crate) text: String,
    #[serde(default)]
    unnamed: bool,
    /// Only a stream that was asked for as one of this API can be told from others.
    #[serde(default)]
    empty: bool,
    frames: Vec<Value>,
    /// What its events add up to, if that is not what its closing event holds.
    pub(crate) response: Option<Value>,
}

impl Case {
    pub(crate) fn all() -> Vec<Self> {
        #[derive(Deserialize)]
        struct Corpus {
            streams: Vec<Case>,
        }
        let text = include_str!("../fixtures/responses-streams.json");
        let corpus: Corpus = serde_json::from_str(text).unwrap();
        assert!(corpus.streams.len() > 40);
        corpus.streams
    }

    /// The stream's events, without frames that are not events.
    pub(crate) fn events(&self) -> Vec<Value> {
        let events = self.frames.iter().filter(|frame| frame.is_object());
        events.cloned().collect()
    }

    /// The stream's bytes.
    pub(crate) fn bytes(&self) -> String {
        self.frames.iter().map(|frame| self.frame(frame)).collect()
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.ends == "whole"
    }

    /// How many bytes hold all of the closing event's JSON, so that the answer is whole from there on.
    fn whole_from(&self) -> Option<usize> {
        let mut len = 0;
        for frame in &self.frames {
            let text = self.frame(frame);
            let kind = frame["type"].as_str().unwrap_or_default();
            if self.is_whole() && ["response.completed", "response.incomplete"].contains(&kind) {
                return Some(len + text.trim_end().len());
            }
            len += text.len();
        }
        None
    }

    fn frame(&self, frame: &Value) -> String {
        match (frame.as_str(), &frame["type"]) {
            (Some(text), _) => format!("data: {text}\n\n"),
            (None, Value::String(kind)) if !self.unnamed => {
                format!("event: {kind}\ndata: {frame}\n\n")
            }
            _ => format!("data: {frame}\n\n"),
        }
    }
}

/// A chunk of a stream that was asked for as one of this API.
struct Declared(Value);

impl<'de> Deserialize<'de> for Declared {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Value::deserialize(from).map(Self)
    }
}

impl Chunk for Declared {
    const ENDS_BY_EVENT: bool = true;

    fn text(&self) -> Option<std::borrow::Cow<'_, str>> {
        self.0.text()
    }

    fn is_final(&self) -> bool {
        self.0.is_final()
    }
}

struct Outcome {
    end: Result<(), StreamError>,
    text: String,
}

fn decode<T: DeserializeOwned + Chunk>(reads: &[&[u8]]) -> Outcome {
    let mut decoder = Decoder::<T>::new();
    let mut end = Ok(());
    let mut take = |decoder: &mut Decoder<T>| {
        while let Some(item) = decoder.next_chunk() {
            if let Err(error) = item {
                end = Err(error);
            }
        }
    };
    for read in reads {
        decoder.push(read);
        take(&mut decoder);
    }
    decoder.finish();
    take(&mut decoder);
    assert!(decoder.is_ended());
    assert_eq!(decoder.is_done(), end.is_ok());
    let text = decoder.text().to_owned();
    Outcome { end, text }
}

fn check<T: DeserializeOwned + Chunk>(case: &Case, reads: &[&[u8]]) {
    let Case { name, ends, .. } = case;
    let Outcome { end, text, .. } = decode::<T>(reads);
    assert_eq!(text, case.text, "{name}");
    match (ends.as_str(), end) {
        (Some("whole"), Ok(())) => {}
        (Some("truncated"), Err(error)) => {
            assert_eq!(error.kind, StreamErrorKind::Truncated, "{name}");
        }
        (None, Err(error)) => {
            let StreamErrorKind::Failed(said) = &error.kind else {
                panic!("{name} ended as {error:?}");
            };
            let said = serde_json::to_value(said).unwrap();
            for (member, value) in ends.as_object().unwrap() {
                assert_eq!(&said[member], value, "{name}: {member}");
            }
        }
        (_, end) => panic!("{name} ended as {end:?}"),
    }
}

#[test]
fn every_stream_of_the_corpus_ends_as_it_says_however_it_is_cut() {
    for case in Case::all() {
        let bytes = case.bytes();
        for size in [1, 7, 300, bytes.len()] {
            let reads: Vec<&[u8]> = bytes.as_bytes().chunks(size).collect();
            check::<Declared>(&case, &reads);
            check::<ResponseStreamEvent>(&case, &reads);
            if !case.empty {
                check::<Value>(&case, &reads);
            }
        }
    }
}

#[test]
fn a_response_that_is_cut_at_any_byte_never_looks_finished() {
    for case in Case::all() {
        let (text, whole_from) = (case.bytes(), case.whole_from());
        assert_eq!(whole_from.is_some(), case.is_whole(), "{}", case.name);
        // Decoding every beginning of a long stream takes too long: there each seventh, up to its end.
        let dense = text
            .len()
            .saturating_sub(if text.len() < 3000 { 3000 } else { 300 });
        for cut in (0..text.len()).filter(|cut| *cut >= dense || cut % 7 == 0) {
            let end = decode::<Declared>(&[&text.as_bytes()[..cut]]).end;
            let whole = whole_from.is_some_and(|from| cut >= from);
            assert_eq!(end.is_ok(), whole, "{} cut at byte {cut}", case.name);
        }
    }
}

#[test]
fn a_chat_ends_with_done_though_a_member_is_called_like_a_response_s_event() {
    let chunk = json!({"type": "response.created", "choices": [{"delta": {"content": "a"}}]});
    let text = format!("data: {chunk}\n\ndata: [DONE]\n\n");
    assert_eq!(decode::<Value>(&[text.as_bytes()]).end, Ok(()));
    let text = "data: {\"type\":\"response.created\"}\n\ndata: [DONE]\n\n";
    let end = decode::<Value>(&[text.as_bytes()]).end;
    assert_eq!(end.unwrap_err().kind, StreamErrorKind::Truncated);
}
