//! How values that come in pieces are put together, whatever a server calls them.
//!
//! `pkg-template/lib/pieces.js` does the same; `tests/fixtures/accumulation.json` has the cases of
//! both.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Value};

/// What is nested deeper is replaced by its last piece, so that no answer exhausts the stack.
const MAX_DEPTH: usize = 64;

/// Puts pieces into objects that the caller keeps. One of these belongs to one message.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    /// The names that lead to the value that is being added to.
    path: String,
    /// For each list, by its path: where its entries that have an `index` are, by that index.
    /// An entry of this map may be out of date, so it is compared before it counts.
    numbered: HashMap<String, HashMap<u64, usize>>,
}

/// Whether texts of this name say what something is, so that the last one counts. Any other text
/// is joined.
fn is_last(name: &str) -> bool {
    const NAMES: [&str; 8] = [
        "id", "type", "role", "name", "index", "object", "format", "status",
    ];
    NAMES.contains(&name)
        || ["_id", "_type", "_at"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// A number as the key of a map; equal numbers have equal keys.
pub(super) fn number_key(value: &Value) -> Option<u64> {
    let number = value.as_f64()?;
    Some((number + 0.0).to_bits())
}

/// The text that stands where one is due: itself, the digits of a number, or the texts of parts.
pub(super) fn text_of<'a>(
    read: Option<&'a str>,
    original: Option<&'a Value>,
) -> Option<Cow<'a, str>> {
    match original {
        None | Some(Value::Null) => read.map(Cow::Borrowed),
        Some(Value::String(text)) => Some(text.into()),
        Some(Value::Number(number)) => Some(number.to_string().into()),
        Some(Value::Array(parts)) => {
            let text = |part: &'a Value| {
                let text = if part.is_object() {
                    part.get("text")
                } else {
                    Some(part)
                };
                let text = text.filter(|text| text.is_string() || text.is_number());
                text.and_then(|text| text_of(None, Some(text)))
            };
            Some(parts.iter().filter_map(text).collect::<String>().into())
        }
        Some(Value::Bool(_) | Value::Object(_)) => Some("".into()),
    }
}

/// What the model thinks: Mistral sends it as parts of the content.
pub(super) fn thought_of(content: &Value) -> String {
    let thinking = |part| Value::get(part, "thinking");
    let parts = content.as_array().into_iter().flatten();
    parts
        .filter_map(thinking)
        .filter_map(|thinking| text_of(None, Some(thinking)))
        .collect()
}

/// Parts of a content that are neither text nor thought.
pub(super) fn others_of(content: &Value) -> Vec<Value> {
    fn parts(list: Option<&Value>) -> impl Iterator<Item = &Value> {
        list.and_then(Value::as_array).into_iter().flatten()
    }
    let is_said = |value: Option<&Value>| {
        value.is_some_and(|value| !value.is_boolean() && !value.is_object())
    };
    let is_other = |part: &&Value| {
        part.is_object() && !is_said(part.get("text")) && !is_said(part.get("thinking"))
    };
    let within = parts(Some(content)).flat_map(|part| parts(part.get("thinking")));
    let all = parts(Some(content)).filter(is_other);
    all.chain(within.filter(is_other)).cloned().collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Absent, null, or an empty text.
    Nothing,
    Scalar,
    Text,
    List,
    Object,
}

fn kind_of(value: &Value) -> Kind {
    match value {
        Value::Null => Kind::Nothing,
        Value::String(text) if text.is_empty() => Kind::Nothing,
        Value::String(_) => Kind::Text,
        Value::Bool(_) | Value::Number(_) => Kind::Scalar,
        Value::Array(_) => Kind::List,
        Value::Object(_) => Kind::Object,
    }
}

impl Pieces {
    /// Adds one member of a message, below the names of `path`. Null says nothing.
    pub(super) fn add_member(
        &mut self,
        path: &[&str],
        object: &mut Map<String, Value>,
        name: &str,
        value: &Value,
    ) {
        self.path.clear();
        for name in path {
            self.path.push_str(name);
            self.path.push('\0');
        }
        if !value.is_null() {
            self.add(object, name, value, 0);
        }
    }

    /// Adds a member of an object at this depth. Null stands until more comes.
    fn add(&mut self, object: &mut Map<String, Value>, name: &str, value: &Value, depth: usize) {
        let length = self.path.len();
        self.path.push_str(name);
        self.path.push('\0');
        match object.get_mut(name) {
            Some(_) if value.is_null() => {}
            Some(known) => self.join(known, value, name, depth + 1),
            None => {
                let value = self.copied(value, depth + 1);
                object.insert(name.to_owned(), value);
            }
        }
        self.path.truncate(length);
    }

