//! The macro behind every wire object: a struct with public fields and an `extra` map, read
//! leniently and written sparsely.
//!
//! It stands in for serde's derive because derive can neither read a mistyped field without
//! losing the body, nor keep the last of two equal keys (as `JSON.parse` does). A type gives only its
//! fields by place; one reader and one writer (`wire::lenient`) serve all types. That costs a tenth
//! more instructions a chunk than a reader of each type's own, and takes a tenth off a page's module
//! (callgrind and wasm-opt, November 2026). Fields are read in place, not moved there, and what is
//! rare in a chunk is in a `Box`.

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
            use $crate::wire::lenient::{Arrived, Field, Got, Node, Object};

            #[allow(non_camel_case_types)]
            enum Place {
                $($field,)*
            }

            impl Object for $name {
                fn names(&self) -> &'static [&'static str] {
                    &[$(json_name!($field $($json)?),)*]
                }
                fn field(&self, at: usize) -> Option<&dyn Field> {
                    $(if at == Place::$field as usize {
                        return Some(&self.$field);
                    })*
                    None
                }
                fn field_mut(&mut self, at: usize) -> Option<&mut dyn Field> {
                    $(if at == Place::$field as usize {
                        return Some(&mut self.$field);
                    })*
                    None
                }
                fn extra(&self) -> &serde_json::Map<String, serde_json::Value> {
                    &self.extra
                }
                fn extra_mut(&mut self) -> &mut serde_json::Map<String, serde_json::Value> {
                    &mut self.extra
                }
            }

            impl Field for $name {
                fn set(&mut self, arrived: Arrived<'_>) -> Got {
                    arrived.odd()
                }
                fn as_object(&mut self) -> Option<&mut dyn Object> {
                    Some(self)
                }
                fn node(&self) -> Node<'_> {
                    Node::Object(self)
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                    $crate::wire::lenient::whole(d, concat!("an object (", stringify!($name), ")"))
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                    Node::Object(self).serialize(s)
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
