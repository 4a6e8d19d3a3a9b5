//! A form as the platform's own `FormData`, which writes boundaries, file names and lengths.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::JsValue;
use web_sys::{Blob, BlobPropertyBag, FormData};

use crate::wire::Upload;
use crate::wire::form::FormField;

/// `FormData` with these fields in their order. It can be sent more than once.
pub(super) fn form_data(fields: &[FormField<'_>]) -> Result<JsValue, JsValue> {
    let form = FormData::new()?;
    for field in fields {
        match field {
            FormField::Text { name, value } => form.append_with_str(name, value)?,
            FormField::File { name, file } => {
                form.append_with_blob_and_filename(name, &blob(file)?, &file.filename)?;
            }
        }
    }
    Ok(form.into())
}

/// One copy of the bytes, out of WebAssembly's memory. Without a type the platform sends
/// `application/octet-stream`.
fn blob(file: &Upload) -> Result<Blob, JsValue> {
    let parts = Array::of1(&Uint8Array::from(file.bytes.as_slice()));
    let options = BlobPropertyBag::new();
    if let Some(content_type) = &file.content_type {
        options.set_type(content_type);
    }
    Blob::new_with_u8_array_sequence_and_options(&parts, &options)
}
