//! Sessions for visitors whom nobody knows.

use serde::Deserialize;

use crate::proxy::auth::turnstile::SITEVERIFY;

with_setters! {
    /// Sessions for pages whose visitors are not known: `POST /session` with a Turnstile proof.
    #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
    #[cfg_attr(test, derive(serde::Serialize))]
    #[serde(default, rename_all = "camelCase", deny_unknown_fields)]
    pub struct Anonymous {
        /// Where the proof is verified.
        pub verify_url: String,
        /// Hosts whose pages may have solved it.
        pub hostnames: Vec<String>,
        /// The widget's action.
        pub action: Option<String>,
        /// Lifetime of a token in seconds.
        pub ttl_seconds: u32,
        /// The models that its tokens open; without it all of the proxy's.
        pub models: Option<Vec<String>>,
        /// The most tokens of an answer that its tokens allow.
        pub max_tokens: Option<u32>,
    }
}

/// For 15 minutes, by Cloudflare's own server; the hosts are yours to name.
impl Default for Anonymous {
    fn default() -> Self {
        Self {
            verify_url: SITEVERIFY.to_owned(),
            hostnames: Vec::new(),
            action: None,
            ttl_seconds: 900,
            models: None,
            max_tokens: None,
        }
    }
}
