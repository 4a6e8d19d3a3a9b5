//! Values of several shapes: objects told apart by a tag, and texts that may be lists.

/// Declares a union of objects told apart by one of their fields, with `Other` for a member
/// that the documents do not name. A missing tag means the member after `or`, if one is named
/// (some servers leave out a tool call's `type`). `text` names the member for a bare string in
/// the object's place.
macro_rules! union {
    (
        $(#[doc = $doc:literal])*
        enum $name:ident $(as $ts_name:literal)? by $tag:literal $(or $fallback:ident)?
            $(, text $text:ident($text_ty:ty) = $tdoc:literal)?
        {
            $(
                $(#[doc = $vdoc:literal])*
                $(#[ts($($ts:tt)*)])?
                $value:literal => $variant:ident($ty:ty),
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        #[cfg_attr(test, derive(ts_rs::TS))]
        #[cfg_attr(test, ts(untagged))]
        $(#[cfg_attr(test, ts(rename = $ts_name))])?
        pub enum $name {
            $(
                #[doc = $tdoc]
                $text($text_ty),
            )?
            $(
                $(#[doc = $vdoc])*
                $(#[cfg_attr(test, ts($($ts)*))])?
                $variant($ty),
            )*
            /// A member that the documents do not name, as it came.
            #[cfg_attr(test, ts(skip))]
            Other(serde_json::Value),
        }

        impl Default for $name {
            /// The absent value: `null`.
            fn default() -> Self {
                Self::Other(serde_json::Value::Null)
            }
        }

        $(
            impl From<$ty> for $name {
                fn from(member: $ty) -> Self {
                    Self::$variant(member)
                }
            }
        )*

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$text(text) => text.serialize(s),)?
                    $(Self::$variant(member) => member.serialize(s),)*
                    Self::Other(value) => value.serialize(s),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::wire::lenient::whole(d, concat!("a member of ", stringify!($name)))
            }
        }

        impl $crate::wire::lenient::Field for $name {
            #[allow(unreachable_code)]
            fn set_str(&mut self, v: &str) -> $crate::wire::lenient::Got {
                $({
                    let mut text = <$text_ty>::default();
                    let got = $crate::wire::lenient::Field::set_str(&mut text, v);
                    *self = Self::$text(text);
                    return got;
                })?
                *self = Self::Other(v.into());
                $crate::wire::lenient::Got::Value
            }
            fn set_map<'de, A: serde::de::MapAccess<'de>>(
                &mut self,
                map: A,
            ) -> Result<$crate::wire::lenient::Got, A::Error> {
                use serde::de::Error as _;

                let value = $crate::wire::lenient::map_value(map)?;
                let tag = value.get($tag).and_then(serde_json::Value::as_str).unwrap_or_default();
                *self = match tag {
                    $($value => <$ty as serde::Deserialize>::deserialize(value)
                        .map(Self::$variant)
                        .map_err(A::Error::custom)?,)*
                    $("" => serde::Deserialize::deserialize(value)
                        .map(Self::$fallback)
                        .map_err(A::Error::custom)?,)?
                    _ => Self::Other(value),
                };
                Ok($crate::wire::lenient::Got::Value)
            }
        }
    };
}

/// Declares a text that may also be a list. `$item` is what the list holds.
macro_rules! text_or_list {
    (
        $(#[doc = $doc:literal])*
        enum $name:ident {
            $(#[doc = $tdoc:literal])* Text,
            $(#[doc = $ldoc:literal])* $list:ident($item:ty),
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        #[cfg_attr(test, derive(ts_rs::TS))]
        #[cfg_attr(test, ts(untagged))]
        pub enum $name {
            $(#[doc = $tdoc])*
            Text(String),
            $(#[doc = $ldoc])*
            $list(Vec<$item>),
        }

        impl Default for $name {
            /// An empty text.
            fn default() -> Self {
                Self::Text(String::new())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::Text(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::Text(text)
            }
        }

        impl From<Vec<$item>> for $name {
            fn from(list: Vec<$item>) -> Self {
                Self::$list(list)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                match self {
                    Self::Text(text) => s.serialize_str(text),
                    Self::$list(list) => list.serialize(s),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::wire::lenient::whole(d, "a string or a list")
            }
        }

        impl $crate::wire::lenient::Field for $name {
            fn set_str(&mut self, v: &str) -> $crate::wire::lenient::Got {
                *self = Self::Text(v.to_owned());
                $crate::wire::lenient::Got::Value
            }
            fn set_seq<'de, A: serde::de::SeqAccess<'de>>(
                &mut self,
                seq: A,
            ) -> Result<$crate::wire::lenient::Got, A::Error> {
                let mut list = Vec::<$item>::new();
                let got = $crate::wire::lenient::Field::set_seq(&mut list, seq)?;
                *self = Self::$list(list);
                Ok(got)
            }
        }
    };
}
