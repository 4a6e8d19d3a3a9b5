//! The client: what a caller holds, generic over the [`Transport`] that sends.

use std::rc::Rc;

use crate::policy::checks::Profile;
use crate::policy::endpoint::BaseUrl;
use crate::transport::Transport;
use limits::Limits;

mod accumulated_response;
mod any;
mod attempt;
mod audio;
#[cfg(feature = "direct")]
pub mod auth;
#[cfg(feature = "proxy-only")]
#[path = "base_baked.rs"]
mod base;
#[cfg(not(feature = "proxy-only"))]
#[path = "base_given.rs"]
mod base;
mod builder;
mod call;
mod chat;
mod completions;
mod conversations;
mod edits;
mod embeddings;
mod engines;
mod error;
mod files;
mod fine_tunes;
mod fingerprint;
mod images;
mod limits;
mod meta;
mod models;
mod moderations;
mod options;
mod page;
mod path;
mod rate_limit;
mod read;
mod responses;
mod stream;
mod token;
#[cfg(feature = "fetch")]
mod web;

pub use accumulated_response::AccumulatedResponse;
pub use audio::{
    Audio, TranscriptionAnswer, TranscriptionStream, Transcriptions, TranslationAnswer,
    Translations,
};
pub use builder::Builder;
pub use call::Call;
pub use chat::Chat;
pub use completions::{CompletionStream, Completions};
pub use conversations::Conversations;
pub use edits::Edits;
pub use embeddings::Embeddings;
pub use engines::Engines;
pub use error::{Error, ErrorKind};
pub use files::Files;
pub use fine_tunes::{FineTuneEventStream, FineTunes};
pub use fingerprint::{Fingerprint, FingerprintChange, FingerprintWatcher, Fingerprinted, Seeded};
pub use images::{ImageStream, Images};
pub use meta::{Meta, WithMeta};
pub use models::Models;
pub use moderations::Moderations;
pub use options::RequestOptions;
pub use page::{Items, Page};
pub use rate_limit::RateLimit;
pub use responses::{ResponseStream, Responses};
pub use stream::{ByteStream, ChatStream, EventStream};
pub use token::{Credential, LocalFuture, SessionToken};

/// A client for one server or proxy. Cloning it is cheap and shares everything.
///
/// It holds no connection: each call sends its own request. Dropping a call's future or a stream
/// aborts that request and closes its connection.
pub struct Client<T: Transport> {
    settings: Rc<Settings<T>>,
}

impl<T: Transport> Clone for Client<T> {
    fn clone(&self) -> Self {
        Self {
            settings: Rc::clone(&self.settings),
        }
    }
}

/// What the builder collected.
struct Settings<T: Transport> {
    transport: T,
    base: BaseUrl,
    credential: Option<Rc<dyn Credential<T::Fault>>>,
    /// Does no credential but a session token go with the requests?
    keyless: bool,
    headers: Vec<(String, Option<String>)>,
    query: Vec<(String, String)>,
    limits: Limits,
    profile: Profile,
}

impl<T: Transport> std::fmt::Debug for Client<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.settings.base)
            .field("limits", &self.settings.limits)
            .finish_non_exhaustive()
    }
}

impl<T: Transport> Client<T> {
    /// Starts a client that sends through `transport`.
    pub fn with_transport(transport: T) -> Builder<T> {
        Builder::new(transport)
    }
}
