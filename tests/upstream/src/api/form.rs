//! Requests of `multipart/form-data`.

use std::collections::BTreeMap;

use axum::{
    extract::{FromRequest, Multipart, Request, multipart::MultipartRejection},
    http::StatusCode,
};
use bytes::Bytes;
use serde_json::{Map, Value};

use crate::{error::ApiError, params::Params};

/// An uploaded file.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its name.
    pub filename: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// A form, read whole.
pub struct Form {
    /// Fields without a file.
    pub params: Params,
    files: BTreeMap<String, Upload>,
}

/// Fields that are numbers; a form has only text.
const NUMBERS: [&str; 2] = ["n", "temperature"];

impl Form {
    /// Reads a form.
    ///
    /// # Errors
    /// 415 for another content type, 400 for a form that breaks off.
    pub async fn read(request: Request) -> Result<Self, ApiError> {
        let broken =
            || ApiError::invalid("", "The multipart form of your request could not be read.");
        let mut multipart = match Multipart::from_request(request, &()).await {
            Ok(multipart) => multipart,
            Err(MultipartRejection::InvalidBoundary(_)) => {
                return Err(ApiError::invalid(
                    "",
                    "Unsupported content type. Send 'Content-Type: multipart/form-data'.",
                )
                .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
            }
            Err(_) => return Err(broken()),
        };
        let mut fields = Map::new();
        let mut files = BTreeMap::new();
        while let Some(field) = multipart.next_field().await.map_err(|_| broken())? {
            let name = field.name().unwrap_or_default().to_owned();
            let filename = field.file_name().map(str::to_owned);
            let bytes = field.bytes().await.map_err(|_| broken())?;
            match filename {
                Some(filename) => {
                    files.insert(name, Upload { filename, bytes });
                }
                None => {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let number = NUMBERS.contains(&name.as_str());
                    let value = match serde_json::from_str::<Value>(&text) {
                        Ok(value @ Value::Number(_)) if number => value,
                        _ => Value::String(text),
                    };
                    fields.insert(name, value);
                }
            }
        }
        Ok(Self {
            params: Params::from_object(fields),
            files,
        })
    }

    /// An uploaded file.
    pub fn file(&self, name: &str) -> Option<&Upload> {
        self.files.get(name)
    }

    /// A required file.
    ///
    /// # Errors
    /// 400 if it is absent, or is a field without a file name.
    pub fn required_file(&self, name: &str) -> Result<&Upload, ApiError> {
        self.file(name).ok_or_else(|| {
            ApiError::invalid(
                name,
                format!("'{name}' is a required property and must be a file."),
            )
        })
    }
}
