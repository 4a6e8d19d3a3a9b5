//! The reader of all wire types: from a deserializer, and from a value that was read whole.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor, value};
use serde::{Deserialize, de};
use serde_json::Value;

use super::{Arrived, Field, Got, List, Object, write};

/// Reads a field in its place: the seed that an object hands to its map, and the visitor behind it.
struct Slot<'a>(&'a mut dyn Field);

impl<'de> DeserializeSeed<'de> for Slot<'_> {
    type Value = Got;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Got, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Slot<'_> {
    type Value = Got;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }
    fn visit_unit<E>(self) -> Result<Got, E> {
        Ok(self.0.set(Arrived::Null))
    }
    fn visit_none<E>(self) -> Result<Got, E> {
        Ok(self.0.set(Arrived::Null))
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Got, D::Error> {
        deserializer.deserialize_any(self)
    }
    fn visit_bool<E>(self, v: bool) -> Result<Got, E> {
        Ok(self.0.set(Arrived::Bool(v)))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Got, E> {
        Ok(self.0.set(Arrived::U64(v)))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Got, E> {
        Ok(self.0.set(integer(v)))
    }
    fn visit_f64<E>(self, v: f64) -> Result<Got, E> {
        Ok(self.0.set(Arrived::F64(v)))
    }
    fn visit_str<E>(self, v: &str) -> Result<Got, E> {
        Ok(self.0.set(Arrived::Str(v)))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Got, A::Error> {
        if let Some(list) = self.0.as_list() {
            let mut reader = ListReader::new(list);
            while let Some(item) = reader.list.push() {
                match seq.next_element_seed(Slot(item))? {
                    Some(got) => reader.took(got),
                    None => {
                        reader.list.pop();
                        break;
                    }
                }
            }
            return Ok(reader.finish());
        }
        let array = Value::deserialize(value::SeqAccessDeserializer::new(seq))?;
        Ok(self.0.set(Arrived::Whole(array)))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Got, A::Error> {
        if let Some(object) = self.0.as_object() {
            while let Some(key) = map.next_key_seed(Name(object.names()))? {
                match key {
                    Key::Field(at) => {
                        let Some(field) = object.field_mut(at) else {
                            continue;
                        };
                        let got = map.next_value_seed(Slot(field))?;
                        keep_original(object, at, got);
                    }
                    Key::Unknown(name) => {
                        let unknown = map.next_value()?;
                        object.extra_mut().insert(name, unknown);
                    }
                }
            }
            return Ok(Got::Value);
        }
        let object = Value::deserialize(value::MapAccessDeserializer::new(map))?;
        Ok(self.0.set(Arrived::Whole(object)))
    }
}

/// A JSON reader hands over a negative integer as `i64`, a host value an integer of any size.
fn integer(v: i64) -> Arrived<'static> {
    u64::try_from(v).map_or(Arrived::I64(v), Arrived::U64)
}

/// The name of an object's member.
enum Key {
    Field(usize),
    Unknown(String),
}

/// Finds a member's name among an object's.
struct Name(&'static [&'static str]);

impl Name {
    fn find(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|known| *known == name)
    }
}

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }
    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        let found = self.find(name).map(Key::Field);
        Ok(found.unwrap_or_else(|| Key::Unknown(name.to_owned())))
    }
}

/// Keeps what a field could not hold, or only with loss. Of two equal names the last counts.
fn keep_original(object: &mut dyn Object, at: usize, got: Got) {
    let name = object.names().get(at).copied().unwrap_or_default();
    match got {
        Got::Read(original) | Got::Odd(original) => {
            object.extra_mut().insert(name.to_owned(), original);
        }
        Got::Value | Got::Null if object.extra().is_empty() => {}
        Got::Value | Got::Null => {
            object.extra_mut().remove(name);
        }
    }
}

/// Each element keeps its place, whatever came in it: positions mean something in a list of log
/// probabilities. If one was odd, the original list stays too.
struct ListReader<'a> {
    list: &'a mut dyn List,
    originals: Option<Vec<Value>>,
}

