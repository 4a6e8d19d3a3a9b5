//! The build-time flag: a `proxy-only` build holds its proxy's URL, checked by the compiler.

use super::endpoint::{UrlFault, check_proxy_url};

/// The proxy URL that a `proxy-only` build bakes in.
///
/// `OPENAI_PROXY_URL` must be set when the crate is compiled; a missing or refused value does not
/// compile.
pub const BAKED_PROXY_URL: &str = match option_env!("OPENAI_PROXY_URL") {
    None => panic!(
        "openai-wasm: the feature `proxy-only` needs the environment variable OPENAI_PROXY_URL \
         when it is compiled: the URL of your proxy, for example https://example.com/v1 or /v1"
    ),
    Some(url) => match check_proxy_url(url) {
        Ok(()) => url,
        Err(fault) => refuse_at_build(fault),
    },
};

/// Stops the build with a message that says what is wrong with `OPENAI_PROXY_URL`.
#[allow(clippy::panic)]
const fn refuse_at_build(fault: UrlFault) -> ! {
    match fault {
        UrlFault::Empty => panic!("openai-wasm: OPENAI_PROXY_URL is empty"),
        UrlFault::Provider => panic!(
            "openai-wasm: OPENAI_PROXY_URL names a model provider's host; a client that talks to \
             it directly would need the key. Put your proxy's URL there"
        ),
        UrlFault::Scheme | UrlFault::ServerScheme => panic!(
            "openai-wasm: OPENAI_PROXY_URL must be https://…, http:// on localhost, or a \
             same-origin path that starts with /"
        ),
        UrlFault::Credentials => {
            panic!("openai-wasm: OPENAI_PROXY_URL holds a user name or password")
        }
        UrlFault::Query | UrlFault::Fragment => {
            panic!("openai-wasm: OPENAI_PROXY_URL has a query or a fragment")
        }
        UrlFault::Host => panic!("openai-wasm: OPENAI_PROXY_URL names no host"),
        UrlFault::Path | UrlFault::Character | UrlFault::DotSegment | UrlFault::Other => {
            panic!("openai-wasm: OPENAI_PROXY_URL is no clean URL")
        }
    }
}
