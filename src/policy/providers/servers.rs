//! Servers that the key-holding clients know by their hosts. `pkg-template/edge/servers.js` is written
//! from this table by `UPDATE_PROVIDERS=1 cargo test --lib policy::providers`.

/// What is known of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// Its documented ranges are those of `Profile::OpenAi`.
    OpenAi,
    /// Its documented ranges are those of `Profile::Fireworks`.
    Fireworks,
    /// It has a header of its own for keys, `api-key`.
    Azure,
}

/// Hosts; a host below one of them counts too.
pub const SERVERS: [(&str, Server); 5] = [
    ("api.openai.com", Server::OpenAi),
    ("api.fireworks.ai", Server::Fireworks),
    ("openai.azure.com", Server::Azure),
    ("services.ai.azure.com", Server::Azure),
    ("cognitiveservices.azure.com", Server::Azure),
];

/// The server of a host. Case does not matter, nor does a dot at the end.
#[must_use]
pub fn server_of(host: &str) -> Option<Server> {
    let host = format!(".{}", host.trim_end_matches('.').to_ascii_lowercase());
    let (_, server) = SERVERS.into_iter().find(|(end, _)| {
        host.strip_suffix(end)
            .is_some_and(|rest| rest.ends_with('.'))
    })?;
    Some(server)
}
