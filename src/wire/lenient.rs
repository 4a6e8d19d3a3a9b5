//! Reading one field from whatever a server sent in its place.
//!
//! Compatible servers differ from the documents in small ways: a `null` where a list is
//! promised, a float for a Unix time, an object for a JSON text. None of these may fail a whole
//! response, so every field is read by what arrived, not by what was expected. What cannot be
//! read, or only with loss, is kept as it came in the object's `extra`, under its own name.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor, value};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, de};
use serde_json::{Map, Number, Value};

/// What arrived in a field's place.
pub(crate) enum Got {
    /// The documented thing; the field holds it.
    Value,
    /// `null`: the field keeps its default.
    Null,
    /// Something that the field holds with loss; the original.
    Read(Value),
    /// Nothing that the field's type can express; the original.
    Odd(Value),
}

/// A type that can stand in a wire object's field, read in place. Each method answers one JSON
/// kind; what a type does not answer is odd.
pub(crate) trait Field: Default {
    fn set_null(&mut self) -> Got {
        Got::Null
    }
    fn set_bool(&mut self, v: bool) -> Got {
        Got::Odd(v.into())
    }
    fn set_u64(&mut self, v: u64) -> Got {
        Got::Odd(v.into())
    }
    /// Only ever negative.
    fn set_i64(&mut self, v: i64) -> Got {
        Got::Odd(v.into())
    }
    fn set_f64(&mut self, v: f64) -> Got {
        Got::Odd(v.into())
    }
    fn set_str(&mut self, v: &str) -> Got {
        Got::Odd(v.into())
    }
    fn set_string(&mut self, v: String) -> Got {
        self.set_str(&v)
    }
    fn set_seq<'de, A: SeqAccess<'de>>(&mut self, seq: A) -> Result<Got, A::Error> {
        seq_value(seq).map(Got::Odd)
    }
    fn set_map<'de, A: MapAccess<'de>>(&mut self, map: A) -> Result<Got, A::Error> {
        map_value(map).map(Got::Odd)
    }
    /// Whether serialising writes the field: an `Option` that is `None` is left out.
    fn is_set(&self) -> bool {
        true
    }
}

pub(crate) fn seq_value<'de, A: SeqAccess<'de>>(seq: A) -> Result<Value, A::Error> {
    Value::deserialize(value::SeqAccessDeserializer::new(seq))
}

pub(crate) fn map_value<'de, A: MapAccess<'de>>(map: A) -> Result<Value, A::Error> {
    Value::deserialize(value::MapAccessDeserializer::new(map))
}

/// Reads a [`Field`] in its place: the seed that an object hands to its map, and the visitor
/// behind it.
pub(crate) struct Slot<'a, T>(pub(crate) &'a mut T);

