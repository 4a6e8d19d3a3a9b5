//! Endpoints that have no method of their own.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::path::Path;
use super::{Call, Client, EventStream, read};
use crate::stream::Chunk;
use crate::transport::{Method, Streaming, Transport};

/// Any endpoint, with the same credential, attempts, limits and errors as those that have a method.
///
/// A path starts with `/` and may have a query. It is sent as it stands, so an id in it has to be
/// percent-encoded; a path with `#`, or with a segment `.` or `..`, is refused. Answers are
/// [`Value`]s unless [`Call::decoded`], [`Call::text`], [`Call::bytes`] or [`Call::events`] says
/// otherwise.
///
/// ```no_run
/// # async fn f<T: openai_wasm::transport::Transport + 'static>(
/// #     client: openai_wasm::client::Client<T>,
/// # ) -> Result<(), openai_wasm::client::Error>
/// # where T::Body: openai_wasm::transport::Streaming<T::Fault> {
/// use futures_util::TryStreamExt;
/// use serde_json::{Value, json};
///
/// let question = json!({"model": "gpt-5-nano", "input": "Say this is a test"});
/// let answer = client.post("/responses", &question).await?;
/// println!("{}", answer["output"]);
///
/// let question = json!({"model": "gpt-5-nano", "input": "Say this is a test", "stream": true});
/// let mut events = client.post("/responses", &question).events::<Value>().await?;
/// while let Some(event) = events.try_next().await? {
///     println!("{}", event["type"]);
/// }
/// # Ok(()) }
/// ```
impl<T: Transport> Client<T> {
    /// Sends `GET`.
    pub fn get(&self, path: &str) -> Call<T, Value> {
        self.ask(Method::Get, path)
    }

    /// Sends `POST` with a JSON body.
    pub fn post(&self, path: &str, body: &impl Serialize) -> Call<T, Value> {
        self.ask(Method::Post, path).json(body)
    }

    /// Sends `PUT` with a JSON body.
    pub fn put(&self, path: &str, body: &impl Serialize) -> Call<T, Value> {
        self.ask(Method::Put, path).json(body)
    }

    /// Sends `PATCH` with a JSON body.
    pub fn patch(&self, path: &str, body: &impl Serialize) -> Call<T, Value> {
        self.ask(Method::Patch, path).json(body)
    }

    /// Sends `DELETE`.
    pub fn delete(&self, path: &str) -> Call<T, Value> {
        self.ask(Method::Delete, path)
    }

    /// Sends `POST` with a form.
    pub fn post_form(&self, path: &str, form: &impl crate::wire::form::Form) -> Call<T, Value> {
        self.ask(Method::Post, path).form(form)
    }

    /// Sends any method, with a JSON body or without one.
    pub fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Call<T, Value> {
        let call = self.ask(method, path);
        match body {
            Some(body) => call.json(body),
            None => call,
        }
    }

    /// A call whose answer is JSON.
    pub(super) fn ask<R: DeserializeOwned>(
        &self,
        method: Method,
        path: impl Into<Path>,
    ) -> Call<T, R> {
        Call::new(self, method, path, read::json())
    }

    /// A call whose answer comes as events.
    pub(super) fn ask_for_events<C: DeserializeOwned + Chunk + 'static>(
        &self,
        method: Method,
        path: impl Into<Path>,
    ) -> Call<T, EventStream<T, C>>
    where
        T: 'static,
        T::Body: Streaming<T::Fault>,
    {
        Call::new(self, method, path, read::events())
    }
}
