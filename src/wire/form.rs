//! Requests that go out as `multipart/form-data`.

use serde_json::Value;

use super::audio::{TranscriptionRequest, TranslationRequest};
use super::file::FileRequest;
use super::image::{ImageEditRequest, ImageVariationRequest};
use super::upload::Upload;

/// A field of a form.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FormField<'a> {
    /// A field with text.
    Text {
        /// The field's name.
        name: String,
        /// Its text.
        value: String,
    },
    /// A field with a file.
    File {
        /// The field's name.
        name: String,
        /// The file.
        file: &'a Upload,
    },
}

/// A request that goes out as a form. Its JSON has what is not a file.
pub trait Form: serde::Serialize {
    /// Its fields, the files first. Names and texts are those of OpenAI's own client: a list's
    /// items are `name[]` each, an object's members `name[member]`, numbers and booleans as
    /// JavaScript writes them, nothing for what is not set.
    ///
    /// # Errors
    /// If `extra` was filled with what is no JSON, which a `Value` rules out.
    fn fields(&self) -> Result<Vec<FormField<'_>>, serde_json::Error>;
}

macro_rules! form {
    ($($request:ty { $($files:tt)* })*) => {$(
        impl Form for $request {
            fn fields(&self) -> Result<Vec<FormField<'_>>, serde_json::Error> {
                let mut fields = Vec::new();
                form!(@files self fields $($files)*);
                if let Value::Object(object) = serde_json::to_value(self)? {
                    for (name, value) in object {
                        text_fields(&mut fields, name, value);
                    }
                }
                Ok(fields)
            }
        }
    )*};
    (@files $self:ident $fields:ident) => {};
    (@files $self:ident $fields:ident $name:ident $($rest:tt)*) => {
        $fields.extend(Files::fields(&$self.$name, stringify!($name)));
        form!(@files $self $fields $($rest)*);
    };
}

form! {
    FileRequest { file }
    TranscriptionRequest { file }
    TranslationRequest { file }
    ImageEditRequest { image mask }
    ImageVariationRequest { image }
}

/// What a file field can hold.
trait Files {
    fn fields(&self, name: &str) -> Vec<FormField<'_>>;
}

impl Files for Upload {
    fn fields(&self, name: &str) -> Vec<FormField<'_>> {
        vec![FormField::File {
            name: name.to_owned(),
            file: self,
        }]
    }
}

impl Files for Option<Upload> {
    fn fields(&self, name: &str) -> Vec<FormField<'_>> {
        self.iter().flat_map(|file| file.fields(name)).collect()
    }
}

/// One file goes by the plain name, as in the documents; several as a list.
impl Files for Vec<Upload> {
    fn fields(&self, name: &str) -> Vec<FormField<'_>> {
        match self.as_slice() {
            [file] => file.fields(name),
            files => {
                let name = format!("{name}[]");
                files.iter().flat_map(|file| file.fields(&name)).collect()
            }
        }
    }
}

fn text_fields(fields: &mut Vec<FormField<'_>>, name: String, value: Value) {
    let value = match value {
        Value::Null => return,
        Value::Bool(value) => value.to_string(),
        Value::String(value) => value,
        Value::Number(number) => number_text(&number),
        Value::Array(items) => {
            for item in items {
                text_fields(fields, format!("{name}[]"), item);
            }
            return;
        }
        Value::Object(members) => {
            for (member, value) in members {
                text_fields(fields, format!("{name}[{member}]"), value);
            }
            return;
        }
    };
    fields.push(FormField::Text { name, value });
}

/// JavaScript writes a whole number without a fraction.
fn number_text(number: &serde_json::Number) -> String {
    let text = number.to_string();
    match text.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}