impl<'a> ListReader<'a> {
    fn new(list: &'a mut dyn List) -> Self {
        Self {
            list,
            originals: None,
        }
    }

    /// What arrived for the item that was pushed last.
    fn took(&mut self, got: Got) {
        if !self.list.keeps_original() {
            return;
        }
        let original = match got {
            Got::Value => None,
            Got::Null => Some(Value::Null),
            Got::Read(original) | Got::Odd(original) => Some(original),
        };
        if original.is_none() && self.originals.is_none() {
            return;
        }
        let last = self.list.len().saturating_sub(1);
        let json = |at| self.list.item(at).map_or(Value::Null, write::to_value);
        let originals = self
            .originals
            .get_or_insert_with(|| (0..last).map(json).collect());
        originals.push(original.unwrap_or_else(|| json(last)));
    }

    fn finish(self) -> Got {
        match self.originals {
            Some(originals) => Got::Read(Value::Array(originals)),
            None => Got::Value,
        }
    }
}

/// Reads a field from a value.
pub(crate) fn fill(field: &mut dyn Field, value: Value) -> Got {
    match value {
        Value::Null => field.set(Arrived::Null),
        Value::Bool(v) => field.set(Arrived::Bool(v)),
        Value::Number(number) => {
            let arrived = if let Some(v) = number.as_u64() {
                Arrived::U64(v)
            } else if let Some(v) = number.as_i64() {
                Arrived::I64(v)
            } else {
                Arrived::F64(number.as_f64().unwrap_or(f64::NAN))
            };
            field.set(arrived)
        }
        Value::String(v) => field.set(Arrived::Str(&v)),
        Value::Array(items) => {
            if let Some(list) = field.as_list() {
                let mut reader = ListReader::new(list);
                for item in items {
                    if let Some(slot) = reader.list.push() {
                        let got = fill(slot, item);
                        reader.took(got);
                    }
                }
                return reader.finish();
            }
            field.set(Arrived::Whole(Value::Array(items)))
        }
        Value::Object(members) => {
            if let Some(object) = field.as_object() {
                for (name, value) in members {
                    let at = Name(object.names()).find(&name);
                    match at.and_then(|at| Some((at, object.field_mut(at)?))) {
                        Some((at, field)) => {
                            let got = fill(field, value);
                            keep_original(object, at, got);
                        }
                        None => {
                            object.extra_mut().insert(name, value);
                        }
                    }
                }
                return Got::Value;
            }
            field.set(Arrived::Whole(Value::Object(members)))
        }
    }
}

/// Reads a type that stands alone: a whole body, which has to be of its kind.
pub(crate) fn whole<'de, T: Field + Default, D: Deserializer<'de>>(
    deserializer: D,
    kind: &'static str,
) -> Result<T, D::Error> {
    let mut object = T::default();
    read_whole(deserializer, &mut object, kind)?;
    Ok(object)
}

fn read_whole<'de, D: Deserializer<'de>>(
    deserializer: D,
    object: &mut dyn Field,
    kind: &'static str,
) -> Result<(), D::Error> {
    match deserializer.deserialize_any(Slot(object))? {
        Got::Value | Got::Read(_) => Ok(()),
        Got::Null => Err(de::Error::invalid_type(de::Unexpected::Unit, &kind)),
        Got::Odd(value) => Err(de::Error::invalid_type(unexpected(&value), &kind)),
    }
}

/// The kind of a value, never its content: error texts must not carry what a user or a model
/// said.
fn unexpected(value: &Value) -> de::Unexpected<'static> {
    match value {
        Value::Null => de::Unexpected::Unit,
        Value::Bool(_) => de::Unexpected::Other("a boolean"),
        Value::Number(_) => de::Unexpected::Other("a number"),
        Value::String(_) => de::Unexpected::Other("a string"),
        Value::Array(_) => de::Unexpected::Seq,
        Value::Object(_) => de::Unexpected::Map,
    }
}
