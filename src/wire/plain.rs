//! Types from JSON that is already a tree.
//!
//! What `serde` derives for a type is compiled once for each parser that it reads from, and the one of
//! `serde_json` doubles it: structs may be arrays there, and each error is a text with a line and a column.
//! Reading a tree needs neither, and an error names the member. In the edge build this is half the size.

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde_json::{Map, Value};

/// Reads a type from the text of its JSON.
pub(crate) fn of_text<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    of_value(&parsed(text)?)
}

/// The same of bytes. What is not UTF-8 in a string becomes U+FFFD.
pub(crate) fn of_bytes<T: DeserializeOwned>(text: &[u8]) -> Option<T> {
    of_text(&String::from_utf8_lossy(text)).ok()
}

/// Reads a type from its JSON.
pub(crate) fn of_value<T: DeserializeOwned>(value: &Value) -> Result<T, Fault> {
    T::deserialize(Plain(value))
}

fn parsed(text: &str) -> Result<Value, Fault> {
    serde_json::from_str(text).map_err(|_| Fault::of("is not JSON"))
}

/// What is wrong with a value, and where.
#[derive(Debug)]
pub(crate) struct Fault(Box<Told>);

#[derive(Debug)]
struct Told {
    /// The member's path; empty for the value itself, and where the text names the member.
    at: String,
    what: Cow<'static, str>,
    /// Does the text name the member by itself?
    named: bool,
}

impl Fault {
    #[cold]
    fn of(what: &'static str) -> Self {
        Self(Box::new(Told {
            at: String::new(),
            what: Cow::Borrowed(what),
            named: false,
        }))
    }

    #[cold]
    fn kind() -> Self {
        Self::of("is not of the right type")
    }

    /// The same for a member of this name.
    #[cold]
    fn inside(mut self, name: &str) -> Self {
        if !self.0.named {
            let rest = std::mem::take(&mut self.0.at);
            name.clone_into(&mut self.0.at);
            if !rest.is_empty() {
                self.0.at.push('.');
                self.0.at.push_str(&rest);
            }
        }
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.at.is_empty() {
            f.write_str(&self.0.at)?;
            f.write_str(" ")?;
        }
        f.write_str(&self.0.what)
    }
}

impl std::error::Error for Fault {}

impl Error for Fault {
    #[cold]
    fn custom<T: fmt::Display>(said: T) -> Self {
        let mut fault = Self::kind();
        fault.0.what = Cow::Owned(said.to_string());
        fault.0.named = true;
        fault
    }
    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::kind()
    }
    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::of("is out of its range")
    }
    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self::of("has another length")
    }
    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::of("is not a known word")
    }
    fn unknown_field(name: &str, _: &'static [&'static str]) -> Self {
        Self::of("is not known").inside(name)
    }
    fn missing_field(name: &'static str) -> Self {
        Self::of("is missing").inside(name)
    }
    fn duplicate_field(name: &'static str) -> Self {
        Self::of("stands twice").inside(name)
    }
}

#[derive(Clone, Copy)]
struct Plain<'de>(&'de Value);

impl<'de> Plain<'de> {
    fn text(self) -> Result<&'de str, Fault> {
        self.0.as_str().ok_or_else(Fault::kind)
    }

    fn object(self) -> Result<&'de Map<String, Value>, Fault> {
        self.0.as_object().ok_or_else(Fault::kind)
    }
}

/// A number as the widest of its kind; visitors narrow it.
fn number<'de, V: Visitor<'de>>(value: Plain<'de>, visitor: V) -> Result<V::Value, Fault> {
    let value = value.0;
    if let Some(number) = value.as_u64() {
        visitor.visit_u64(number)
    } else if let Some(number) = value.as_i64() {
        visitor.visit_i64(number)
    } else {
        visitor.visit_f64(value.as_f64().ok_or_else(Fault::kind)?)
    }
}