impl<'de, T: Field> DeserializeSeed<'de> for Slot<'_, T> {
    type Value = Got;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Got, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Field> Visitor<'de> for Slot<'_, T> {
    type Value = Got;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }
    fn visit_unit<E>(self) -> Result<Got, E> {
        Ok(self.0.set_null())
    }
    fn visit_none<E>(self) -> Result<Got, E> {
        Ok(self.0.set_null())
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Got, D::Error> {
        deserializer.deserialize_any(self)
    }
    fn visit_bool<E>(self, v: bool) -> Result<Got, E> {
        Ok(self.0.set_bool(v))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Got, E> {
        Ok(self.0.set_u64(v))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Got, E> {
        // A JSON reader hands over a negative integer here, a host value of any size.
        Ok(match u64::try_from(v) {
            Ok(v) => self.0.set_u64(v),
            Err(_) => self.0.set_i64(v),
        })
    }
    fn visit_f64<E>(self, v: f64) -> Result<Got, E> {
        Ok(self.0.set_f64(v))
    }
    fn visit_str<E>(self, v: &str) -> Result<Got, E> {
        Ok(self.0.set_str(v))
    }
    fn visit_string<E>(self, v: String) -> Result<Got, E> {
        Ok(self.0.set_string(v))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Got, A::Error> {
        self.0.set_seq(seq)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Got, A::Error> {
        self.0.set_map(map)
    }
}

/// Reads a field's value. It stays a function of its own: in one object many fields have one type, and a
/// reader for each of them is what makes a page's module large.
#[inline(never)]
pub(crate) fn read_field<'de, A: MapAccess<'de>, T: Field>(
    map: &mut A,
    field: &mut T,
) -> Result<Got, A::Error> {
    map.next_value_seed(Slot(field))
}

/// Writes a field that is set, unless `extra` holds it as it came. A function of its own for the same
/// reason.
#[inline(never)]
pub(crate) fn write_field<M: SerializeMap, T: Field + Serialize>(
    map: &mut M,
    extra: &Map<String, Value>,
    name: &'static str,
    field: &T,
) -> Result<(), M::Error> {
    if !field.is_set() || (!extra.is_empty() && extra.contains_key(name)) {
        return Ok(());
    }
    map.serialize_entry(name, field)
}

/// Sets the content of an `Option` that may come to nothing.
fn set_some<T: Field>(option: &mut Option<T>, set: impl FnOnce(&mut T) -> Got) -> Got {
    let got = set(option.insert(T::default()));
    if matches!(got, Got::Null | Got::Odd(_)) {
        *option = None;
    }
    got
}

impl<T: Field> Field for Option<T> {
    fn set_null(&mut self) -> Got {
        *self = None;
        Got::Value
    }
    fn set_bool(&mut self, v: bool) -> Got {
        set_some(self, |some| some.set_bool(v))
    }
    fn set_u64(&mut self, v: u64) -> Got {
        set_some(self, |some| some.set_u64(v))
    }
    fn set_i64(&mut self, v: i64) -> Got {
        set_some(self, |some| some.set_i64(v))
    }
    fn set_f64(&mut self, v: f64) -> Got {
        set_some(self, |some| some.set_f64(v))
    }
    fn set_str(&mut self, v: &str) -> Got {
        set_some(self, |some| some.set_str(v))
    }
    fn set_string(&mut self, v: String) -> Got {
        set_some(self, |some| some.set_string(v))
    }
    fn set_seq<'de, A: SeqAccess<'de>>(&mut self, seq: A) -> Result<Got, A::Error> {
        let mut failure = None;
        let got = set_some(self, |some| {
            some.set_seq(seq).unwrap_or_else(|e| fail(&mut failure, e))
        });
        failure.map_or(Ok(got), Err)
    }
    fn set_map<'de, A: MapAccess<'de>>(&mut self, map: A) -> Result<Got, A::Error> {
        let mut failure = None;
        let got = set_some(self, |some| {
            some.set_map(map).unwrap_or_else(|e| fail(&mut failure, e))
        });
        failure.map_or(Ok(got), Err)
    }
    fn is_set(&self) -> bool {
        self.is_some()
    }
}

/// Puts an error by, to be given back by the caller.
fn fail<E>(failure: &mut Option<E>, error: E) -> Got {
    *failure = Some(error);
    Got::Null
}

impl<T: Field> Field for Box<T> {
    fn set_seq<'de, A: SeqAccess<'de>>(&mut self, seq: A) -> Result<Got, A::Error> {
        (**self).set_seq(seq)
    }
    fn set_map<'de, A: MapAccess<'de>>(&mut self, map: A) -> Result<Got, A::Error> {
        (**self).set_map(map)
    }
}

impl Field for bool {
    fn set_bool(&mut self, v: bool) -> Got {
        *self = v;
        Got::Value
    }
}

impl Field for f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a JSON number is a double elsewhere too"
    )]
    fn set_u64(&mut self, v: u64) -> Got {
        *self = v as Self;
        Got::Value
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a JSON number is a double elsewhere too"
    )]
    fn set_i64(&mut self, v: i64) -> Got {
        *self = v as Self;
        Got::Value
    }
    fn set_f64(&mut self, v: f64) -> Got {
        *self = v;
        Got::Value
    }
}

/// Integers also come as floats (`1700000000.0`, a `created` with a fraction) and as texts of
/// digits.
macro_rules! integer {
    ($($int:ty),*) => {$(
        impl Field for $int {
            fn set_u64(&mut self, v: u64) -> Got {
                Self::try_from(v).map_or_else(|_| Got::Odd(v.into()), |int| {
                    *self = int;
                    Got::Value
                })
            }
            fn set_i64(&mut self, v: i64) -> Got {
                Self::try_from(v).map_or_else(|_| Got::Odd(v.into()), |int| {
                    *self = int;
                    Got::Value
                })
            }
            #[expect(clippy::cast_possible_truncation, reason = "compared with its truncation")]
            fn set_f64(&mut self, v: f64) -> Got {
                // Beyond 2^53 a double names no single integer.
                if v.abs() > 9_007_199_254_740_992.0 {
                    return Got::Odd(v.into());
                }
                let Some(int) = Self::try_from(v.trunc() as i64).ok() else {
                    return Got::Odd(v.into());
                };
                *self = int;
                if v.fract() == 0.0 { Got::Value } else { Got::Read(v.into()) }
            }
            fn set_str(&mut self, v: &str) -> Got {
                let Ok(int) = v.parse() else {
                    return Got::Odd(v.into());
                };
                *self = int;
                Got::Read(v.into())
            }
        }
    )*};
}
integer!(u8, u32, u64, i64);

/// A text also comes as a number (an error's `code`), as a list of content parts (a message's
/// `content`) or as an object (a tool call's `arguments`).
impl Field for String {
    fn set_u64(&mut self, v: u64) -> Got {
        *self = v.to_string();
        Got::Read(v.into())
    }
    fn set_i64(&mut self, v: i64) -> Got {
        *self = v.to_string();
        Got::Read(v.into())
    }
    fn set_str(&mut self, v: &str) -> Got {
        *self = v.to_owned();
        Got::Value
    }
    fn set_string(&mut self, v: String) -> Got {
        *self = v;
        Got::Value
    }
    fn set_seq<'de, A: SeqAccess<'de>>(&mut self, seq: A) -> Result<Got, A::Error> {
        let value = seq_value(seq)?;
        *self = text_of_parts(&value).unwrap_or_else(|| value.to_string());
        Ok(Got::Read(value))
    }
    fn set_map<'de, A: MapAccess<'de>>(&mut self, map: A) -> Result<Got, A::Error> {
        let value = map_value(map)?;
        *self = value.to_string();
        Ok(Got::Read(value))
    }
}

