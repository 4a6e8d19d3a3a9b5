//! The plain types that a wire object's fields have.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

use super::{Arrived, Entries, Field, Got, List, Node, Object, fill};

impl<T: Field + Default> Field for Option<T> {
    fn set(&mut self, arrived: Arrived<'_>) -> Got {
        if matches!(arrived, Arrived::Null) {
            *self = None;
            return Got::Value;
        }
        let got = self.insert(T::default()).set(arrived);
        if matches!(got, Got::Null | Got::Odd(_)) {
            *self = None;
        }
        got
    }
    fn as_list(&mut self) -> Option<&mut dyn List> {
        self.insert(T::default()).as_list()
    }
    fn as_object(&mut self) -> Option<&mut dyn Object> {
        self.insert(T::default()).as_object()
    }
    fn is_set(&self) -> bool {
        self.is_some()
    }
    fn node(&self) -> Node<'_> {
        self.as_ref().map_or(Node::Null, Field::node)
    }
}

impl<T: Field> Field for Box<T> {
    fn set(&mut self, arrived: Arrived<'_>) -> Got {
        (**self).set(arrived)
    }
    fn as_list(&mut self) -> Option<&mut dyn List> {
        (**self).as_list()
    }
    fn as_object(&mut self) -> Option<&mut dyn Object> {
        (**self).as_object()
    }
    fn node(&self) -> Node<'_> {
        (**self).node()
    }
}

impl Field for bool {
    fn set(&mut self, arrived: Arrived<'_>) -> Got {
        match arrived {
            Arrived::Bool(v) => *self = v,
            other => return other.odd(),
        }
        Got::Value
    }
    fn node(&self) -> Node<'_> {
        Node::Bool(*self)
    }
}

impl Field for f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a JSON number is a double elsewhere too"
    )]
    fn set(&mut self, arrived: Arrived<'_>) -> Got {
        *self = match arrived {
            Arrived::U64(v) => v as Self,
            Arrived::I64(v) => v as Self,
            Arrived::F64(v) => v,
            other => return other.odd(),
        };
        Got::Value
    }
    fn node(&self) -> Node<'_> {
        Node::F64(*self)
    }
}

/// A number of an embedding: models compute in 32 bits or fewer.
impl Field for f32 {
    #[expect(clippy::cast_possible_truncation, reason = "32 bits are asked for")]
    fn set(&mut self, arrived: Arrived<'_>) -> Got {
        let mut wide = 0.0_f64;
        let got = wide.set(arrived);
        if matches!(got, Got::Value) {
            *self = wide as Self;
        }
        got
    }
    fn node(&self) -> Node<'_> {
        Node::F32(*self)
    }
}

/// Integers also come as floats (`1700000000.0`, a `created` with a fraction) and as texts of
/// digits.
macro_rules! integer {
    ($($int:ty => $node:ident,)*) => {$(
        impl Field for $int {
            fn set(&mut self, arrived: Arrived<'_>) -> Got {
                let int = match &arrived {
                    Arrived::U64(v) => Self::try_from(*v).ok(),
                    Arrived::I64(v) => Self::try_from(*v).ok(),
                    Arrived::F64(v) => truncated(*v).and_then(|int| Self::try_from(int).ok()),
                    Arrived::Str(v) => v.parse().ok(),
                    _ => None,
                };
                let Some(int) = int else {
                    return arrived.odd();
                };
                *self = int;
                match arrived {
                    Arrived::U64(_) | Arrived::I64(_) => Got::Value,
                    Arrived::F64(v) if v.fract() == 0.0 => Got::Value,
                    other => Got::Read(other.into_value()),
                }
            }
            fn node(&self) -> Node<'_> {
                Node::$node((*self).into())
            }
        }
    )*};
}
integer!(u8 => U64, u32 => U64, u64 => U64, i64 => I64,);

/// A float without its fraction; beyond 2^53 a double names no single integer.
#[expect(clippy::cast_possible_truncation, reason = "compared with its bound")]
fn truncated(v: f64) -> Option<i64> {
    (v.abs() <= 9_007_199_254_740_992.0).then_some(v as i64)
}

