//! The client: what a caller holds, generic over the [`Transport`] that sends.

use std::sync::Arc;

use crate::policy::endpoint::BaseUrl;
#[cfg(feature = "fetch")]
use crate::transport::FetchTransport as DefaultTransport;
use crate::transport::Transport;
use crate::validation::Profile;
use limits::Limits;

/// Without `fetch` a client names its transport.
#[cfg(not(feature = "fetch"))]
use no_transport::NoTransport as DefaultTransport;

mod accumulated;
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
mod budget;
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
#[cfg(feature = "reqwest")]
mod native;
#[cfg(not(feature = "fetch"))]
mod no_transport;
mod options;
mod page;
mod path;
mod rate_limit;
mod read;
mod response_tools;
mod responses;
mod resume;
mod stream;
mod streams;
mod token;
mod tool_loop;
#[cfg(feature = "validation")]
#[path = "validation_on.rs"]
mod validation;
#[cfg(not(feature = "validation"))]
#[path = "validation_off.rs"]
mod validation;
#[cfg(feature = "fetch")]
mod web;

pub use accumulated::Accumulated;
pub use accumulated_response::AccumulatedResponse;
pub use audio::{
    Audio, Speech, SpeechStream, TranscriptionAnswer, TranscriptionStream, Transcriptions,
    TranslationAnswer, Translations,
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
#[cfg(feature = "reqwest")]
pub use native::NativeClient;
pub use options::RequestOptions;
pub use page::{Items, Page};
pub use rate_limit::RateLimit;
pub use response_tools::ResponseToolRun;
pub use responses::{ResponseStream, Responses};
pub use stream::{ByteStream, ChatStream, EventStream};
pub use streams::Streams;
pub use token::{BoxError, BoxFuture, Credential, Renewed, SessionToken};
pub use tool_loop::ToolRun;

/// A client for one server or proxy. Cloning it is cheap and shares everything.
///
/// It holds no connection: each call sends its own request. Dropping a call's future or a stream
/// aborts that request and closes its connection.
///
/// It is `Send` and `Sync`, and so are its calls and streams. With the feature `fetch`, `Client` alone
/// is the client on the platform's `fetch`; with `reqwest`, `NativeClient` is the one for native
/// programs.
pub struct Client<T = DefaultTransport> {
    settings: Arc<Settings<T>>,
}

impl<T> Clone for Client<T> {
    fn clone(&self) -> Self {
        Self {
            settings: Arc::clone(&self.settings),
        }
    }
}

/// What the builder collected.
struct Settings<T> {
    transport: T,
    base: BaseUrl,
    credential: Option<Arc<dyn Credential>>,
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
