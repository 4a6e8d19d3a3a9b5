//! Conversations: `POST /conversations` (2026).

use std::collections::BTreeMap;

use super::responses::ResponseInputItem;

literal! {
    ConversationObject = "conversation",
    ConversationDeletedObject = "conversation.deleted",
}

object! {
    /// The request for a conversation.
    request struct ConversationRequest as "ConversationCreateParams" {
        /// The items that it begins with: up to 20.
        #[ts(optional = nullable, type = "Array<ResponseInputItem> | null")]
        items: Option<Vec<ResponseInputItem>>,
        /// Up to 16 pairs to keep with it: keys up to 64 characters, values up to 512.
        #[ts(optional = nullable, type = "Metadata | null")]
        metadata: Option<BTreeMap<String, String>>,
    }
}

object! {
    /// What to change of a conversation.
    request struct ConversationUpdate as "ConversationUpdateParams" {
        /// The pairs to keep with it, in place of those before.
        #[ts(type = "Metadata | null")]
        metadata: BTreeMap<String, String>,
    }
}

object! {
    /// Items to add to a conversation.
    request struct ConversationItems as "ConversationItemCreateParams" {
        /// The items: up to 20.
        items: Vec<ResponseInputItem>,
    }
}

object! {
    /// A conversation that the server keeps.
    response struct Conversation {
        /// Its identifier.
        id: String,
        /// Always `conversation`.
        object: ConversationObject,
        /// When it was made, Unix time in seconds.
        created_at: u64,
        /// The pairs that are kept with it.
        #[ts(type = "Metadata | null")]
        metadata: BTreeMap<String, String>,
    }
}

object! {
    /// A conversation that the server keeps no longer.
    response struct ConversationDeleted as "ConversationDeletedResource" {
        /// Its identifier.
        id: String,
        /// Always `conversation.deleted`.
        object: ConversationDeletedObject,
        /// Always `true`.
        deleted: bool,
    }
}
