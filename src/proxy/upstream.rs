//! What the upstream sees of a request: an allow-list of headers (threat table, rows K1 and K2).

use crate::policy::headers::HeaderList;
use crate::proxy::auth::secrets::Secret;
use crate::proxy::error::ProxyError;
use crate::proxy::response::head::{EVENTS, JSON, media_of};
use crate::proxy::route::Route;

/// This proxy's name in `User-Agent`, by which it knows its own requests (threat table, row S6).
pub const PRODUCT: &str = "openai-wasm-proxy/";

/// All headers of the request to the upstream. None of the caller's own goes on.
#[must_use]
pub fn request_headers(route: Route, key: &Secret) -> HeaderList {
    let mut headers = HeaderList::new();
    headers.set("authorization", format!("Bearer {}", key.expose()));
    headers.set(
        "user-agent",
        format!("{PRODUCT}{}", env!("CARGO_PKG_VERSION")),
    );
    // A compressed event stream waits for its compressor.
    headers.set("accept-encoding", "identity");
    if route.has_body() {
        headers.set("content-type", "application/json");
    }
    let more = media_of(route).iter().map(|(received, _)| *received);
    let events = route.has_body().then_some(EVENTS);
    let accept: Vec<_> = [JSON].into_iter().chain(more).chain(events).collect();
    headers.set("accept", accept.join(", "));
    headers
}

/// The upstream is this proxy, directly or over others.
#[must_use]
pub fn circles() -> ProxyError {
    ProxyError::new(
        508,
        "loop_detected",
        "The proxy's upstream leads back to the proxy.",
    )
}
