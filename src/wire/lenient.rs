//! Reading one field from whatever a server sent in its place.
//!
//! Compatible servers differ from the documents in small ways: a `null` where a list is
//! promised, a float for a Unix time, an object for a JSON text. None of these may fail a whole
//! response, so every field is read by what arrived, not by what was expected. What cannot be
//! read, or only with loss, is kept as it came in the object's `extra`, under its own name.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor, value};
use serde::{Deserialize, Serialize, de};
use serde_json::{Map, Value};

/// What arrived in a field's place.
pub(crate) enum Got<T> {
    /// The documented thing.
    Value(T),
    /// `null`: the field keeps its default.
    Null,
    /// A reading that lost something, and the original.
    Read(T, Value),
    /// Nothing that the field's type can express.
    Odd(Value),
}

impl<T> Got<T> {
    pub(crate) fn map<U>(self, f: impl FnOnce(T) -> U) -> Got<U> {
        match self {
            Self::Value(v) => Got::Value(f(v)),
            Self::Null => Got::Null,
            Self::Read(v, original) => Got::Read(f(v), original),
            Self::Odd(original) => Got::Odd(original),
        }
    }
}

/// A type that can stand in a wire object's field. Each method answers one JSON kind; what a
/// type does not answer is odd.
pub(crate) trait Field: Sized {
    fn from_null() -> Got<Self> {
        Got::Null
    }
    fn from_bool(v: bool) -> Got<Self> {
        Got::Odd(v.into())
    }
    fn from_u64(v: u64) -> Got<Self> {
        Got::Odd(v.into())
    }
    fn from_i64(v: i64) -> Got<Self> {
        Got::Odd(v.into())
    }
    fn from_f64(v: f64) -> Got<Self> {
        Got::Odd(v.into())
    }
    fn from_str(v: &str) -> Got<Self> {
        Got::Odd(v.into())
    }
    fn from_string(v: String) -> Got<Self> {
        Self::from_str(&v)
    }
    fn from_seq<'de, A: SeqAccess<'de>>(seq: A) -> Result<Got<Self>, A::Error> {
        seq_value(seq).map(Got::Odd)
    }
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Got<Self>, A::Error> {
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

/// Reads a [`Field`]: the seed that an object hands to its map, and the visitor behind it.
pub(crate) struct Slot<T>(PhantomData<T>);

impl<T> Slot<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Field> DeserializeSeed<'de> for Slot<T> {
    type Value = Got<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Got<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Field> Visitor<'de> for Slot<T> {
    type Value = Got<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }
    fn visit_unit<E>(self) -> Result<Got<T>, E> {
        Ok(T::from_null())
    }
    fn visit_none<E>(self) -> Result<Got<T>, E> {
        Ok(T::from_null())
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Got<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
    fn visit_bool<E>(self, v: bool) -> Result<Got<T>, E> {
        Ok(T::from_bool(v))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Got<T>, E> {
        Ok(T::from_u64(v))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Got<T>, E> {
        // A JSON reader hands over a negative integer here, a host value of any size.
        Ok(u64::try_from(v).map_or_else(|_| T::from_i64(v), T::from_u64))
    }
    fn visit_f64<E>(self, v: f64) -> Result<Got<T>, E> {
        Ok(T::from_f64(v))
    }
    fn visit_str<E>(self, v: &str) -> Result<Got<T>, E> {
        Ok(T::from_str(v))
    }
    fn visit_string<E>(self, v: String) -> Result<Got<T>, E> {
        Ok(T::from_string(v))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Got<T>, A::Error> {
        T::from_seq(seq)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Got<T>, A::Error> {
        T::from_map(map)
    }
}

impl<T: Field> Field for Option<T> {
    fn from_null() -> Got<Self> {
        Got::Value(None)
    }
    fn from_bool(v: bool) -> Got<Self> {
        T::from_bool(v).map(Some)
    }
    fn from_u64(v: u64) -> Got<Self> {
        T::from_u64(v).map(Some)
    }
    fn from_i64(v: i64) -> Got<Self> {
        T::from_i64(v).map(Some)
    }
    fn from_f64(v: f64) -> Got<Self> {
        T::from_f64(v).map(Some)
    }
    fn from_str(v: &str) -> Got<Self> {
        T::from_str(v).map(Some)
    }
    fn from_string(v: String) -> Got<Self> {
        T::from_string(v).map(Some)
    }
    fn from_seq<'de, A: SeqAccess<'de>>(seq: A) -> Result<Got<Self>, A::Error> {
        Ok(T::from_seq(seq)?.map(Some))
    }
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Got<Self>, A::Error> {
        Ok(T::from_map(map)?.map(Some))
    }
    fn is_set(&self) -> bool {
        self.is_some()
    }
}

impl<T: Field> Field for Box<T> {
    fn from_seq<'de, A: SeqAccess<'de>>(seq: A) -> Result<Got<Self>, A::Error> {
        Ok(T::from_seq(seq)?.map(Self::new))
    }
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Got<Self>, A::Error> {
        Ok(T::from_map(map)?.map(Self::new))
    }
}

impl Field for bool {
    fn from_bool(v: bool) -> Got<Self> {
        Got::Value(v)
    }
}

impl Field for f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a JSON number is a double elsewhere too"
    )]
    fn from_u64(v: u64) -> Got<Self> {
        Got::Value(v as Self)
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a JSON number is a double elsewhere too"
    )]
    fn from_i64(v: i64) -> Got<Self> {
        Got::Value(v as Self)
    }
    fn from_f64(v: f64) -> Got<Self> {
        Got::Value(v)
    }
}

/// Integers also come as floats (`1700000000.0`, a `created` with a fraction) and as texts of
/// digits.
macro_rules! integer {
    ($($int:ty),*) => {$(
        impl Field for $int {
            fn from_u64(v: u64) -> Got<Self> {
                Self::try_from(v).map_or_else(|_| Got::Odd(v.into()), Got::Value)
            }
            fn from_i64(v: i64) -> Got<Self> {
                Self::try_from(v).map_or_else(|_| Got::Odd(v.into()), Got::Value)
            }
            #[expect(clippy::cast_possible_truncation, reason = "compared with its truncation")]
            fn from_f64(v: f64) -> Got<Self> {
                // Beyond 2^53 a double names no single integer.
                if v.abs() > 9_007_199_254_740_992.0 {
                    return Got::Odd(v.into());
                }
                match Self::try_from(v.trunc() as i64) {
                    Ok(int) if v.fract() == 0.0 => Got::Value(int),
                    Ok(int) => Got::Read(int, v.into()),
                    Err(_) => Got::Odd(v.into()),
                }
            }
            fn from_str(v: &str) -> Got<Self> {
                v.parse().map_or_else(|_| Got::Odd(v.into()), |int| Got::Read(int, v.into()))
            }
        }
    )*};
}
integer!(u8, u32, u64, i64);

/// A text also comes as a number (an error's `code`), as a list of content parts (a message's
/// `content`) or as an object (a tool call's `arguments`).
impl Field for String {
    fn from_u64(v: u64) -> Got<Self> {
        Got::Read(v.to_string(), v.into())
    }
    fn from_i64(v: i64) -> Got<Self> {
        Got::Read(v.to_string(), v.into())
    }
    fn from_str(v: &str) -> Got<Self> {
        Got::Value(v.to_owned())
    }
    fn from_string(v: String) -> Got<Self> {
        Got::Value(v)
    }
    fn from_seq<'de, A: SeqAccess<'de>>(seq: A) -> Result<Got<Self>, A::Error> {
        let value = seq_value(seq)?;
        let text = text_of_parts(&value).unwrap_or_else(|| value.to_string());
        Ok(Got::Read(text, value))
    }
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Got<Self>, A::Error> {
        let value = map_value(map)?;
        Ok(Got::Read(value.to_string(), value))
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
    fn from_bool(v: bool) -> Got<Self> {
        Got::Value(v.into())
    }
    fn from_u64(v: u64) -> Got<Self> {
        Got::Value(v.into())
    }
    fn from_i64(v: i64) -> Got<Self> {
        Got::Value(v.into())
    }
    fn from_f64(v: f64) -> Got<Self> {
        Got::Value(v.into())
    }
    fn from_str(v: &str) -> Got<Self> {
        Got::Value(v.into())
    }
    fn from_string(v: String) -> Got<Self> {
        Got::Value(v.into())
    }
    fn from_seq<'de, A: SeqAccess<'de>>(seq: A) -> Result<Got<Self>, A::Error> {
        seq_value(seq).map(Got::Value)
    }
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Got<Self>, A::Error> {
        map_value(map).map(Got::Value)
    }
}

/// A JSON number with its digits as they came, so that `6` is not sent on as `6.0`.
impl Field for serde_json::Number {
    fn from_u64(v: u64) -> Got<Self> {
        Got::Value(v.into())
    }
    fn from_i64(v: i64) -> Got<Self> {
        Got::Value(v.into())
    }
    fn from_f64(v: f64) -> Got<Self> {
        Self::from_f64(v).map_or(Got::Null, Got::Value)
    }
}

/// Each element keeps its place, whatever came in it: positions mean something in a list of log
/// probabilities. If one was odd, the original list stays too.
impl<T: Field + Default + Serialize> Field for Vec<T> {
    fn from_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Got<Self>, A::Error> {
        let mut items = Self::new();
        let mut originals: Option<Vec<Value>> = None;
        while let Some(got) = seq.next_element_seed(Slot::<T>::new())? {
            let (item, original) = match got {
                Got::Value(item) => (item, None),
                Got::Null => (T::default(), Some(Value::Null)),
                Got::Read(item, original) => (item, Some(original)),
                Got::Odd(original) => (T::default(), Some(original)),
            };
            if original.is_some() && originals.is_none() {
                originals = Some(items.iter().map(json).collect());
            }
            if let Some(originals) = &mut originals {
                originals.push(original.unwrap_or_else(|| json(&item)));
            }
            items.push(item);
        }
        Ok(match originals {
            Some(originals) => Got::Read(items, Value::Array(originals)),
            None => Got::Value(items),
        })
    }
}

fn json<T: Serialize>(item: &T) -> Value {
    serde_json::to_value(item).unwrap_or_default()
}

/// A map without the entries that are not of its kind; the original then stays too.
impl<T: Field> Field for BTreeMap<String, T> {
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Got<Self>, A::Error> {
        let original = map_value(map)?;
        let mut items = Self::new();
        for (key, value) in original.as_object().into_iter().flatten() {
            let got = Slot::<T>::new()
                .deserialize(value)
                .map_err(de::Error::custom)?;
            if let Got::Value(item) | Got::Read(item, _) = got {
                items.insert(key.clone(), item);
            }
        }
        if original
            .as_object()
            .is_some_and(|all| all.len() == items.len())
        {
            return Ok(Got::Value(items));
        }
        Ok(Got::Read(items, original))
    }
}

impl Field for Map<String, Value> {
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Got<Self>, A::Error> {
        match map_value(map)? {
            Value::Object(object) => Ok(Got::Value(object)),
            other => Ok(Got::Odd(other)),
        }
    }
}

/// Reads a type that stands alone: a whole body, which has to be of its kind.
pub(crate) fn whole<'de, T: Field, D: Deserializer<'de>>(
    deserializer: D,
    kind: &'static str,
) -> Result<T, D::Error> {
    match deserializer.deserialize_any(Slot::<T>::new())? {
        Got::Value(v) | Got::Read(v, _) => Ok(v),
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
