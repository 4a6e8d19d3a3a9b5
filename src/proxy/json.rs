//! A look at a request body: is it one unambiguous JSON object?
//!
//! RFC 8259 leaves open what duplicate names mean, and parsers differ, so that a proxy and an
//! upstream could read different requests from the same bytes (threat table, rows V5 to V7).

use std::collections::HashSet;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};

use super::refusal::Refusal;

/// What the proxy needs to know of a body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Did the caller ask for an event stream?
    pub streams: bool,
}

/// Reads a body. It must be one JSON object without duplicate names, whose `stream` is a boolean if
/// it is there.
///
/// # Errors
/// 400 `invalid_json`, or 400 with the name of the parameter.
pub fn inspect(body: &[u8]) -> Result<Summary, Refusal> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    // serde_json itself refuses more than 128 levels.
    let outcome = Object.deserialize(&mut deserializer).and_then(|stream| {
        deserializer.end()?;
        Ok(stream)
    });
    match outcome {
        Ok(Stream::Absent) => Ok(Summary { streams: false }),
        Ok(Stream::Flag(streams)) => Ok(Summary { streams }),
        Ok(Stream::Other) => {
            let mut refusal = Refusal::new(400, "invalid_type", "`stream` must be true or false.");
            refusal.param = Some("stream".to_owned());
            Err(refusal)
        }
        Err(_) => Err(Refusal::new(
            400,
            "invalid_json",
            "The body must be one JSON object in UTF-8, without duplicate names.",
        )),
    }
}

enum Stream {
    Absent,
    Flag(bool),
    Other,
}

/// The top level.
#[derive(Clone, Copy)]
struct Object;

impl<'de> DeserializeSeed<'de> for Object {
    type Value = Stream;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Stream, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object {
    type Value = Stream;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Stream, A::Error> {
        let mut names = HashSet::new();
        let mut stream = Stream::Absent;
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value_seed(Anything)?;
            if name == "stream" {
                stream = match value {
                    Kind::Bool(flag) => Stream::Flag(flag),
                    Kind::Null => Stream::Absent,
                    Kind::Other => Stream::Other,
                };
            }
            unique(&mut names, name)?;
        }
        Ok(stream)
    }
}

fn unique<E: Error>(names: &mut HashSet<String>, name: String) -> Result<(), E> {
    if names.insert(name) {
        Ok(())
    } else {
        Err(E::custom("duplicate name"))
    }
}

enum Kind {
    Bool(bool),
    Null,
    Other,
}

/// Any value, walked through so that strings are decoded and names compared at every depth.
#[derive(Clone, Copy)]
struct Anything;

impl<'de> DeserializeSeed<'de> for Anything {
    type Value = Kind;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kind, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Anything {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Kind, E> {
        Ok(Kind::Bool(flag))
    }
    fn visit_unit<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Kind, E> {
        Ok(Kind::Other)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Kind, E> {
        Ok(Kind::Other)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Kind, E> {
        Ok(Kind::Other)
    }
    fn visit_str<E>(self, _: &str) -> Result<Kind, E> {
        Ok(Kind::Other)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Kind, A::Error> {
        while seq.next_element_seed(self)?.is_some() {}
        Ok(Kind::Other)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Kind, A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            map.next_value_seed(self)?;
            unique(&mut names, name)?;
        }
        Ok(Kind::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_one_object_and_says_whether_it_streams() {
        for (body, streams) in [
            (r"{}", false),
            (
                r#" {"model":"m","messages":[{"role":"user"},{"role":"user"}]} "#,
                false,
            ),
            (r#"{"stream":true}"#, true),
            (r#"{"stream":false}"#, false),
            (r#"{"stream":null}"#, false),
            (r#"{"nested":{"stream":true}}"#, false),
            (r#"{"big":123456789012345678901234567890}"#, false),
        ] {
            assert_eq!(inspect(body.as_bytes()), Ok(Summary { streams }), "{body}");
        }
    }

    #[test]
    fn everything_else_is_no_json_that_two_parsers_read_alike() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let number = format!("{{\"a\":1{}}}", "0".repeat(1_000_000));
        for body in [
            &b""[..],
            b"[]",
            b"\"x\"",
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
        ] {
            let refused = inspect(body).unwrap_err();
            let shown = String::from_utf8_lossy(body.get(..40).unwrap_or(body)).into_owned();
            assert_eq!(
                (refused.status, refused.code.as_str()),
                (400, "invalid_json"),
                "{shown}"
            );
        }
    }

    #[test]
    fn a_stream_flag_of_another_type_is_named() {
        for body in [
            r#"{"stream":"true"}"#,
            r#"{"stream":1}"#,
            r#"{"stream":{}}"#,
        ] {
            let refused = inspect(body.as_bytes()).unwrap_err();
            assert_eq!(refused.param.as_deref(), Some("stream"), "{body}");
            assert_eq!(refused.status, 400);
        }
    }
}
