//! `/conversations`

use super::path::Path;
use super::responses::with_query;
use super::{Call, Client};
use crate::transport::{Method, Transport};
use crate::wire::conversation::{
    Conversation, ConversationDeleted, ConversationItems, ConversationRequest, ConversationUpdate,
};
use crate::wire::responses::{ItemListQuery, ResponseInputItem, ResponseItemList};

/// Conversations that the server keeps: [`Client::conversations`].
#[derive(Debug)]
pub struct Conversations<T: Transport>(Client<T>);

impl<T: Transport> Client<T> {
    /// Conversations that the server keeps.
    ///
    /// ```no_run
    /// # async fn f<T: openai_wasm::transport::Transport + 'static>(
    /// #     client: openai_wasm::client::Client<T>,
    /// # ) -> Result<(), openai_wasm::client::Error> {
    /// use openai_wasm::wire::conversation::ConversationRequest;
    /// use openai_wasm::wire::responses::ResponseRequest;
    ///
    /// let talk = client.conversations().create(&ConversationRequest::default()).await?;
    /// let mut request = ResponseRequest::new("gpt-5-nano", "My name is Ada.");
    /// request.conversation = Some(talk.id.as_str().into());
    /// client.responses().create(&request).await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn conversations(&self) -> Conversations<T> {
        Conversations(self.clone())
    }
}

impl<T: Transport> Conversations<T> {
    /// Makes one.
    pub fn create(&self, request: &ConversationRequest) -> Call<T, Conversation> {
        self.0.ask(Method::Post, PATH).json(request)
    }

    /// Describes one.
    pub fn retrieve(&self, conversation_id: &str) -> Call<T, Conversation> {
        self.0.ask(Method::Get, at(conversation_id))
    }

    /// Changes what is kept with one.
    pub fn update(
        &self,
        conversation_id: &str,
        update: &ConversationUpdate,
    ) -> Call<T, Conversation> {
        self.0.ask(Method::Post, at(conversation_id)).json(update)
    }

    /// Deletes one. Its items stay.
    pub fn delete(&self, conversation_id: &str) -> Call<T, ConversationDeleted> {
        self.0.ask(Method::Delete, at(conversation_id))
    }

    /// Lists a page of its items; [`Call::items`] goes on to the next.
    pub fn items(&self, conversation_id: &str, query: &ItemListQuery) -> Call<T, ResponseItemList> {
        let call = self.0.ask(Method::Get, at(conversation_id).then("/items"));
        with_query(call, query)
    }

    /// Adds items to it, and gives them with their identifiers.
    pub fn add_items(
        &self,
        conversation_id: &str,
        items: &ConversationItems,
    ) -> Call<T, ResponseItemList> {
        let path = at(conversation_id).then("/items");
        self.0.ask(Method::Post, path).json(items)
    }

    /// Fetches one of its items.
    pub fn retrieve_item(
        &self,
        conversation_id: &str,
        item_id: &str,
    ) -> Call<T, ResponseInputItem> {
        self.0.ask(Method::Get, item(conversation_id, item_id))
    }

    /// Deletes one of its items.
    pub fn delete_item(&self, conversation_id: &str, item_id: &str) -> Call<T, Conversation> {
        self.0.ask(Method::Delete, item(conversation_id, item_id))
    }
}

const PATH: &str = "/conversations";

fn at(conversation_id: &str) -> Path {
    Path::new(PATH).id("conversation_id", conversation_id)
}

fn item(conversation_id: &str, item_id: &str) -> Path {
    at(conversation_id).then("/items").id("item_id", item_id)
}
