//! From typed parameters to a call, and from a buffered JSON answer to its type.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::call::Call;
use super::{Client, Error, ErrorKind};
use crate::policy::checks::{self, Profile};
use crate::transport::{Body, Response, Transport};
use crate::wire::{ApiError, Upload};

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

/// Holds the parameters of a `POST` to `path` to the documents of the client's profile.
pub(super) fn check<T: Transport>(
    client: &Client<T>,
    path: &str,
    params: &impl Serialize,
    files: &[(&str, &Upload)],
) -> Result<(), Error> {
    let profile = client.settings.profile;
    if profile == Profile::None {
        return Ok(());
    }
    let params = serde_json::to_value(params).map_err(|cause| no_json(&cause))?;
    checks::check(profile, path, &params, files)
        .map_err(|refused| Error::option(&refused.param, refused.message))
}

/// A request that cannot be written; only a float that JSON does not have comes here.
pub(super) fn no_json(cause: &serde_json::Error) -> Error {
    Error::option("request", format!("has no JSON form: {cause}"))
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
