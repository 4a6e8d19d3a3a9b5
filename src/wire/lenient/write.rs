//! The writer of all wire types.

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

use super::{Node, Object};

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(v) => serializer.serialize_bool(v),
            Self::U64(v) => serializer.serialize_u64(v),
            Self::I64(v) => serializer.serialize_i64(v),
            Self::F32(v) => serializer.serialize_f32(v),
            Self::F64(v) => serializer.serialize_f64(v),
            Self::Str(v) => serializer.serialize_str(v),
            Self::Number(v) => v.serialize(serializer),
            Self::Value(v) => v.serialize(serializer),
            Self::Map(v) => v.serialize(serializer),
            Self::List(list) => {
                let mut seq = serializer.serialize_seq(Some(list.len()))?;
                for at in 0..list.len() {
                    if let Some(item) = list.item(at) {
                        seq.serialize_element(&item)?;
                    }
                }
                seq.end()
            }
            Self::Object(object) => write_object(object, serializer),
            Self::Entries(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                let mut written = Ok(());
                entries.each(&mut |name, node| {
                    if written.is_ok() {
                        written = map.serialize_entry(name, &node);
                    }
                });
                written?;
                map.end()
            }
        }
    }
}

/// Writes each field that is set, unless `extra` holds it as it came; then all of `extra`.
fn write_object<S: Serializer>(object: &dyn Object, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    let extra = object.extra();
    for (at, name) in object.names().iter().enumerate() {
        let Some(field) = object.field(at) else {
            continue;
        };
        if field.is_set() && (extra.is_empty() || !extra.contains_key(*name)) {
            map.serialize_entry(name, &field.node())?;
        }
    }
    for (key, value) in extra {
        map.serialize_entry(key, value)?;
    }
    map.end()
}

/// A value as JSON.
pub(super) fn to_value(node: Node<'_>) -> Value {
    serde_json::to_value(node).unwrap_or_default()
}
