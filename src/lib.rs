//! A client for OpenAI and every server that speaks its API, for browsers and edge Workers.
//!
//! A page's client goes through a proxy of yours and **cannot hold a key**: the code that could is
//! not compiled without the feature `direct`. A stream that did not end well is an error, with the
//! text until then. JavaScript has the same core as an npm package: see the README.
//!
//! # Asking
//!
//! ```no_run
//! # #[cfg(all(feature = "fetch", not(feature = "proxy-only")))] mod asking {
//! use futures_util::TryStreamExt;
//! use openai_wasm::client::{Client, Error, SessionToken};
//! use openai_wasm::wire::chat::{ChatCompletionMessageParam as Message, ChatCompletionRequest};
//!
//! # async fn ask() -> Result<(), Error> {
//! let client = Client::builder()
//!     .proxy_url("https://example.com/v1")?
//!     .token(SessionToken::fixed("what your session endpoint signed"))
//!     .build()?;
//! let request = ChatCompletionRequest::new("gpt-5-nano", [Message::user("Say this is a test")]);
//!
//! let answer = client.chat().create(&request).await?;
//! let mut chunks = client.chat().stream(&request).await?;
//! while let Some(chunk) = chunks.try_next().await? {
//!     print!("{}", chunk.text());
//! }
//! let models = client.models().list().await?;
//! # Ok(()) } }
//! ```
//!
//! A client, its calls and its streams are `Send`: they go into `tokio::spawn` and into the state of an
//! axum server. Dropping a future or a stream aborts its request. With `direct` a key replaces URL and token:
//!
//! ```no_run
//! # #[cfg(all(feature = "fetch", feature = "direct"))]
//! # fn keyed(key: &str) -> Result<(), openai_wasm::client::Error> {
//! use openai_wasm::client::{Client, auth::ApiKey};
//! let client = Client::builder().api_key(ApiKey::fixed(key)).build()?;
//! # Ok(()) }
//! ```
//!
//! # Entry points
//!
//! | for | see | feature |
//! |---|---|---|
//! | asking | [`client::Client`] | `client`, in practice `fetch` |
//! | a proxy that holds the key, in a Worker | [`proxy`] | `proxy-handler` |
//! | asking from a native program | `client::NativeClient` | `reqwest` |
//! | another transport, or a scripted one for tests | [`transport::Transport`] | `client` |
//! | the bytes of a stream from elsewhere | [`stream::Decoder`], [`sse::Decoder`] | (none) |
//! | the bodies of requests and answers | [`wire`] | (none) |
//! | counting tokens offline, of a text and of a conversation | `tokens::Tokenizer`, `tokens::count_chat` | `tokens` |
//! | a budget: reservations, windows, costs | [`ledger`] | (none) |
//! | what is known of models: windows, prices | [`models`] | (none) |
//!
//! # Features
//!
//! | feature | consequence |
//! |---|---|
//! | (none) | pure Rust: nothing of wasm-bindgen or the web in the dependencies |
//! | `client` | the client over a transport of yours; still pure |
//! | `reqwest` | a native transport: servers on axum, command lines |
//! | `fetch` (default) | the platform's `fetch`; the program runs in browsers, Workers, Node.js |
//! | `direct` | **a key can be in the program.** Additive: if one crate of a build asks for it, all have it |
//! | `proxy-handler` | the proxy's handler and session tokens; brings `fetch` and `direct` |
//! | `edge` | `fetch`, `direct` and `proxy-handler` |
//! | `validation` | parameters are held to the provider's documented ranges before they are sent: `Builder::profile` |
//! | `schemars` | strict schemas of your types for answers and tools: `ResponseFormat::of`, `Tool::of` |
//! | `http` | headers to and from the types of the crate http |
//! | `tokens` | the offline tokenizer, and what a conversation counts, fits and costs; a program carries the tables that it names, 141 to 617 KB each |
//! | `proxy-only` | the variable `OPENAI_PROXY_URL` is baked in at build time, `proxy_url` is gone; compiles neither without a good URL nor together with `direct` |
//! | `js` | the exports of the npm package; programs that depend on this crate leave it off |
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(any(feature = "__npm-client", feature = "__npm-tokens"), no_std)]

