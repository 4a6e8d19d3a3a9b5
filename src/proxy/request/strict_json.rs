//! JSON that every parser reads alike.
//!
//! RFC 8259 leaves open what duplicate names mean, and parsers differ, so that a proxy and an
//! upstream could read different requests from the same bytes (threat table, rows V5 to V7). A body
//! is therefore read into a tree, and the upstream gets what this tree is written as. Names keep
//! their order: models follow the order of a schema's properties. Numbers keep their value, integers of
//! 64 bits and doubles; one with more digits is read differently by different parsers, so it goes on as the
//! nearest double, and one beyond all doubles not at all.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserializer, Serialize, Serializer};
use serde_json::Number;

use crate::proxy::error::ProxyError;

/// Objects and arrays may stand in one another this deep: room for a tool's schema.
const MAX_DEPTH: u32 = 32;

/// So many values make a body at most.
const MAX_VALUES: u32 = 20_000;

/// So many names has one object at most.
const MAX_NAMES: usize = 1000;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number within the range of a double.
    Number(Number),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Object),
}

/// An object: names in their order, each once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object(Vec<(String, Json)>);

impl Object {
    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// The value of a name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Json> {
        self.0
            .iter_mut()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// Sets a name's value, in its place or at the end.
    pub fn set(&mut self, name: &str, value: Json) {
        match self.get_mut(name) {
            Some(old) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// Keeps the names that `keep` accepts; it may change their values.
    ///
    /// # Errors
    /// The first that `keep` gives.
    pub fn retain<E>(
        &mut self,
        mut keep: impl FnMut(&str, &mut Json) -> Result<bool, E>,
    ) -> Result<(), E> {
        let mut kept = Vec::with_capacity(self.0.len());
        for (name, mut value) in std::mem::take(&mut self.0) {
            if keep(&name, &mut value)? {
                kept.push((name, value));
            }
        }
        self.0 = kept;
        Ok(())
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Has it no names?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many characters it is written as.
    #[must_use]
    pub fn chars(&self) -> usize {
        enclosed(
            self.iter()
                .map(|(name, value)| text_chars(name) + 1 + value.chars()),
        )
    }

    /// As bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Every tree has a JSON form.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl Json {
    /// A string's text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// How many characters it is written as.
    #[must_use]
    pub fn chars(&self) -> usize {
        match self {
            Self::Null | Self::Bool(true) => 4,
            Self::Bool(false) => 5,
            Self::Number(number) => number.to_string().len(),
            Self::Text(text) => text_chars(text),
            Self::List(items) => enclosed(items.iter().map(Self::chars)),
            Self::Object(object) => object.chars(),
        }
    }
}

/// Two quotes, and an escape where JSON needs one.
fn text_chars(text: &str) -> usize {
    let escaped = |c: char| match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        _ => 1,
    };
    2 + text.chars().map(escaped).sum::<usize>()
}

/// Two brackets, and a comma between each two.
fn enclosed(items: impl Iterator<Item = usize>) -> usize {
    let (count, chars) = items.fold((0_usize, 0), |(count, chars), more| {
        (count + 1, chars + more)
    });
    2 + chars + count.saturating_sub(1)
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<const N: usize> From<[(&str, Json); N]> for Object {
    fn from(pairs: [(&str, Json); N]) -> Self {
        Self(pairs.map(|(name, value)| (name.to_owned(), value)).into())
    }
}

/// Reads a body. It must be one JSON object in UTF-8 without duplicate names, of bounded depth and
/// width.
///
/// # Errors
/// 400 `invalid_json`.
pub fn read(body: &[u8]) -> Result<Object, ProxyError> {
    let values = Cell::new(0);
    let seed = Value {
        depth: 0,
        values: &values,
    };
    // One parser of texts serves all: a second one for bytes weighs 4 KB gzipped.
    let value = std::str::from_utf8(body).ok().and_then(|text| {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let value = seed.deserialize(&mut deserializer).ok()?;
        deserializer.end().is_ok().then_some(value)
    });
    match value {
        Some(Json::Object(object)) => Ok(object),
        _ => Err(ProxyError::new(
            400,
            "invalid_json",
            "The body must be one JSON object in UTF-8, without duplicate names and not too deep.",
        )),
    }
}

#[derive(Clone, Copy)]
struct Value<'a> {
    depth: u32,
    values: &'a Cell<u32>,
}

impl Value<'_> {
    fn inside<E: Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom("too deep"));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        self.values.set(self.values.get() + 1);
        if self.values.get() > MAX_VALUES {
            return Err(D::Error::custom("too many values"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Bool(flag))
    }
    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }
    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }
    fn visit_f64<E: Error>(self, number: f64) -> Result<Json, E> {
        Number::from_f64(number)
            .map(Json::Number)
            .ok_or_else(|| E::custom("not finite"))
    }
    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::from(text))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let inside = self.inside()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inside)? {
            items.push(item);
        }
        Ok(Json::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let inside = self.inside()?;
        let mut pairs = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if pairs.len() == MAX_NAMES {
                return Err(A::Error::custom("too many names"));
            }
            pairs.push((name, map.next_value_seed(inside)?));
        }
        // A tree, no hash table: its time does not depend on names that an attacker chooses.
        let mut different = BTreeSet::new();
        if !pairs
            .iter()
            .all(|(name, _)| different.insert(name.as_str()))
        {
            return Err(A::Error::custom("duplicate name"));
        }
        Ok(Json::Object(Object(pairs)))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_written_as_it_was_read() {
        for body in [
            r"{}",
            r#"{"model":"m","messages":[{"role":"user","content":"résumé – ü \" \\ \n"}],"stream":true}"#,
            r#"{"z":1,"a":-2,"m":0.7,"n":null,"b":[false,{}],"last":1e300}"#,
        ] {
            let written = read(body.as_bytes()).unwrap().to_bytes();
            assert_eq!(
                String::from_utf8(written)
                    .unwrap()
                    .replace("1e+300", "1e300"),
                body
            );
        }
    }

    #[test]
    fn its_characters_are_those_that_it_is_written_as() {
        for body in [
            r"{}",
            r#"{"a":[]}"#,
            r#"{"a":[1,-2.5,1e300,18446744073709551615],"b":{"c":null,"d":true,"e":false}}"#,
            r#"{"r\u00e9":"\u0000\u001f\b\f\n\r\t\"\\/ \ud83d\ude00 – \u007f\u2028"}"#,
            r#"{"deep":[[[{"x":[{},{}]}]]]}"#,
        ] {
            let object = read(body.as_bytes()).unwrap();
            let written = String::from_utf8(object.to_bytes()).unwrap();
            assert_eq!(object.chars(), written.chars().count(), "{written}");
        }
    }

    #[test]
    fn everything_else_is_no_json_that_two_parsers_read_alike() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let number = format!("{{\"a\":1{}}}", "0".repeat(1_000_000));
        let names: Vec<_> = (0..=MAX_NAMES).map(|i| format!("\"{i}\":0")).collect();
        let wide = format!("{{{}}}", names.join(","));
        let many = format!("{{\"a\":[{}0]}}", "0,".repeat(MAX_VALUES as usize));
        for body in [
            &b""[..],
            b"[]",
            b"\"x\"",
            b"null",
            b"{} x",
            b"{}{}",
            b"\xef\xbb\xbf{}",
            b"{\"a\":\"\xff\"}",
            br#"{"a":"\ud800"}"#,
            br#"{"a":NaN}"#,
            br#"{"a":1e400}"#,
            br#"{"a":1,}"#,
            b"{/* */}",
            br#"{"model":"a","model":"b"}"#,
            br#"{"model":"a","\u006dodel":"b"}"#,
            br#"{"a":{"b":1,"b":2}}"#,
            br#"{"a":[{"b":1,"b":2}]}"#,
            deep.as_bytes(),
            number.as_bytes(),
            wide.as_bytes(),
            many.as_bytes(),
        ] {
            let refused = read(body).unwrap_err();
            let shown = String::from_utf8_lossy(body.get(..40).unwrap_or(body)).into_owned();
            assert_eq!(
                (refused.status, refused.code.as_str()),
                (400, "invalid_json"),
                "{shown}"
            );
        }
    }

    #[test]
    fn depth_is_counted_in_objects_and_arrays() {
        for (levels, good) in [(MAX_DEPTH - 1, true), (MAX_DEPTH, false)] {
            let levels = levels as usize;
            let body = format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
            assert_eq!(read(body.as_bytes()).is_ok(), good, "{levels}");
        }
    }
}
