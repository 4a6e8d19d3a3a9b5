//! From a buffered JSON answer to its type.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::call::Call;
use super::{Client, Error, ErrorKind};
use crate::transport::{Body, Response, Transport};
use crate::wire::ApiError;

/// Sends a call and reads its JSON answer.
pub(super) async fn fetch<T: Transport, R: DeserializeOwned>(
    client: &Client<T>,
    call: Call<T::Payload>,
    what: &str,
    extra: impl Fn(&R) -> &Map<String, Value>,
) -> Result<R, Error> {
    let read = async |response: Response<T::Body>| {
        let Response { headers, body, .. } = response;
        Ok((headers, body.text().await?))
    };
    let (headers, text) = client.call(call, read).await?;
    if text.trim().is_empty() {
        let error = Error::new(ErrorKind::Decode, format!("{what}: the body is empty"));
        return Err(error.with_head(&headers));
    }
    let answer = serde_json::from_str::<R>(&text)
        .map_err(|cause| unexpected(what, &headers, &cause).with_head(&headers))?;
    match ApiError::from_extra(extra(&answer)) {
        Some(said) => Err(Error::reported(said).with_head(&headers)),
        None => Ok(answer),
    }
}

/// A body that is no JSON of that type; its media type often says why (a login page, a gateway).
fn unexpected(
    what: &str,
    headers: &crate::policy::headers::HeaderList,
    cause: &serde_json::Error,
) -> Error {
    match media_type(headers) {
        Some(kind) if !kind.contains("json") => Error::new(
            ErrorKind::Decode,
            format!("{what}: the server answered with {kind} where JSON was expected"),
        ),
        _ => Error::decode(what, cause),
    }
}

/// The media type without its parameters.
pub(super) fn media_type(headers: &crate::policy::headers::HeaderList) -> Option<&str> {
    let value = headers.get("content-type")?;
    Some(value.split(';').next().unwrap_or(value).trim())
}
