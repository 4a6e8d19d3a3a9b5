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
                $crate::wire::lenient::Field::node(self).serialize(s)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::wire::lenient::whole(d, concat!("a member of ", stringify!($name)))
            }
        }

        impl $crate::wire::lenient::Field for $name {
            fn set(&mut self, arrived: $crate::wire::lenient::Arrived<'_>) -> $crate::wire::lenient::Got {
                use $crate::wire::lenient::{Arrived, Got, fill};

                match arrived {
                    $(Arrived::Str(_) => {
                        let mut text = <$text_ty>::default();
                        let got = $crate::wire::lenient::Field::set(&mut text, arrived);
                        *self = Self::$text(text);
                        return got;
                    })?
                    Arrived::Whole(value @ serde_json::Value::Object(_)) => {
                        let tag = value.get($tag).and_then(serde_json::Value::as_str).unwrap_or_default();
                        *self = match tag {
                            $($value => {
                                let mut member = <$ty>::default();
                                fill(&mut member, value);
                                Self::$variant(member)
                            })*
                            $("" => {
                                let mut member = Self::$fallback(Default::default());
                                if let Self::$fallback(inner) = &mut member {
                                    fill(inner, value);
                                }
                                member
                            })?
                            _ => Self::Other(value),
                        };
                    }
                    #[allow(unreachable_patterns)]
                    Arrived::Str(text) => *self = Self::Other(text.into()),
                    other => return other.odd(),
                }
                Got::Value
            }
            fn node(&self) -> $crate::wire::lenient::Node<'_> {
                use $crate::wire::lenient::{Field, Node};

                match self {
                    $(Self::$text(text) => Field::node(text),)?
                    $(Self::$variant(member) => Field::node(member),)*
                    Self::Other(value) => Node::Value(value),
                }
            }
        }
    };
}

/// An enum of a text and of lists, without the way in which it is read.
macro_rules! text_enum {
    (
        $(#[doc = $doc:literal])*
        enum $name:ident, read as $kind:literal {
            $(#[doc = $tdoc:literal])* Text,
            $($(#[doc = $ldoc:literal])* $list:ident($item:ty),)+
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
            $($(#[doc = $ldoc])* $list(Vec<$item>),)+
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

        $(impl From<Vec<$item>> for $name {
            fn from(list: Vec<$item>) -> Self {
                Self::$list(list)
            }
        })+

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                $crate::wire::lenient::Field::node(self).serialize(s)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::wire::lenient::whole(d, $kind)
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
        text_enum! {
            $(#[doc = $doc])*
            enum $name, read as "a string or a list" {
                $(#[doc = $tdoc])* Text,
                $(#[doc = $ldoc])* $list($item),
            }
        }

        impl $crate::wire::lenient::Field for $name {
            fn set(&mut self, arrived: $crate::wire::lenient::Arrived<'_>) -> $crate::wire::lenient::Got {
                match arrived {
                    $crate::wire::lenient::Arrived::Str(v) => *self = Self::Text(v.to_owned()),
                    other => return other.odd(),
                }
                $crate::wire::lenient::Got::Value
            }
            fn as_list(&mut self) -> Option<&mut dyn $crate::wire::lenient::List> {
                *self = Self::$list(Vec::new());
                match self {
                    Self::$list(list) => Some(list),
                    Self::Text(_) => None,
                }
            }
            fn node(&self) -> $crate::wire::lenient::Node<'_> {
                match self {
                    Self::Text(text) => $crate::wire::lenient::Node::Str(text),
                    Self::$list(list) => $crate::wire::lenient::Node::List(list),
                }
            }
        }
    };
}

/// Declares a text that may also be one of several lists: the first whose items an array holds.
macro_rules! text_or_lists {
    (
        $(#[doc = $doc:literal])*
        enum $name:ident, read as $kind:literal {
            $(#[doc = $tdoc:literal])* Text,
            $($(#[doc = $ldoc:literal])* $list:ident($item:ty),)+
        }
    ) => {
        text_enum! {
            $(#[doc = $doc])*
            enum $name, read as $kind {
                $(#[doc = $tdoc])* Text,
                $($(#[doc = $ldoc])* $list($item),)+
            }
        }

        impl $crate::wire::lenient::Field for $name {
            fn set(&mut self, arrived: $crate::wire::lenient::Arrived<'_>) -> $crate::wire::lenient::Got {
                use $crate::wire::lenient::{Arrived, Got};

                let array = match arrived {
                    Arrived::Str(v) => {
                        *self = v.into();
                        return Got::Value;
                    }
                    Arrived::Whole(array @ serde_json::Value::Array(_)) => array,
                    other => return other.odd(),
                };
                $(if let Ok(list) = serde_json::from_value(array.clone()) {
                    *self = Self::$list(list);
                    return Got::Value;
                })+
                Got::Odd(array)
            }
            fn node(&self) -> $crate::wire::lenient::Node<'_> {
                match self {
                    Self::Text(text) => $crate::wire::lenient::Node::Str(text),
                    $(Self::$list(list) => $crate::wire::lenient::Node::List(list),)+
                }
            }
        }
    };
}