/// A text also comes as a number (an error's `code`), as a list of content parts (a message's
/// `content`) or as an object (a tool call's `arguments`).
impl Field for String {
    fn set(&mut self, arrived: Arrived<'_>) -> Got {
        *self = match &arrived {
            Arrived::Str(v) => {
                *self = (*v).to_owned();
                return Got::Value;
            }
            Arrived::U64(v) => v.to_string(),
            Arrived::I64(v) => v.to_string(),
            Arrived::Whole(v) => text_of_parts(v).unwrap_or_else(|| v.to_string()),
            _ => return arrived.odd(),
        };
        Got::Read(arrived.into_value())
    }
    fn node(&self) -> Node<'_> {
        Node::Str(self)
    }
}

/// The texts of a list of content parts, joined; `None` for any other list. A part without
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
    fn set(&mut self, arrived: Arrived<'_>) -> Got {
        if matches!(arrived, Arrived::Null) {
            return Got::Null;
        }
        *self = arrived.into_value();
        Got::Value
    }
    fn node(&self) -> Node<'_> {
        Node::Value(self)
    }
}

impl<T: Field + Default> Field for Vec<T> {
    fn set(&mut self, arrived: Arrived<'_>) -> Got {
        arrived.odd()
    }
    fn as_list(&mut self) -> Option<&mut dyn List> {
        self.clear();
        Some(self)
    }
    fn node(&self) -> Node<'_> {
        Node::List(self)
    }
}

impl<T: Field + Default> List for Vec<T> {
    fn push(&mut self) -> Option<&mut dyn Field> {
        self.push(T::default());
        self.last_mut().map(|item| item as &mut dyn Field)
    }
    fn pop(&mut self) {
        self.pop();
    }
    fn len(&self) -> usize {
        self.len()
    }
    fn item(&self, at: usize) -> Option<Node<'_>> {
        self.get(at).map(Field::node)
    }
}

/// A map without the entries that are not of its kind; the original then stays too.
impl<T: Field + Default> Field for BTreeMap<String, T> {
    fn set(&mut self, arrived: Arrived<'_>) -> Got {
        let Arrived::Whole(Value::Object(original)) = arrived else {
            return arrived.odd();
        };
        self.clear();
        for (key, value) in &original {
            let mut item = T::default();
            if matches!(fill(&mut item, value.clone()), Got::Value | Got::Read(_)) {
                self.insert(key.clone(), item);
            }
        }
        whole_map(original, self.len())
    }
    fn node(&self) -> Node<'_> {
        Node::Entries(self)
    }
}

impl<T: Field> Entries for BTreeMap<String, T> {
    fn len(&self) -> usize {
        self.len()
    }
    fn each(&self, visit: &mut dyn FnMut(&str, Node<'_>)) {
        for (name, value) in self {
            visit(name, value.node());
        }
    }
}

/// Numbers with their digits as they came, so that `6` is not sent on as `6.0`.
impl Field for BTreeMap<String, Number> {
    fn set(&mut self, arrived: Arrived<'_>) -> Got {
        let Arrived::Whole(Value::Object(original)) = arrived else {
            return arrived.odd();
        };
        self.clear();
        for (key, value) in &original {
            if let Value::Number(number) = value {
                self.insert(key.clone(), number.clone());
            }
        }
        whole_map(original, self.len())
    }
    fn node(&self) -> Node<'_> {
        Node::Entries(self)
    }
}

impl Entries for BTreeMap<String, Number> {
    fn len(&self) -> usize {
        self.len()
    }
    fn each(&self, visit: &mut dyn FnMut(&str, Node<'_>)) {
        for (name, number) in self {
            visit(name, Node::Number(number));
        }
    }
}

fn whole_map(original: Map<String, Value>, read: usize) -> Got {
    if original.len() == read {
        Got::Value
    } else {
        Got::Read(Value::Object(original))
    }
}

impl Field for Map<String, Value> {
    fn set(&mut self, arrived: Arrived<'_>) -> Got {
        match arrived {
            Arrived::Whole(Value::Object(object)) => *self = object,
            other => return other.odd(),
        }
        Got::Value
    }
    fn node(&self) -> Node<'_> {
        Node::Map(self)
    }
}