    fn join(&mut self, known: &mut Value, value: &Value, name: &str, depth: usize) {
        let (mut before, kind) = (kind_of(known), kind_of(value));
        if kind == Kind::Nothing {
            if known.is_null() {
                *known = value.clone();
            }
            return;
        }
        let last = is_last(name);
        if before == Kind::Scalar || depth > MAX_DEPTH || (last && before != kind) {
            before = Kind::Nothing;
        }
        if before == Kind::Nothing {
            *known = self.copied(value, depth);
            return;
        }
        match (&mut *known, value) {
            (Value::Object(known), Value::Object(piece)) => {
                for (name, value) in piece {
                    self.add(known, name, value, depth);
                }
            }
            (Value::String(known), Value::String(more)) => {
                if last {
                    known.clear();
                }
                known.push_str(more);
            }
            // Of unlike kinds neither is lost: a list holds both.
            _ => {
                if before != Kind::List {
                    *known = Value::Array(vec![known.take()]);
                }
                let Value::Array(list) = known else { return };
                let entries = value
                    .as_array()
                    .map_or(std::slice::from_ref(value), Vec::as_slice);
                self.append(list, entries, depth);
            }
        }
    }

    /// A copy in which entries of one index are together.
    fn copied(&mut self, value: &Value, depth: usize) -> Value {
        match value {
            _ if depth > MAX_DEPTH => value.clone(),
            Value::Array(entries) => {
                let mut list = Vec::with_capacity(entries.len());
                self.append(&mut list, entries, depth);
                Value::Array(list)
            }
            Value::Object(piece) => {
                let mut object = Map::new();
                for (name, value) in piece {
                    self.add(&mut object, name, value, depth);
                }
                Value::Object(object)
            }
            _ => value.clone(),
        }
    }

    fn append(&mut self, list: &mut Vec<Value>, entries: &[Value], depth: usize) {
        for entry in entries {
            let index = entry.get("index").and_then(number_key);
            let index = index.filter(|_| depth < MAX_DEPTH);
            let at = index.and_then(|index| self.place(list, index));
            let length = self.path.len();
            let place = at.unwrap_or(list.len());
            if let Some(index) = index.filter(|_| at.is_none()) {
                match self.numbered.get_mut(&self.path) {
                    Some(places) => places.insert(index, place),
                    None => self
                        .numbered
                        .entry(self.path.clone())
                        .or_default()
                        .insert(index, place),
                };
            }
            self.path.push_str(&place.to_string());
            self.path.push('\0');
            match (list.get_mut(place), entry) {
                (Some(Value::Object(same)), Value::Object(piece)) => {
                    for (name, value) in piece {
                        self.add(same, name, value, depth + 1);
                    }
                }
                _ => {
                    let fresh = self.copied(entry, depth + 1);
                    list.push(fresh);
                }
            }
            self.path.truncate(length);
        }
    }

    /// Where the list at this path has its entry of an index.
    fn place(&self, list: &[Value], index: u64) -> Option<usize> {
        let place = *self.numbered.get(&self.path)?.get(&index)?;
        let entry = list.get(place)?.get("index")?;
        (number_key(entry) == Some(index)).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn joined(pieces: &[Value]) -> Map<String, Value> {
        let mut joiner = Pieces::default();
        let mut object = Map::new();
        for piece in pieces {
            for (name, value) in piece.as_object().unwrap() {
                joiner.add_member(&[], &mut object, name, value);
            }
        }
        object
    }

    #[test]
    fn nesting_without_end_is_joined_to_a_depth_and_replaced_below() {
        let deep = |text: &str| (0..100).fold(json!(text), |inner, _| json!({ "a": inner }));
        let object = joined(&[deep("x"), deep("y")]);
        assert_eq!(Value::Object(object), deep("y"), "too deep to be joined");
        let shallow = |text: &str| (0..60).fold(json!(text), |inner, _| json!({ "a": inner }));
        let object = joined(&[shallow("x"), shallow("y")]);
        assert_eq!(Value::Object(object), shallow("xy"), "the control");
    }

    #[test]
    fn an_index_reserves_nothing_and_finds_its_entry_among_many() {
        let entries = |text: &str| {
            let entry = |at: u64| json!({ "index": at * 1_000_003, "text": text });
            json!({ "list": (0..10_000).map(entry).collect::<Vec<_>>() })
        };
        let object = joined(&[entries("a"), entries("b")]);
        let list = object["list"].as_array().unwrap();
        assert_eq!(list.len(), 10_000);
        assert!(list.iter().all(|entry| entry["text"] == "ab"));
    }

    #[test]
    fn a_list_that_was_replaced_is_not_mistaken_for_the_one_before() {
        let object = joined(&[
            json!({ "status": [{ "text": "x" }, { "index": 1, "text": "a" }] }),
            json!({ "status": "done" }),
            json!({ "status": [{ "index": 1, "text": "b" }] }),
            json!({ "status": [{ "index": 1, "text": "c" }] }),
        ]);
        assert_eq!(
            Value::Object(object),
            json!({ "status": [{ "index": 1, "text": "bc" }] })
        );
    }
}
