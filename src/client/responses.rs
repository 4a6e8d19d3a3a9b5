//! `/responses`

use serde::Serialize;
use serde_json::Value;

use super::path::Path;
use super::{Call, Client, EventStream};
use crate::transport::{Method, Streaming, Transport};
use crate::wire::responses::{
    InputTokens, InputTokensRequest, ItemListQuery, Response, ResponseDeleted, ResponseItemList,
    ResponseRequest, ResponseStreamEvent,
};

/// Responses: [`Client::responses`].
#[derive(Debug)]
pub struct Responses<T: Transport>(Client<T>);

/// The events of a response as they arrive. It ends with `response.completed` or
/// `response.incomplete`; every other end is an error.
pub type ResponseStream<T = super::DefaultTransport> = EventStream<T, ResponseStreamEvent>;

impl<T: Transport> Client<T> {
    /// Responses.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// # ) -> Result<(), openai_wasm::client::Error>
    /// # where T::Body: openai_wasm::transport::Streaming<T::Fault> {
    /// use futures_util::TryStreamExt;
    /// use openai_wasm::wire::responses::{ResponseRequest, ResponseStreamEvent};
    ///
    /// let request = ResponseRequest::new("gpt-5-nano", "Say this is a test");
    /// let response = client.responses().create(&request).await?;
    /// println!("{}", response.output_text());
    ///
    /// let mut events = client.responses().stream(&request).await?;
    /// while let Some(event) = events.try_next().await? {
    ///     if let ResponseStreamEvent::TextDelta(piece) = event {
    ///         print!("{}", piece.delta);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn responses(&self) -> Responses<T> {
        Responses(self.clone())
    }
}

impl<T: Transport> Responses<T> {
    /// Asks for a whole response; `request.stream` is left out.
    pub fn create(&self, request: &ResponseRequest) -> Call<T, Response> {
        let mut request = request.clone();
        request.stream = None;
        self.0.ask(Method::Post, PATH).json(&request)
    }

    /// Asks for the events of a response; `request.stream` is set.
    pub fn stream(&self, request: &ResponseRequest) -> Call<T, ResponseStream<T>>
    where
        T: 'static,
        T::Body: Streaming<T::Fault>,
    {
        let mut request = request.clone();
        request.stream = Some(true);
        self.0.ask_for_events(Method::Post, PATH).json(&request)
    }

    /// Fetches one that the server keeps.
    ///
    /// One of the background that failed is given with its `error`.
    pub fn retrieve(&self, response_id: &str) -> Call<T, Response> {
        self.0.ask(Method::Get, at(response_id))
    }

    /// Follows one of the background: its events after the one with the number `starting_after`, or
    /// all, those that were and those that will be.
    pub fn follow(
        &self,
        response_id: &str,
        starting_after: Option<u64>,
    ) -> Call<T, ResponseStream<T>>
    where
        T: 'static,
        T::Body: Streaming<T::Fault>,
    {
        let after = starting_after.map(|number| number.to_string());
        let call = self.0.ask_for_events(Method::Get, at(response_id));
        call.query("stream", Some("true"))
            .query("starting_after", after)
    }

    /// Cancels one of the background.
    pub fn cancel(&self, response_id: &str) -> Call<T, Response> {
        self.0.ask(Method::Post, at(response_id).then("/cancel"))
    }

    /// Deletes one.
    pub fn delete(&self, response_id: &str) -> Call<T, ResponseDeleted> {
        self.0.ask(Method::Delete, at(response_id))
    }

    /// Lists a page of the items that went into one; [`Call::items`] goes on to the next.
    pub fn input_items(
        &self,
        response_id: &str,
        query: &ItemListQuery,
    ) -> Call<T, ResponseItemList> {
        let call = self
            .0
            .ask(Method::Get, at(response_id).then("/input_items"));
        with_query(call, query)
    }

    /// Counts the tokens that would go to the model.
    pub fn input_tokens(&self, request: &InputTokensRequest) -> Call<T, InputTokens> {
        let path = "/responses/input_tokens";
        self.0.ask(Method::Post, path).json(request)
    }
}

const PATH: &str = "/responses";

fn at(response_id: &str) -> Path {
    Path::new(PATH).id("response_id", response_id)
}

/// The call with the members of `query`; a list's entries under its name with `[]`.
pub(super) fn with_query<T: Transport, R>(
    mut call: Call<T, R>,
    query: &impl Serialize,
) -> Call<T, R> {
    let Ok(Value::Object(query)) = serde_json::to_value(query) else {
        return call;
    };
    for (name, value) in query {
        call = match value {
            Value::Null => call,
            Value::String(text) => call.query(&name, Some(text)),
            Value::Array(list) => list
                .iter()
                .filter_map(Value::as_str)
                .fold(call, |call, one| {
                    call.query(&format!("{name}[]"), Some(one))
                }),
            other => call.query(&name, Some(other.to_string())),
        };
    }
    call
}