macro_rules! numbers {
    ($($name:ident)*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            number(self, visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Plain<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(*flag),
            Value::Number(_) => number(self, visitor),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(_) => self.deserialize_seq(visitor),
            Value::Object(_) => self.deserialize_map(visitor),
        }
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8
        deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_bool(self.0.as_bool().ok_or_else(Fault::kind)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_borrowed_str(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_borrowed_str(self.text()?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_borrowed_str(self.text()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.0.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let items = self.0.as_array().ok_or_else(Fault::kind)?;
        let mut items = Items(items);
        let read = visitor.visit_seq(&mut items)?;
        if items.0.is_empty() {
            Ok(read)
        } else {
            Err(Fault::of("has another length"))
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let mut members = Members {
            left: self.object()?.iter(),
            next: None,
        };
        visitor.visit_map(&mut members)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let (name, content) = if let Value::String(name) = self.0 {
            (name, &Value::Null)
        } else {
            let mut members = self.object()?.iter();
            match (members.next(), members.next()) {
                (Some(member), None) => member,
                _ => return Err(Fault::kind()),
            }
        };
        visitor.visit_enum(Variant { name, content })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        char bytes byte_buf unit unit_struct tuple_struct
    }
}

struct Items<'de>(&'de [Value]);

impl<'de> SeqAccess<'de> for &mut Items<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some((first, rest)) = self.0.split_first() else {
            return Ok(None);
        };
        self.0 = rest;
        seed.deserialize(Plain(first)).map(Some)
    }
}

struct Members<'de> {
    left: serde_json::map::Iter<'de>,
    next: Option<(&'de str, &'de Value)>,
}

impl<'de> MapAccess<'de> for &mut Members<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        self.next = self.left.next().map(|(name, value)| (name.as_str(), value));
        match self.next {
            None => Ok(None),
            Some((name, _)) => seed.deserialize(Name(name)).map(Some),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let (name, value) = self.next.take().ok_or_else(Fault::kind)?;
        let read = seed.deserialize(Plain(value));
        read.map_err(|fault| fault.inside(name))
    }
}

/// A member's name.
struct Name<'de>(&'de str);

impl<'de> Deserializer<'de> for Name<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_borrowed_str(self.0)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Variant<'de> {
    name: &'de str,
    content: &'de Value,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        Ok((seed.deserialize(Name(self.name))?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        self.content.is_null().then_some(()).ok_or_else(Fault::kind)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        seed.deserialize(Plain(self.content))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        Plain(self.content).deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        Plain(self.content).deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::of_text;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Thing {
        id: String,
        #[serde(default)]
        some: Option<u32>,
        many: Vec<Kind>,
        by_name: BTreeMap<String, (i8, f64)>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Unit,
        New(bool),
        Named { a: u64 },
    }

    const GOOD: &str = r#"{"id":"x","some":null,"many":["unit",{"new":true},{"named":{"a":18446744073709551615}}],"byName":{"n":[-1,2]}}"#;

    #[test]
    fn a_tree_is_read_as_its_text_is() {
        let read: Thing = of_text(GOOD).unwrap();
        assert_eq!(read, serde_json::from_str(GOOD).unwrap());
    }

    #[test]
    fn a_fault_names_the_member() {
        for (old, new, said) in [
            ("\"x\"", "7", "id is not of the right type"),
            ("null", "-1", "some is out of its range"),
            ("null", "4294967296", "some is out of its range"),
            ("null", "1.5", "some is not of the right type"),
            ("\"id\":\"x\",", "", "id is missing"),
            ("\"id\"", "\"of\":1,\"id\"", "of is not known"),
            ("\"unit\"", "\"other\"", "many is not a known word"),
            ("\"unit\"", "{\"unit\":1}", "many is not of the right type"),
            ("\"unit\"", "{}", "many is not of the right type"),
            ("\"a\"", "\"b\"", "many.a is missing"),
            ("[-1,2]", "[-1]", "byName.n has another length"),
            ("[-1,2]", "[-1,2,3]", "byName.n has another length"),
            ("{\"id\"", "[{\"id\"", "is not JSON"),
        ] {
            let bad = GOOD.replacen(old, new, 1);
            assert!(serde_json::from_str::<Thing>(&bad).is_err(), "{bad}");
            let fault = of_text::<Thing>(&bad).unwrap_err();
            assert_eq!(fault.to_string(), said, "{bad}");
        }
    }
}
