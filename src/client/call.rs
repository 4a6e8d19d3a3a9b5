//! A call: what is asked, with which options, and how the answer is read.

use std::fmt;
use std::future::IntoFuture;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::path::Path;
use super::read::{self, Read};
use super::stream::{ByteStream, EventStream};
use super::{BoxFuture, Client, Error, RequestOptions, WithMeta, validation};
use crate::policy::keys;
use crate::stream::Chunk;
use crate::transport::{Method, Streaming, Transport};
use crate::validation::Profile;
use crate::wire::Upload;
use crate::wire::form::{Form, FormField};

/// A call that has not been sent: awaiting it sends it and gives the answer.
///
/// ```no_run
/// # #[cfg(all(feature = "fetch", not(feature = "proxy-only")))]
/// # async fn f(client: openai_wasm::client::Client<openai_wasm::transport::FetchTransport>)
/// # -> Result<(), openai_wasm::client::Error> {
/// use std::time::Duration;
///
/// use openai_wasm::client::RequestOptions;
///
/// let models = client.models().list().await?;
///
/// // With options of its own, and with the head of the answer:
/// let quick = RequestOptions::new().timeout(Duration::from_secs(5));
/// let answer = client.models().list().with(quick).with_meta().await?;
/// println!("{:?} {:?}", answer.meta.request_id(), answer.meta.rate_limit());
/// # Ok(()) }
/// ```
///
/// A failed attempt is repeated as the README says; after the first byte of a successful answer
/// nothing is.
///
/// # Cancel safety
/// Dropping the future at any time aborts the request and closes its connection.
#[must_use = "a call is sent when it is awaited"]
pub struct Call<T: Transport, R> {
    client: Client<T>,
    parts: Result<Parts<T::Payload>, Error>,
    options: RequestOptions,
    read: Read<T, R>,
}

/// What is sent, before the client's own share is added.
#[derive(Clone)]
pub(super) struct Parts<P> {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) accept: &'static str,
    pub(super) payload: Option<P>,
    /// `None` leaves it to the platform (forms).
    pub(super) content_type: Option<&'static str>,
}

impl<T: Transport, R> Call<T, R> {
    pub(super) fn new(
        client: &Client<T>,
        method: Method,
        path: impl Into<Path>,
        read: Read<T, R>,
    ) -> Self {
        let parts = path.into().into_result().map(|path| Parts {
            method,
            path,
            query: Vec::new(),
            accept: "application/json",
            payload: None,
            content_type: None,
        });
        Self {
            client: client.clone(),
            parts,
            options: RequestOptions::new(),
            read,
        }
    }

    /// The same with options of its own. Where it is called twice, the later options count.
    pub fn with(mut self, options: RequestOptions) -> Self {
        self.options = options.over(self.options);
        self
    }

    /// Sends it and gives the answer with its head: status, headers, request id, rate limit.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn with_meta(self) -> Result<WithMeta<R>, Error> {
        let (parts, read) = (self.parts?, self.read);
        let (data, meta) = self.client.send(&parts, &self.options, read).await?;
        Ok(WithMeta { data, meta })
    }

    pub(super) fn json(self, body: &impl Serialize) -> Self {
        self.edit(|client, parts| {
            let json = serde_json::to_string(body).map_err(|cause| no_json(&cause))?;
            client.check(parts, || serde_json::from_str(&json), &[])?;
            if client.settings.keyless
                && let Some(name) = keys::key_in(&json)
            {
                return Err(Error::key(name));
            }
            parts.payload = Some(T::Payload::from(json));
            parts.content_type = Some("application/json");
            Ok(())
        })
    }

    pub(super) fn form(self, form: &impl Form) -> Self {
        self.edit(|client, parts| {
            let fields = form.fields().map_err(|cause| no_json(&cause))?;
            if client.settings.keyless
                && let Some(name) = fields.iter().find_map(key)
            {
                return Err(Error::key(name));
            }
            let files: Vec<_> = fields.iter().filter_map(file).collect();
            // Servers tell a file from a text by its name.
            if let Some((field, _)) = files.iter().find(|(_, file)| file.filename.is_empty()) {
                return Err(Error::option(field, "must be a file with a name"));
            }
            client.check(parts, || serde_json::to_value(form), &files)?;
            let payload = client.settings.transport.form(&fields);
            let payload = payload
                .map_err(|fault| Error::option("form", format!("cannot be sent: {fault}")))?;
            parts.payload = Some(payload);
            Ok(())
        })
    }

    pub(super) fn accept(self, media_type: &'static str) -> Self {
        self.edit(|_, parts| {
            parts.accept = media_type;
            Ok(())
        })
    }

    /// Adds a query parameter where there is a value.
    pub(super) fn query(self, name: &str, value: Option<impl Into<String>>) -> Self {
        self.edit(|_, parts| {
            let value = value.map(|value| (name.to_owned(), value.into()));
            parts.query.extend(value);
            Ok(())
        })
    }

    pub(super) fn refuse_if(self, refused: bool, field: &str, message: &str) -> Self {
        self.edit(|_, _| match refused {
            true => Err(Error::option(field, message)),
            false => Ok(()),
        })
    }

    fn edit(
        mut self,
        edit: impl FnOnce(&Client<T>, &mut Parts<T::Payload>) -> Result<(), Error>,
    ) -> Self {
        self.parts = self.parts.and_then(|mut parts| {
            edit(&self.client, &mut parts)?;
            Ok(parts)
        });
        self
    }

    fn reading<S>(self, read: Read<T, S>) -> Call<T, S> {
        Call {
            client: self.client,
            parts: self.parts,
            options: self.options,
            read,
        }
    }

    /// What it takes to send it more than once, with other parameters.
    pub(super) fn into_template(self) -> Result<Template<T>, Error> {
        Ok(Template {
            client: self.client,
            parts: self.parts?,
            options: self.options,
        })
    }
}

