//! Structs whose fields grow: outside the crate no literal of theirs compiles, so a new field breaks nobody.

/// Declares a `#[non_exhaustive]` struct with a setter for each of its fields, of the field's name.
///
/// A setter of a number or flag takes just that, so that a literal needs no type.
macro_rules! with_setters {
    (
        $(#[$of:meta])*
        pub struct $name:ident {
            $($(#[$attribute:meta])* pub $field:ident: $type:ident $(<$inner:ty>)?,)*
        }
    ) => {
        $(#[$of])*
        #[non_exhaustive]
        pub struct $name {
            $($(#[$attribute])* pub $field: $type $(<$inner>)?,)*
        }

        impl $name {
            $(with_setters! {
                @setter
                concat!("The same with another [`", stringify!($field), "`](field@Self::", stringify!($field), ").");
                $field: $type $(<$inner>)?
            })*
        }
    };
    (@setter $doc:expr; $field:ident: bool) => {
        with_setters! { @of $doc; $field: bool; $field }
    };
    (@setter $doc:expr; $field:ident: u32) => {
        with_setters! { @of $doc; $field: u32; $field }
    };
    (@setter $doc:expr; $field:ident: u64) => {
        with_setters! { @of $doc; $field: u64; $field }
    };
    (@setter $doc:expr; $field:ident: $type:ty) => {
        with_setters! { @of $doc; $field: impl Into<$type>; $field.into() }
    };
    (@of $doc:expr; $field:ident: $taken:ty; $value:expr) => {
        #[doc = $doc]
        #[must_use]
        pub fn $field(mut self, $field: $taken) -> Self {
            self.$field = $value;
            self
        }
    };
}
