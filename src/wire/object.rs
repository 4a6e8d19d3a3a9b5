//! The macro behind every wire object: a struct with public fields and an `extra` map, read
//! leniently and written sparsely.
//!
//! It stands in for serde's derive because derive can neither read a mistyped field without
//! losing the body, nor keep the last of two equal keys (as `JSON.parse` does). It costs nothing:
//! a chat chunk of 320 bytes takes 7,200 instructions, with derive and `#[serde(flatten)]` 7,400,
//! with derive and unknown fields dropped 7,400; one with three unknown fields 9,000, 10,700 and
//! 6,800 (callgrind, x86-64, November 2026). Two things made that so: fields are read in place,
//! not moved there, and what is rare in a chunk stands in a `Box`.

/// The JSON name of a field: its own, unless one is given.
macro_rules! json_name {
    ($field:ident $name:literal) => {
        $name
    };
    (r#type) => {
        "type"
    };
    ($field:ident) => {
        stringify!($field)
    };
}

/// Declares a wire object.
///
/// `request` and `response` choose only how TypeScript sees an `Option`: optional and nullable
/// in a request, optional in a response, unless a field's `#[ts(…)]` says otherwise.
macro_rules! object {
    (
        $(#[doc = $doc:literal])*
        $kind:ident struct $name:ident $(as $ts_name:literal)? {
            $(
                $(#[doc = $fdoc:literal])*
                $(#[ts($($ts:tt)*)])?
                $field:ident: $ty:ty $(= $json:literal)?,
            )*
        }
    ) => {
        object! { @struct $kind
            $(#[doc = $doc])*
            #[derive(Debug, Clone, Default, PartialEq)]
            #[cfg_attr(test, derive(ts_rs::TS))]
            $(#[cfg_attr(test, ts(rename = $ts_name))])?
            pub struct $name {
                $(
                    $(#[doc = $fdoc])*
                    $(#[cfg_attr(test, ts($($ts)*))])?
                    $(#[cfg_attr(test, ts(rename = $json))])?
                    pub $field: $ty,
                )*
                /// Every other field, as it came or as it is to be sent; also the original of
                /// a field above that could only be read with loss. What stands here is
                /// written in place of the field of the same name.
                #[cfg_attr(test, ts(skip))]
                pub extra: serde_json::Map<String, serde_json::Value>,
            }
        }

        const _: () = {
            #[allow(non_camel_case_types)]
            enum Key {
                $($field,)*
                Unknown(String),
            }

            struct KeyVisitor;

            impl<'de> serde::de::Visitor<'de> for KeyVisitor {
                type Value = Key;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("a field name")
                }
                fn visit_str<E>(self, key: &str) -> Result<Key, E> {
                    Ok(match key {
                        $(json_name!($field $($json)?) => Key::$field,)*
                        _ => Key::Unknown(key.to_owned()),
                    })
                }
            }

            impl<'de> serde::de::DeserializeSeed<'de> for KeyVisitor {
                type Value = Key;

                fn deserialize<D: serde::Deserializer<'de>>(self, d: D) -> Result<Key, D::Error> {
                    d.deserialize_identifier(self)
                }
            }

            impl $crate::wire::lenient::Field for $name {
                fn set_map<'de, A: serde::de::MapAccess<'de>>(
                    &mut self,
                    mut map: A,
                ) -> Result<$crate::wire::lenient::Got, A::Error> {
                    use $crate::wire::lenient::{Got, read_field};

                    while let Some(key) = map.next_key_seed(KeyVisitor)? {
                        let (name, got) = match key {
                            $(Key::$field => (
                                json_name!($field $($json)?),
                                read_field(&mut map, &mut self.$field)?,
                            ),)*
                            Key::Unknown(key) => {
                                self.extra.insert(key, map.next_value()?);
                                continue;
                            }
                        };
                        if let Got::Read(original) | Got::Odd(original) = got {
                            self.extra.insert(name.to_owned(), original);
                        }
                    }
                    Ok(Got::Value)
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                    $crate::wire::lenient::whole(d, concat!("an object (", stringify!($name), ")"))
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                    use serde::ser::SerializeMap as _;
                    use $crate::wire::lenient::write_field;

                    let mut map = s.serialize_map(None)?;
                    $(
                        write_field(
                            &mut map,
                            &self.extra,
                            json_name!($field $($json)?),
                            &self.$field,
                        )?;
                    )*
                    for (key, value) in &self.extra {
                        map.serialize_entry(key, value)?;
                    }
                    map.end()
                }
            }
        };
    };

    (@struct request $($item:tt)*) => {
        object! { @attributes (optional_fields = nullable) $($item)* }
    };
    (@struct response $($item:tt)*) => {
        object! { @attributes (optional_fields) $($item)* }
    };
    (@attributes ($($ts:tt)*) $(#[$meta:meta])* pub struct $($rest:tt)*) => {
        $(#[$meta])*
        #[cfg_attr(test, ts($($ts)*))]
        pub struct $($rest)*
    };
}
