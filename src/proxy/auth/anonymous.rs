//! Sessions for visitors whom nobody knows.

/// Sessions for pages whose visitors are not known: `POST /session` with a Turnstile proof.
#[derive(Debug, Clone, PartialEq, Eq)]
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