extern crate alloc;

#[cfg(all(
    feature = "proxy-only",
    any(feature = "direct", feature = "proxy-handler")
))]
compile_error!(
    "openai-wasm: `proxy-only` promises that no key can be in this build, so it cannot stand \
     together with `direct`, `edge` or `proxy-handler`. Another crate of this build may have \
     switched one of them on: `cargo tree -e features -i openai-wasm` shows which."
);

#[cfg(all(feature = "client", not(feature = "__npm-client")))]
pub mod client;
#[cfg(feature = "js")]
mod js;
#[cfg(feature = "__npm-tokens")]
#[path = "js/tokens.rs"]
mod js_tokens;
#[cfg(not(any(feature = "__npm-client", feature = "__npm-tokens")))]
pub mod ledger;
pub mod models;
#[cfg(not(feature = "__npm-tokens"))]
pub mod policy;
#[cfg(not(any(feature = "__npm-client", feature = "__npm-tokens")))]
pub mod proxy;
#[cfg(not(feature = "__npm-tokens"))]
pub mod sse;
#[cfg(not(feature = "__npm-tokens"))]
pub mod stream;
#[cfg(not(any(feature = "__npm-client", feature = "__npm-tokens")))]
pub mod streamlog;
#[cfg(feature = "tokens")]
pub mod tokens;
#[cfg(all(feature = "client", not(feature = "__npm-client")))]
pub mod transport;
#[cfg(not(any(feature = "__npm-client", feature = "__npm-tokens")))]
pub mod validation;
#[cfg(not(any(feature = "__npm-client", feature = "__npm-tokens")))]
pub mod wire;

/// The crate's README, compiled.
#[cfg(all(doctest, feature = "fetch", not(feature = "proxy-only")))]
#[doc = include_str!("../docs/crate.md")]
mod crate_readme {}

/// The Rust of the page on streams that go on, compiled.
#[cfg(all(doctest, feature = "fetch", not(feature = "proxy-only")))]
#[doc = include_str!("../docs/resumable-streams-client.md")]
mod resumable_streams {}

/// README.md's Rust, compiled.
#[cfg(all(doctest, feature = "fetch", not(feature = "proxy-only")))]
#[doc = include_str!("../README.md")]
mod readme {}

/// The Rust of docs/, compiled: `tests/js/pages_fences.test.mjs` asks for each page that has some.
#[cfg(all(doctest, feature = "fetch", not(feature = "proxy-only")))]
#[doc = include_str!("../docs/rust.md")]
mod pages {}

/// A keyless client has no name that takes a key (threat table, row C1). The methods of this trait
/// would be hidden by the client's own of the same name, and take no argument:
///
/// ```
/// use openai_wasm::{client::Builder, transport::Transport};
/// trait Free: Sized { fn api_key(self) {} fn with_api_key(self) {} fn organization(self) {} fn base_url(self) {} }
/// impl<T: Transport> Free for Builder<T> {}
/// fn api_key<T: Transport>(b: Builder<T>) { b.api_key() }
/// fn with_api_key<T: Transport>(b: Builder<T>) { b.with_api_key() }
/// fn organization<T: Transport>(b: Builder<T>) { b.organization() }
/// fn base_url<T: Transport>(b: Builder<T>) { b.base_url() }
/// ```
/// ```compile_fail,E0599
/// fn f<T: openai_wasm::transport::Transport>(b: openai_wasm::client::Builder<T>) { b.api_key(0); }
/// ```
/// ```compile_fail,E0599
/// fn f<T: openai_wasm::transport::Transport>(b: openai_wasm::client::Builder<T>) { b.with_api_key(0); }
/// ```
/// ```compile_fail,E0599
/// fn f<T: openai_wasm::transport::Transport>(b: openai_wasm::client::Builder<T>) { b.organization(0); }
/// ```
/// ```compile_fail,E0599
/// fn f<T: openai_wasm::transport::Transport>(b: openai_wasm::client::Builder<T>) { b.base_url(0); }
/// ```
/// ```compile_fail,E0433
/// type Key = openai_wasm::client::auth::ApiKey<()>;
/// ```
#[cfg(all(doctest, feature = "client", not(feature = "direct")))]
mod keyless {}
