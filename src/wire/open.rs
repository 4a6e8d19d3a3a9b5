//! Strings of a server's choosing, and strings that never change.

/// Declares an open enum: the documented values, and `Other` for whatever a server thinks of
/// next. An empty string is read as absent (some servers send `finish_reason: ""` until the
/// last chunk).
macro_rules! open_enum {
    (
        $(#[doc = $doc:literal])*
        enum $name:ident $(as $ts_name:literal)? {
            $(
                $(#[doc = $vdoc:literal])*
                $variant:ident = $value:literal,
            )*
        }
    ) => {
        $(#[doc = $doc])*
        ///
        /// Compares with a `&str`; [`as_str`](Self::as_str) gives the text on the wire.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[doc = $vdoc])* $variant,)*
            /// A value that the documents do not name, as it came.
            Other(String),
        }

        impl $name {
            /// The documented values, in the documents' order.
            pub const DOCUMENTED: &'static [&'static str] = &[$($value),*];

            /// The text on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Other(other) => other,
                }
            }
        }

        impl From<&str> for $name {
            fn from(value: &str) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(value: String) -> Self {
                match value.as_str() {
                    $($value => Self::$variant,)*
                    _ => Self::Other(value),
                }
            }
        }

        impl Default for $name {
            /// The absent value: an empty text.
            fn default() -> Self {
                Self::Other(String::new())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(d)
                    .map(|text| Self::from(&*text))
            }
        }

        impl $crate::wire::lenient::Field for $name {
            fn set(&mut self, arrived: $crate::wire::lenient::Arrived<'_>) -> $crate::wire::lenient::Got {
                use $crate::wire::lenient::{Arrived, Got};

                match arrived {
                    Arrived::Str("") => return Got::Null,
                    Arrived::Str(v) => *self = Self::from(v),
                    other => return other.odd(),
                }
                Got::Value
            }
            fn node(&self) -> $crate::wire::lenient::Node<'_> {
                $crate::wire::lenient::Node::Str(self.as_str())
            }
        }

        #[cfg(test)]
        impl ts_rs::TS for $name {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;

            fn name(_: &ts_rs::Config) -> String {
                #[allow(unused_mut, unused_assignments)]
                let mut name = stringify!($name);
                $(name = $ts_name;)?
                name.to_owned()
            }
            fn inline(_: &ts_rs::Config) -> String {
                let mut text = String::new();
                for value in Self::DOCUMENTED {
                    text.push_str(&format!("{value:?} | "));
                }
                text + "(string & {})"
            }
            fn docs() -> Option<String> {
                Some($crate::wire::typescript::jsdoc(&[$($doc),*]))
            }
        }
    };
}

/// Declares types of one value: the `type` or `role` that tells a union's members apart. They
/// take no room, and `Default` is the only way to have one.
macro_rules! literal {
    ($($name:ident = $value:literal,)*) => {$(
        #[doc = concat!("The text `", $value, "`.")]
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub struct $name;

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str($value)
            }
        }

        impl $crate::wire::lenient::Field for $name {
            fn set(&mut self, arrived: $crate::wire::lenient::Arrived<'_>) -> $crate::wire::lenient::Got {
                use $crate::wire::lenient::{Arrived, Got};

                match arrived {
                    Arrived::Str($value) => Got::Value,
                    Arrived::Str("") => Got::Null,
                    // Kept in `extra`, so that it is written back as it came.
                    other => other.odd(),
                }
            }
            fn node(&self) -> $crate::wire::lenient::Node<'_> {
                $crate::wire::lenient::Node::Str($value)
            }
        }

        #[cfg(test)]
        impl ts_rs::TS for $name {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;

            fn name(_: &ts_rs::Config) -> String {
                format!("{:?}", $value)
            }
            fn inline(cfg: &ts_rs::Config) -> String {
                Self::name(cfg)
            }
        }
    )*};
}