/// The texts of a list of content parts, joined; `None` if it is no such list. A part without
/// text (an image, a model's thinking) adds nothing.
fn text_of_parts(value: &Value) -> Option<String> {
    let mut text = String::new();
    for part in value.as_array()? {
        match part {
            Value::String(part) => text.push_str(part),
            Value::Object(part) => {
                text.push_str(part.get("text").and_then(Value::as_str).unwrap_or(""))
            }
            _ => return None,
        }
    }
    Some(text)
}

impl Field for Value {
    fn set_bool(&mut self, v: bool) -> Got {
        *self = v.into();
        Got::Value
    }
    fn set_u64(&mut self, v: u64) -> Got {
        *self = v.into();
        Got::Value
    }
    fn set_i64(&mut self, v: i64) -> Got {
        *self = v.into();
        Got::Value
    }
    fn set_f64(&mut self, v: f64) -> Got {
        *self = v.into();
        Got::Value
    }
    fn set_str(&mut self, v: &str) -> Got {
        *self = v.into();
        Got::Value
    }
    fn set_string(&mut self, v: String) -> Got {
        *self = v.into();
        Got::Value
    }
    fn set_seq<'de, A: SeqAccess<'de>>(&mut self, seq: A) -> Result<Got, A::Error> {
        *self = seq_value(seq)?;
        Ok(Got::Value)
    }
    fn set_map<'de, A: MapAccess<'de>>(&mut self, map: A) -> Result<Got, A::Error> {
        *self = map_value(map)?;
        Ok(Got::Value)
    }
}

/// Each element keeps its place, whatever came in it: positions mean something in a list of log
/// probabilities. If one was odd, the original list stays too.
impl<T: Field + Serialize> Field for Vec<T> {
    fn set_seq<'de, A: SeqAccess<'de>>(&mut self, mut seq: A) -> Result<Got, A::Error> {
        self.clear();
        let mut originals: Option<Vec<Value>> = None;
        loop {
            let mut item = T::default();
            let Some(got) = seq.next_element_seed(Slot(&mut item))? else {
                break;
            };
            let original = match got {
                Got::Value => None,
                Got::Null => Some(Value::Null),
                Got::Read(original) | Got::Odd(original) => Some(original),
            };
            if original.is_some() && originals.is_none() {
                originals = Some(self.iter().map(json).collect());
            }
            if let Some(originals) = &mut originals {
                originals.push(original.unwrap_or_else(|| json(&item)));
            }
            self.push(item);
        }
        Ok(match originals {
            Some(originals) => Got::Read(Value::Array(originals)),
            None => Got::Value,
        })
    }
}

fn json<T: Serialize>(item: &T) -> Value {
    serde_json::to_value(item).unwrap_or_default()
}

/// A map without the entries that are not of its kind; the original then stays too.
impl<T: Field> Field for BTreeMap<String, T> {
    fn set_map<'de, A: MapAccess<'de>>(&mut self, map: A) -> Result<Got, A::Error> {
        let original = map_value(map)?;
        self.clear();
        for (key, value) in original.as_object().into_iter().flatten() {
            let mut item = T::default();
            let got = Slot(&mut item)
                .deserialize(value)
                .map_err(de::Error::custom)?;
            if matches!(got, Got::Value | Got::Read(_)) {
                self.insert(key.clone(), item);
            }
        }
        Ok(whole_map(original, self.len()))
    }
}

/// Numbers with their digits as they came, so that `6` is not sent on as `6.0`.
impl Field for BTreeMap<String, Number> {
    fn set_map<'de, A: MapAccess<'de>>(&mut self, map: A) -> Result<Got, A::Error> {
        let original = map_value(map)?;
        self.clear();
        for (key, value) in original.as_object().into_iter().flatten() {
            if let Value::Number(number) = value {
                self.insert(key.clone(), number.clone());
            }
        }
        Ok(whole_map(original, self.len()))
    }
}

fn whole_map(original: Value, read: usize) -> Got {
    let whole = original.as_object().is_some_and(|all| all.len() == read);
    if whole {
        Got::Value
    } else {
        Got::Read(original)
    }
}

impl Field for Map<String, Value> {
    fn set_map<'de, A: MapAccess<'de>>(&mut self, map: A) -> Result<Got, A::Error> {
        match map_value(map)? {
            Value::Object(object) => {
                *self = object;
                Ok(Got::Value)
            }
            other => Ok(Got::Odd(other)),
        }
    }
}

/// Reads a type that stands alone: a whole body, which has to be of its kind.
pub(crate) fn whole<'de, T: Field, D: Deserializer<'de>>(
    deserializer: D,
    kind: &'static str,
) -> Result<T, D::Error> {
    let mut object = T::default();
    match deserializer.deserialize_any(Slot(&mut object))? {
        Got::Value | Got::Read(_) => Ok(object),
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
