//! Reading one field from whatever a server sent in its place, and writing it.
//!
//! Compatible servers differ from the documents in small ways: a `null` where a list is
//! promised, a float for a Unix time, an object for a JSON text. None of these may fail a whole
//! response, so every field is read by what arrived, not by what was expected. What cannot be
//! read, or only with loss, is kept as it came in the object's `extra`, under its own name.
//!
//! The traits are object-safe, and one reader ([`read`]) and one writer ([`write`]) serve all types: a
//! copy of them for each of a hundred wire types was most of a page's module.

mod read;
mod types;
mod write;

use serde_json::{Map, Number, Value};

pub(crate) use read::{fill, whole};

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

/// One JSON value as it arrives.
pub(crate) enum Arrived<'a> {
    Null,
    Bool(bool),
    U64(u64),
    /// Always negative.
    I64(i64),
    F64(f64),
    Str(&'a str),
    /// An array or object, for a field that reads neither by its parts.
    Whole(Value),
}

impl Arrived<'_> {
    /// What a field answers that cannot hold it.
    pub(crate) fn odd(self) -> Got {
        match self {
            Self::Null => Got::Null,
            other => Got::Odd(other.into_value()),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(v) => v.into(),
            Self::U64(v) => v.into(),
            Self::I64(v) => v.into(),
            Self::F64(v) => v.into(),
            Self::Str(v) => v.into(),
            Self::Whole(v) => v,
        }
    }
}

/// A field's value, to be written.
pub(crate) enum Node<'a> {
    Null,
    Bool(bool),
    U64(u64),
    I64(i64),
    F32(f32),
    F64(f64),
    Str(&'a str),
    Number(&'a Number),
    Value(&'a Value),
    Map(&'a Map<String, Value>),
    List(&'a dyn List),
    Object(&'a dyn Object),
    Entries(&'a dyn Entries),
}

/// A type that can be a wire object's field. It is read in place.
pub(crate) trait Field {
    /// Takes what arrived.
    fn set(&mut self, arrived: Arrived<'_>) -> Got;
    /// The list that an array is read into, emptied; `None` if an array is read whole.
    fn as_list(&mut self) -> Option<&mut dyn List> {
        None
    }
    /// The object that an object is read into; `None` if an object is read whole.
    fn as_object(&mut self) -> Option<&mut dyn Object> {
        None
    }
    /// Whether serialising writes the field: an `Option` that is `None` is left out.
    fn is_set(&self) -> bool {
        true
    }
    /// What serialising writes.
    fn node(&self) -> Node<'_>;
}

/// A list of fields.
pub(crate) trait List {
    /// Adds an item with its default, to be read.
    fn push(&mut self) -> Option<&mut dyn Field>;
    /// Takes the last item back.
    fn pop(&mut self);
    fn len(&self) -> usize;
    fn item(&self, at: usize) -> Option<Node<'_>>;
    /// Is an array with an odd element kept as it came?
    fn keeps_original(&self) -> bool {
        true
    }
}

/// A wire object: its fields by place, and everything else.
pub(crate) trait Object {
    /// The JSON names of the fields.
    fn names(&self) -> &'static [&'static str];
    fn field(&self, at: usize) -> Option<&dyn Field>;
    fn field_mut(&mut self, at: usize) -> Option<&mut dyn Field>;
    fn extra(&self) -> &Map<String, Value>;
    fn extra_mut(&mut self) -> &mut Map<String, Value>;
}

/// A map of fields by name.
pub(crate) trait Entries {
    fn len(&self) -> usize;
    fn each(&self, visit: &mut dyn FnMut(&str, Node<'_>));
}