impl<T: Transport> Client<T> {
    /// Holds the parameters of a call to the documents of the client's profile.
    fn check(
        &self,
        parts: &Parts<T::Payload>,
        params: impl FnOnce() -> serde_json::Result<Value>,
        files: &[(&str, &Upload)],
    ) -> Result<(), Error> {
        let profile = self.settings.profile;
        if profile == Profile::None || parts.method != Method::Post {
            return Ok(());
        }
        validation::check(profile, &parts.path, params, files)
    }
}

/// A form's file, under the name of its parameter.
fn file<'a>(field: &'a FormField<'a>) -> Option<(&'a str, &'a Upload)> {
    match field {
        FormField::File { name, file } => Some((name.trim_end_matches("[]"), file)),
        FormField::Text { .. } => None,
    }
}

/// The name of a form's field that holds a key.
fn key<'a>(field: &'a FormField<'a>) -> Option<&'a str> {
    match field {
        FormField::Text { name, value } if keys::is_key_in_form(name, value) => Some(name),
        FormField::Text { .. } | FormField::File { .. } => None,
    }
}

/// A request that cannot be written; only a map whose keys are no text comes here.
pub(super) fn no_json(cause: &serde_json::Error) -> Error {
    Error::option("request", format!("has no JSON form: {cause}"))
}

/// A call that can be sent again: the pages of a list are the same call with another `after`.
pub(super) struct Template<T: Transport> {
    client: Client<T>,
    parts: Parts<T::Payload>,
    options: RequestOptions,
}

impl<T: Transport + 'static> Template<T> {
    pub(super) fn send<R: DeserializeOwned + 'static>(
        &self,
        more: &[(String, String)],
    ) -> BoxFuture<'static, Result<R, Error>> {
        let (client, options) = (self.client.clone(), self.options.clone());
        let mut parts = self.parts.clone();
        let replaced = |name: &String| more.iter().any(|(other, _)| other == name);
        parts.query.retain(|(name, _)| !replaced(name));
        parts.query.extend_from_slice(more);
        Box::pin(async move {
            let sent = client.send(&parts, &options, read::json()).await;
            sent.map(|(page, _)| page)
        })
    }
}

/// Of an endpoint that has no method of its own: how its answer is to be read.
impl<T: Transport + 'static> Call<T, Value> {
    /// Reads the answer as a type of the caller's.
    pub fn decoded<R: DeserializeOwned + 'static>(self) -> Call<T, R> {
        self.reading(read::json())
    }

    /// Reads the answer as text, whatever its type.
    pub fn text(self) -> Call<T, String> {
        self.reading(read::text())
    }

    /// Gives the answer's bytes as they come, whatever their type.
    pub fn bytes(self) -> Call<T, ByteStream<T>>
    where
        T::Body: Streaming<T::Fault>,
    {
        self.reading(read::bytes()).accept("*/*")
    }

    /// Gives the answer's server-sent events as they come; `Value` is a [`Chunk`], too.
    pub fn events<C: DeserializeOwned + Chunk + 'static>(self) -> Call<T, EventStream<T, C>>
    where
        T::Body: Streaming<T::Fault>,
    {
        self.reading(read::events())
    }
}

impl<T: Transport + 'static, R: 'static> IntoFuture for Call<T, R> {
    type Output = Result<R, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.with_meta().await?.data) })
    }
}

impl<T: Transport, R> fmt::Debug for Call<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut call = f.debug_struct("Call");
        match &self.parts {
            Ok(parts) => call
                .field("method", &parts.method)
                .field("path", &parts.path),
            Err(error) => call.field("error", error),
        };
        call.field("options", &self.options).finish_non_exhaustive()
    }
}
